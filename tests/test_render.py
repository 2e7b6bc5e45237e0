"""What the page shows, as strings: worked examples, exact marks, and hostile text that stays text."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from chat_fakes import FERRY, HARBOUR, TIMETABLE, cite, missing, nearest
from hypothesis import given
from hypothesis import strategies as st

from qa.datatypes import Answer, Article, Failure, Progress, Reason, Report
from ui import render, render_library

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'${alert(3)}`{{value}}"


class Page(HTMLParser):
    """Tags, attributes, text and marked text of a piece of HTML, read as a browser would."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marks, self._marking = [], [], "", [], False
        self.paragraphs = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag == "mark":
            self._marking = True
            self.marks.append("")
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag):
        self._marking = self._marking and tag != "mark"

    def handle_data(self, data):
        self.text += data
        if self._marking:
            self.marks[-1] += data
        if self.paragraphs:
            self.paragraphs[-1] += data


def answer(*citations, confidence=0.87):
    return Answer("Q?", citations[0].quote, confidence, citations, ())


@pytest.fixture
def first():
    start = FERRY.text.index("21:40")
    return cite(FERRY, start, start + 5)


@pytest.mark.parametrize(
    ("published", "shown"),
    [(date(2025, 5, 12), "12 May 2025"), (date(1999, 12, 1), "1 December 1999"), (None, "undated")],
)
def test_dates_read_as_a_person_writes_them(published, shown):
    assert render.day(published) == shown


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example/a?b=1", "https://news.example/a?b=1"),
        ("HTTP://news.example/", "http://news.example/"),
        ("javascript:alert(1)", None),
        (" javascript:alert(1)", None),
        ("java\nscript://news.example/%0aalert(1)", None),
        ("data:text/html,<script>", None),
        ("//news.example", None),
        ("https://", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_only_http_addresses_become_links(url, address):
    assert render.web_address(url) == address


@pytest.mark.parametrize(
    ("source", "url", "site", "name"),
    [
        ("/home/someone/news/timetable.md", None, None, "timetable.md"),
        ("/home/someone/rows.csv#12", None, None, "rows.csv#12"),
        ("upload:harbour.txt", None, None, "harbour.txt (uploaded)"),
        ("sample:ferry.txt", None, None, "sample article"),
        ("sample:ferry.txt", "https://www.news.example/ferry", None, "news.example"),
        ("https://news.example/x", None, "The News", "The News"),
        ("/home/someone/a.txt", "javascript:alert(1)", None, "a.txt"),
    ],
)
def test_a_source_is_named_by_publisher_then_host_then_file(source, url, site, name):
    assert render.source_name(source, url, site) == name


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [(0.0, "Low confidence · 1%"), (0.49, "Low confidence · 49%"), (0.5, "Fair confidence · 50%"),
     (0.8, "High confidence · 80%"), (0.876, "High confidence · 88%"), (1.0, "High confidence · 99%")],
)  # fmt: skip
def test_confidence_is_words_and_a_percentage_and_never_certainty(confidence, shown):
    assert Page(render.confidence_html(confidence)).text == shown


def test_an_answer_shows_its_words_then_the_sentence_with_exactly_them_marked(first):
    page = Page(render.answer_html(answer(first)))
    assert page.marks == ["21:40"]
    assert page.text.startswith("21:40High confidence · 87%Captain Ida Brandt said the first crossing leaves at 21:40.")
    assert "The night ferry returns12 May 2025 · news.example" in page.text
    assert ("data-start", str(first.start)) in page.attributes
    assert ("data-end", str(first.end)) in page.attributes
    assert ("rel", "noopener noreferrer") in page.attributes


def test_the_place_that_is_marked_is_the_offset_not_the_first_such_word():
    article = replace(FERRY, text="At 21:40 or at 21:40?")
    html = render.citation_html(cite(article, 15, 20))
    assert "At 21:40 or at <mark>21:40</mark>?" in html


def test_repeats_and_other_answers_are_told_apart(first):
    start = TIMETABLE.text.index("21:40")
    other = HARBOUR.text.index("22:00")
    best = replace(first, repeats=(cite(TIMETABLE, start, start + 5),))
    page = Page(render.answer_html(answer(best, cite(HARBOUR, other, other + 5))))
    assert "Also inSummer timetable, undated" in page.text
    assert page.text.index("Less likely answers") < page.text.index("22:00 87%")
    assert page.marks == ["21:40", "22:00"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.NO_ARTICLES, "There are no articles to read."),
        (Reason.NOTHING_RELEVANT, "Your articles don’t say."),
        (Reason.NOT_SURE, "Your articles don’t clearly say."),
    ],
)
def test_not_found_says_so_and_marks_nothing(reason, words):
    near = (nearest(FERRY), nearest(TIMETABLE), nearest(HARBOUR), nearest(HARBOUR))
    page = Page(render.answer_html(missing("Q?", reason, near)))
    assert page.text.startswith(words)
    assert page.marks == []
    shown = page.tags.count("li")
    assert shown == (0 if reason is Reason.NO_ARTICLES else render.NEAREST)
    assert ("Nearest passages, not answers" in page.text) == bool(shown)
    assert ("data-exact", "1") not in page.attributes


def test_every_reason_has_its_words():
    assert all(render.answer_html(missing("Q?", reason)) for reason in Reason)


def test_a_turn_is_reading_until_it_is_answered_or_has_failed(first):
    assert 'class="turn reading"' in render.turn_html("Q?", None, None)
    assert 'class="turn found"' in render.turn_html("Q?", answer(first), None)
    assert 'class="turn not-found"' in render.turn_html("Q?", missing("Q?", Reason.NOT_SURE), None)
    failed = Page(render.turn_html("Q?", None, "The model <x> is missing."))
    assert failed.text == "Q?The model <x> is missing."


def test_a_completed_follow_up_is_shown_as_it_was_read(first):
    completed = replace(answer(first), question="When does the ferry leave?")
    assert "Read as: When does the ferry leave?" in Page(render.turn_html("When?", completed, None)).text
    assert "Read as" not in render.turn_html("Q?", answer(first), None)


def test_a_long_question_is_not_repeated_in_full():
    shown = Page(render.question_html("why " * 250_000)).text
    assert shown.endswith("why …")
    assert len(shown) <= render.SHOWN_QUESTION + 2


def test_what_is_spoken_is_one_sentence(first):
    assert render.spoken(answer(first)) == "Answer: 21:40. From The night ferry returns, 12 May 2025."
    assert render.spoken(missing("Q?", Reason.NOTHING_RELEVANT)) == (
        "Your articles don’t say. Nothing in them is about this."
    )


def test_the_article_keeps_its_paragraphs_and_has_one_mark(first):
    page = Page(render.article_html(FERRY, first.start, first.end, exact=True))
    assert page.paragraphs[0] == "12 May 2025 · Nils Aas · news.example (opens the original in a new tab)"
    assert page.paragraphs[1:] == FERRY.text.split("\n\n")
    assert page.marks == ["21:40"]
    assert page.text.startswith("The night ferry returns")


def test_a_near_passage_is_shown_without_a_mark():
    html = render.article_html(FERRY, 4, 15, exact=False)
    assert "<mark>" not in html
    assert 'The <span class="passage">night ferry</span> to' in html


@given(
    st.text(alphabet=st.sampled_from("ab <>&\"'\n\u202e"), max_size=60),
    st.integers(-3, 65),
    st.integers(-3, 65),
)
def test_the_marks_of_an_article_are_its_slice_and_nothing_is_lost(text, start, end):
    article = Article("0" * 16, "T", text, "sample:t")
    html = render.article_html(article, start, end, exact=True).partition("</header>")[2]
    page = Page(html)
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", text) if m[0].strip()]
    inside = "".join(c for first, line in lines for i, c in enumerate(line, first) if start <= i < end)
    assert page.paragraphs == [line for _, line in lines]
    assert "".join(page.marks) == inside
    assert set(page.tags) <= {"p", "mark"}


def hostile_article():
    return Article(
        id="e" * 16, title=HOSTILE + "\u202etxt.exe", text=HOSTILE, source="upload:" + HOSTILE,
        url="javascript:alert(4)", authors=(HOSTILE,), site=HOSTILE, language='en" onload="alert(5)',
    )  # fmt: skip


def everything_about(article):
    citation = cite(article, 0, len(article.text))
    found = answer(replace(citation, repeats=(citation,)), citation)
    failure = Failure(article.source, HOSTILE, HOSTILE)
    return "".join(
        [
            render.turn_html(HOSTILE, found, None),
            render.turn_html(HOSTILE, missing(HOSTILE + "?", Reason.NOT_SURE, (nearest(article),)), None),
            render.turn_html(HOSTILE, None, HOSTILE),
            render.transcript_html([], HOSTILE),
            render.welcome_html(1, [HOSTILE]),
            render.article_html(article, 0, 3, exact=True),
            render_library.library_html([article], offset=0, total=1, samples=True),
            render_library.report_html(Report(failed=(failure,))),
            render_library.notice_html(HOSTILE),
        ]
    )


def test_hostile_text_stays_text_everywhere():
    html = everything_about(hostile_article())
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name == "href"]
    assert 'lang="' not in html
    assert page.text.count("<script>alert(1)</script>") >= 15  # shown, as the words they are


def test_names_cannot_reorder_the_page():
    html = render.label("invoice \u202etxt.exe\u2066")
    assert html == "<bdi>invoice txt.exe</bdi>"


def test_a_lone_surrogate_does_not_break_the_page():
    assert render.escape("a\ud800b") == "a?b"


def test_the_list_counts_and_names_what_it_holds():
    page = Page(render_library.library_html([FERRY, TIMETABLE], offset=0, total=2, samples=False))
    assert page.text.startswith("2 articlesRemove selected")
    assert "The night ferry returns12 May 2025news.example" in page.text
    assert "Summer timetableundatedtimetable.md" in page.text
    assert ("aria-label", "Select Summer timetable") in page.attributes
    assert "sample articles" not in page.text
    assert "nav" not in page.tags


def test_a_long_list_has_pages():
    middle = render_library.library_html([FERRY] * 200, offset=200, total=450, samples=True)
    assert "201 to 400 of 450" in middle
    assert re.findall(r'class="tool" data-offset="(\d+)"', middle) == ["0", "400"]
    last = render_library.library_html([FERRY] * 50, offset=400, total=450, samples=True)
    assert re.findall(r'class="tool" data-offset="(\d+)"', last) == ["200"]


def test_a_report_tells_what_was_done_and_what_to_do_about_the_rest():
    report = Report(
        added=("1", "2"), unchanged=1, failed=(Failure("upload:scan.pdf", "It holds no text.", "Scan it with OCR."),)
    )
    page = Page(render_library.report_html(report))
    assert page.text == (
        "2 articles added, 1 article already there.Could not be added: 1"
        "scan.pdf (uploaded) It holds no text. Scan it with OCR."
    )
    assert Page(render_library.report_html(Report())).text == "Nothing to add."


def test_a_step_is_named_in_words():
    assert render_library.step(Progress("read", 1, 3, "upload:a.pdf")) == "Reading a.pdf (uploaded)"
    assert render_library.step(Progress("encode", 1, 3)) == "Indexing"
    assert render_library.step(Progress("read", 1, None)) == "Reading articles"
