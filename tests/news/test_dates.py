"""Words for times in a passage, and what they mean by the day of publication."""

import re
import subprocess
import sys
from datetime import date

import pytest
from effort import grows_with_its_length
from hypothesis import given
from hypothesis import strategies as st

from qa.news.dates import is_relative, resolve

FRIDAY = date(2020, 1, 10)


def said(text, published=FRIDAY):
    return [(text[each.start : each.end], each.value) for each in resolve(text, 0, len(text), published)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        # days
        ("He said on Tuesday that it was over.", "Tuesday", "2020-01-07"),
        ("He said on Friday that it was over.", "Friday", "2020-01-10"),
        ("He said on Saturday that it was over.", "Saturday", "2020-01-04"),
        ("They will meet in Paris on Tuesday.", "Tuesday", "2020-01-14"),
        ("They are to meet in Paris on Friday.", "Friday", "2020-01-10"),
        ("The vote is scheduled for Monday, he said.", "Monday", "2020-01-13"),
        ("The court ruled Monday night against him.", "Monday night", "2020-01-06"),
        ("It was stopped late Thursday.", "late Thursday", "2020-01-09"),
        ("She resigned last Friday.", "last Friday", "2020-01-03"),
        ("The hearing is next Wednesday.", "next Wednesday", "2020-01-15"),
        ("The hearing is this coming Sunday.", "this coming Sunday", "2020-01-12"),
        ("It fell on Tuesday of last week.", "Tuesday of last week", "2019-12-31"),
        ("He arrived yesterday.", "yesterday", "2020-01-09"),
        ("He arrived the day before yesterday.", "the day before yesterday", "2020-01-08"),
        ("He leaves tomorrow morning.", "tomorrow morning", "2020-01-11"),
        ("Prices fell today.", "today", "2020-01-10"),
        ("It burned last night.", "last night", "2020-01-09"),
        ("Two days ago it rained.", "Two days ago", "2020-01-08"),
        ("It rained 12 days ago.", "12 days ago", "2019-12-29"),
        # days without a year
        ("He was seen on January 3.", "January 3", "2020-01-03"),
        ("He was seen on Dec. 30 in Rome.", "Dec. 30", "2019-12-30"),
        ("He was seen on Dec 30 in Rome.", "Dec 30", "2019-12-30"),
        ("He was seen on 30 Dec in Rome.", "30 Dec", "2019-12-30"),
        ("He was seen on the 30th of December.", "the 30th of December", "2019-12-30"),
        ("He was arrested on Aug. 6 in Rome.", "Aug. 6", "2019-08-06"),
        ("It will close on 15 August.", "15 August", "2020-08-15"),
        ("He was arrested on Wednesday, Dec. 11.", "Wednesday, Dec. 11", "2019-12-11"),
        ("It will open on Tuesday 7 July.", "Tuesday 7 July", "2020-07-07"),
        # weeks and weekends
        ("Sales rose last week.", "last week", "2020-W01"),
        ("Sales rose this week.", "this week", "2020-W02"),
        ("It will end next week.", "next week", "2020-W03"),
        ("It began three weeks ago.", "three weeks ago", "2019-W51"),
        ("It rained over the weekend.", "the weekend", "2020-01-04/2020-01-05"),
        ("It will rain at the weekend.", "the weekend", "2020-01-11/2020-01-12"),
        # months
        ("She left in June.", "June", "2019-06"),
        ("She will leave in March.", "March", "2020-03"),
        ("She left last November.", "last November", "2019-11"),
        ("She left in June last year.", "June last year", "2019-06"),
        ("She left in early December.", "early December", "2019-12"),
        ("It was due to open by May.", "May", "2020-05"),
        ("It opened earlier this month.", "earlier this month", "2020-01"),
        ("It opened last month.", "last month", "2019-12"),
        ("It opened five months ago.", "five months ago", "2019-08"),
        ("It will open next month.", "next month", "2020-02"),
        # seasons, quarters, years
        ("It opened last spring.", "last spring", "2019-21"),
        ("It will open next summer.", "next summer", "2020-22"),
        ("The bridge fell last autumn.", "last autumn", "2019-23"),
        ("It opened last year.", "last year", "2019"),
        ("It will open next year.", "next year", "2021"),
        ("It will be ready by the end of the year.", "the end of the year", "2020"),
        ("It opened two years ago.", "two years ago", "2018"),
        ("It opened almost ten years ago.", "almost ten years ago", "2010~"),
        ("It opened a decade ago.", "a decade ago", "2010~"),
        ("The company lost $3 million in the fourth quarter.", "the fourth quarter", "2019-36"),
        ("Profits fell in last year's third quarter.", "last year's third quarter", "2019-35"),
    ],
)
def test_one_expression(text, words, value):
    assert said(text) == [(words, value)]


@pytest.mark.parametrize(
    "text",
    [
        "The May Day parade was long.", "Mr. Friday was late.", "He told the Sunday Times so.", "It may rain.",
        "They march on the town.", "He came second.", "Theresa May resigned.", "It happened on 10 January 2020.",
        "It happened on January 10, 2020.", "It opened in March 2019.", "He stayed for two years.",
        "It rains every day.",
        "It opens every Friday.", "He works Mondays.", "He works Monday to Friday.", "It happened in 2019.",
        "It happened on 10 Jan 2020.", "It was in Jan 2019.",
        "Shops are full on Black Friday.", "She sang on Good Friday.", "He watched Saturday Night Live.",
        "It happened a few years ago.", "It happened more than two years ago.", "The last two weeks were hard.",
        "In the past year it grew.", "He was born on July 4.", "In June 1998 he fled and in August he returned.",
        "He scored in the fourth quarter, and investors in the club rejoiced.", "He spoke to April Jones.",
        "A week from Friday it ends.", "It was the previous Friday.",
        "Now it is over, and recently it was not.", "A 20-year-old man died at 10:35.",
        "The October Revolution failed.",
        "The Sept. 11 attacks changed it.", "Winter came; last winter was cold.", "Today's youth read little.",
        "The fiscal third quarter brought the company a loss.", "He will appeal Tuesday's ruling.",
        "He stays one day.", "It was on Friday, March 15, 2019.", "It was on Friday, 15 March 2019.",
        "Fireworks on the Fourth of July.", "He writes for USA Today.", "He was on Carlson Tonight.",
        "The August 6 committee will meet.",
        "It was best by March 21-April 4, 2024.", "He was blamed for the Feb. 29 crash.",
        "The summit in March was agreed.", "Man of the year.", "It was on Feb. 30.",
    ],
)  # fmt: skip
def test_nothing_is_made_of_what_is_no_date_or_no_sure_one(text):
    assert said(text) == []


def test_what_may_have_been_is_past():
    assert said("Officials said on Saturday it may have killed them.") == [("Saturday", "2020-01-04")]
    assert said("It may have begun on Saturday.") == [("Saturday", "2020-01-04")]


def test_each_verb_rules_the_time_beside_it():
    text = "He said Thursday that he will resign on Monday, and the board met on Wednesday."
    assert said(text) == [("Thursday", "2020-01-09"), ("Monday", "2020-01-13"), ("Wednesday", "2020-01-08")]


def test_a_speaker_named_at_the_end_does_not_make_the_plan_a_past_one():
    text = "The board has decided to admit Poland, Hungary and others in early March, an official said."
    assert said(text) == [("early March", "2020-03")]


def test_a_past_year_in_the_sentence_says_nothing_of_what_is_to_come():
    text = "Poland, which was invited in July 1997, will join on March 12."
    assert said(text) == [("March 12", "2020-03-12")]
    assert said("Poland, which was invited in July 1997, joined on March 12.") == []


def test_a_feast_is_no_date():
    assert said("We hope you have a happy Fourth of July!", date(2023, 7, 4)) == []


def test_results_of_a_quarter_that_is_not_over_are_those_of_a_fiscal_one():
    text = "The company's net income fell in the fourth quarter."
    assert said(text, date(2019, 11, 2)) == []
    assert said(text, date(2020, 1, 10)) == [("the fourth quarter", "2019-36")]


def test_a_year_earlier_is_counted_from_the_quarter_or_year_that_was_named():
    text = "The company earned $3 million in the third quarter of 2019, up from $2 million a year earlier."
    assert said(text) == [("a year earlier", "2018-35")]
    assert said("In 2015 he won; the following year he lost.") == [("the following year", "2016")]
    assert said("A year earlier he had lost.") == []


def test_a_quarter_that_ended_names_itself():
    text = "The company had a loss in the quarter ended Sept. 30."
    assert said(text)[0] == ("the quarter", "2019-35")


@pytest.mark.parametrize(
    ("text", "words", "precision"),
    [
        ("on Friday", "Friday, 10 January 2020", "day"),
        ("since last month", "December 2019", "month"),
        ("since last year", "2019", "year"),
        ("this week", "the week of 6 January 2020", "week"),
        ("last autumn", "autumn 2019", "season"),
        ("last quarter", "the fourth quarter of 2019", "quarter"),
        ("a decade ago", "about 2010", "year"),
        ("over the weekend", "the weekend of 4 January 2020", "weekend"),
    ],
)
def test_words_for_people(text, words, precision):
    (found,) = resolve(text, 0, len(text), FRIDAY)
    assert (found.words, found.precision) == (words, precision)


def test_what_touches_the_span_is_resolved_whole_with_the_tense_of_the_words_around_it():
    text = "They will meet on Tuesday. He left on Monday."
    start = text.index("Tuesday")
    (found,) = resolve(text, start, start + 7, FRIDAY)
    assert (found.start, found.end, found.value) == (start, start + 7, "2020-01-14")
    assert [each.value for each in resolve(text, start + 1, start + 4, FRIDAY)] == ["2020-01-14"]
    assert resolve(text, 0, start, FRIDAY) == ()
    assert resolve("It was on 10 January 2019.", 13, 20, FRIDAY) == ()
    assert resolve("10 January 2019", 0, 10, FRIDAY) == ()


def test_a_span_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="5 characters: 2 to 9"):
        resolve("Hello", 2, 9, FRIDAY)


def test_29_february_is_looked_for_in_leap_years_only():
    assert said("It snowed on Feb. 29.", date(2020, 3, 5)) == [("Feb. 29", "2020-02-29")]
    assert said("It snowed on Feb. 29.", date(2022, 3, 5)) == []


def test_the_edge_of_the_calendar_is_silence():
    assert said("It fell last year.", date(1, 1, 1)) == []
    assert said("It fell on Tuesday.", date(1, 1, 1)) == []


@pytest.mark.parametrize(
    "text", ["Friday", "on Friday", "yesterday", "last year", "Last week.", "two days ago", "in March"]
)
def test_a_bare_answer_that_is_relative(text):
    assert is_relative(text)


@pytest.mark.parametrize(
    "text", ["10 January 2020", "2019", "for two years", "every day", "Mr. Friday", "Paris", "", "may"]
)
def test_a_bare_answer_that_is_not(text):
    assert not is_relative(text)


WORDS = st.sampled_from(
    "on in last next this the Friday Monday March May Jan. 10 2019 two days weeks years ago earlier week year quarter "
    "third will said was , . \n a of every weekend spring".split(" ")
)


@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=80), st.dates())
def test_offsets_are_those_of_the_words_and_no_text_is_too_odd(text, published):
    found = resolve(text, 0, len(text), published)
    assert [each.start for each in found] == sorted(each.start for each in found)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert text[each.start : each.end].strip() == text[each.start : each.end]
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?|-W\d\d)?~?|\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", each.value)
        assert each.period.first <= each.period.last


@pytest.mark.parametrize(
    "text", ["a " * 20_000, "Friday " * 1_500, "January " * 1_500, "the " * 10_000, " " * 40_000, "9" * 40_000]
)
def test_a_long_text_takes_time_by_its_length_only(text):
    assert grows_with_its_length(lambda given: resolve(given, 0, len(given), FRIDAY), text)


def test_the_module_is_light():
    code = "import sys, qa; old = set(sys.modules); import qa.news.dates, qa.news.asked_dates as _; "
    code += "print(*set(sys.modules) - old)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if not name.startswith("qa.news")} <= {
        "calendar",
        "locale",
        "_locale",
        "encodings.aliases",
    }


def test_an_expression_is_never_cut():
    text = "The court ruled late on Monday, and again last Tuesday night."
    start = text.index("Tuesday")
    (found,) = resolve(text, start, start + 7, FRIDAY)
    assert text[found.start : found.end] == "last Tuesday night"
