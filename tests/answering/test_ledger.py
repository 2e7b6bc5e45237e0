"""What articles of different days say to one question stands newest first, and only that."""

from dataclasses import replace
from datetime import date

import pytest

from qa.answering.citing import citation_of
from qa.answering.ledger import newest_first
from qa.datatypes import Article

OLD, NEW = date(2024, 6, 12), date(2025, 9, 2)


def cited(sentence, quote, confidence, published, title="The hospital"):
    article = Article(sentence, title, sentence, "s", published=published)
    start = sentence.index(quote)
    place = (start, start + len(quote))
    return replace(citation_of(article, place, (0, len(sentence))), confidence=confidence)


PLANNED = cited("The new hospital will open in spring 2027.", "spring 2027", 0.5, OLD)
LATE = cited("The new hospital will open a year late, in spring 2028.", "spring 2028", 0.3, NEW)
ASKED = "When will the new hospital open?"


def test_the_newest_comes_first_as_sure_as_both_are_together():
    found, note = newest_first(ASKED, [PLANNED, LATE])
    assert found == [replace(each, confidence=pytest.approx(0.65)) for each in (LATE, PLANNED)]
    assert (
        note == "Told differently by date, newest first. 2 September 2025: “spring 2028”; 12 June 2024: “spring 2027”."
    )


def test_what_does_not_compete_stays_behind():
    lapse = replace(LATE, confidence=0.1, quote="a year late")
    found, _ = newest_first(ASKED, [PLANNED, LATE, lapse])
    assert found[2] == lapse


def test_amounts_compete_in_a_question_that_names_none():
    old = cited("The jobless rate in Skell fell to 4.4 per cent.", "4.4 per cent", 0.4, OLD)
    new = cited("The jobless rate in Skell rose to 4.9 per cent.", "4.9 per cent", 0.4, NEW)
    found, _ = newest_first("What is the jobless rate in Skell?", [old, new])
    assert [each.quote for each in found] == ["4.9 per cent", "4.4 per cent"]


def test_a_place_that_says_it_again_later_counts_by_its_newest_day():
    again = replace(PLANNED, repeats=(replace(PLANNED, article_id="x", published=date(2026, 1, 1)),))
    found, _ = newest_first(ASKED, [again, LATE])
    assert [each.quote for each in found] == ["spring 2027", "spring 2028"]


@pytest.mark.parametrize(
    "other",
    [
        replace(LATE, confidence=0.19),  # far less likely
        replace(LATE, published=OLD),
        replace(LATE, published=None),
        replace(LATE, missing=("Oxley",)),
        cited("The new hospital will open in 2027, in spring.", "2027", 0.3, NEW),  # says the same
        cited("The new school will be ready in spring 2028.", "spring 2028", 0.3, NEW, "The school"),
        cited("The new hospital was opened by the mayor.", "the mayor", 0.3, NEW),  # no time
    ],
)
def test_nothing_changes_where_nothing_competes(other):
    assert newest_first(ASKED, [PLANNED, other]) == ([PLANNED, other], "")


def test_numbers_of_different_things_do_not_compete():
    dead = cited("Five people died in the fire on the ferry.", "Five", 0.5, NEW)
    aboard = cited("The fire broke out on the ferry with 214 people on board.", "214", 0.4, OLD)
    assert newest_first("How many people died in the ferry fire?", [dead, aboard]) == ([dead, aboard], "")
    cost = cited("Five people died on the ferry, which cost £9 million.", "£9 million", 0.4, OLD)
    assert newest_first("How many people died on the ferry?", [dead, cost]) == ([dead, cost], "")


def test_what_a_number_counts_is_read_around_the_quote():
    old = cited("The jobless rate in Skell fell to 4.4 per cent.", "4.4", 0.4, OLD)
    new = cited("The jobless rate in Skell rose to 4.9 per cent in April.", "4.9 per cent in April", 0.4, NEW)
    assert [each.quote for each in newest_first("What is the jobless rate in Skell?", [old, new])[0]] == [
        "4.9 per cent in April",
        "4.4",
    ]
    loss = cited("The jobless rate in Skell cost 4.9 million.", "4.9 million", 0.4, NEW)
    assert newest_first("What is the jobless rate in Skell?", [old, loss])[1] == ""


def test_an_empty_answer():
    assert newest_first(ASKED, []) == ([], "")
