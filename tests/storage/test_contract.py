"""What every library promises, whether it lies in a folder or on a Milvus, against an oracle in plain Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder, retriever_of, write, write_rows
from milvus_fakes import address, milvus  # noqa: F401
from pdf_fakes import pdf

from qa.config import Settings
from qa.datatypes import Article, RetrievedPassage, Where
from qa.errors import ArticleNotFound, FingerprintMismatch, LibraryError
from qa.library import Library
from qa.loaders.article import article_id
from qa.passages.chunking import chunk

Open = Callable[..., Library]


@pytest.fixture(params=["folder", "milvus"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens one library, as often as wanted, each time as another process would."""
    where = tmp_path / "library" if request.param == "folder" else request.getfixturevalue("address")
    libraries = []

    def open_again(settings: Settings = SETTINGS, encoder: LetterEncoder | None = None) -> Library:
        libraries.append(Library.open(where, settings, encoder=encoder or LetterEncoder()))
        return libraries[-1]

    yield open_again
    for each in libraries:
        each.close()


@pytest.fixture
def library(opened: Open) -> Library:
    return opened()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


# the oracle: what is in a library, computed anew from its articles alone


def cosine(question: str, title: str, text: str) -> float:
    """Of the counts of letters a to z, in Python's own numbers."""

    def counts(words: str) -> list[int]:
        return [words.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]

    a, b = counts(question), counts(f"{title}\n{text}")
    length = (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5
    return sum(x * y for x, y in zip(a, b, strict=True)) / length


def windows(article: Article, settings: Settings = SETTINGS) -> list[tuple[int, int]]:
    return chunk(article.text, words=settings.passage_words, overlap=settings.overlap_words, language=article.language)


def is_let_through(article: Article, sources: list[str], where: Where) -> bool:
    """`Where`, as its documentation has it."""

    def is_from(wanted: str) -> bool:
        host = (urlsplit(article.url or "").hostname or "").lower()
        site = wanted.lower().removeprefix("www.")
        return (
            (article.site or "").lower() == wanted.lower()
            or host == site
            or host.endswith(f".{site}")
            or any(source.startswith(wanted) for source in sources)
        )

    after = not where.published_from or (article.published and article.published >= where.published_from)
    before = not where.published_to or (article.published and article.published <= where.published_to)
    among = not where.article_ids or article.id in where.article_ids
    return bool(after and before and among) and (not where.sources or any(map(is_from, where.sources)))


def retrieved(library: Library, question: str, where: Where | None = None) -> list[RetrievedPassage]:
    return retriever_of(library).retrieve(question, where)


def titles(library: Library, where: Where | None = None) -> list[str]:
    return [article.title for article in library.articles(where)]


def assert_whole(library: Library, expected: dict[str, str], settings: Settings = SETTINGS) -> None:
    """The library holds these texts by title, and their passages are found by their meaning and by their words."""
    articles = {article.title: article for article in library.articles()}
    assert {title: article.text for title, article in articles.items()} == expected
    assert len(library) == len(expected) == library.stats().articles
    spans = {(a.id, start, end) for a in articles.values() for start, end in windows(a, settings)}
    assert library.stats().passages == len(spans)
    if expected:
        found = retrieved(library, "abcdefghijklmnopqrstuvwxyz")
        assert {(each.passage.article_id, each.passage.start, each.passage.end) for each in found} == spans
    assert [finding for finding in library.examine(repair=False) if not finding.sound] == []


BRIDGE = "The bridge at Arnfeld opened in May. It is the longest of the valley, and the mayor cut the ribbon."
HONEY = "Nine tonnes of honey were gathered last summer."
FERRY = "The ferry sank in the harbour; nobody was hurt. A diver found the anchor on the ground later that week."


@pytest.fixture
def three(library: Library, folder: Path) -> Library:
    write(folder, "bridge", BRIDGE, "Bridge", "2024-05-01")
    write(folder, "honey", HONEY, "Honey", "2023-08-01")
    write(folder, "ferry", FERRY, "Ferry")
    library.add(folder)
    return library


# what goes in comes out


def test_what_goes_in_comes_out_in_every_field(library, folder):
    row = {
        "title": "Ünïcode 漢字 \"quoted\" 'title' \\ %_",
        "text": "Zoë’s naïve café — 東京で会った。 😀 \\n \"q\" 'q' {curly} and | pipes.\n\nA second part.",
        "date": "2024-02-29",
        "url": "https://www.example.org/a?b=c&d=%20#e",
        "author": ['Ann "A" O\'Neil', "Βασίλης"],
        "site": "The Daily %_ \\ 'Quote'",
        "language": "en",
    }
    path = folder / "a.json"
    path.write_text(json.dumps(row))
    report = library.add(path)
    (article,) = library.articles()
    assert report.added == (article.id,)
    assert article.id == article_id(row["text"])
    assert (article.title, article.text, article.source) == (row["title"], row["text"], str(path))
    assert (article.url, article.published, article.language) == (row["url"], date(2024, 2, 29), "en")
    assert (article.authors, article.site) == (tuple(row["author"]), row["site"])
    assert library.article(article.id) == article


def test_a_text_of_any_length_is_kept_to_the_letter(library, folder):
    text = "Snow fell on the hills of Ulm 😀. " * 2200 + "End"
    write(folder, "long", text, "Long")
    library.add(folder)
    (article,) = library.articles()
    assert article.text == text
    assert library.stats().passages == len(windows(article))


def test_an_empty_library_answers_nothing(library):
    assert (len(library), list(library.articles()), retrieved(library, "snow")) == (0, [], [])
    stats = library.stats()
    assert (stats.articles, stats.passages, stats.revision, stats.first_published) == (0, 0, 0, None)
    assert all(finding.sound for finding in library.examine())
    with pytest.raises(ArticleNotFound, match="0123456789abcdef"):
        library.article("0123456789abcdef")


def test_articles_come_newest_first_and_page_by_page(library, folder):
    dates = {"a": "2024-05-01", "b": None, "c": "2025-01-01", "d": "2024-05-01", "e": None, "f": "1999-12-31"}
    for name, published in dates.items():
        write(folder, name, f"Text of {name}{name}.", name.upper(), published)
    library.add(folder)
    assert titles(library) == ["C", "A", "D", "F", "B", "E"]
    assert [a.title for a in library.articles(offset=1, limit=3)] == ["A", "D", "F"]
    assert [a.title for a in library.articles(offset=4, limit=9)] == ["B", "E"]
    stats = library.stats()
    assert (stats.first_published, stats.last_published) == (date(1999, 12, 31), date(2025, 1, 1))


def test_every_passage_is_told_with_its_exact_similarity(three):
    found = retrieved(three, "honey of the harbour")
    assert len(found) == three.stats().passages
    oracle = {
        (a.id, start, end): cosine("honey of the harbour", a.title, a.text[start:end])
        for a in three.articles()
        for start, end in windows(a)
    }
    told = {(e.passage.article_id, e.passage.start, e.passage.end): e.similarity for e in found}
    assert told == pytest.approx(oracle, abs=2e-3)
    ranked = sorted(found, key=lambda each: each.dense_rank)
    assert [each.dense_rank for each in ranked] == list(range(1, len(found) + 1))
    assert [each.similarity for each in ranked] == sorted((each.similarity for each in ranked), reverse=True)
    assert all(each.text == each.article.text[each.passage.start : each.passage.end] for each in found)


@pytest.mark.parametrize("question", ["Who found the anchor?", "honey", "the mayor of Arnfeld", "RIBBON ferries"])
def test_words_find_exactly_the_passages_that_hold_one_of_them(three, question):
    stems = {"anchor", "found", "honey", "mayor", "arnfeld", "ribbon", "ferri"}
    asked = {word.lower().replace("ferries", "ferri") for word in re.findall(r"\w+", question)} & stems
    found = {
        (each.article.title, each.passage.start) for each in retrieved(three, question) if each.lexical_rank is not None
    }
    expected = set()
    for article in three.articles():
        for start, end in windows(article):
            words = re.findall(r"\w+", f"{article.title} {article.text[start:end]}".lower().replace("ferry", "ferri"))
            if asked & set(words):
                expected.add((article.title, start))
    assert found == expected
    ranks = [each.lexical_rank for each in retrieved(three, question) if each.lexical_rank is not None]
    assert sorted(ranks) == list(range(1, len(ranks) + 1))


def test_words_alone_find_the_same_as_beside_the_meaning(three):
    words = "honey harbour"
    beside = three.backend.search(words, lambda: three.encoder.encode_queries([words])[0], 9, None).lexical
    assert three.backend.search_words(words, 9, None) == beside
    assert [three.article(each.article_id).title for each, _ in beside] == ["Honey", "Ferry"]
    late = three.backend.search_words(words, 9, Where(published_from=date(2024, 1, 1)))
    assert late == three.backend.search_words("", 9, None) == []


def test_quotes_are_checked_wherever_the_articles_lie(three):
    verdicts = [each.verdict.value for each in three.check_quotes("“nobody was hurt” “nobody was very hurt” “Quux”")]
    assert verdicts == ["verbatim", "altered", "absent"]


def test_a_clear_question_has_its_passage_first(three):
    assert "anchor" in retrieved(three, "diver anchor ground")[0].text
    assert retrieved(three, "tonnes of honey")[0].article.title == "Honey"


def test_both_lists_count_half_each_scaled_to_what_was_found(three):
    """The formula of `retrieval.fuse`, seen from outside: what similarity leaves of a score follows the words."""
    found = retrieved(three, "the mayor cut the ribbon of the bridge")
    low, high = min(each.similarity for each in found), max(each.similarity for each in found)
    by_words = sorted((each for each in found if each.lexical_rank), key=lambda each: each.lexical_rank)
    assert len(by_words) > 1
    shares = [2 * each.score - (each.similarity - low) / (high - low) for each in by_words]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (pytest.approx(1, abs=1e-4), pytest.approx(0, abs=1e-4))
    others = [each for each in found if each.lexical_rank is None]
    assert [2 * each.score for each in others] == pytest.approx([(e.similarity - low) / (high - low) for e in others])


# filters


@pytest.fixture
def filtered(library: Library, folder: Path) -> tuple[Library, dict[str, list[str]]]:
    """Articles that filters can tell apart, and the sources of each by title."""
    rows = [
        ("A", "2024-05-01", "https://www.example.org/a", "Example Daily"),
        ("B", "2024-05-02", "https://news.example.org/b", "EXAMPLE daily"),
        ("C", "2023-01-01", "https://notexample.org/c", "Other"),
        ("D", None, None, None),
    ]
    sources = {}
    for sub in ("my_folder", "myXfolder", '100% "really"', "日本"):
        for title, published, url, site in rows:
            path = folder / sub / f"{title}.json"
            path.parent.mkdir(exist_ok=True)
            text = f"The story {title} of {sub} is told here."
            row = {"title": f"{title} {sub}", "text": text, "date": published, "url": url, "site": site}
            path.write_text(json.dumps(row))
            sources[f"{title} {sub}"] = [str(path)]
    library.add(folder)
    return library, sources


def test_filters_let_through_what_they_should(filtered, folder):
    library, sources = filtered
    everything = list(library.articles())
    assert len(everything) == 16
    wheres = [
        Where(published_from=date(2024, 5, 2)),
        Where(published_to=date(2024, 5, 1)),
        Where(published_from=date(2023, 1, 1), published_to=date(2024, 5, 1)),
        Where(sources=("example.org",)),
        Where(sources=("www.example.org",)),
        Where(sources=("News.Example.org",)),
        Where(sources=("org",)),
        Where(sources=("example daily",)),
        Where(sources=(f"{folder}/my_folder",)),
        Where(sources=(f"{folder}/100% ",)),
        Where(sources=(f'{folder}/100% "', f"{folder}/日")),
        Where(sources=("%", "_", '"', "\\", "' or 1 == 1 or '")),
        Where(sources=("%",)),
        Where(article_ids=(everything[0].id, everything[5].id, "zz", '" or id like "%')),
        Where(article_ids=("nothing",)),
        Where(published_from=date(2024, 1, 1), sources=("other", "example.org"), article_ids=(everything[1].id,)),
        Where(published_to=date(2024, 12, 31), sources=(f"{folder}/myXfolder",)),
    ]
    for where in wheres:
        expected = [a.title for a in everything if is_let_through(a, sources[a.title], where)]
        assert titles(library, where) == expected, where
        found = retrieved(library, "the story of one", where)
        assert {each.article.title for each in found} == set(expected), where


def test_undated_articles_that_a_filter_by_date_leaves_out_are_counted(filtered, folder):
    library, _ = filtered
    assert library.store.count_undated() == 4
    assert library.undated(Where(published_to=date(2024, 5, 1))) == 4
    assert library.undated(Where(published_from=date(2024, 5, 1), sources=(f"{folder}/my_folder",))) == 1
    assert library.undated(Where(published_from=date(2024, 5, 1), sources=("example.org",))) == 0
    assert library.undated(Where(sources=(f"{folder}/my_folder",))) == library.undated(None) == 0


def test_articles_are_counted_by_their_day(filtered, folder):
    library, _ = filtered
    days = {date(2024, 5, 1): 4, date(2024, 5, 2): 4, date(2023, 1, 1): 4}
    assert library.store.count_by_day() == days
    assert library.store.count_by_day(Where(sources=("example.org",))) == {date(2024, 5, 1): 4, date(2024, 5, 2): 4}
    assert library.store.count_by_day(Where(sources=("nobody",))) == {}


# changes


def test_a_changed_text_replaces_the_old_one(three, folder):
    before = {a.title: a.id for a in three.articles()}
    write(folder, "honey", "Ten tonnes of honey were gathered.", "Honey", "2023-08-01")
    report = three.add(folder)
    after = {a.title: a.id for a in three.articles()}
    assert (report.updated, report.unchanged, report.added) == ((after["Honey"],), 2, ())
    assert after["Honey"] != before["Honey"]
    with pytest.raises(ArticleNotFound):
        three.article(before["Honey"])
    assert_whole(three, {"Bridge": BRIDGE, "Honey": "Ten tonnes of honey were gathered.", "Ferry": FERRY})


def test_a_new_title_or_date_is_found_and_the_text_keeps_its_id(three, folder):
    (honey,) = (a.id for a in three.articles() if a.title == "Honey")
    write(folder, "honey", HONEY, "Zzzz quiz", "2019-01-02")
    assert three.add(folder).updated == (honey,)
    article = three.article(honey)
    assert (article.title, article.published, article.text) == ("Zzzz quiz", date(2019, 1, 2), HONEY)
    (hit,) = retrieved(three, "quiz", Where(published_to=date(2019, 12, 31)))
    assert hit.article.id == honey
    assert hit.lexical_rank == 1
    assert hit.similarity == pytest.approx(cosine("quiz", "Zzzz quiz", HONEY), abs=2e-3)
    write(folder, "honey", HONEY, "Zzzz quiz", "2021-01-02")  # the date alone: nothing is encoded for it
    assert three.add(folder).updated == (honey,)
    assert titles(three, Where(published_from=date(2021, 1, 1), published_to=date(2021, 12, 31))) == ["Zzzz quiz"]
    found = retrieved(three, "quiz", Where(published_from=date(2021, 1, 1), published_to=date(2021, 12, 31)))
    assert [each.article.id for each in found] == [honey]
    assert retrieved(three, "quiz", Where(published_to=date(2019, 12, 31))) == []


def test_the_same_text_is_kept_once_and_stays_with_the_source_it_still_has(library, folder):
    write(folder, "a", HONEY, "Honey")
    write(folder, "b", HONEY, "Honey")
    report = library.add(folder)
    assert (len(report.added), report.unchanged) == (1, 1)
    assert_whole(library, {"Honey": HONEY})
    for name in ("a", "b"):
        assert titles(library, Where(sources=(f"{folder}/{name}",))) == ["Honey"]
        assert len(retrieved(library, "honey", Where(sources=(f"{folder}/{name}",)))) == 1
    (folder / "a.json").unlink()
    assert library.sync(folder).removed == ()
    (article,) = library.articles()
    assert article.source == str(folder / "b.json")
    assert titles(library, Where(sources=(f"{folder}/a",))) == []
    assert retrieved(library, "honey", Where(sources=(f"{folder}/a",))) == []
    assert len(retrieved(library, "honey", Where(sources=(f"{folder}/b",)))) == 1
    (folder / "b.json").unlink()
    assert library.sync(folder, allow_empty=True).removed == (article.id,)
    assert_whole(library, {})


def test_what_moves_to_another_source_takes_its_title_and_date(library, folder):
    write(folder, "a", HONEY, "First", "2020-01-01")
    library.add(folder)
    write(folder, "b", HONEY, "Second", "2021-01-01")
    library.add(folder)
    assert titles(library) == ["First"]
    (folder / "a.json").unlink()
    library.sync(folder)
    (article,) = library.articles()
    assert (article.title, article.published) == ("Second", date(2021, 1, 1))
    assert_whole(library, {"Second": HONEY})


def test_adding_again_changes_nothing(three, folder):
    before = three.stats()
    report = three.add(folder)
    assert (report.added, report.updated, report.unchanged, report.failed) == ((), (), 3, ())
    assert three.stats() == before


def test_sync_mirrors_a_folder(three, folder):
    write(folder, "new", "Snow fell in Ulm.", "Snow")
    (folder / "ferry.json").unlink()
    (folder / "sub").mkdir()
    (folder / "bridge.json").rename(folder / "sub" / "moved.json")
    three.encoder.encoded.clear()
    report = three.sync(folder)
    assert (len(report.added), len(report.removed), report.failed) == (1, 1, ())
    assert three.encoder.encoded == ["Snow\nSnow fell in Ulm."]  # what only moved is not encoded
    assert_whole(three, {"Bridge": BRIDGE, "Honey": HONEY, "Snow": "Snow fell in Ulm."})
    (bridge,) = (a for a in three.articles() if a.title == "Bridge")
    assert bridge.source == str(folder / "sub" / "moved.json")


def test_sync_leaves_other_folders_alone(three, folder, tmp_path):
    write(tmp_path / "in2", "snow", "Snow fell in Ulm.", "Snow")  # its path begins as that of the folder
    three.add(tmp_path / "in2")
    for path in folder.iterdir():
        path.unlink()
    assert len(three.sync(folder, allow_empty=True).removed) == 3
    assert_whole(three, {"Snow": "Snow fell in Ulm."})


def test_rows_come_and_go_with_their_file(library, folder):
    write_rows(folder / "rows.jsonl", {"one": "Snow fell in Ulm.", "two": HONEY, "three": FERRY})
    assert len(library.add(folder).added) == 3
    write_rows(folder / "rows.jsonl", {"one": "Snow fell in Bonn.", "three": FERRY})
    report = library.sync(folder)
    assert (len(report.updated), report.unchanged, len(report.removed)) == (1, 1, 1)
    assert_whole(library, {"one": "Snow fell in Bonn.", "three": FERRY})


def test_removed_is_gone_until_it_is_added_again(three, folder):
    ids = {a.title: a.id for a in three.articles()}
    report = three.remove([ids["Honey"], "feedfeedfeedfeed", ids["Honey"]])
    assert report.removed == (ids["Honey"],)
    assert [failure.source for failure in report.failed] == ["feedfeedfeedfeed"]
    assert_whole(three, {"Bridge": BRIDGE, "Ferry": FERRY})
    assert {each.article.title for each in retrieved(three, "honey")} == {"Bridge", "Ferry"}
    assert three.add(folder).added == (ids["Honey"],)
    assert_whole(three, {"Bridge": BRIDGE, "Honey": HONEY, "Ferry": FERRY})
    assert three.remove_sources([str(folder / "ferry.json"), "unknown"]).removed == (ids["Ferry"],)
    assert_whole(three, {"Bridge": BRIDGE, "Honey": HONEY})


def test_what_fails_is_remembered_until_it_goes_in(three, folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    (folder / "rows.jsonl").write_text('{"id": "x", "text": ""}\n{"id": "y", "title": "Y", "text": "Yes."}\n')
    first = three.add(folder)
    assert {Path(failure.source).name for failure in first.failed} == {"broken.pdf", "rows.jsonl#row-1"}
    assert sorted(three.failures(), key=str) == sorted(first.failed, key=str)
    assert sorted(three.add(folder).failed, key=str) == sorted(first.failed, key=str)
    assert sorted(three.retry().failed, key=str) == sorted(first.failed, key=str)
    (folder / "broken.pdf").unlink()
    write_rows(folder / "rows.jsonl", {"x": "Xylophone.", "y": "Yes."})
    assert three.sync(folder).failed == ()
    assert three.failures() == []


# several handles on one library


def test_another_process_sees_what_has_changed(three, opened, folder):
    other = opened()
    assert sorted(titles(other)) == ["Bridge", "Ferry", "Honey"]
    write(folder, "snow", "Snow fell in Ulm.", "Snow")
    three.add(folder)
    assert retrieved(other, "snow Ulm")[0].article.title == "Snow"
    ids = {a.title: a.id for a in other.articles()}
    other.remove([ids["Snow"]])
    assert "Snow" not in {each.article.title for each in retrieved(three, "snow Ulm")}
    assert_whole(three, {"Bridge": BRIDGE, "Honey": HONEY, "Ferry": FERRY})


def test_other_settings_need_a_rebuild_and_get_one(three, opened, folder):
    settings = Settings(passage_words=10, overlap_words=0, batch_articles=2, min_article_chars=1)
    other = opened(settings)
    for refused in (lambda: retrieved(other, "honey"), lambda: other.add(folder), other.check_fingerprint):
        with pytest.raises(FingerprintMismatch, match="passage_words was 12 and is now 10"):
            refused()
    before = {a.id for a in three.articles()}
    assert three.stats().passages == sum(len(windows(a)) for a in three.articles())
    report = other.rebuild()
    assert (report.unchanged, report.failed) == (3, ())
    assert {a.id for a in other.articles()} == before
    assert_whole(other, {"Bridge": BRIDGE, "Honey": HONEY, "Ferry": FERRY}, settings)
    with pytest.raises(FingerprintMismatch, match="passage_words was 10 and is now 12"):
        retrieved(three, "honey")
    write(folder, "snow", "Snow fell in Ulm.", "Snow")
    assert (len(other.add(folder).added), other.add(folder).unchanged) == (1, 4)


def test_a_rebuild_keeps_everything(three, opened, folder):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    three.add(folder)
    other = opened()
    failures, articles = three.failures(), list(three.articles())
    assert retrieved(other, "honey")[0].article.title == "Honey"
    assert three.rebuild().unchanged == 3
    assert retrieved(other, "honey")[0].article.title == "Honey"
    assert (other.failures(), list(other.articles())) == (failures, articles)
    assert three.add(folder).unchanged == 3
    assert_whole(other, {"Bridge": BRIDGE, "Honey": HONEY, "Ferry": FERRY})


def test_a_closed_library_says_so(three):
    three.close()
    for use in (lambda: len(three), lambda: list(three.articles()), lambda: retrieved(three, "x"), three.rebuild):
        with pytest.raises(LibraryError, match="is closed"):
            use()


# from one kind to the other


@pytest.mark.parametrize("vectors", [True, False])
def test_a_library_moves_by_export_and_import(three, folder, tmp_path, address, vectors):  # noqa: F811
    write(folder, "copy", HONEY, "Honey", "2023-08-01")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    three.add(folder)
    assert three.export(tmp_path / "all.zip", vectors=vectors) == 3
    target = tmp_path / "target" if three.location == address else address
    encoder = LetterEncoder()
    with Library.open(target, SETTINGS, encoder=encoder) as moved:
        report = moved.import_archive(tmp_path / "all.zip")
        assert len(report.added) == 3
        assert list(moved.articles()) == list(three.articles())
        assert moved.stats().passages == three.stats().passages
        # of the archive's vectors a sample is made again, one an article
        assert len(encoder.encoded) == (3 if vectors else moved.stats().passages)
        assert titles(moved, Where(sources=(f"{folder}/copy",))) == ["Honey"]
        for question in ("honey", "anchor ground", "bridge in the valley"):
            ours, theirs = retrieved(three, question), retrieved(moved, question)
            assert ours[0].article.title == theirs[0].article.title
            similarity = {(e.article.id, e.passage.start): e.similarity for e in ours}
            assert {(e.article.id, e.passage.start): e.similarity for e in theirs} == pytest.approx(
                similarity, abs=2e-3
            )
        assert moved.add(folder).unchanged == 4  # nothing is read in again for having moved
        assert [finding for finding in moved.examine() if not finding.sound] == []


def test_stored_vectors_are_those_of_the_encoder(three):
    store = three.store
    for article in three.articles():
        passages = store.passages_of(article.id)
        assert [(p.start, p.end) for p in passages] == windows(article)
        texts = [f"{article.title}\n{article.text[p.start : p.end]}" for p in passages]
        stored = store.vectors([p.id for p in passages])
        assert np.abs(stored - LetterEncoder().encode_passages(texts)).max() < 1e-3


# pages


FIRST = "The ferry to Ostley was taken out of service on Monday."
SECOND = "It will be back in May, the harbour office said."


def test_the_pages_of_a_pdf_are_kept(opened: Open, library: Library, folder: Path, tmp_path: Path) -> None:
    (folder / "ferry.pdf").write_bytes(pdf(FIRST, SECOND))
    write(folder, "bridge", "abc def ghi jkl.", "A bridge")
    library.add(folder)

    def pages(of: Library) -> list[tuple[int, ...]]:
        return sorted(article.pages for article in of.articles())

    begin = [(), (0, len(FIRST) + 1)]
    assert pages(library) == begin
    assert pages(opened()) == begin
    library.rebuild()
    assert pages(library) == begin
    library.export(tmp_path / "all.zip")
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "all.zip")
        assert pages(other) == begin
    (ferry,) = (article for article in library.articles() if article.pages)
    library.remove([ferry.id])
    (folder / "ferry.txt").write_text(ferry.text)  # the same words, from what has no pages
    library.add(folder / "ferry.txt")
    assert pages(library) == [(), ()]


def test_pages_come_with_a_pdf_that_was_read_without_them(library: Library, folder: Path) -> None:
    (folder / "ferry.pdf").write_bytes(pdf(FIRST, SECOND))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.loaders.pdf.page_starts", lambda *_: ())
        patch.setattr("qa.loaders.document.LOADER_VERSION", 1)
        patch.setattr(library, "settings", replace(library.settings, read_seconds=0))  # read where that is patched
        library.add(folder)
    assert [article.pages for article in library.articles()] == [()]
    assert len(library.add(folder).updated) == 1
    assert [article.pages for article in library.articles()] == [(0, len(FIRST) + 1)]


# only the beginning


ROWS = (  # the first as a news API sends it
    {
        "title": "Ferry",
        "text": "The ferry was stopped on Monday, and\u2026 [+2310 chars]",
        "url": "https://a.example/f",
    },
    {"title": "Bridge", "text": "The bridge was opened on Monday."},
)


def test_an_article_that_is_only_a_beginning_says_so(
    opened: Open, library: Library, folder: Path, tmp_path: Path
) -> None:
    rows = folder / "wire.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    library.add(folder)

    def cut(of: Library) -> dict[str, bool]:
        return {article.title: article.truncated for article in of.articles()}

    begun = {"Ferry": True, "Bridge": False}
    assert cut(library) == cut(opened()) == begun
    assert {each.title: each.truncated for each in library.listing().articles} == begun
    library.rebuild()
    assert cut(library) == begun
    library.export(tmp_path / "all.zip")
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "all.zip")
        assert cut(other) == begun
    (ferry,) = (article for article in library.articles() if article.truncated)
    library.edit(ferry.id, title="The ferry")
    assert cut(library) == {"The ferry": True, "Bridge": False}


def test_what_was_a_beginning_is_whole_when_the_same_words_say_so(library: Library, folder: Path) -> None:
    rows = folder / "wire.jsonl"
    rows.write_text(json.dumps({"id": 1, **ROWS[0]}) + "\n")
    library.add(folder)
    rows.write_text(json.dumps({"id": 1, **ROWS[0], "text": "The ferry was stopped on Monday, and\u2026"}) + "\n")
    library.add(folder)
    assert [article.truncated for article in library.articles()] == [False]
    assert [each.truncated for each in library.listing().articles] == [False]


# corrected by hand


def facts(article: Article) -> tuple[object, ...]:
    return article.title, article.published, article.authors, article.site


CORRECTED = ("Ferry stopped", date(2025, 5, 12), ("Ines Varga",), "Ostley Mail")


@pytest.fixture
def edited(library: Library, folder: Path) -> Article:
    """One article in the library, with all of it corrected."""
    library.add(write(folder, "ferry", FIRST, "Fery stoped", "2024-01-01"))
    (article,) = library.articles()
    return library.edit(
        article.id, title="Ferry stopped", published=date(2025, 5, 12), authors=["Ines Varga"], source="Ostley Mail"
    )


def test_what_is_corrected_by_hand_is_found_and_keeps_its_text(
    opened: Open, library: Library, folder: Path, edited: Article
) -> None:
    (article,) = opened().articles()
    assert article == edited
    assert (facts(article), article.text) == (CORRECTED, FIRST)
    assert_whole(library, {"Ferry stopped": FIRST})
    assert titles(library, Where(published_from=date(2025, 5, 1), sources=("Ostley Mail",))) == ["Ferry stopped"]
    assert titles(library, Where(published_to=date(2024, 12, 31))) == []
    (found,) = retrieved(library, "stopped", Where(published_from=date(2025, 5, 1)))
    assert found.article == edited
    report = library.add(folder)
    assert (report.unchanged, report.updated) == (1, ())


def test_a_correction_stays_when_the_source_changes(library: Library, folder: Path, edited: Article) -> None:
    write(folder, "ferry", SECOND, "Fery stoped, 2nd version", "2024-02-02")
    assert len(library.add(folder).updated) == 1
    (article,) = library.articles()
    assert (facts(article), article.text) == (CORRECTED, SECOND)
    assert article.id != edited.id
    library.edit(article.id, published="")
    (article,) = library.articles()
    assert facts(article) == ("Ferry stopped", None, ("Ines Varga",), "Ostley Mail")


def test_a_correction_stays_through_rebuild_and_export(
    library: Library, folder: Path, tmp_path: Path, edited: Article
) -> None:
    library.rebuild()
    assert list(library.articles()) == [edited]
    library.export(tmp_path / "all.zip")
    write(folder, "ferry", SECOND, "Fery stoped", "2024-01-01")
    library.add(folder)
    assert [facts(article) for article in library.articles()] == [CORRECTED]
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "all.zip")
        assert list(other.articles()) == [edited]
        other.add(folder)
        assert [(facts(article), article.text) for article in other.articles()] == [(CORRECTED, SECOND)]


def test_a_correction_goes_with_its_article(library: Library, folder: Path, edited: Article) -> None:
    library.remove([edited.id])
    library.add(folder)
    assert [facts(article) for article in library.articles()] == [("Fery stoped", date(2024, 1, 1), (), None)]


def test_a_corrected_row_is_known_by_its_text_or_title(library: Library, folder: Path) -> None:
    rows = folder / "rows.csv"
    rows.write_text(f"title,text\nFery,{FIRST}\nBridge,abc def ghi\n")
    library.add(folder)
    (ferry,) = (article for article in library.articles() if article.title == "Fery")
    library.edit(ferry.id, title="Ferry")
    rows.write_text(f"title,text\nNews,jkl mno pqr\nFery,{FIRST}\nBridge,abc def ghi\n")
    library.add(folder)
    assert "News" in titles(library)
    rows.write_text(f'title,text\nFery,"{SECOND}"\n')
    library.add(folder)
    assert "Ferry" in titles(library)


def test_only_what_is_there_can_be_corrected(library: Library) -> None:
    with pytest.raises(ArticleNotFound):
        library.edit("0" * 16, title="None")
