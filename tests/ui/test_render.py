"""What the page shows, as strings: worked examples, exact marks, and hostile text that stays text."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from chat_fakes import FERRY, HARBOUR, TIMETABLE, cite, missing, nearest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.explanation import explain_answer
from qa.config import Settings
from qa.conversations.feedback import Unanswered
from qa.datatypes import Answer, Article, Reason, Where
from qa.guide import Guide
from qa.serialization.conversations import Conversation, StoredTurn, Verdict
from qa.storage.listing import ArticleSummary
from qa.text import display
from ui.render import answer as render_answer
from ui.render import article as render_article
from ui.render import evidence, sidebar, versions
from ui.render import explanation as render_how
from ui.render import html as render
from ui.render import turns as render_turns
from ui.render.evidence import Mark
from ui.render.welcome import guide_html, welcome_html
from ui.state.session import PendingQuestion

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
    assert display.day(published) == shown


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
    page = Page(render_answer.answer_html(answer(first)))
    assert page.marks == ["21:40"]
    assert page.text.startswith(
        "21:40 Evidence [1], The night ferry returnsHigh confidence · 87%"
        "Captain Ida Brandt said the first crossing leaves at 21:40."
    )
    assert "[1] The night ferry returns12 May 2025 · news.example" in page.text
    assert ("data-start", str(first.start)) in page.attributes
    assert ("data-end", str(first.end)) in page.attributes
    assert ("rel", "noopener noreferrer") in page.attributes


def test_the_place_that_is_marked_is_the_offset_not_the_first_such_word():
    article = replace(FERRY, text="At 21:40 or at 21:40?")
    html = render_answer.citation_html(cite(article, 15, 20), 1)
    assert "At 21:40 or at <mark>21:40</mark>?" in html


def test_repeats_and_other_answers_are_told_apart(first):
    start = TIMETABLE.text.index("21:40")
    other = HARBOUR.text.index("22:00")
    best = replace(first, repeats=(cite(TIMETABLE, start, start + 5),))
    page = Page(render_answer.answer_html(answer(best, cite(HARBOUR, other, other + 5))))
    assert "Also inSummer timetable, undated" in page.text
    assert page.text.index("Other answers") < page.text.index("22:00 Evidence [2], Harbour")
    assert page.marks == ["21:40", "22:00"]


def test_what_may_answer_looks_and_sounds_otherwise(first):
    unsure = replace(first, confidence=0.4, missing=("<b>1955</b>",))
    told = Answer("Q?", "", 0.4, (), (), Reason.NOT_SURE, (unsure,))
    html = render_answer.answer_html(told)
    page = Page(html)
    assert page.text.startswith("This may answer it. Check it before you rely on it.")
    assert "Not mentioned there: <b>1955</b>" in page.text
    assert page.marks == ["21:40"]
    assert 'class="said' not in html
    assert render_answer.spoken(told).startswith("Not sure, check it. Possible answer: 21:40. From ")


def test_what_is_told_of_an_article_opens_with_our_own_words(first):
    told = replace(answer(first), kind="about", note="“<b>Ferry</b>” opens:")
    html = render_answer.answer_html(told)
    page = Page(html)
    assert page.text.startswith("“<b>Ferry</b>” opens:")
    assert page.marks == ["21:40"]
    assert "87%" not in page.text
    assert render_answer.spoken(told) == "“<b>Ferry</b>” opens:"
    record = Answer("Q?", "", 1.0, (), (), Reason.NOT_SURE, kind="record", note="The library's record: Ada Berg.")
    assert Page(render_answer.answer_html(record)).text == "The library's record: Ada Berg."


def test_a_later_article_that_says_otherwise_is_told_of(first):
    other = HARBOUR.text.index("22:00")
    later = replace(cite(HARBOUR, other, other + 5), published=date(2026, 1, 3))
    told = replace(answer(replace(first, published=date(2025, 5, 12))), possible=(later,))
    assert "A later article, 3 January 2026, says “22:00”." in Page(render_answer.answer_html(told)).text
    earlier = replace(told, possible=(replace(later, published=date(2025, 5, 12)),))
    assert "A later article" not in Page(render_answer.answer_html(earlier)).text
    undated = replace(told, possible=(replace(later, published=None),))
    assert "A later article" not in Page(render_answer.answer_html(undated)).text


def test_a_publisher_has_one_name_in_the_evidence_and_in_the_filter(first):
    named = replace(first, published=date(2025, 5, 12), url="https://en.news.example/1", site="News Example")
    assert "12 May 2025 · News Example" in Page(render_answer.answer_html(answer(named))).text
    bare = replace(named, site=None)
    assert "12 May 2025 · en.news.example" in Page(render_answer.answer_html(answer(bare))).text


def test_the_page_of_a_pdf_stands_beside_its_source_and_is_where_the_link_leads(first):
    found = Page(render_answer.answer_html(answer(replace(first, page=3, url="https://news.example/report.pdf"))))
    assert "news.example (opens the original in a new tab) · p. 3 · " in found.text
    assert 'href="https://news.example/report.pdf#page=3"' in render_answer.answer_html(
        answer(replace(first, page=3, url="https://news.example/report.pdf"))
    )


def test_that_only_the_beginning_is_there_stands_beside_each_place(first):
    told = "only the beginning"
    assert f" · {told}" in Page(render_answer.answer_html(answer(replace(first, truncated=True)))).text
    assert told not in render_answer.answer_html(answer(first))
    cut = replace(HARBOUR, truncated=True)
    assert f" · {told}" in Page(evidence.article_html(cut, Mark(0, 3))).text
    assert told not in evidence.article_html(HARBOUR, Mark(0, 3))
    assert f"No, {told}" in Page(render_article.article_view_html(cut, [])).text
    assert told not in render_article.article_view_html(HARBOUR, [])


def test_a_less_sure_answer_is_parted_from_the_sure_one(first):
    other = HARBOUR.text.index("22:00")
    told = replace(answer(first), possible=(cite(HARBOUR, other, other + 5),))
    page = Page(render_answer.answer_html(told))
    assert (
        page.text.index("21:40") < page.text.index("Less sure, to be checked") < page.text.index("22:00 Evidence [2], ")
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.NO_ARTICLES, "There are no articles to look in."),
        (Reason.NOTHING_RELEVANT, "Your articles don't say."),
        (Reason.NOT_SURE, "Your articles don't say."),
    ],
)
def test_not_found_says_so_and_marks_nothing(reason, words):
    near = (nearest(FERRY), nearest(TIMETABLE), nearest(HARBOUR), nearest(HARBOUR))
    page = Page(render_answer.answer_html(missing("Q?", reason, near)))
    assert page.text.startswith(words)
    assert page.marks == []
    shown = page.tags.count("li")
    assert shown == (0 if reason is Reason.NO_ARTICLES else render_answer.NEAREST)
    assert ("Comes nearest, and is no answer" in page.text) == bool(shown)
    assert ("data-exact", "1") not in page.attributes


def test_what_comes_nearest_is_a_line_of_each_article_with_the_missing_word_named():
    asked = "When does the last crossing leave on Sundays?"
    page = Page(render_answer.answer_html(missing(asked, Reason.NOT_SURE, (nearest(HARBOUR), nearest(TIMETABLE)))))
    assert "None of the articles that come nearest" not in page.text  # each lacks another word
    assert "A sign at the pier says that the first crossing leaves at 22:00 on Sundays." in page.text
    assert "Not mentioned there: last" in page.text
    assert "Not mentioned there: Sundays" in page.text
    asked = "When does the Zeppelin leave?"
    html = render_answer.answer_html(missing(asked, Reason.NOT_SURE, (nearest(HARBOUR), nearest(TIMETABLE))))
    assert "None of the articles that come nearest mentions “Zeppelin”." in Page(html).text
    assert "first crossing <b>leaves</b> at" in html
    assert Page(html).marks == []


def test_every_reason_has_its_words():
    assert all(render_answer.answer_html(missing("Q?", reason)) for reason in Reason)


def kept(question, answered, **changes):
    return replace(StoredTurn(7, question, answered, datetime(2025, 5, 13, 8, 30, tzinfo=UTC)), **changes)


def test_a_kept_turn_tells_whether_it_was_found(first):
    assert 'class="turn found" data-key="7" data-turn="7"' in render_turns.turn_html(kept("Q?", answer(first)), {})
    missed = render_turns.turn_html(kept("Q?", missing("Q?", Reason.NOT_SURE)), {})
    assert 'class="turn not-found"' in missed


def test_what_is_done_for_a_question_is_told_in_words():
    pending = PendingQuestion("Q?", Where())
    assert "Reading your articles" in render_turns.pending_html(pending)
    pending.before = 1
    assert "1 question is before yours" in render_turns.pending_html(pending)
    pending.before = 2
    assert "2 questions are before yours" in render_turns.pending_html(pending)
    pending.passages = [nearest(FERRY), nearest(FERRY), nearest(TIMETABLE)]
    page = Page(render_turns.pending_html(pending))
    assert "Reading 3 passages from 2 articles" in page.text
    assert "Found so far, not read yet" in page.text
    assert "Stop" in page.text
    pending.end("The model <x> is missing.")
    assert Page(render_turns.pending_html(pending)).text == "Q?The model <x> is missing.Ask again"
    pending.state = "stopped"
    assert Page(render_turns.pending_html(pending)).text == "Q?Stopped.Ask again"
    assert "Back to the earlier answer" in render_turns.pending_html(
        PendingQuestion("Q?", Where(), replaces=3, state="stopped")
    )


def test_an_answer_that_could_not_be_kept_is_shown_all_the_same(first):
    pending = PendingQuestion("Q?", Where(), answer=answer(first), state="ended", error="The disk is full.")
    page = Page(render_turns.pending_html(pending))
    assert page.text.endswith("The disk is full.")
    assert page.marks == ["21:40"]


def test_a_completed_follow_up_is_shown_as_it_was_read(first):
    completed = replace(answer(first), question="When does the ferry leave?")
    assert "Read as: When does the ferry leave?" in Page(render_turns.turn_html(kept("When?", completed), {})).text
    assert "Read as" not in render_turns.turn_html(kept("Q?", answer(first)), {})


def test_the_filter_of_an_answer_stands_with_it(first):
    where = Where(date(2025, 5, 1), None, ("news.example",))
    page = Page(render_turns.turn_html(kept("Q?", answer(first), where=where), {}))
    assert "Asked offrom 1 May 2025source: news.example" in page.text
    left_out = missing("Q?", Reason.NO_ARTICLES)
    assert "The filter leaves no articles." in render_turns.turn_html(kept("Q?", left_out, where=where), {})
    assert "There are no articles to look in." in render_turns.turn_html(kept("Q?", left_out), {})


def test_a_turn_offers_its_versions_and_what_was_said(first):
    turn = kept("Q?", answer(first), version=2, versions=3, verdict=Verdict.WRONG_EVIDENCE)
    html = render_turns.turn_html(turn, {}, feedback=True)
    assert "2 of 3" in Page(html).text
    assert html.count("disabled") == 0
    assert html.count('aria-pressed="true">Wrong evidence') == html.count('aria-pressed="true"') == 1
    assert render_turns.turn_html(replace(turn, version=3), {}).count("disabled") == 1
    assert "Wrong" not in render_turns.turn_html(turn, {})
    assert " of " not in Page(render_turns.turn_html(kept("Q?", answer(first)), {})).text.partition("Edit")[2]


def test_versions_stand_beside_each_other_with_what_has_changed(first):
    other = replace(first, quote="22:40")
    elsewhere = replace(first, article_id="0" * 16)
    answers = [answer(first), answer(first), answer(other), missing("Q?", Reason.NOT_SURE), answer(elsewhere)]
    turns = [kept("Q?", each, id=number) for number, each in enumerate(answers)]
    turns.append(kept("Q?", answer(first), id=5))
    turns.append(kept("Q?", replace(answer(first), question="R?"), id=6))
    page = Page(versions.versions_html(turns, 2))
    assert page.text.count("Asked 13 May 2025, 08:30 UTC") == 7
    told = ["The same words as before.", "Other words than before.", "Not found any more."]
    told += ["Found now, and not before.", "The same words, from another article.", "Asked otherwise."]
    assert re.findall("|".join(sorted(set(map(re.escape, told)))), page.text) == told
    assert page.marks == [first.quote, first.quote, "22:40", first.quote, first.quote, first.quote]
    assert page.text.partition("In the conversation")[0].count("Asked") == 3
    assert page.text.count("In the conversation") == 1


@pytest.mark.parametrize(
    ("standing", "words"), [("changed", "has changed since"), ("gone", "no longer in the library")]
)
def test_an_article_that_is_not_as_it_was_says_so(first, standing, words):
    assert words in render_answer.answer_html(answer(first), {first.article_id: standing})
    assert words not in render_answer.answer_html(answer(first), {first.article_id: "unchanged"})
    page = Page(evidence.gone_html(first, changed=standing == "changed"))
    assert words in page.text
    assert page.marks == ["21:40"]
    assert page.text.endswith("Captain Ida Brandt said the first crossing leaves at 21:40.")


def test_numbers_are_the_same_at_the_words_and_at_their_evidence(first):
    other = HARBOUR.text.index("22:00")
    page = Page(render_answer.answer_html(answer(first, cite(HARBOUR, other, other + 5))))
    numbers = [value for name, value in page.attributes if name == "data-number"]
    assert numbers == ["1", "1", "2", "2"]
    assert re.findall(r"\[(\d)\]", page.text) == ["1", "1", "2", "2"]


def test_a_link_to_the_original_leads_to_the_words_and_one_inside_to_the_mark(first):
    html = render_answer.citation_html(first, 1)
    assert "https://news.example/ferry#:~:text=" in html
    assert f'data-value="article/{FERRY.id}?start={first.start}&amp;end={first.end}#mark"' in html
    assert "Copy link" not in render_answer.citation_html(replace(first, article_id="odd"), 1)


def test_a_long_question_is_not_repeated_in_full():
    shown = Page(render_turns.question_html("why " * 250_000)).text
    assert shown.endswith("why…")
    assert len(shown) <= render_turns.SHOWN_QUESTION + 2


def test_what_is_spoken_is_one_sentence(first):
    assert render_answer.spoken(answer(first)) == "Answer: 21:40. From The night ferry returns, 12 May 2025."
    assert render_answer.spoken(missing("Q?", Reason.NOTHING_RELEVANT)) == (
        "Your articles don't say. Nothing in them is about this."
    )


def test_the_article_keeps_its_paragraphs_and_has_one_mark(first):
    page = Page(evidence.article_html(FERRY, Mark(first.start, first.end, 1)))
    assert page.paragraphs[0] == "12 May 2025 · Nils Aas · news.example (opens the original in a new tab)"
    assert page.paragraphs[2:] == FERRY.text.split("\n\n")
    assert page.marks == ["21:40"]
    assert page.text.startswith("The night ferry returns")


def test_a_near_passage_is_shown_without_a_mark():
    html = evidence.article_html(FERRY, Mark(4, 15, exact=False))
    assert "<mark" not in html
    assert 'The <span class="passage" id="mark">night ferry</span> to' in html


def test_all_that_is_cited_of_an_article_is_marked_and_the_current_place_strongest():
    article = replace(FERRY, text="One two three four.")
    html = evidence.article_html(article, Mark(4, 7, 2), [Mark(0, 3, 1), Mark(4, 13, 3)], alone=True)
    assert html.endswith(
        '<p dir="auto"><mark class="also" data-number="1">One</mark> <mark id="mark" data-number="2">two</mark>'
        '<mark class="also"> three</mark> four.</p></article>'
    )


@given(
    st.text(alphabet=st.sampled_from("ab <>&\"'\n\u202e"), max_size=60),
    st.lists(st.tuples(st.integers(-3, 65), st.integers(-3, 65)), min_size=1, max_size=4),
)
def test_the_marks_of_an_article_are_its_slices_and_nothing_is_lost(text, places):
    article = Article("0" * 16, "T", text, "sample:t")
    marks = [Mark(start, end, number) for number, (start, end) in enumerate(places, 1)]
    html = evidence.article_html(article, marks[0], marks[1:]).partition("</header>")[2]
    page = Page(html)
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", text) if m[0].strip()]
    covered = {at for start, end in places for at in range(start, end)}
    inside = "".join(c for first, line in lines for i, c in enumerate(line, first) if i in covered)
    assert page.paragraphs == [line for _, line in lines]
    assert "".join(page.marks) == inside
    assert set(page.tags) <= {"p", "mark"}
    assert html.count('id="mark"') <= 1


NOW = datetime(2025, 5, 13, 9, 0, tzinfo=UTC)


def test_conversations_stand_by_day_with_their_hour_and_length():
    yesterday, earlier = NOW - timedelta(days=1), datetime(2024, 1, 3, 12, 0, tzinfo=UTC)
    talks = [
        Conversation("c" * 16, "Tram", earlier, earlier, 3, pinned=True),
        Conversation("a" * 16, "Ferries", NOW, NOW, 1),
        Conversation("b" * 16, "", NOW, yesterday, 12),
        Conversation("d" * 16, "Seals", earlier, earlier, 2),
    ]
    page = Page(sidebar.conversations_html(talks, 5, "", NOW))
    local = NOW.astimezone()
    assert page.text.startswith("PinnedTram3 January 2024 · 3 questions")
    assert f"TodayFerries{local:%H:%M} · 1 question" in page.text
    assert f"YesterdayUntitled{local:%H:%M} · 12 questions" in page.text
    assert "3 January 2024Seals" in page.text
    assert page.text.endswith("Show more (1)")
    html = sidebar.conversations_html(talks, 4, "", NOW)
    assert html.count('data-does="unpin"') == 1
    assert html.count('data-does="pin"') == 3
    assert "What you ask is kept here." in sidebar.conversations_html([], 0, "")
    assert "No conversation has these words." in sidebar.conversations_html([], 0, "x")


def test_each_part_of_the_filter_can_be_taken_off():
    where = Where(date(2025, 5, 1), None, ("news.example",), ("f" * 16,))
    html = sidebar.chips_html(where, "?c=1")
    assert re.findall(r'data-value="(\d)" aria-label="([^"]+)"', html) == [
        ("0", "Take off: from 1 May 2025"),
        ("1", "Take off: source: news.example"),
        ("2", "Take off: 1 chosen article"),
    ]
    assert "<ul" not in sidebar.chips_html(Where(), "")


def test_the_filter_form_offers_sources_and_keeps_what_is_chosen():
    where = Where(date(2025, 5, 1), None, ("gone.example",), ("f" * 16,))
    page = Page(sidebar.filter_html(where, {"news.example": 3}, {"f" * 16: "The night ferry"}))
    assert "news.example 3" in page.text
    assert "gone.example 0" in page.text
    assert "The night ferry" in page.text
    assert page.attributes.count(("checked", None)) == 2
    assert ("value", "2025-05-01") in page.attributes


def test_what_is_not_covered_can_be_asked_again_and_saved():
    html = sidebar.unanswered_html([Unanswered("Who is the king?", 2, NOW), Unanswered("Why?", 1, NOW)])
    assert Page(html).text == "Who is the king? asked 2 timesWhy?Save the listSave confirmed answers"
    assert html.count("data-ask") == 2


def test_how_an_answer_came_about_is_sentences_and_bars(first):
    explanation = explain_answer(replace(answer(first), passages=(nearest(FERRY), nearest(TIMETABLE))), Settings())
    page = Page(render_how.how_html(explanation))
    assert "Confidence 0.87; an answer needs 0.55." in page.text
    assert "By words100 of 100By meaning98 of 100Reader0 of 100" in page.text


def hostile_article():
    return Article(
        id="e" * 16, title=HOSTILE + "\u202etxt.exe", text=HOSTILE, source="upload:" + HOSTILE,
        url="javascript:alert(4)", authors=(HOSTILE,), site=HOSTILE, language='en" onload="alert(5)',
    )  # fmt: skip


def everything_about(article):
    citation = cite(article, 0, len(article.text))
    found = answer(replace(citation, repeats=(citation,)), citation)
    near = nearest(article)
    where = Where(sources=(HOSTILE,), article_ids=(HOSTILE,))
    talk = Conversation(HOSTILE, HOSTILE, NOW, NOW, 2)
    summary = ArticleSummary(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, None)
    return "".join(
        [
            render_turns.turn_html(kept(HOSTILE, found, where=where), {article.id: "gone"}, feedback=True),
            render_turns.turn_html(kept(HOSTILE, missing(HOSTILE + "?", Reason.NOT_SURE, (near,))), {}),
            render_turns.pending_html(PendingQuestion(HOSTILE, Where(), state="ended", error=HOSTILE)),
            render_turns.pending_html(PendingQuestion(HOSTILE, Where(), passages=[near])),
            render_turns.transcript_html([], HOSTILE, HOSTILE),
            welcome_html(1, [summary], guide_html(Guide(1, (HOSTILE,), (HOSTILE,)), "Ask")),
            render_turns.suggestions_html([HOSTILE]),
            evidence.article_html(article, Mark(0, 3, 1)),
            evidence.gone_html(citation),
            sidebar.conversations_html([talk], 1, HOSTILE),
            sidebar.filter_html(where, {HOSTILE: 1}, {HOSTILE: HOSTILE}),
            sidebar.chips_html(where, HOSTILE, told=HOSTILE),
            sidebar.unanswered_html([Unanswered(HOSTILE, 2, NOW)]),
            render_how.how_html(explain_answer(replace(found, passages=(near,)), Settings())),
        ]
    )


def test_hostile_text_stays_text_everywhere():
    html = everything_about(hostile_article())
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [
        value
        for name, value in page.attributes
        if name == "href" and not re.match(r"(?:article|conversation|turn)/|feedback|\?c=|\.\./", value)
    ]
    assert 'lang="' not in html
    assert page.text.count("<script>alert(1)</script>") >= 15  # shown, as the words they are


def test_names_cannot_reorder_the_page():
    html = render.label("invoice \u202etxt.exe\u2066")
    assert html == "<bdi>invoice txt.exe</bdi>"


def test_a_lone_surrogate_does_not_break_the_page():
    assert render.escape("a\ud800b") == "a?b"
