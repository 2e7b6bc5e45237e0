"""Saved questions: they speak only when a new article says something new, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser
import pytest
from library_fakes import SETTINGS, LetterEncoder, write

from qa.answering.citing import citation_of
from qa.answering.verification import verify_answer
from qa.datatypes import Answer, Article, Reason, Where
from qa.errors import FormatError
from qa.library import Library
from qa.watchlist import Watchlist, look_again
from qa.watchlist.check import fresh_part
from qa.watchlist.feed import atom_feed
from qa.watchlist.store import KEPT_NEWS, WatchedQuestion

TRAM = "What does the tram cost?"
BRIDGE = "Who built the bridge?"


class Asked:
    """Answers with the amount that each article names behind "costs"; keeps what it was asked, and of how many."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.calls: list[tuple[str, int]] = []
        self.sure = True

    def __call__(self, question: str, *, where: Where | None = None) -> Answer:
        articles = list(self.library.articles(where))
        self.calls.append((question, len(articles)))
        word = question.split()[-2] if question == TRAM else "none"
        cited = []
        for article in articles:
            start = article.text.find("costs ")
            if word in article.text and start >= 0:
                cited.append(citation_of(article, (start + 6, len(article.text) - 1), (0, len(article.text))))
        if not cited:
            return Answer(question, "", 0.1, (), (), Reason.NOTHING_RELEVANT)
        if not self.sure:
            return Answer(question, "", 0.4, (), (), Reason.NOT_SURE, tuple(cited))
        return Answer(question, cited[0].quote, 0.9, tuple(cited), ())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        write(tmp_path / "in", "may", "The tram costs 418 million.", "May", "2025-05-01")
        opened.add(tmp_path / "in")
        yield opened


@pytest.fixture
def ask(library: Library) -> Asked:
    return Asked(library)


@pytest.fixture
def watchlist(library: Library) -> Watchlist:
    return Watchlist.beside(library)


def come_in(library: Library, tmp_path: Path, name: str, text: str, published: str | None = None) -> None:
    write(tmp_path / "in", name, text, name, published)
    library.add(tmp_path / "in")


def quotes(found: list) -> list[list[str]]:
    return [[each.quote for each in news.answer.shown] for news in found]


def test_only_a_new_article_that_says_something_new_is_told_of_and_once(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    question_id = watchlist.add(ask(TRAM), library)
    assert look_again(watchlist, ask, library) == []
    assert len(ask.calls) == 1  # nothing has come in: nothing is asked
    come_in(library, tmp_path, "june", "As known, the tram costs 418 Million!", "2025-06-01")
    assert look_again(watchlist, ask, library) == []  # new, but says the same
    come_in(library, tmp_path, "november", "Now the tram costs 512 million.", "2025-11-03")
    come_in(library, tmp_path, "honey", "Honey costs 9 euros.")
    (news,) = look_again(watchlist, ask, library)
    assert ask.calls[-1] == (TRAM, 2)  # of the new ones only
    assert (news.question_id, news.answer.question, news.answer.text) == (question_id, TRAM, "512 million")
    (place,) = news.answer.citations
    assert library.article(place.article_id).text[place.start : place.end] == "512 million"
    assert look_again(watchlist, ask, library) == []
    assert watchlist.read().news == (news,)


def test_possible_answers_are_told_of_where_wanted(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    watchlist.add(ask(TRAM), library)
    ask.sure = False
    come_in(library, tmp_path, "november", "Now the tram costs 512 million.")
    assert look_again(watchlist, ask, library) == []
    come_in(library, tmp_path, "december", "Now the tram costs 600 million.")
    (news,) = look_again(watchlist, ask, library, possible=True)
    assert (news.answer.found, quotes([news])) == (False, [["600 million"]])


def test_a_filter_holds_for_new_articles_too(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    where = Where(published_to=date(2025, 12, 31))
    watchlist.add(ask(TRAM, where=where), library, where)
    come_in(library, tmp_path, "late", "The tram costs 700 million.", "2026-01-01")
    come_in(library, tmp_path, "early", "The tram costs 512 million.", "2025-11-01")
    assert quotes(look_again(watchlist, ask, library)) == [["512 million"]]
    (only,) = library.articles(limit=1)
    chosen = watchlist.add(ask(TRAM), library, Where(article_ids=(only.id,)))
    come_in(library, tmp_path, "other", "The tram costs 800 million.")
    look_again(watchlist, ask, library)
    assert [each for each in watchlist.read().news if each.question_id == chosen] == []


def test_saving_again_changes_nothing_and_removing_forgets(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    first = watchlist.add(ask(TRAM), library)
    assert watchlist.add(ask(TRAM), library) == first
    second = watchlist.add(ask(BRIDGE), library)
    assert [each.question for each in watchlist.read().questions] == [TRAM, BRIDGE]
    come_in(library, tmp_path, "november", "Now the tram costs 512 million.")
    assert len(look_again(watchlist, ask, library)) == 1
    assert watchlist.remove(first)
    assert not watchlist.remove(first)
    saved = watchlist.read()
    assert ([each.id for each in saved.questions], saved.news) == ([second], ())


def test_what_ends_it_halfway_loses_no_news(library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path) -> None:
    watchlist.add(ask(TRAM), library)
    watchlist.add(ask(BRIDGE), library)
    come_in(library, tmp_path, "november", "Now the tram costs 512 million.")

    def stop(question: str, *, where: Where | None = None) -> Answer:
        if question == BRIDGE:
            raise KeyboardInterrupt
        return ask(question, where=where)

    with pytest.raises(KeyboardInterrupt):
        look_again(watchlist, stop, library)
    assert quotes(look_again(watchlist, ask, library)) == [["512 million"]]


def test_two_at_the_same_time_tell_it_once(library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path) -> None:
    watchlist.add(ask(TRAM), library)
    come_in(library, tmp_path, "november", "Now the tram costs 512 million.")
    inner: list = []

    def meanwhile(question: str, *, where: Where | None = None) -> Answer:
        inner.extend(look_again(watchlist, ask, library))
        return ask(question, where=where)

    assert look_again(watchlist, meanwhile, library) == []
    assert quotes(inner) == [["512 million"]]


def test_after_a_rebuild_nothing_old_is_news(library: Library, watchlist: Watchlist, ask: Asked) -> None:
    watchlist.add(ask(TRAM), library)
    library.rebuild()
    assert look_again(watchlist, ask, library) == []
    assert len(ask.calls) == 1


def test_a_damaged_file_is_named_and_kept(watchlist: Watchlist) -> None:
    for text in ("{", "[]", '{"format": "other"}', '{"format": "article-qa/watchlist/1", "questions": [1]}'):
        watchlist.path.write_text(text)
        with pytest.raises(FormatError):
            watchlist.read()
        assert watchlist.path.read_text() == text


def test_the_feed_is_atom_and_hostile_words_stay_words(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    watchlist.add(ask(TRAM), library)
    assert feedparser.parse(atom_feed(watchlist.read(), "x")).entries == []
    (tmp_path / "in" / "n.json").write_text(
        '{"title": "]]></title><script>", "text": "A tram costs <script>alert(1)</script> & more.", '
        '"url": "https://example.org/a?b=1&c=2", "date": "2025-11-03"}'
    )
    library.add(tmp_path / "in")
    look_again(watchlist, ask, library)
    come_in(library, tmp_path, "later", "The tram costs 512 million.")
    look_again(watchlist, ask, library)
    feed = feedparser.parse(atom_feed(watchlist.read(), "x"), sanitize_html=False)
    assert (feed.bozo, feed.version) == (False, "atom10")
    newest, first = feed.entries
    assert newest.title == f"{TRAM} “512 million”"
    assert first.title == f"{TRAM} “<script>alert(1)</script> & more”"
    assert first.link.startswith("https://example.org/a?b=1&c=2#:~:text=")
    assert "<strong>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</strong>" in first.content[0].value
    assert newest.id != first.id
    assert feedparser.parse(atom_feed(watchlist.read(), "y")).entries[0].id != newest.id


def test_old_news_are_forgotten(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path, monkeypatch
) -> None:
    assert KEPT_NEWS == 500
    monkeypatch.setattr("qa.watchlist.store.KEPT_NEWS", 1)
    watchlist.add(ask(TRAM), library)
    for cost in ("512", "600"):
        come_in(library, tmp_path, cost, f"The tram costs {cost} million.")
        look_again(watchlist, ask, library)
    assert quotes(list(watchlist.read().news)) == [["600 million"]]


def test_what_is_new_of_several_parts_is_all_in_its_text() -> None:
    text = "Ann Pike resigned on Friday. Bo Lowe will lead the town."
    article = Article("a", "Pike resigns", text, "s")
    places = [
        replace(citation_of(article, (start, start + len(quote)), (0, len(text))), asked=asked)
        for quote, asked in (("Friday", "When did she resign?"), ("Bo Lowe", "who follows?"))
        for start in [text.index(quote)]
    ]
    answer = Answer("When did she resign and who follows?", "Friday\nBo Lowe", 0.8, tuple(places), (), kind="several")
    asked = WatchedQuestion("1", answer.question, Where(), datetime(2025, 1, 1, tzinfo=UTC))
    fresh = fresh_part(answer, asked, possible=False)
    assert fresh is not None
    assert fresh.text == "Friday\nBo Lowe"
    assert all(check.holds for check in verify_answer(fresh, lambda _: article))


def test_a_question_is_saved_and_asked_again_with_the_operators_it_was_typed_with(
    library: Library, watchlist: Watchlist, ask: Asked, tmp_path: Path
) -> None:
    typed = f"{TRAM} source:May -bridge"
    watchlist.add(ask(TRAM), library, None, typed)
    assert [each.question for each in watchlist.read().questions] == [typed]
    come_in(library, tmp_path, "june", "The tram costs 512 million.", "2025-06-01")
    look_again(watchlist, ask, library)
    assert ask.calls[-1] == (typed, 1)
    follow_up = watchlist.add(replace(ask(TRAM), question="What did Ann say?"), library, None, "And then? source:May")
    assert watchlist.read().questions[-1].question == "What did Ann say? source:May"
    assert watchlist.add(ask("What did Ann say?"), library, None, "What did Ann say? source:May") == follow_up
