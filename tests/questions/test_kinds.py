"""Questions for which nothing is read: greetings, what the library knows of an article, what it is about."""

import pytest

from qa.errors import QuestionError
from qa.questions.kinds import AskedKind, Kind, asked_kind
from qa.questions.validation import validate_kind


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What is this article about?", ""),
        ("what's it about", ""),
        ("Summarise the article about Greta Thunberg", "Greta Thunberg"),
        ("Give me the key points of the article on the strike at Kellmann.", "the strike at Kellmann"),
        ("What is the article about the crane about?", "the crane"),
        ("Summarize “Mayor resigns”", "Mayor resigns"),
        ("key points", ""),
    ],
)
def test_what_an_article_is_about(question, article):
    assert asked_kind(question) == AskedKind(Kind.ABOUT, article)


@pytest.mark.parametrize(
    ("question", "of", "article"),
    [
        ("Who wrote this article?", "author", ""),
        ("who wrote it", "author", ""),
        ('Who is the author of "Mayor of Larnbridge resigns"?', "author", "Mayor of Larnbridge resigns"),
        ('When was "Larnbridge closes its bridge" published?', "date", "Larnbridge closes its bridge"),
        ("When was the article about the crane written?", "date", "the crane"),
        ("Where is this article from?", "source", ""),
    ],
)
def test_what_the_library_knows_of_an_article(question, of, article):
    assert asked_kind(question) == AskedKind(Kind.RECORD, article, of)


@pytest.mark.parametrize("question", ["hello", "Thanks!", "What can you do?", "help", "Good morning"])
def test_talk(question):
    assert asked_kind(question).kind is Kind.TALK


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote Hamlet?",
        "Who is the author of Hamlet?",
        "What is the treaty about?",
        "When was the report on fishing published by the ministry?",
        "What does the WHO say?",
        "Who wrote the letter?",
        "Where is the piece of the true cross from?",
        "Hello Kitty was made by whom?",
        "help for farmers in Kent",
        "Thanks to whom was it found?",
        "What did the article say about whales?",
    ],
)
def test_any_other_question_is_read_for(question):
    assert asked_kind(question).kind is Kind.READ


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Tell me about Storm Petra.", "Storm Petra"),
        ("tell me more about the painter", "the painter"),
        ("What happened at Fenwick?", "Fenwick"),
        ("What do my articles say about cod?", "cod"),
        ("What's the news on the stadium?", "the stadium"),
        ("briefing on the hospital", "the hospital"),
    ],
)
def test_a_topic_is_to_be_told_of(question, topic):
    assert asked_kind(question) == AskedKind(Kind.TOPIC, of=topic)


@pytest.mark.parametrize("question", ["What happened?", "Tell me who won", "Who told me?"])
def test_what_is_no_topic(question):
    assert asked_kind(question).kind is Kind.READ


@pytest.mark.parametrize(
    ("question", "sides", "topic"),
    [
        ("How do Meridian and Larkfield differ on the stadium?", ("Meridian", "Larkfield"), "the stadium"),
        ("What is the difference between the polls of Meridian and Larkfield?", ("Meridian", "Larkfield"), "polls"),
        ("What are the differences between Ann and Bo?", ("Ann", "Bo"), ""),
        ("Compare the costs in 2024 and 2025.", ("the costs in 2024", "the costs in 2025"), ""),
        ("Oxley vs Thornby", ("Oxley", "Thornby"), ""),
    ],
)
def test_two_things_are_to_be_compared(question, sides, topic):
    assert asked_kind(question) == AskedKind(Kind.COMPARISON, of=topic, sides=sides)


@pytest.mark.parametrize("question", ["Who compared Ann and Bo?", "What made the difference?", "Roe v. Wade"])
def test_what_is_no_comparison(question):
    assert asked_kind(question).kind is Kind.READ


@pytest.mark.parametrize(
    ("question", "given", "asked"),
    [
        ("What happened at Larnbridge?", Kind.READ, AskedKind(Kind.READ)),
        ("Tell me about the bridge", Kind.TOPIC, AskedKind(Kind.TOPIC, of="the bridge")),
        ("the swing bridge?", Kind.TOPIC, AskedKind(Kind.TOPIC, of="the swing bridge")),
        ("What is the article about the crane about?", Kind.TOPIC, AskedKind(Kind.TOPIC, of="the crane")),
        ("the swing bridge", Kind.ABOUT, AskedKind(Kind.ABOUT, "the swing bridge")),
        ("Tell me about the bridge", Kind.ABOUT, AskedKind(Kind.ABOUT, "the bridge")),
        ("What is this article about?", Kind.ABOUT, AskedKind(Kind.ABOUT)),
        ("the swing bridge", None, AskedKind(Kind.READ)),
    ],
)
def test_a_kind_that_was_chosen(question, given, asked):
    assert asked_kind(question, given) == asked


def test_kinds_that_can_be_chosen():
    assert [validate_kind(each) for each in (None, "read", "topic", "about")] == [
        None, Kind.READ, Kind.TOPIC, Kind.ABOUT,
    ]  # fmt: skip
    with pytest.raises(QuestionError, match="'record' is no kind of answer to choose: give read, topic or about."):
        validate_kind("record")
