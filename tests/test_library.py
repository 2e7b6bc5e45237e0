"""The library as its users see it, with real files, the real indexes and an encoder that counts letters."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_fakes import SETTINGS, LetterEncoder, generation_of, lexical_of, vectors_of, write, write_rows

import qa.storage.local.generation
from qa.config import Settings
from qa.datatypes import Progress, Where
from qa.errors import (
    ArticleNotFound,
    FingerprintMismatch,
    FolderEmpty,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    ModelError,
)
from qa.library import Library
from qa.loaders import Document, article_id

ZEBRA, APPLE, QUEEN = "A zebra ran past the zoo.", "An apple fell on a pear.", "The queen quietly quit."


@pytest.fixture
def encoder() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def library(tmp_path: Path, encoder: LetterEncoder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


def reopened(library: Library, settings: Settings | None = None) -> Library:
    """The same library as another process sees it."""
    return Library.open(library.path, settings or library.settings, encoder=LetterEncoder())


def lexical_hits(library: Library, question: str) -> set[str]:
    """The titles of the articles that the lexical index finds."""
    library.refresh()
    found = library.store.passages([passage for passage, _ in lexical_of(library).search(question, 1000)])
    return {library.article(passage.article_id).title for passage in found}


def nearest(library: Library, question: str) -> str:
    """The text of the passage whose vector is nearest."""
    library.refresh()
    ids, _ = vectors_of(library).search(library.encoder.encode_queries([question])[0], 1)
    (passage,) = library.store.passages(ids.tolist())
    return library.article(passage.article_id).text[passage.start : passage.end]


def assert_in_step(library: Library) -> None:
    """Passages cover the texts, and both indexes hold them all and nothing else, with the encoder's vectors."""
    library.refresh()
    articles = {article.id: article for article in library.articles()}
    _, ids = library.store.passage_ids()
    passages = library.store.passages(ids.tolist())
    assert {passage.article_id for passage in passages} == articles.keys()
    for article in articles.values():
        covered = {i for each in library.store.passages_of(article.id) for i in range(each.start, each.end)}
        assert all(i in covered or char.isspace() for i, char in enumerate(article.text))
        assert article.source in library.store.sources.holders_of([article.id])[article.id]
    assert vectors_of(library).ids().tolist() == ids.tolist()
    assert len(lexical_of(library)) == len(ids)
    texts = [
        articles[each.article_id].title + "\n" + articles[each.article_id].text[each.start : each.end]
        for each in passages
    ]
    expected = LetterEncoder().encode_queries(texts)
    if len(ids):
        np.testing.assert_allclose(library.store.vectors(ids), expected, atol=1e-3)
    for passage, vector, text in zip(passages, expected, texts, strict=True):
        found, scores = vectors_of(library).search(vector, len(ids))
        assert dict(zip(found.tolist(), scores.tolist(), strict=True))[passage.id] == pytest.approx(1, abs=2e-3)
        assert passage.id in {hit for hit, _ in lexical_of(library).search(text, len(ids))}


# opening


def test_a_new_library_is_empty_and_private(library: Library) -> None:
    assert len(library) == 0
    assert library
    assert library.path.stat().st_mode & 0o777 == 0o700
    assert library.refresh() == 0
    assert lexical_of(library).search("anything", 5) == []
    assert vectors_of(library).search(np.ones(26, np.float32), 5)[0].tolist() == []
    stats = library.stats()
    assert (stats.articles, stats.passages, stats.revision, stats.first_published) == (0, 0, 0, None)


def test_opening_and_reading_loads_no_model_and_no_index(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA))
    script = (
        "import sys; from qa.library import Library\n"
        f"with Library.open({str(library.path)!r}) as library: print(len(list(library.articles())))\n"
        "print(sorted({'torch', 'faiss', 'tantivy', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["1", "[]"]


def test_a_library_is_found_again(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA, title="Zoo news", published="2025-05-12"))
    library.close()
    library.close()
    with reopened(library) as again:
        (article,) = again.articles()
        assert (article.title, article.text, article.published) == ("Zoo news", ZEBRA, date(2025, 5, 12))
        assert again.article(article.id) == article
        assert_in_step(again)


def test_a_closed_library_says_so(library: Library) -> None:
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        len(library)
    with pytest.raises(LibraryError, match="closed"):
        library.refresh()


def test_a_file_where_the_library_should_be(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(LibraryError, match="taken"):
        Library.open(tmp_path / "taken" / "library", SETTINGS, encoder=LetterEncoder())
    with pytest.raises(LibraryError, match="taken"):
        Library.open(tmp_path / "taken", SETTINGS, encoder=LetterEncoder())


def test_an_unknown_article(library: Library) -> None:
    with pytest.raises(ArticleNotFound, match=r"'nothing'.*article-qa list"):
        library.article("nothing")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"000009\n", b"../elsewhere\n"])
def test_a_pointer_that_points_nowhere(library: Library, folder: Path, content: bytes) -> None:
    library.add(write(folder, "a", ZEBRA))
    (library.path / "CURRENT").write_bytes(content)
    with pytest.raises(LibraryDamaged, match="CURRENT"):
        reopened(library)


def test_a_lost_pointer_loses_no_article(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA))
    library.close()
    (library.path / "CURRENT").unlink()
    with reopened(library) as again:
        assert [article.text for article in again.articles()] == [ZEBRA]


def test_a_damaged_database(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA))
    database = library.store.path
    library.close()
    database.write_bytes(b"rubbish" * 1000)
    with pytest.raises(LibraryDamaged, match="add the articles again"):
        reopened(library)


# adding


def test_what_is_added_is_found(library: Library, folder: Path) -> None:
    write(folder, "a", ZEBRA, title="Zoo")
    write(folder, "b", APPLE, title="Garden")
    report = library.add(folder)
    assert set(report.added) == {article_id(ZEBRA), article_id(APPLE)}
    assert (report.updated, report.unchanged, report.removed, report.failed) == ((), 0, (), ())
    assert lexical_hits(library, "Who ran past?") == {"Zoo"}
    assert lexical_hits(library, "garden") == {"Garden"}
    assert nearest(library, "zzz") == ZEBRA
    assert_in_step(library)


def test_the_encoder_sees_the_title(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    library.add(write(folder, "a", ZEBRA, title="Zoo"))
    assert encoder.encoded == ["Zoo\n" + ZEBRA]


def test_an_unchanged_source_costs_no_parse_and_no_encode(
    library: Library, folder: Path, encoder: LetterEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "a", ZEBRA)
    write_rows(folder / "b.jsonl", {"one": APPLE, "two": QUEEN})
    library.add(folder)
    revision = library.stats().revision
    encoder.encoded.clear()
    monkeypatch.setattr("qa.ingestion.reader.parse", None)
    report = library.add([folder, folder / "a.json"])
    assert (report.added, report.updated, report.unchanged, report.failed) == ((), (), 3, ())
    assert encoder.encoded == []
    assert library.stats().revision == revision


def test_one_new_row_costs_one_encode(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    path = write_rows(folder / "b.jsonl", {"one": APPLE})
    library.add(path)
    encoder.encoded.clear()
    write_rows(path, {"one": APPLE, "two": QUEEN})
    report = library.add(path)
    assert (report.added, report.unchanged) == ((article_id(QUEEN),), 1)
    assert encoder.encoded == ["two\n" + QUEEN]


def test_the_same_text_twice_is_kept_once(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    write(folder, "a", ZEBRA, title="First")
    write(folder, "b", ZEBRA, title="Second")
    report = library.add(folder)
    assert (report.added, report.unchanged) == ((article_id(ZEBRA),), 1)
    assert [article.title for article in library.articles()] == ["First"]
    assert encoder.encoded == ["First\n" + ZEBRA]
    (folder / "a.json").unlink()
    report = library.sync(folder)
    assert (report.removed, report.failed) == ((), ())
    (article,) = library.articles()
    assert (article.title, article.source) == ("Second", str(folder / "b.json"))
    assert lexical_hits(library, "second") == {"Second"}
    assert lexical_hits(library, "first") == set()
    assert_in_step(library)


def test_a_changed_source_replaces_its_old_version(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA))
    report = library.add(write(folder, "a", APPLE))
    assert (report.added, report.updated, report.removed) == ((), (article_id(APPLE),), ())
    assert [article.text for article in library.articles()] == [APPLE]
    assert lexical_hits(library, "zebra") == set()
    assert nearest(library, "zzz") == APPLE
    assert_in_step(library)


def test_a_changed_date_is_an_update_without_an_encode(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    library.add(write(folder, "a", ZEBRA, published="2024-01-01"))
    encoder.encoded.clear()
    report = library.add(write(folder, "a", ZEBRA, published="2025-01-01"))
    assert report.updated == (article_id(ZEBRA),)
    assert library.article(article_id(ZEBRA)).published == date(2025, 1, 1)
    assert encoder.encoded == []
    assert_in_step(library)


def test_a_changed_title_is_encoded_again(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    library.add(write(folder, "a", ZEBRA, title="Before"))
    encoder.encoded.clear()
    report = library.add(write(folder, "a", ZEBRA, title="After"))
    assert report.updated == (article_id(ZEBRA),)
    assert encoder.encoded == ["After\n" + ZEBRA]
    assert lexical_hits(library, "after") == {"After"}
    assert lexical_hits(library, "before") == set()
    assert_in_step(library)


def test_texts_that_swap_their_files(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    write(folder, "a", ZEBRA)
    write(folder, "b", APPLE)
    library.add(folder)
    encoder.encoded.clear()
    write(folder, "a", APPLE)
    write(folder, "b", ZEBRA)
    report = library.add(folder)
    assert set(report.updated) == {article_id(ZEBRA), article_id(APPLE)}
    assert encoder.encoded == []
    assert_in_step(library)


def test_what_fails_is_reported_and_the_rest_goes_in(library: Library, folder: Path) -> None:
    write(folder, "a", ZEBRA)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    report = library.add([folder, folder / "missing.txt"])
    assert report.added == (article_id(ZEBRA),)
    assert {Path(failure.source).name for failure in report.failed} == {"broken.pdf", "missing.txt"}
    assert all(failure.reason and failure.remedy for failure in report.failed)


@pytest.mark.parametrize("step", ["qa.ingestion.reader.parse", "qa.passages.encoding.chunk"])
def test_an_article_on_which_our_own_code_fails(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write(folder, "a", APPLE)
    write(folder, "b", QUEEN)
    module, _, name = step.rpartition(".")
    real: Callable[..., object] = getattr(import_module(module), name)

    def failing(what: Document | str, *arguments: object, **options: object) -> object:
        if "queen" in (what.data.decode() if isinstance(what, Document) else what):
            raise RuntimeError("a bug")
        return real(what, *arguments, **options)

    monkeypatch.setattr(step, failing)
    report = library.add(folder)
    assert report.added == (article_id(APPLE),)
    assert [(failure.source, "a bug" in failure.reason) for failure in report.failed] == [
        (str(folder / "b.json"), True)
    ]
    monkeypatch.undo()
    assert library.add(folder).added == (article_id(QUEEN),)  # a failure is not remembered as done


def test_an_article_without_words(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.passages.encoding.chunk", lambda *_, **__: [])
    report = library.add(write(folder, "a", ZEBRA))
    assert [failure.reason for failure in report.failed] == ["There are no words in it."]
    assert len(library) == 0


def test_uploads(library: Library) -> None:
    documents = [Document("upload:zoo.txt", ZEBRA.encode()), Document("upload:pear.txt", APPLE.encode())]
    assert len(library.add_documents(documents).added) == 2
    assert library.add_documents(documents).unchanged == 2
    assert len(list(library.articles(Where(sources=("upload:zoo",))))) == 1


def test_a_name_that_is_no_text(library: Library, folder: Path) -> None:
    write(folder, "a", ZEBRA)
    write(folder, "bad\udcff", APPLE)
    write(folder / "bad\udcfe", "c", QUEEN)
    write_rows(folder / "rows.jsonl", {"half \ud800": "A row with half a character in its name."})
    report = library.add([folder, folder / "bad\udcfe"])
    assert article_id(ZEBRA) in report.added
    assert {article_id(APPLE), article_id(QUEEN)}.isdisjoint(report.added)
    assert {str(folder / "bad\\udcff.json"), str(folder / "bad\\udcfe" / "c.json")} <= {
        failure.source for failure in report.failed
    }
    assert library.sync(folder / "bad\udcfe").removed == ()
    assert [failure.source for failure in library.remove(["\ud800"]).failed] == ["\ud800"]
    with pytest.raises(ArticleNotFound):
        library.article("\ud800")


def test_the_first_batches_are_found_while_others_are_encoded(library: Library, folder: Path) -> None:
    found: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        if progress.stage == "encode":
            found.append((len(lexical_of(library)), len(vectors_of(library))))

    library.add(write(folder, "a", ZEBRA))
    library.refresh()  # somebody has asked here
    write_rows(folder / "many.jsonl", {f"row{i}": f"Story number{i} is told here." for i in range(9)})
    library.add(folder, progress=look)
    assert found == [(1, 1), (4, 4), (7, 7)]


@pytest.mark.parametrize("broken", [np.full((1, 26), np.nan, np.float32), np.ones((2, 26), np.float32)])
def test_an_encoder_that_gives_no_vectors(
    library: Library, folder: Path, encoder: LetterEncoder, monkeypatch: pytest.MonkeyPatch, broken: np.ndarray
) -> None:
    monkeypatch.setattr(encoder, "encode_passages", lambda *_: broken)
    with pytest.raises(ModelError, match="'letters'"):
        library.add(write(folder, "a", ZEBRA))
    assert len(library) == 0


def test_ctrl_c_keeps_every_finished_batch(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    write_rows(folder / "many.jsonl", {f"row{i}": f"Story number{i} is told here." for i in range(10)})

    def interrupt(progress: Progress) -> None:
        if progress.stage == "encode" and progress.done > 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add(folder, progress=interrupt)
    assert len(library) == 6  # batches of 3 articles, one passage each
    assert_in_step(library)
    encoder.encoded.clear()
    report = library.add(folder)
    assert (len(report.added), report.unchanged) == (4, 6)
    assert len(encoder.encoded) == 4
    assert_in_step(library)


def test_a_file_taken_in_by_half_and_put_back_is_read_again(
    library: Library, folder: Path, encoder: LetterEncoder
) -> None:
    old = {f"row{i}": f"Story number{i} is told here." for i in range(5)}
    path = write_rows(folder / "many.jsonl", old)
    library.add(folder)
    write_rows(path, {name: text.replace("told", "sung") for name, text in old.items()})

    def interrupt(progress: Progress) -> None:
        if progress.stage == "encode" and progress.done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add(folder, progress=interrupt)
    assert sum("sung" in article.text for article in library.articles()) == 3
    write_rows(path, old)
    library.add(folder)
    assert {article.text for article in library.articles()} == set(old.values())
    assert_in_step(library)


def test_an_encoder_that_fails_keeps_every_finished_batch(
    library: Library, folder: Path, encoder: LetterEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embeddings.errors import ModelUnusable

    write_rows(folder / "many.jsonl", {f"row{i}": f"Story number{i} is told here." for i in range(10)})
    real = encoder.encode_passages

    def failing(texts: list[str], progress: Callable[[int], None] | None = None) -> object:
        if any("number5" in text for text in texts):
            raise ModelUnusable("the weights are gone")
        return real(texts, progress)

    monkeypatch.setattr(encoder, "encode_passages", failing)
    with pytest.raises(ModelError, match="weights"):
        library.add(folder)
    assert len(library) == 3
    assert_in_step(library)


def test_progress_counts_files_and_passages(library: Library, folder: Path) -> None:
    for name in "abcd":
        write(folder, name, f"Story {name} is told here.")
    steps: list[Progress] = []
    library.add(folder, progress=steps.append)
    reads = [(step.done, step.total) for step in steps if step.stage == "read"]
    assert reads == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert [(step.done, step.total) for step in steps if step.stage == "encode"] == [(3, 4), (4, 4)]


# sync and remove


def test_sync_mirrors_a_folder(library: Library, folder: Path, tmp_path: Path) -> None:
    write(folder, "a", ZEBRA)
    write(folder / "deep", "b", APPLE)
    rows = write_rows(folder / "rows.jsonl", {"one": "The first row.", "two": "The second row."})
    library.add(write(tmp_path / "articles2", "other", QUEEN))
    assert len(library.sync(folder).added) == 4
    (folder / "a.json").unlink()
    write_rows(rows, {"two": "The second row."})
    report = library.sync(folder)
    assert set(report.removed) == {article_id(ZEBRA), article_id("The first row.")}
    assert {article.text for article in library.articles()} == {APPLE, QUEEN, "The second row."}
    assert_in_step(library)


def test_sync_refuses_a_folder_that_is_empty_where_it_was_not(library: Library, folder: Path) -> None:
    write(folder, "a", ZEBRA)
    library.sync(folder)
    (folder / "a.json").unlink()
    with pytest.raises(FolderEmpty, match=r"is empty, and 1 of its files .* sync --allow-empty"):
        library.sync(folder)
    assert len(library) == 1
    assert library.sync(folder, allow_empty=True).removed == (article_id(ZEBRA),)
    assert library.sync(folder).removed == ()  # of an empty folder that always was one nothing is said


def test_add_never_removes(library: Library, folder: Path) -> None:
    rows = write_rows(folder / "rows.jsonl", {"one": "The first row.", "two": "The second row."})
    library.add(folder)
    write_rows(rows, {"two": "The second row."})
    assert library.add(folder).removed == ()
    assert len(library) == 2


def test_sync_keeps_what_cannot_be_read_this_time(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.datatypes import Failure

    write(folder, "a", ZEBRA)
    rows = write_rows(folder / "rows.jsonl", {"one": "The first row.", "two": "The second row."})
    library.sync(folder)
    (folder / "a.json").write_bytes(b"{ no longer json")
    rows.write_text('{"id": "two", "title": "two", "text": "The second row."}\n{ broken\n')
    report = library.sync(folder)
    assert (len(report.failed), report.removed, len(library)) == (2, (), 3)
    monkeypatch.setattr("qa.ingestion.sources.discover", lambda _sources: iter([Failure(str(folder), "no", "yes")]))
    assert (library.sync(folder).removed, len(library)) == ((), 3)
    monkeypatch.undo()
    folder.rename(folder.with_name("away"))
    report = library.sync(folder)
    assert (len(report.failed), report.removed, len(library)) == (1, (), 3)


def test_a_renamed_file_costs_no_encode(library: Library, folder: Path, encoder: LetterEncoder) -> None:
    path = write(folder, "a", ZEBRA)
    library.sync(folder)
    encoder.encoded.clear()
    path.rename(folder / "b.json")
    report = library.sync(folder)
    assert (report.removed, report.unchanged, encoder.encoded) == ((), 1, [])
    assert [article.source for article in library.articles()] == [str(folder / "b.json")]


def test_a_removed_article_comes_back_when_added_again(library: Library, folder: Path) -> None:
    write_rows(folder / "rows.jsonl", {"one": ZEBRA, "two": APPLE})
    library.add(folder)
    report = library.remove([article_id(ZEBRA), "unknown", article_id(ZEBRA)])
    assert report.removed == (article_id(ZEBRA),)
    assert [failure.source for failure in report.failed] == ["unknown"]
    assert lexical_hits(library, "zebra") == set()
    assert_in_step(library)
    report = library.add(folder)
    assert (report.added, report.unchanged) == ((article_id(ZEBRA),), 1)
    assert_in_step(library)


# settings, rebuild


def test_other_settings_are_told_and_rebuilding_helps(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "a", " ".join(f"Sentence {i} has exactly six words." for i in range(9)))
    library.add(folder)
    before = library.stats()
    first_id = library.store.last_passage_id() + 1
    other = replace(SETTINGS, passage_words=24)
    with Library.open(library.path, other, encoder=LetterEncoder(name="other")) as changed:
        assert len(list(changed.articles())) == 1
        for work in (changed.refresh, lambda: changed.add(folder)):
            with pytest.raises(FingerprintMismatch, match=r"'letters'.*'other'.*12.*24.*article-qa rebuild"):
                work()
        report = changed.rebuild()
        assert (report.unchanged, report.failed) == (1, ())
        assert_in_step(changed)
        after = changed.stats()
        assert after.passages < before.passages
        assert (after.encoder, after.articles) == ("other", 1)
        assert after.revision > before.revision
        assert int(changed.store.passage_ids()[1].min()) >= first_id
        monkeypatch.setattr("qa.ingestion.reader.parse", None)
        assert changed.add(folder).unchanged == 1  # what was read is remembered
        with pytest.raises(FingerprintMismatch):
            library.refresh()
    assert [entry.name for entry in (library.path / "generations").iterdir()] == ["000002"]


def test_an_empty_library_takes_any_settings(library: Library, folder: Path) -> None:
    path = write(folder, "a", ZEBRA)
    library.add(path)
    library.remove([article_id(ZEBRA)])
    with Library.open(library.path, SETTINGS, encoder=LetterEncoder(name="other")) as changed:
        assert changed.refresh() > 0
        changed.add(path)
        assert changed.stats().encoder == "other"
        assert_in_step(changed)


def test_a_question_reads_on_in_the_generation_it_began_with(library: Library, folder: Path) -> None:
    library.add(write(folder, "a", ZEBRA))
    library.refresh()
    begun = generation_of(library)
    with reopened(library) as other:
        other.rebuild()
        other.remove([article_id(ZEBRA)])
        other.rebuild()
    ((hit, _),) = begun.lexical.search("zebra", 5)
    assert begun.store.passages([hit])[0].article_id == article_id(ZEBRA)
    assert begun.vectors is not None
    assert len(begun.vectors) == 1
    assert library.refresh() == library.stats().revision
    assert len(library) == 0
    assert generation_of(library) is not begun


def test_a_rebuild_between_the_look_and_the_opening(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write(folder, "a", ZEBRA))
    library.rebuild()
    real = qa.storage.local.generation.current_name
    names = iter(["000001"])  # what was in force when we looked
    monkeypatch.setattr("qa.storage.local.generation.current_name", lambda path: next(names, None) or real(path))
    assert qa.storage.local.generation.open_current(library.path).name == "000002"


def test_a_rebuild_while_the_indexes_catch_up(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(write(folder, "a", ZEBRA, title="Zoo"))
    with reopened(library) as other:

        def rebuild_first() -> None:
            monkeypatch.undo()
            library.rebuild()
            raise OSError("the folder is gone")

        monkeypatch.setattr(generation_of(other), "catch_up_vectors", rebuild_first)
        assert lexical_hits(other, "zebra") == {"Zoo"}
        assert generation_of(other).name == "000002"


def test_a_rebuild_that_fails_changes_nothing(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library.add(write(folder, "a", ZEBRA))

    def failing(*_: object) -> None:
        raise ValueError("no vectors today")

    monkeypatch.setattr(library.encoder, "encode_passages", failing)
    with pytest.raises(ValueError, match="no vectors today"):
        library.rebuild()
    assert [entry.name for entry in (library.path / "generations").iterdir()] == ["000001"]
    assert_in_step(library)


@pytest.mark.parametrize("change", ["nothing", "an article", "the settings"])
def test_a_rebuild_that_was_interrupted_goes_on_unless_something_has_changed(
    library: Library, folder: Path, change: str
) -> None:
    library.add(write_rows(folder / "rows.jsonl", {f"row{i}": f"Story number{i} is told." for i in range(8)}))

    def stop(step: Progress) -> None:
        if step.done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.rebuild(progress=stop)
    assert_in_step(library)  # the old one serves
    if change == "an article":
        library.add(write(folder, "a", ZEBRA))
    other = replace(SETTINGS, passage_words=11) if change == "the settings" else SETTINGS
    with reopened(library, other) as again:
        again.rebuild()
        assert len(again.encoder.encoded) == {"nothing": 2, "an article": 9, "the settings": 8}[change]
        assert_in_step(again)
        assert [entry.name for entry in (library.path / "generations").iterdir()] == [generation_of(again).name]


def test_a_rebuild_without_room_says_so_and_touches_nothing(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write(folder, "a", ZEBRA))
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    with pytest.raises(LibraryError, match=r"needs about 50 MB .* and 1 MB are free"):
        library.rebuild()
    assert_in_step(library)


def test_a_rebuild_that_lost_something_is_not_put_in_force(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write(folder, "a", ZEBRA))
    monkeypatch.setattr("qa.storage.local.rebuild.Generation.catch_up_lexical", lambda self: None)
    with pytest.raises(LibraryError, match="not complete"):
        library.rebuild()
    monkeypatch.undo()
    assert generation_of(library).name == "000001"
    assert_in_step(library)


def test_an_article_that_cannot_be_cut_any_more_stays(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write(folder, "a", ZEBRA))

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("qa.passages.encoding.chunk", failing)
    report = library.rebuild()
    assert [failure.source for failure in report.failed] == [str(folder / "a.json")]
    assert [article.text for article in library.articles()] == [ZEBRA]


# derived files


@pytest.mark.parametrize("damage", ["missing", "rubbish", "from the future"])
def test_broken_derived_files_are_made_anew(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    import shutil

    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 0)
    write_rows(folder / "rows.jsonl", {f"row{i}": f"Story number{i} is told." for i in range(5)})
    library.add(folder)
    generation = generation_of(library)
    library.close()
    assert generation.dense.snapshot.exists()
    if damage == "missing":
        shutil.rmtree(generation.folder / "lexical")
        generation.dense.snapshot.unlink()
    elif damage == "rubbish":
        for file in [generation.dense.snapshot, *(generation.folder / "lexical").glob("*.*")]:
            file.write_bytes(b"rubbish" * 100)
    else:
        generation.lexical.apply([], [1, 2], 99)
        assert generation.vectors is not None
        generation.vectors.remove([3])
        generation.vectors.save(generation.dense.snapshot, 99)
    with reopened(library) as again:
        assert_in_step(again)


def test_a_snapshot_is_written_when_enough_has_changed(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 4)
    rows = {f"row{i}": f"Story number{i} is told." for i in range(4)}
    library.add(write_rows(folder / "rows.jsonl", rows))
    assert not generation_of(library).dense.snapshot.exists()
    rows["more"] = "One more."
    library.add(write_rows(folder / "rows.jsonl", rows))
    with reopened(library) as reader:  # five passages to read are too many to read again each time
        reader.refresh()
        generation_of(reader).dense.wait()
        assert generation_of(library).dense.snapshot.exists()
        assert_in_step(reader)
    (folder / "rows.jsonl").unlink()
    write(folder, "a", ZEBRA)
    library.sync(folder)
    with reopened(library) as reader:  # starts from the snapshot and catches up
        assert_in_step(reader)
        assert len(vectors_of(reader)) == 1


# several at once


def test_a_second_process_sees_what_the_first_does(library: Library, folder: Path) -> None:
    with reopened(library) as other:
        other.refresh()
        library.add(write(folder, "a", ZEBRA, title="Zoo"))
        assert lexical_hits(other, "zebra") == {"Zoo"}
        assert_in_step(other)
        library.sync(write(folder, "a", APPLE, title="Garden"))
        assert lexical_hits(other, "zebra") == set()
        assert_in_step(other)
        library.rebuild()
        assert lexical_hits(other, "apple") == {"Garden"}
        assert_in_step(other)


def test_a_writer_in_another_process(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.storage.local.lock.WAIT_SECONDS", 0.05)
    path = write(folder, "a", ZEBRA, title="Zoo")
    library.add(path)
    with FileLock(library.path / "write.lock"):
        for work in (lambda: library.add(path), lambda: library.remove(["x"]), library.rebuild):
            with pytest.raises(LibraryBusy, match="Another process"):
                work()
        assert lexical_hits(library, "zebra") == {"Zoo"}
        with library.store.transaction() as transaction:  # what the other one stored, but did not yet index
            transaction.release_article(article_id(ZEBRA))
            transaction.settle()
        library.refresh()
        assert len(lexical_of(library)) == 1
    library.refresh()
    assert len(lexical_of(library)) == 0


def test_what_another_process_has_committed_is_seen_while_it_writes_on(library: Library, folder: Path) -> None:
    with reopened(library) as other:
        other.add(write(folder, "a", ZEBRA, title="Zoo"))
        library.add(write(folder, "b", APPLE, title="Garden"))
        with FileLock(library.path / "write.lock"):
            assert lexical_hits(other, "apple") == {"Garden"}


def test_indexes_that_cannot_be_written(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 0)
    monkeypatch.setattr("embeddings.vectors.VectorIndex.save", full)
    library.add(write(folder, "a", ZEBRA))  # without a snapshot the next start is slower, no more
    assert "No space left" in caplog.text
    monkeypatch.setattr("qa.storage.local.lexical.LexicalIndex.apply", full)
    with pytest.raises(LibraryError, match=r"No space left.*stored"):
        library.add(write(folder, "b", APPLE))
    monkeypatch.undo()
    assert len(library) == 2
    assert_in_step(library)


def test_asking_from_many_threads_while_articles_come_and_go(library: Library, folder: Path) -> None:
    problems: list[BaseException] = []
    done = threading.Event()

    def ask(asked: Library) -> None:
        try:
            while not done.is_set():
                asked.refresh()
                at = generation_of(asked)
                hits = [hit for hit, _ in at.lexical.search("story number", 50)]
                if at.vectors is not None:
                    hits += at.vectors.search(np.full(26, 0.1, np.float32), 50)[0].tolist()
                passages = at.store.passages(hits)
                articles = at.store.articles_by_id({passage.article_id for passage in passages})
                for passage in passages:
                    if passage.article_id in articles:
                        assert passage.end <= len(articles[passage.article_id].text)
        except BaseException as error:  # noqa: BLE001
            problems.append(error)

    with reopened(library) as other:
        threads = [threading.Thread(target=ask, args=(each,)) for each in (library, library, other, other)]
        for thread in threads:
            thread.start()
        try:
            for turn in range(4):
                rows = {f"row{i}": f"Story number{i} of turn{turn}." for i in range(turn, turn + 7)}
                library.sync(write_rows(folder / "rows.jsonl", rows))
                if turn == 2:
                    library.rebuild()
        finally:
            done.set()
            for thread in threads:
                thread.join(30)
        assert problems == []
        assert_in_step(library)
        assert_in_step(other)


def test_threads_that_add_take_turns(library: Library, folder: Path) -> None:
    with reopened(library) as other:
        adding = [
            threading.Thread(target=each.add, args=(write(folder, f"f{i}", f"Story number{i} is told."),))
            for i, each in enumerate([library, other] * 4)
        ]
        for thread in adding:
            thread.start()
        for thread in adding:
            thread.join(30)
        assert len(library) == 8
        assert_in_step(library)
        assert_in_step(other)


# the property: whatever happened, the library is as if made anew

TEXTS = [ZEBRA, APPLE, QUEEN, "A long story. " * 8 + "It ends here.", "Nothing much."]
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from("abc"), st.sampled_from(TEXTS), st.sampled_from(["T one", "T two"])),
    st.tuples(st.just("rows"), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4)),
    st.tuples(st.just("delete"), st.sampled_from("abc")),
    st.tuples(st.just("remove"), st.sampled_from(TEXTS)),
    st.tuples(st.sampled_from(["add", "sync", "rebuild", "reopen", "refresh"])),
)


def take(library: Library, folder: Path, step: tuple[object, ...]) -> Library:
    match step:
        case ("write", str(name), str(text), str(title)):
            library.add(write(folder, name, text, title))
        case ("rows", list(texts)):
            write_rows(folder / "rows.jsonl", {f"row{i}": text for i, text in enumerate(texts)})
        case ("delete", str(name)):
            (folder / f"{name}.json").unlink(missing_ok=True)
        case ("remove", str(text)):
            library.remove([article_id(text)])
        case ("add",):
            library.add(folder)
        case ("sync",):
            library.sync(folder, allow_empty=True)
        case ("rebuild",):
            library.rebuild()
        case ("refresh",):
            library.refresh()
        case _:
            library.close()
            return reopened(library)
    return library


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=9))
def test_any_history_equals_a_fresh_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    base = tmp_path_factory.mktemp("history")
    folder = base / "articles"
    folder.mkdir()
    library = Library.open(base / "library", SETTINGS, encoder=LetterEncoder())
    for step in steps:
        library = take(library, folder, step)
    library.sync(folder, allow_empty=True)
    assert_in_step(library)
    with library, Library.open(base / "fresh", SETTINGS, encoder=LetterEncoder()) as fresh:
        fresh.add(folder)
        assert_in_step(fresh)
        assert contents(library) == contents(fresh)
        assert all(article.title == title_in(article.source) for article in [*library.articles(), *fresh.articles()])


def contents(library: Library) -> dict[str, object]:
    """By text, all that does not depend on which of two sources with one text came first."""
    return {
        article.text: (
            [(passage.start, passage.end) for passage in library.store.passages_of(article.id)],
            sorted(library.store.sources.holders_of([article.id])[article.id]),
        )
        for article in library.articles()
    }


def title_in(source: str) -> str:
    """What the source calls its article: a row its id, a file what stands in it."""
    path, _, row = source.partition("#")
    return row or str(json.loads(Path(path).read_text())["title"])


def test_a_row_that_has_gone_from_a_file_goes_with_the_next_sync_whatever_was_added_between(
    library: Library, folder: Path
) -> None:
    file = folder / "rows.jsonl"
    for texts in ([ZEBRA, APPLE], [ZEBRA]):
        file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        library.add(folder)
    assert library.sync(folder).removed == (article_id(APPLE),)
    assert library.sync(folder).unchanged == 1
    assert [article.text for article in library.articles()] == [ZEBRA]
