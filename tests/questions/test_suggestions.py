"""Suggested questions: what is made of a sentence, what is left alone, and that only what was answered is offered."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.assistant import Assistant
from qa.datatypes import Answer, Article, Citation, Reason, Turn, Where
from qa.errors import ArticleNotFound
from qa.questions import suggestions as module
from qa.questions.patterns import CandidateQuestion, drafts
from qa.questions.suggestions import CONFIDENCE, TRIES, Suggestion, ordered, suggestions
from qa.questions.verbs import BASE, PAST
from qa.samples import documents

# what is made of one sentence


def made(text: str) -> dict[str, str]:
    """The questions of a text with the words that should answer them."""
    return {draft.question: text[draft.start : draft.end] for draft in drafts(text)}


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        ("Ida Brandt opened the Holmen ferry line in 1987.", "Who opened the Holmen ferry line?", "Ida Brandt"),
        ("Ida Brandt opened the Holmen ferry in 1987.", "When did Ida Brandt open the Holmen ferry?", "in 1987"),
        ("On May 3, Brandt left the council of Holmen.", "When did Brandt leave the council of Holmen?", "On May 3"),
        ("The Holmen bridge was finished in March 1999.", "When was the Holmen bridge finished?", "in March 1999"),
        ("Brandt won 220 votes in the first round.", "How many votes did Brandt win in the first round?", "220"),
        ("The town of Holmen announced three days of mourning.",
         "How many days of mourning did the town of Holmen announce?", "three"),
        ("At least 24 people died in the Holmen fire.", "How many people died in the Holmen fire?", "At least 24"),
        ("Nils Aas paid $4 million for the Holmen shipyard.",
         "How much did Nils Aas pay for the Holmen shipyard?", "$4 million"),
        ("Brandt was born in Odense, where her father fished.", "Where was Brandt born?", "Odense"),
        ("The Holmen treaty was signed at Kronborg Castle.", "Where was the Holmen treaty signed?", "Kronborg Castle"),
        ("Brandt resigned from the council because the bridge had cracks.",
         "Why did Brandt resign from the council?", "the bridge had cracks."),
        ("Holmen Shipyard launched the first electric ferry of the country.",
         "What did Holmen Shipyard launch?", "the first electric ferry of the country"),
        ("The Holmen bridge was designed by Nils Aas.", "Who designed the Holmen bridge?", "Nils Aas"),
        ("The song of Holmen was written by Ida Brandt.", "Who wrote the song of Holmen?", "Ida Brandt"),
        ("Nils Aas, the mayor of Holmen, waved.", "Who is Nils Aas?", "the mayor of Holmen"),
        ("It pleased Holmen ferry captain Ida Brandt.", "Who is Ida Brandt?", "Holmen ferry captain"),
        ("Brandt said the new bridge would open early.",
         "What did Brandt say about the new bridge?", "the new bridge would open early."),
        ("According to historian Nils Aas, the old pier was a fort.",
         "What did Nils Aas say about the old pier?", "the old pier was a fort."),
        ("According to the Holmen Post, the old pier was a fort.",
         "What did the Holmen Post say about the old pier?", "the old pier was a fort."),
        ("“The old pier is our pride,” said harbour master Nils Aas.",
         "What did Nils Aas say about the old pier?", "The old pier is our pride,"),
        ("Captain Nils Aas died in Holmen aged 91.", "At what age did Captain Nils Aas die?", "91"),
        ("Ida Brandt, a captain, opened the Holmen ferry line.", "Who opened the Holmen ferry line?", "Ida Brandt"),
    ],
)  # fmt: skip
def test_a_plain_sentence_becomes_a_question_with_its_answer(sentence, question, answer):
    assert made(sentence)[question] == answer


@pytest.mark.parametrize(
    "sentence",
    [
        "He opened the Holmen ferry line.",  # who?
        "Ida Brandt opened it.",
        "Ida Brandt opened her line.",
        "Ida Brandt opened the line that day.",
        "The report was finished in March 1999.",  # which report?
        "The ministers met yesterday.",
        "Ida Brandt has opened the Holmen ferry line.",  # no form that is known
        "Brandt opened the Holmen ferry (built in Odense) line.",  # would be cut in the middle
        "The captains started the old engines in 1987.",  # no name, and few words
        "The line opened by Brandt made money.",
        "Finally opened the Holmen line.",
        "Ida Brandt opened the Holmen ferry line",  # a heading
        "Ida Brandt opened the Holmen ferry line to?",
        "<script>Brandt</script> opened the {Holmen} <b>line</b>.",
        "After the fire Brandt opened the Holmen ferry line.",
    ],
)
def test_what_would_read_badly_is_not_asked(sentence):
    assert made(sentence) == {}


@pytest.mark.parametrize(
    ("sentence", "unwanted"),
    [
        ("Ida Brandt opened the line on Tuesday for Holmen.", "Tuesday"),
        ("Brandt left Holmen yesterday.", "yesterday"),
        ("Brandt opened the Holmen line, which was long.", "which"),
        ("Brandt opened the Holmen line and sold the ships.", "ships"),
        ("Brandt joined the Holmen council after a vote.", "after"),
    ],
)
def test_a_question_ends_where_the_clause_does(sentence, unwanted):
    assert all(unwanted not in question for question in made(sentence))


def test_a_word_that_stands_small_elsewhere_is_no_name():
    assert "Who opened the night line?" not in made("Ferries opened the night line. The ferries were old.")
    text = "Scientists found 36 graves in Holmen. Two scientists were new."
    assert made(text)["How many graves did scientists find in Holmen?"] == "36"


def test_the_same_question_is_made_once_and_other_languages_are_left_alone():
    text = "Ida Brandt opened the Holmen line. Ida Brandt opened the Holmen line."
    assert [draft.start for draft in drafts(text)] == [0]
    assert drafts(text, "en") == drafts(text)
    assert drafts(text, "de") == []


def test_verbs_have_their_forms():
    forms = {"took": "take", "won": "win", "found": "find", "founded": "found", "planned": "plan", "studied": "study",
             "released": "release", "played": "play", "visited": "visit", "stopped": "stop"}  # fmt: skip
    assert {past: BASE[past] for past in forms} == forms
    assert {each: PAST[each] for each in ("taken", "written", "designed")} == {
        "taken": "took", "written": "wrote", "designed": "designed",
    }  # fmt: skip


WORDS = st.sampled_from(
    "Ida Brandt Holmen the a of in on by opened won said was were died born 1987 May Monday 36 votes people , . “ ” ( "
    "because U.S. d’Aas el-Aas $4 million According to minister captain and that aged — 中 \u202e <b>".split(" ")
)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(lambda words: " ".join([*words, "."]))))
def test_whatever_a_text_holds_a_draft_is_a_plain_question_with_a_place(text):
    for draft in drafts(text):
        assert 0 <= draft.sentence <= draft.start < draft.end <= len(text)
        assert draft.question.endswith("?")
        assert 4 <= len(draft.question.split()) <= 14
        assert not set('<>{}()"“”\n\u202e') & set(draft.question)


# which are offered


TEXT = (
    "Ida Brandt opened the Holmen ferry line in 1987. "
    "The ferry carried 900 sheep. "
    "Nils Aas paid $4 million for the Holmen shipyard. "
    "Brandt was born in Odense. "
    "The Holmen bridge was designed by Karl Lund. "
    "Olga Riis, the mayor of Holmen, waved."
)
ARTICLE = Article("a" * 16, "Holmen", TEXT, "upload:holmen.txt")


def cite(quote: str, confidence: float = 0.9, article: Article = ARTICLE) -> Citation:
    start = article.text.index(quote)
    return Citation(
        article.id,
        article.title,
        article.source,
        None,
        None,
        start,
        start + len(quote),
        quote,
        quote,
        start,
        confidence,
    )


def said(question: str, quote: str, confidence: float = 0.9, article: Article = ARTICLE) -> Answer:
    return Answer(question, quote, confidence, (cite(quote, confidence, article),), ())


QUOTES = {draft.question: TEXT[draft.start : draft.end] for draft in drafts(TEXT)}


@dataclass
class Asked:
    """Answers every draft with the words expected of it, unless `other` has another answer for the question."""

    other: dict[str, Answer] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Turn, ...], Where | None]] = field(default_factory=list)
    gone: bool = False

    @property
    def library(self) -> Asked:
        return self

    def article(self, article_id: str) -> Article:
        if self.gone or article_id != ARTICLE.id:
            raise ArticleNotFound(article_id)
        return ARTICLE

    def ask(self, question: str, *, history: tuple[Turn, ...] = (), where: Where | None = None) -> Answer:
        self.calls.append((question, tuple(history), where))
        return self.other.get(question) or said(question, QUOTES[question])


def questions(assistant: Asked, *arguments, **options) -> list[str]:
    return [each.question for each in suggestions(assistant.ask, assistant.article, *arguments, **options)]


def test_the_article_gives_various_questions_and_each_was_asked():
    assistant = Asked()
    offered = list(suggestions(assistant.ask, assistant.article, ARTICLE))
    assert [each.question for each in offered] == [
        "How much did Nils Aas pay for the Holmen shipyard?",
        "When did Ida Brandt open the Holmen ferry line?",
        "Where was Brandt born?",
    ]
    assert [call[0] for call in assistant.calls] == [each.question for each in offered]
    place = TEXT.index("$4 million")
    assert offered[0] == Suggestion(offered[0].question, ARTICLE.id, place, place + len("$4 million"))


def test_each_is_looked_for_when_it_is_taken():
    assistant = Asked()
    found = suggestions(assistant.ask, assistant.article, ARTICLE)
    assert assistant.calls == []
    next(found)
    assert len(assistant.calls) == 1
    found.close()
    assert len(assistant.calls) == 1


FIRST = "How much did Nils Aas pay for the Holmen shipyard?"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(FIRST, "", 0.2, (), (), Reason.NOT_SURE),
        said(FIRST, "$4 million", CONFIDENCE - 0.01),
        said(FIRST, "Nils Aas"),  # another place of the same sentence
        said(FIRST, "$4 million", article=replace(ARTICLE, id="b" * 16)),
        said("How much did Nils Aas pay (ferry)?", "$4 million"),  # completed to something else
    ],
    ids=["not found", "not sure", "another place", "another article", "another question"],
)
def test_a_question_without_the_expected_answer_is_not_offered(answer):
    assistant = Asked({FIRST: answer})
    offered = questions(assistant, ARTICLE)
    assert assistant.calls[0][0] == FIRST
    assert FIRST not in offered
    assert len(offered) == 3


@pytest.mark.parametrize(("quote", "offered"), [("mayor", False), ("Holmen", False), ("the mayor of Holmen", True)])
def test_who_somebody_is_has_to_be_told_by_more_than_a_title(quote, offered):
    question = "Who is Olga Riis?"
    found = questions(Asked({question: said(question, quote)}), ARTICLE, count=9)
    assert (question in found) == offered


def test_an_answer_that_is_almost_too_unsure_is_enough():
    assert questions(Asked({FIRST: said(FIRST, "$4 million", CONFIDENCE)}), ARTICLE)[0] == FIRST


def test_what_an_answer_shows_is_not_asked_for_again_and_it_is_asked_as_its_next_turn():
    shown = said("What did it cost?", "$4 million")
    assistant = Asked()
    where = Where(sources=("upload:",))
    offered = questions(assistant, shown, where=where)
    assert FIRST not in offered
    assert len(offered) == 3
    assert {call[1:] for call in assistant.calls} == {((Turn("What did it cost?", shown),), where)}


def test_repeats_count_as_shown():
    shown = said("What was paid?", "Karl Lund")
    shown = replace(shown, citations=(replace(shown.citations[0], repeats=(cite("$4 million"),)),))
    assert FIRST not in questions(Asked(), shown)


def test_what_was_asked_is_not_suggested_whatever_its_case_and_marks():
    assistant = Asked()
    offered = questions(assistant, ARTICLE, ["how much did nils aas PAY for the Holmen shipyard"])
    assert FIRST not in offered
    assert FIRST not in [call[0] for call in assistant.calls]


def test_what_a_question_has_told_is_not_asked_for():
    assert FIRST not in questions(Asked(), ARTICLE, ["Who had $4 million to spend?"])
    assert FIRST in questions(Asked(), ARTICLE, ["Who had $5 million to spend?"])


def test_one_sentence_gives_one_question():
    for question, other in itertools.combinations(questions(Asked(), ARTICLE, count=9), 2):
        sentences = {draft.sentence for draft in drafts(TEXT) if draft.question in (question, other)}
        assert len(sentences) == 2


def test_at_most_as_many_as_wanted_and_only_a_handful_is_tried():
    assert questions(Asked(), ARTICLE, count=1) == [FIRST]
    assert questions(Asked(), ARTICLE, count=0) == []
    nothing = Asked({question: Answer(question, "", 0.0, (), (), Reason.NOT_SURE) for question in QUOTES})
    assert questions(nothing, ARTICLE) == []
    assert len(nothing.calls) == TRIES < len(QUOTES)


def test_no_question_is_begun_that_would_end_too_late(monkeypatch):
    seconds = itertools.count(step=1.0)  # each look at the clock takes a second, so a question takes one
    monkeypatch.setattr(module.time, "monotonic", lambda: next(seconds))
    assistant = Asked()
    assert len(questions(assistant, ARTICLE, budget_seconds=5.0)) == len(assistant.calls) == 2
    assert questions(assistant, ARTICLE, budget_seconds=0.5) == []


def test_nothing_is_suggested_after_an_answer_without_an_article():
    nothing = Answer("Who?", "", 0.0, (), (), Reason.NOTHING_RELEVANT)
    assert questions(Asked(), nothing) == []
    assert questions(Asked(gone=True), said("What did it cost?", "$4 million")) == []


def test_the_same_article_gives_the_same_questions_in_the_same_order():
    found = drafts(TEXT)
    assert questions(Asked(), ARTICLE) == questions(Asked(), ARTICLE)
    assert ordered(found) == ordered(list(reversed(found)))
    assert sorted(map(str, ordered(found))) == sorted(map(str, found))


def test_after_a_question_of_one_kind_another_kind_is_worth_more():
    found = [
        CandidateQuestion("How many ships did Nils Aas buy?", 0, 1, "how many", 0),
        CandidateQuestion("How many crews did Olga Riis hire?", 1, 2, "how many", 1),
        CandidateQuestion("When did Ida Brandt leave Holmen?", 2, 3, "when", 2),
    ]
    assert [draft.kind for draft in ordered(found)] == ["how many", "when", "how many"]


def test_what_is_about_the_last_answer_comes_first():
    found = [
        CandidateQuestion("Who is Nils Aas?", 90, 91, "who is", 90),
        CandidateQuestion("Who is Olga Riis?", 0, 1, "who is", 0),
    ]
    assert [draft.question for draft in ordered(found)] == ["Who is Olga Riis?", "Who is Nils Aas?"]
    after = Answer("Who paid?", "Nils Aas", 0.9, (cite("Nils Aas"),), ())
    assert [draft.question for draft in ordered(found, after)] == ["Who is Nils Aas?", "Who is Olga Riis?"]


@pytest.mark.models
@pytest.mark.slow
def test_suggestions_about_a_sample_article_are_answered_in_it(tmp_path):
    with Assistant.open(tmp_path / "samples") as assistant:
        some = [each for each in documents() if "qaboos" in each.origin or "2020-01" in each.origin]
        assistant.library.add_documents(some)
        (article,) = [each for each in assistant.library.articles() if each.title.startswith("Sultan Qaboos")]
        offered = list(suggestions(assistant.ask, assistant.library.article, article, count=2, budget_seconds=600.0))
        assert len(offered) == 2
        for each in offered:
            answer = assistant.ask(each.question)
            assert answer.citations[0].article_id == article.id
            assert answer.text == article.text[each.start : each.end]
