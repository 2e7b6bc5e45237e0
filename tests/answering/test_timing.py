"""What a question says of time: which passages are read for it, and which answers come first."""

from datetime import date

import pytest

from qa.answering.builder import build_answer
from qa.answering.calibration import Calibration
from qa.answering.timing import ANY_TIME, Timing, to_read
from qa.datatypes import Article, Passage, RetrievedPassage, Span, Where
from qa.logistic import Logistic

TODAY = date(2025, 6, 20)
WINNERS = {2022: "Leif Aagaard", 2023: "Paola Renzi", 2024: "Mireille D’Angelo", 2025: "Zdeněk Šimko"}
ORDER = Calibration(
    Logistic(0.0, {"span": 1.0, "period": 1.5, "age": -2.0}), Logistic(0.0, {"rank": 1.0, "share": 0.0})
)


def told(winner, published, number):
    article = Article(f"a{number}", "Skell film prize", f"{winner} won the Skell film prize.", "f", published=published)
    return RetrievedPassage(Passage(number, article.id, 0, len(article.text)), article, 1, 1, 0.5, 1.0)


PASSAGES = [told(name, date(year, 6, 9), year) for year, name in WINNERS.items()]


def first(question, passages=PASSAGES):
    spans = [[Span(0, each.text.index(" won"), 1.0)] for each in passages]
    timing = Timing.of(question, TODAY)
    answer = build_answer(question, passages, spans, ORDER, threshold=0.0, max_answers=1, timing=timing)
    return answer.shown[0].quote


@pytest.mark.parametrize(
    ("question", "winner"),
    [
        ("Who won the Skell film prize in 2023?", "Paola Renzi"),
        ("Who won the Skell film prize last year?", "Mireille D’Angelo"),
        ("Who won the Skell film prize in June 2022?", "Leif Aagaard"),
        ("Who won the latest Skell film prize?", "Zdeněk Šimko"),
    ],
)
def test_the_article_of_the_days_asked_for_answers_and_the_newest_for_the_latest(question, winner):
    assert first(question) == winner


def test_a_later_article_that_names_the_year_itself_is_as_good():
    later = told("Ada Quill in 2023 as nobody else", date(2025, 1, 2), 9)
    timing = Timing.of("Who won in 2023?", TODAY)
    assert timing.features(later.article, later.text, [])["period"] == 0.0
    assert timing.features(PASSAGES[3].article, PASSAGES[3].text, [])["period"] == -1.0
    assert timing.features(PASSAGES[1].article, PASSAGES[1].text, [])["period"] == 1.0


def test_what_happened_at_the_end_of_a_period_may_be_told_right_after_it():
    timing = Timing.of("Who won in May 2025?", TODAY)
    assert timing.is_within(date(2025, 6, 3))
    assert not timing.is_within(date(2025, 6, 4))
    assert not timing.is_within(date(2025, 4, 30))


def test_an_undated_article_is_the_last_for_the_latest_and_neither_for_a_period():
    undated = told("Ada Quill", None, 9).article
    dates = [date(2025, 6, 9), date(2024, 6, 9)]
    assert Timing.of("Who is it now?", TODAY).features(undated, "", dates) == {"period": 0.0, "age": 1.0}
    assert Timing.of("Who was it in 2023?", TODAY).features(undated, "", dates) == {"period": 0.0, "age": 0.0}


def test_a_question_without_a_time_changes_nothing():
    assert not Timing.of("Who won the prize?", TODAY)
    assert to_read(PASSAGES, ANY_TIME, lambda where: pytest.fail(f"asked for {where}"), None, 2) == PASSAGES


def test_half_of_what_is_read_fits_the_time_within_the_filter_that_was_given():
    asked = []
    many = [told(f"Nobody {number}", date(2020, 1, 1), number) for number in range(8)]

    def within(where):
        asked.append(where)
        return PASSAGES[1:2]

    timing = Timing.of("Who won in 2023?", TODAY)
    read = to_read(many, timing, within, Where(published_from=date(2023, 2, 1), sources=("a",)), 4)
    assert [each.passage.id for each in read[:3]] == [0, 1, 2023]
    assert sorted(each.passage.id for each in read) == [0, 1, 2, 3, 4, 5, 6, 7, 2023]
    assert asked == [Where(published_from=date(2023, 2, 1), published_to=date(2024, 1, 3), sources=("a",))]


def test_for_the_latest_the_newest_of_the_near_passages_are_read():
    read = to_read([*PASSAGES], Timing(latest=True), lambda where: [], None, 2)
    assert [each.passage.id for each in read] == [2022, 2025, 2023, 2024]
