"""What of a question is not mentioned where its answer stands."""

from datetime import date

import pytest

from qa.answering.evidence import missing
from qa.answering.polarity import contrary
from qa.datatypes import Article

TEXT = (
    "LARNBRIDGE, 9 June (AP) - Petra Halloway opened the swing bridge Solvik 77 in the spring of 2019.\n\n"
    + "Nobody spoke for long, as it rained. The band played on. People went home. " * 12
    + "Tomas Reeve called it a waste. The repair cost 340 pounds, the World Health Organization says. Zdeněk Šimko "
    "made a film of it. He keeps it at home."
)
DATED = Article("a", "A bridge opens", TEXT, "f", published=date(2025, 5, 12))
UNDATED = Article("b", "A bridge opens", TEXT, "f")
COST = (TEXT.index("340"), TEXT.index("340") + 3)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Gethin Lowe pay for the repair?", ("Gethin Lowe",)),
        ("What did the repair of 2012 cost?", ("2012",)),
        ("What did the repair in Ostley cost in 1955?", ("Ostley", "1955")),
        ("Did it cost 5,000 pounds?", ("5,000",)),
        ("What did the UN say that it cost?", ("UN",)),
        ("What did 5 km² of it cost, and ²?", ()),
    ],
)
def test_what_is_mentioned_nowhere_there_is_missing(question, expected):
    assert missing(question, UNDATED, *COST) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What did Halloway pay for the repair?",  # named in the head
        "What did Councillor Petra Halloway pay?",  # her surname stands there
        "What did the WHO say that it cost?",  # written out
        "What did Zdenek Simco's film cost?",  # without accents, with a slip
        "What did the repair in Larnbridge, Wales cost?",  # where a place lies is seldom said
        "What did the repair cost in May?",  # left to dates
        "Who paid 340 pounds?",
        "What did the Solvik 77 cost?",  # a name with its number
        "What did the Zdeněk-like film cost?",
        "Were there two bands?",  # small numbers say little
        "Norhaven what did it cost",  # a first word is written like a name whatever it is
        "WHAT DID OSTLEY PAY IN 1955?",  # all in capitals: nothing can be told
        "what did it cost?",
    ],
)
def test_what_is_said_in_another_way_is_not_missing(question):
    assert missing(question, UNDATED, *COST) == ()


def test_a_year_in_the_head_of_a_dated_article_says_nothing_of_what_is_told_later():
    assert missing("What did the repair of 2019 cost?", DATED, *COST) == ("2019",)
    assert missing("What did the repair of 2019 cost?", UNDATED, *COST) == ()
    assert missing("What did the repair cost in 2025?", DATED, *COST) == ()


@pytest.mark.parametrize(
    ("question", "sentence", "answer", "word"),
    [
        ("How many welders did the yard lay off?", "The yard had taken on 210 welders.", "210", "lay off"),
        ("How much did the town spend on it?", "The town has put aside £1 million for it.", "£1 million", "spend"),
        ("How many members voted for it?", "Six members voted against it.", "Six", "voted for"),
        ("Who was fired in 1830?", "William hired Edward Blore in 1830.", "Edward Blore", "fired"),
        ("Who sold the mill?", "The mill was bought by Ada Quill.", "Ada Quill", "sold"),
        ("Who is the most junior prelate?", "The dean is the most senior prelate.", "The dean", "junior"),
    ],
)
def test_a_contrary_word_in_the_clause_of_the_answer_is_found(question, sentence, answer, word):
    start = sentence.index(answer)
    assert contrary(question, sentence, start, start + len(answer)) == word


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who won the cup?", "Una Dahl won the cup, and Ida Brandt lost it.", "Una Dahl"),
        ("Where did the race begin?", "It began in Skell and ended in Ostley.", "Skell"),
        ("Did prices rise or fall in May?", "Prices fell in May.", "fell"),
        ("Who has at least two cups?", "Ada has most cups.", "Ada"),
        ("How much did prices fall?", "Prices fell by 4 per cent after they had risen.", "4 per cent"),
        ("Who left?", "Ada Quill left the hall.", "Ada Quill"),
        ("How much did it spend?", "It spent £1 million and put aside £2 million.", "£1 million"),
        ("How much did it save?", "It set aside £2 million.", "£2 million"),
    ],
)
def test_a_clause_that_says_what_is_asked_is_not_contrary(question, sentence, answer):
    start = sentence.index(answer)
    assert contrary(question, sentence, start, start + len(answer)) == ""
