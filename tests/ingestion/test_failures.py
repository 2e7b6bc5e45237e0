"""What could not be taken in: remembered with its reason, not tried again for nothing, forgotten when it goes in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, shell_with_letters, write

from qa.library import Library
from qa.loaders import parse
from qa.loaders.document import Version


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One article, and one file that is none."""
    write(tmp_path / "in", "a", "Snow fell in Ulm.")
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.4 nonsense")
    return tmp_path / "in"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed, as it happens."""
    names: list[str] = []

    def counting(document, settings, entries, process):
        names.append(Path(document.origin).name)
        return parse(document, settings, entries, process)

    monkeypatch.setattr("qa.ingestion.reader.parse", counting)
    return names


def failed(library: Library) -> list[str]:
    return [Path(failure.source).name for failure in library.failures()]


def test_what_failed_is_listed_with_reason_and_remedy(library, folder):
    report = library.add(folder)
    assert library.failures() == list(report.failed)
    assert failed(library) == ["broken.pdf"]
    assert all(failure.reason and failure.remedy for failure in library.failures())


def test_it_is_still_listed_after_a_restart_and_a_rebuild(library, folder, tmp_path):
    library.add(folder)
    library.rebuild()
    library.close()
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as again:
        assert failed(again) == ["broken.pdf"]


def test_unchanged_it_is_told_again_but_not_tried_again(library, folder, parsed):
    first = library.add(folder)
    parsed.clear()
    again = library.add(folder)
    assert (again.failed, again.unchanged, parsed) == (first.failed, 1, [])


def test_changed_it_is_tried_again_and_forgotten_when_it_goes_in(library, folder, parsed):
    library.add(folder)
    (folder / "broken.pdf").unlink()
    write(folder, "broken", "The ferry sank.")
    (folder / "broken.json").rename(folder / "broken.pdf")
    (folder / "broken.pdf").rename(folder / "b.json")
    (folder / "c.json").write_text("{")
    library.add(folder)
    assert sorted(failed(library)) == ["broken.pdf", "c.json"]  # `add` says nothing of files that are gone
    write(folder, "c", "Honey was gathered.")
    report = library.add(folder)
    assert (len(report.added), report.failed) == (1, ())
    assert failed(library) == ["broken.pdf"]


def test_sync_forgets_what_is_gone(library, folder):
    library.sync(folder)
    (folder / "broken.pdf").unlink()
    assert library.sync(folder).failed == ()
    assert library.failures() == []


def test_sync_keeps_what_failed_elsewhere(library, folder, tmp_path):
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.4 nonsense")
    library.add(tmp_path / "other.pdf")
    library.sync(folder)
    assert sorted(failed(library)) == ["broken.pdf", "other.pdf"]


def test_on_demand_it_is_tried_again_unchanged(library, folder, parsed):
    library.add(folder)
    parsed.clear()
    report = library.retry()
    assert parsed == ["broken.pdf"]
    assert [Path(failure.source).name for failure in report.failed] == ["broken.pdf"]
    assert failed(library) == ["broken.pdf"]


def test_a_retry_that_works_forgets_it(library, folder, monkeypatch):
    def failing(*_: object, **__: object) -> object:
        raise ValueError("a bug \ud800")

    monkeypatch.setattr("qa.passages.encoding.chunk", failing)
    library.add(folder)
    assert sorted(failed(library)) == ["a.json", "broken.pdf"]
    monkeypatch.undo()
    assert len(library.retry().added) == 1
    assert failed(library) == ["broken.pdf"]


def test_our_own_bugs_are_tried_again_each_time(library, folder, monkeypatch):
    def failing(*_: object, **__: object) -> object:
        raise ValueError("a bug")

    monkeypatch.setattr("qa.passages.encoding.chunk", failing)
    library.add(folder)
    monkeypatch.undo()
    assert len(library.add(folder).added) == 1  # nothing about the file has changed


def test_good_rows_of_a_file_with_bad_ones_stay_and_are_not_read_again(library, tmp_path, parsed):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"title": "a", "text": "Snow fell in Ulm."}\n{"title": "b", "text": ""}\n')
    first = library.add(rows)
    assert (len(first.added), len(first.failed)) == (1, 1)
    parsed.clear()
    again = library.add(rows)
    assert (again.added, again.unchanged, again.failed, parsed) == ((), 1, first.failed, [])


def test_a_file_that_cannot_be_opened_is_tried_again_each_time(library, folder, monkeypatch):
    from qa.errors import LoadError

    def closed(origin, settings):
        raise LoadError(origin, "It is locked.", "Close it.")

    with monkeypatch.context() as patch:
        patch.setattr("qa.ingestion.sources.fetch", closed)
        library.add(folder)
    assert sorted(failed(library)) == ["a.json", "broken.pdf"]
    assert len(library.add(folder).added) == 1
    assert failed(library) == ["broken.pdf"]


def test_a_known_file_that_can_be_opened_again_has_not_failed_any_more(library, folder, monkeypatch):
    from qa.errors import LoadError

    def closed(origin, settings):
        raise LoadError(origin, "It is locked.", "Close it.")

    library.add(folder)
    with monkeypatch.context() as patch:
        patch.setattr("qa.ingestion.sources.fetch", closed)
        assert len(library.add(folder / "a.json").failed) == 1
    assert sorted(failed(library)) == ["a.json", "broken.pdf"]
    again = library.add(folder / "a.json")
    assert (again.unchanged, again.failed, failed(library)) == (1, (), ["broken.pdf"])


def test_a_library_of_the_second_format_gets_its_tables(library, folder, tmp_path):
    library.add(folder)
    library.close()
    with closing(sqlite3.connect(tmp_path / "library" / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE versions")
        connection.execute("DROP TABLE entries")
        connection.execute("PRAGMA user_version = 2")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as old:
        assert (len(old), len(old.failures()), old.store.sources.versions(), old.store.sources.entries()) == (
            1,
            1,
            {},
            [],
        )
        with old.store.transaction() as transaction:
            transaction.set_version("https://a.example/", Version("https://a.example/b", '"1"', None))
            transaction.note_entries(["aa", "aa", "bb"])
        assert old.store.sources.version("https://a.example/") == Version("https://a.example/b", '"1"', None)
        assert old.store.sources.entries() == ["aa", "bb"]


def test_a_library_of_the_first_format_gets_its_table(library, folder, tmp_path):
    library.add(folder)
    library.close()
    with closing(sqlite3.connect(tmp_path / "library" / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE failures")
        connection.execute("PRAGMA user_version = 1")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as old:
        assert (len(old), old.failures()) == (1, [])
        old.add(folder)
        assert failed(old) == ["broken.pdf"]


def test_the_shell_lists_and_retries(library, folder, tmp_path, monkeypatch):
    library.add(folder)
    library.close()
    run = shell_with_letters(monkeypatch)
    shelf = ["--library", str(tmp_path / "library")]
    listed = run("list", "--failed", *shelf)
    assert (listed.exit_code, "broken.pdf" in listed.stdout, "add --retry" in listed.stderr) == (0, True, True)
    assert run("add", "--retry", *shelf).exit_code == 1  # it fails again
    assert run("add", *shelf).exit_code == 2
    assert run("add", "x", "--retry", *shelf).exit_code == 2
    assert run("list", "--failed", "--from", "2020-01-01", *shelf).exit_code == 2


def test_a_file_that_is_read_again_for_a_moved_article_fails_once(library, tmp_path):
    """The article of a.jsonl goes over to b.jsonl, which is read once more for its title; its bad row is told once."""
    (tmp_path / "a.jsonl").write_text('{"title": "a", "text": "Snow fell in Ulm."}\n')
    (tmp_path / "b.jsonl").write_text('{"title": "b", "text": "Snow fell in Ulm."}\n{"title": "bad", "text": ""}\n')
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    library.sync(tmp_path, only=files)
    files[0].unlink()
    report = library.sync(tmp_path, only=files)
    assert [article.title for article in library.articles()] == ["b"]
    assert (len(report.updated), report.removed, report.unchanged) == (1, (), 1)
    assert [Path(failure.source).name for failure in report.failed] == ["b.jsonl#row-2"]
