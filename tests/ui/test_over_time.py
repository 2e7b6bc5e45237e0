"""Articles over time as bars that choose days, and the timeline's page."""

import re
from datetime import date
from itertools import pairwise

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient
from test_assistant import WordEncoder, note

from qa.config import Settings
from qa.datatypes import Where
from qa.library import Library
from qa.storage.over_time import Bar, bars
from ui.render.over_time import HEIGHT, bars_html
from ui.render.sidebar import filter_html
from ui.web.timeline import timeline_response


def in_words(*days):
    return [(bar.words, bar.count) for bar in bars(dict(days))]


def test_weeks_then_months_then_years():
    assert in_words((date(2025, 5, 7), 2), (date(2025, 5, 11), 1), (date(2025, 5, 19), 4)) == [
        ("5 May 2025 to 11 May 2025", 3),
        ("12 May 2025 to 18 May 2025", 0),
        ("19 May 2025 to 25 May 2025", 4),
    ]
    months = in_words((date(2024, 11, 30), 2), (date(2025, 6, 1), 1))
    assert months[:2] == [("November 2024", 2), ("December 2024", 0)]
    assert (len(months), months[-1]) == (8, ("June 2025", 1))
    years = in_words((date(1999, 12, 31), 2), (date(2025, 6, 1), 1))
    assert (len(years), years[0], years[-1]) == (27, ("1999", 2), ("2025", 1))
    decades = in_words((date(1899, 12, 31), 2), (date(2025, 6, 1), 1))
    assert (len(decades), decades[0], decades[-1]) == (14, ("1890 to 1899", 2), ("2020 to 2029", 1))
    assert bars({}) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 2, 28), date(2024, 3, 9)),
        (date(2020, 1, 31), date(2023, 2, 1)),
        (date(1990, 12, 31), date(2025, 1, 1)),
        (date.min, date.max),
    ],
)
def test_the_days_of_a_bar_are_whole_and_leave_none_out(first, last):
    found = bars({first: 1, last: 1})
    assert found[0].first <= first
    assert found[-1].last >= last
    assert all((later.first - bar.last).days == 1 for bar, later in pairwise(found))
    assert sum(bar.count for bar in found) == 2
    assert len(found) <= 1000


MAY = Bar(date(2025, 5, 1), date(2025, 5, 31), "May 2025", 4)
BARS = [
    MAY,
    Bar(date(2025, 6, 1), date(2025, 6, 30), "June 2025", 0),
    Bar(date(2025, 7, 1), date(2025, 7, 31), "July 2025", 1),
]


def test_a_bar_is_a_button_that_says_what_it_chooses():
    may, june, july = re.findall("<li>.*?</li>", bars_html(BARS, Where(date(2025, 7, 1), date(2025, 7, 31))))
    assert 'data-does="days" data-value="2025-05-01 2025-05-31" aria-pressed="false"' in may
    assert '<span class="sr-only">May 2025: 4 articles</span>' in may
    assert f'<rect width="100%" y="0" height="{HEIGHT}"/>' in may
    assert " disabled" in june
    assert 'aria-pressed="true"' in july
    assert "July 2025: 1 article<" in july
    assert bars_html([MAY], Where()) == bars_html([], Where()) == ""
    assert '<ul class="over-time"' in filter_html(Where(), {}, {}, {}, BARS)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", Settings(), encoder=WordEncoder()) as opened:
        opened.add_documents(
            [
                note("Opened <b>", "The harbour bridge was opened to cars after four years of work.", "2024-05-01"),
                note("Closed", "Engineers closed the harbour bridge on Tuesday because of cracks.", "2025-03-06"),
                note("Undated", "Nobody knows when this was written about the harbour."),
            ]
        )
        yield opened


def test_counted_by_the_library_within_a_filter(library):
    assert library.store.count_by_day() == {date(2024, 5, 1): 1, date(2025, 3, 6): 1}
    found = library.over_time()
    assert (len(found), sum(bar.count for bar in found), found[-1].words) == (11, 2, "March 2025")
    assert [bar.count for bar in library.over_time(Where(published_from=date(2025, 1, 1)))] == [1]


def test_a_timeline_has_a_page_and_files(library):
    app = Starlette(routes=[Route("/timeline", lambda request: timeline_response(library, request, ""))])
    client = TestClient(app)
    page = client.get("/timeline", params={"topic": "harbour bridge"})
    assert page.status_code == 200
    assert page.text.index("1 May 2024") < page.text.index("4 March 2025")
    assert "Opened &lt;b&gt;" in page.text
    assert 'href="timeline?topic=harbour+bridge&amp;form=csv" download>CSV</a>' in page.text
    saved = client.get("/timeline", params={"topic": "harbour bridge", "form": "csv"})
    assert saved.headers["Content-Disposition"] == 'attachment; filename="timeline.csv"'
    assert saved.text.splitlines()[1].startswith("2024-05-01,")
    none = client.get("/timeline", params={"topic": "<i>lighthouse"})
    assert none.status_code == 404
    assert "<h1>&lt;i&gt;lighthouse</h1>" in none.text
    assert client.get("/timeline").status_code == 404
