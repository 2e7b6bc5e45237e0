"""Pooling, merging, judging and citing, over passages small enough to see through."""

from datetime import date

import pytest

from qa.answering.agreement import merge, normalised_quote
from qa.answering.builder import build_answer, judgement
from qa.answering.calibration import Calibration
from qa.answering.candidates import passage_features, pool
from qa.answering.verification import require_verbatim
from qa.datatypes import Article, Citation, Passage, Reason, ResolvedDate, RetrievedPassage, Span
from qa.errors import CitationError
from qa.logistic import Logistic
from qa.text.question_terms import Question, matches_answer_type, stem

# Ranks by the span's score alone; certain above 0, hopeless below.
PLAIN = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {"rank": 1.0}))
FIRST = "Oslo, May 3. The treaty was signed in Oslo. It rained."
SECOND = "They met in Paris. The treaty was signed in oslo, he said."


def article(text, name="a", published=None):
    return Article(id=name, title="Treaty signed", text=text, source=f"{name}.txt", published=published)


def passage(of, start=0, end=None, score=1.0):
    end = len(of.text) if end is None else end
    return RetrievedPassage(Passage(1, of.id, start, end), of, 1, 2, 0.5, score)


def span(text, quote, score, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    return Span(start, start + len(quote), score)


def ask(passages, spans, *, threshold=0.5, max_answers=3, question="Where was the treaty signed?"):
    return build_answer(question, passages, spans, PLAIN, threshold=threshold, max_answers=max_answers)


def test_the_quote_stands_where_the_citation_says_and_only_there():
    first = article(FIRST, published=date(2025, 5, 12))
    found = ask([passage(first)], [[span(FIRST, "Oslo", 2.0, nth=1)]])
    (citation,) = found.citations
    assert (found.text, citation.quote, citation.start) == ("Oslo", "Oslo", FIRST.rindex("Oslo"))
    assert citation.context == "The treaty was signed in Oslo."
    assert FIRST[citation.context_start : citation.context_end] == citation.context
    assert (citation.published, citation.article_id, citation.title) == (date(2025, 5, 12), "a", "Treaty signed")
    assert found.confidence == pytest.approx(0.8808, abs=1e-4)  # 1 / (1 + e^-2)
    assert found.reason is None


def test_offsets_are_those_of_the_article_not_of_the_passage():
    first = article(FIRST)
    start = FIRST.index("The treaty")
    piece = passage(first, start, start + len("The treaty was signed in Oslo."))
    found = ask([piece], [[span(piece.text, "Oslo", 2.0)]])
    assert found.citations[0].start == FIRST.rindex("Oslo")


def test_repeats_are_merged_and_their_citations_kept():
    first, second = article(FIRST), article(SECOND, "b")
    found = ask([passage(first), passage(second)], [[span(FIRST, "Oslo", 2.0, nth=1)], [span(SECOND, "oslo", 1.0)]])
    (citation,) = found.citations
    assert [(each.article_id, each.quote) for each in citation.repeats] == [("b", "oslo")]


def test_different_answers_come_behind_the_best_in_order():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", -1.0), span(SECOND, "oslo", 0.5), span(SECOND, "he", -0.5)]
    found = ask([passage(second)], [spans], threshold=0.0)
    assert [each.quote for each in found.citations] == ["oslo", "he", "Paris"]
    assert [each.quote for each in ask([passage(second)], [spans], threshold=0.0, max_answers=1).citations] == ["oslo"]


def test_further_answers_have_their_odds_against_the_first():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", -2.0), span(SECOND, "oslo", -1.0)]  # e^-1 apart
    sure = [each.confidence for each in ask([passage(second)], [spans], threshold=0.0).citations]
    assert sure == [pytest.approx(0.26894, abs=1e-5), pytest.approx(0.26894 / 2.71828, abs=1e-5)]


def test_different_answers_share_one_whole():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", 1.0), span(SECOND, "oslo", 1.0)]  # 0.731 each, if each stood alone
    sure = [each.confidence for each in ask([passage(second)], [spans], threshold=0.0).citations]
    assert sure == [pytest.approx(0.73106, abs=1e-5), pytest.approx(0.26894, abs=1e-5)]


def test_the_share_is_a_softmax_over_different_answers():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", 1.0), span(SECOND, "oslo", 3.0)]
    groups = merge(pool("Where?", [passage(second)], [spans], PLAIN))
    assert judgement(groups)["share"] == pytest.approx(1 / (1 + 2.718281828**-2))
    assert judgement(groups[:1])["share"] == 1.0


@pytest.mark.parametrize(
    ("question", "quote", "fitting"),
    [
        ("When did it end?", "December 2019", 1.0),
        ("When did it end?", "Oslo", -1.0),
        ("In what year did it end?", "1347", 1.0),
        ("How many came?", "two dozen", 1.0),
        ("How many came?", "people", -1.0),
        ("Who came?", "Ann Lee", 1.0),
        ("Who came?", "in spring", -1.0),
        ("Which city is it?", "Oslo", 1.0),
        ("Why did it end?", "in spring", 0.0),
        ("When did it open?", "the mayor", -1.0),
        ("What is the latest unemployment rate in Skell county?", "highest", -1.0),
        ("What is the latest unemployment rate in Skell county?", "4.9 per cent", 1.0),
        ("What was the turnout?", "47 per cent", 1.0),
        ("What is the price index called?", "highest", 0.0),
        ("What was the number one album of 2003?", "highest", 0.0),
        ("When did it open?", "in spring", 1.0),
    ],
)
def test_the_look_of_an_answer(question, quote, fitting):
    assert matches_answer_type(Question.of(question).kind, quote) == fitting


def test_what_stands_in_the_sentence_counts_but_not_the_quote_itself():
    first = article(FIRST)
    (candidate,) = pool("Was the treaty signed in Oslo?", [passage(first)], [[span(FIRST, "Oslo", 1.0, nth=1)]], PLAIN)
    assert candidate.features["sentence"] == pytest.approx(2 / 3)  # treaty and signed, of these and Oslo
    assert candidate.features["echo"] == 1.0
    assert candidate.features["length"] == pytest.approx(0.6931, abs=1e-4)  # log 2


def test_overlapping_passages_of_one_article_give_a_place_once():
    first = article(FIRST)
    spans = [[span(FIRST, "Oslo", 2.0, nth=1)], [span(FIRST, "in Oslo", 1.5)]]
    (citation,) = ask([passage(first), passage(first)], spans).citations
    assert (citation.quote, citation.repeats) == ("Oslo", ())


def test_a_confident_silent_passage_does_not_bury_another():
    first, second = article(FIRST), article(SECOND, "b")
    found = ask([passage(first), passage(second)], [[span(FIRST, "May 3", -40.0)], [span(SECOND, "oslo", 1.0)]])
    assert found.text == "oslo"


def test_scores_compare_as_numbers_not_as_text():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", 9.0), span(SECOND, "oslo", 10.0)]
    assert ask([passage(second)], [spans]).text == "oslo"


def test_below_the_threshold_nothing_is_cited():
    second = article(SECOND)
    found = ask([passage(second)], [[span(SECOND, "oslo", -1.0)]])
    assert (found.found, found.text, found.citations) == (False, "", ())
    assert found.confidence == pytest.approx(0.2689, abs=1e-4)
    assert found.passages[0].reading == -1.0


def test_reasons_tell_apart_why():
    second = article(SECOND)
    assert ask([], []).reason is Reason.NO_ARTICLES
    assert ask([passage(second)], [[]]).reason is Reason.NOTHING_RELEVANT
    near = ask([passage(second)], [[span(SECOND, "oslo", -1.0)]])
    assert near.reason is Reason.NOT_SURE
    far = ask([passage(second)], [[span(SECOND, "oslo", -9.0)]], question="Who won the 2030 World Cup?")
    assert far.reason is Reason.NOTHING_RELEVANT


def test_passages_that_were_not_read_are_kept_behind():
    first, second = article(FIRST), article(SECOND, "b")
    found = ask([passage(first), passage(second)], [[span(FIRST, "Oslo", 2.0)]])
    assert [each.reading for each in found.passages] == [2.0, None]


def test_pool_keeps_the_better_of_the_same_place_read_twice():
    first = article(FIRST)
    made = pool(
        "Where?", [passage(first), passage(first)], [[span(FIRST, "Oslo", 1.0)], [span(FIRST, "Oslo", 2.0)]], PLAIN
    )
    assert [each.rank for each in made] == [2.0]


def test_merge_keeps_the_order_of_the_best_of_each_group():
    second = article(SECOND)
    spans = [span(SECOND, "Paris", 1.0), span(SECOND, "oslo", 3.0)]
    groups = merge(pool("Where?", [passage(second)], [spans], PLAIN))
    assert [group[0].quote for group in groups] == ["oslo", "Paris"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("the Kremlin", "Kremlin", True),
        ("Dec. 2019,", "dec 2019", True),
        ("Café", "Cafe\u0301", True),
        ("3", "3 million", False),
        ("$1.13bn", "1.13bn", True),
        ("US", "the", False),
        ("?", "!", False),
    ],
)
def test_what_counts_as_the_same_words(one, other, same):
    assert (normalised_quote(one) == normalised_quote(other)) is same


def test_names_are_looked_for_in_the_article_and_the_date_in_words():
    text = "It rained. " * 30 + "Ann Lee spoke."
    features = passage_features(
        Question.of("What did Ann Lee say in May 2025 in Ulm?"),
        passage(article(text, published=date(2025, 5, 12)), 0, 10),
    )
    assert features["names"] == pytest.approx(4 / 5)  # Ann, Lee, May, 2025, but not Ulm
    assert features["terms"] == pytest.approx(2 / 6)  # near the passage: May and 2025, of these and say


def test_a_book_is_looked_through_only_so_far():
    text = "It rained. " * 10_000 + "Ann Lee spoke."
    features = passage_features(Question.of("What did Ann say?"), passage(article(text), 0, 10))
    assert len(text) > 110_000
    assert features["names"] == 0.0


def test_question_words_and_endings():
    assert Question.of("Who proposed talks in Istanbul in 2022?").content == {"propos", "talk", "istanbul", "2022"}
    assert Question.of("Who proposed talks in Istanbul in 2022?").names == {"istanbul", "2022"}
    assert stem("proposals") == stem("proposal") == "proposal"


def cited(**changes):
    made = {"article_id": "a", "title": "", "source": "", "url": None, "published": None, "start": 4, "end": 8}
    return Citation(**{**made, "quote": "Oslo", "context": "In, Oslo.", "context_start": 0, **changes})


def test_verify_raises_for_every_way_a_citation_can_be_wrong():
    texts = {"a": "In, Oslo. Not Oslo."}
    require_verbatim([cited()], texts)
    for wrong in (
        cited(start=14, end=18, quote="oslo"),
        cited(start=5),
        cited(quote="", start=4, end=4),
        cited(context="In Oslo."),
        cited(repeats=(cited(end=9),)),
        cited(start=-14, end=-10),  # the same words, counted from the end
        cited(context="Not Oslo.", context_start=10),  # does not surround the quote
    ):
        with pytest.raises(CitationError):
            require_verbatim([wrong], texts)


def test_words_for_times_in_a_quote_come_with_the_dates_that_they_mean():
    text = "The sultan died on Friday, officials said."
    dated, undated = article(text, published=date(2020, 1, 12)), article(text, "b")
    found = ask([passage(dated)], [[span(text, "Friday", 2.0)]])
    (citation,) = found.citations
    at = text.index("Friday")
    assert citation.resolved == (ResolvedDate(at, at + 6, "2020-01-10", "Friday, 10 January 2020"),)
    assert (citation.quote, found.text) == ("Friday", "Friday")
    assert ask([passage(undated)], [[span(text, "Friday", 2.0)]]).citations[0].resolved == ()


def test_a_quote_without_words_for_times_has_no_dates():
    text = "The sultan, who liked Black Friday, died in Muscat on 10 January 2020."
    found = ask([passage(article(text, published=date(2020, 1, 12)))], [[span(text, "Muscat on 10 January 2020", 2.0)]])
    assert found.citations[0].resolved == ()


@pytest.mark.parametrize("words", ["Friday", "yesterday", "four", "12", "last month"])
def test_words_that_mean_something_else_in_every_story_confirm_nothing(words):
    one, other = f"The king died {words}.", f"The search ended {words}."
    first, second = article(one), article(other, "b")
    found = ask([passage(first), passage(second)], [[span(one, words, 2.0)], [span(other, words, 1.0)]])
    assert [citation.article_id for citation in found.citations[:1]] == [first.id]
    assert found.citations[0].repeats == ()


@pytest.mark.parametrize("words", ["Oslo", "10 January 2020", "499", "Ida Brandt"])
def test_words_that_mean_the_same_everywhere_still_do(words):
    one, other = f"It was in the end {words}.", f"Others say so too: {words}."
    first, second = article(one), article(other, "b")
    found = ask([passage(first), passage(second)], [[span(one, words, 2.0)], [span(other, words, 1.0)]])
    assert [repeat.article_id for repeat in found.citations[0].repeats] == [second.id]


def ask_in_three(score, question="Where was the treaty signed?"):
    """Sure from 0.8, possible from 0.3."""
    first = article(FIRST)
    return build_answer(
        question, [passage(first)], [[span(FIRST, "Oslo", score, nth=1)]], PLAIN,
        threshold=0.8, possible=0.3, max_answers=3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("score", "sure", "possible", "reason"),
    [
        (2.0, ["Oslo"], [], None),  # 0.88
        (1.0, [], ["Oslo"], Reason.NOT_SURE),  # 0.73
        (-1.0, [], [], Reason.NOT_SURE),  # 0.27
    ],
)
def test_three_things_are_said_sure_possible_and_not_found(score, sure, possible, reason):
    answer = ask_in_three(score)
    assert [each.quote for each in answer.citations] == sure
    assert [each.quote for each in answer.possible] == possible
    assert (answer.reason, answer.found, answer.text) == (reason, bool(sure), "".join(sure))
    assert [each.quote for each in answer.shown] == sure + possible
    assert answer.best == next(iter(answer.shown), None)


def test_an_answer_without_what_the_question_names_is_never_sure():
    answer = ask_in_three(2.0, "Where did Gethin Lowe sign the treaty?")
    assert (answer.found, answer.text) == (False, "")
    assert answer.possible[0].missing == ("Gethin Lowe",)
    assert answer.possible[0].confidence == answer.confidence == pytest.approx(0.8808, abs=1e-4)


def test_a_further_answer_that_is_less_sure_stands_among_the_possible_ones():
    first = article("The treaty was signed in Oslo, some say in Rome.")
    spans = [span(first.text, "Oslo", 2.0), span(first.text, "Rome", 1.0)]
    answer = build_answer(
        "Where was it signed?", [passage(first)], [spans], PLAIN, threshold=0.6, possible=0.1, max_answers=3
    )
    assert [each.quote for each in answer.citations] == ["Oslo"]
    assert [each.quote for each in answer.possible] == ["Rome"]
    assert answer.reason is None
