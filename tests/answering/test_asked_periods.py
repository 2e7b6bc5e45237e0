"""The days that a question asks for are shown and can be left out; so is what a filter by date leaves out."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from answer_fakes import ANSWER
from test_assistant import OSLO, PLAIN, ROME, PatternReader, WordEncoder, note

from qa.assistant import Assistant
from qa.cli.render import answer_lines
from qa.config import Settings
from qa.datatypes import AskedPeriod, Where
from qa.library import Library
from qa.serialization.answers import answer_from_dict, answer_to_dict
from qa.serialization.conversations import StoredTurn
from qa.serialization.markdown import answer_to_markdown
from qa.serialization.periods import period_words, undated_words
from ui.render.turns import turn_html

MAY = AskedPeriod(date(2025, 5, 1), date(2025, 5, 31), "in May 2025")
TODAY = date(2025, 6, 20)


@pytest.fixture
def assistant(tmp_path):
    with Library.open(tmp_path / "library", Settings(), encoder=WordEncoder()) as library:
        undated = [note(f"Note{n}", f"The treaty was signed in Bergen by number {n} on the list.") for n in (1, 2)]
        library.add_documents([OSLO, ROME, *undated])
        yield Assistant(library, PatternReader("Oslo|Rome"), PLAIN)


def test_the_days_that_are_asked_for_are_told_and_can_be_left_out(assistant):
    question = "Where was the treaty signed last month?"
    assert assistant.ask(question, asked_on=TODAY).period == AskedPeriod(MAY.first, MAY.last, "last month")
    assert assistant.ask(question, asked_on=TODAY, any_time=True).period is None
    assert assistant.ask("Where was the treaty signed?", asked_on=TODAY).period is None
    two = assistant.ask("Where was the treaty signed in May 2025? Who signed it?", asked_on=TODAY)
    assert two.period == MAY


@pytest.mark.parametrize(
    ("where", "question", "told"),
    [
        (Where(published_from=date(2025, 1, 1)), "Where was it signed?", "2 undated articles are left out."),
        (None, "Where was it signed? before:2026", "2 undated articles are left out."),
        (Where(sources=("upload:Note1",), published_to=TODAY), "Where?", "1 undated article is left out."),
        (Where(sources=("upload:Oslo",), published_to=TODAY), "Where was it signed?", ""),
        (Where(sources=("upload:Note1",)), "Where was it signed?", ""),
        (None, "Where was it signed last month?", ""),  # undated articles are read as well
    ],
)
def test_how_many_undated_articles_a_filter_by_date_leaves_out(assistant, where, question, told):
    note = assistant.ask(question, where=where, asked_on=TODAY).note
    assert told in note
    assert ("left out" in note) == bool(told)


def test_in_words():
    assert period_words(MAY) == "“in May 2025”: 1 May 2025 to 31 May 2025"
    assert period_words(AskedPeriod(TODAY, TODAY, "today")) == "“today”: 20 June 2025"
    assert period_words(AskedPeriod(TODAY, None, "since Friday")) == "“since Friday”: since 20 June 2025"
    assert period_words(AskedPeriod(None, TODAY, "by Friday")) == "“by Friday”: until 20 June 2025"
    assert [undated_words(n) for n in (0, 1, 2000)] == [
        "",
        "1 undated article is left out.",
        "2,000 undated articles are left out.",
    ]


def test_in_json_markdown_and_the_shell():
    answer = replace(ANSWER, period=MAY)
    values = answer_to_dict(answer)
    assert values["period"] == {"first": "2025-05-01", "last": "2025-05-31", "words": "in May 2025"}
    assert answer_from_dict(json.loads(json.dumps(values))).period == MAY
    assert "period" not in answer_to_dict(ANSWER)
    words = "“in May 2025”: 1 May 2025 to 31 May 2025, articles of these days first"
    assert f"{words}." in answer_to_markdown(answer)
    assert answer_lines(answer, styled=False)[0].plain == f"{words}; without that: --any-time"


def test_a_chip_on_the_page_that_can_be_taken_off():
    shown = AskedPeriod(MAY.first, None, "<b>since May</b>")
    stored = StoredTurn(7, "When?", replace(ANSWER, period=shown), datetime(2025, 6, 20, tzinfo=UTC))
    page = turn_html(stored, {})
    assert "“&lt;b&gt;since May&lt;/b&gt;”: since 1 May 2025, articles of these days first" in page
    assert 'data-does="any-time" data-value="7" aria-label="Ask again, of articles of all days"' in page
    assert "any-time" not in turn_html(replace(stored, answer=ANSWER), {})
