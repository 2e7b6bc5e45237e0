"""Tags: put on articles, taken off, filtered by, and not lost."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write

from qa.datatypes import Where
from qa.errors import FormatError, LibraryError
from qa.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    for name, published in (("bridge", "2024-05-01"), ("honey", "2023-08-01"), ("ferry", None)):
        write(tmp_path / "in", name, f"The {name} was said to be old.", name, published)
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        opened.add(tmp_path / "in")
        yield opened


def ids(library: Library, *titles: str) -> list[str]:
    return [article.id for article in library.articles() if article.title in titles]


def titles(library: Library, where: Where) -> list[str]:
    return [article.title for article in library.articles(where)]


def test_several_at_once_and_taken_off_again(library: Library) -> None:
    assert library.tag(ids(library, "bridge", "ferry"), ["election", "to  check"]) == 2
    assert library.tag(ids(library, "honey"), ["Election"]) == 1
    assert library.tag(["0" * 16], ["x"]) == 0
    assert library.tags() == {"election": 3, "to check": 2}
    (bridge,) = ids(library, "bridge")
    assert library.tags_of([bridge, "0" * 16]) == {bridge: ("election", "to check")}
    library.tag([bridge], add=["TO CHECK"], remove=["ELECTION"])
    assert library.tags_of([bridge]) == {bridge: ("to check",)}
    assert library.tags() == {"election": 2, "to check": 2}


def test_they_filter_everywhere(library: Library) -> None:
    library.tag(ids(library, "bridge", "ferry"), ["a"])
    library.tag(ids(library, "honey"), ["b"])
    assert titles(library, Where(tags=("A",))) == ["bridge", "ferry"]
    assert titles(library, Where(tags=("a", "b"))) == ["bridge", "honey", "ferry"]
    assert titles(library, Where(tags=("none",))) == []
    assert titles(library, Where(tags=("a",), published_from=date(2024, 1, 1))) == ["bridge"]
    assert titles(library, Where(tags=("a",), article_ids=tuple(ids(library, "honey", "ferry")))) == ["ferry"]
    assert titles(library, Where(tags=("a",), article_ids=tuple(ids(library, "honey")))) == []
    assert library.listing(Where(tags=("b",))).total == 1
    (quote,) = library.check_quotes("“was said to be old”", Where(tags=("b",)))
    assert [place.title for place in quote.places] == ["honey"]
    assert not Where(tags=())
    assert Where(tags=("a",))


def test_a_new_text_of_a_source_and_a_rebuild_keep_them(library: Library, tmp_path: Path) -> None:
    library.tag(ids(library, "bridge"), ["a"])
    write(tmp_path / "in", "bridge", "The bridge is new now.", "bridge")
    library.add(tmp_path / "in")
    library.rebuild()
    library.compact()
    (found,) = library.articles(Where(tags=("a",)))
    assert found.text == "The bridge is new now."


def test_they_travel_with_the_library(library: Library, tmp_path: Path) -> None:
    library.tag(ids(library, "bridge"), ["a", "b"])
    library.export(tmp_path / "library.zip")
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "library.zip")
        assert other.tags() == {"a": 1, "b": 1}
        other.tag(ids(other, "bridge"), remove=["a"], add=["c"])
        other.import_archive(tmp_path / "library.zip")
        assert other.tags() == {"a": 1, "b": 1, "c": 1}


def test_an_archive_without_them_is_taken_in_and_one_with_damaged_ones_is_not(library: Library, tmp_path: Path) -> None:
    library.tag(ids(library, "bridge"), ["a"])
    library.export(tmp_path / "library.zip")
    for name, content, tagged in (("old", None, 0), ("damaged", b'{"source": 1, "tags": ["a"]}\n', None)):
        with zipfile.ZipFile(tmp_path / "library.zip") as whole, zipfile.ZipFile(tmp_path / name, "w") as changed:
            for entry in whole.namelist():
                if entry != "tags.jsonl":
                    changed.writestr(entry, whole.read(entry))
            if content is not None:
                changed.writestr("tags.jsonl", content)
        with Library.open(tmp_path / f"{name}-library", SETTINGS, encoder=LetterEncoder()) as other:
            if tagged is None:
                with pytest.raises(LibraryError, match="no whole archive"):
                    other.import_archive(tmp_path / name)
                assert len(other) == 0
            else:
                other.import_archive(tmp_path / name)
                assert (len(other), len(other.tags())) == (3, tagged)


@pytest.mark.parametrize("tag", ["", "  ", "x" * 61, "\n"])
def test_what_is_no_tag_is_refused(library: Library, tag: str) -> None:
    with pytest.raises(FormatError, match="is no tag"):
        library.tag(ids(library, "bridge"), [tag])
    assert library.tags() == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "article-qa/tags/1"}', '{"format": "x", "sources": {}}'])
def test_a_damaged_file_is_named_and_kept(library: Library, text: str) -> None:
    (library.path / "tags.json").write_text(text)
    with pytest.raises(FormatError, match="tags.json: cannot be read"):
        library.tag(ids(library, "bridge"), ["a"])
    assert (library.path / "tags.json").read_text() == text


def test_a_store_never_lets_through_what_has_no_tag(library: Library) -> None:
    with pytest.raises(LibraryError, match="knows no tags"):
        library.store.article_ids(Where(tags=("a",)))
