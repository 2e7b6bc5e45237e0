"""A library out to one file and back: everything that was in it, nothing that was not."""

import json
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder, lexical_of, shell_with_letters, vectors_of, write, write_rows

from qa.datatypes import Progress
from qa.errors import LibraryError
from qa.library import Library


def opened(path: Path, encoder: LetterEncoder | None = None, settings=SETTINGS) -> Library:
    return Library.open(path, settings, encoder=encoder or LetterEncoder())


@pytest.fixture
def full(tmp_path: Path) -> Library:
    """Four texts in five sources."""
    write(tmp_path / "in", "bridge", "The bridge at Arnfeld opened in May. " * 4, "Bridge", "2024-05-01")
    write(tmp_path / "in", "copy", "The bridge at Arnfeld opened in May. " * 4, "Bridge", "2024-05-01")
    write_rows(
        tmp_path / "in" / "rows.jsonl", {"honey": "Nine tonnes of honey.", "ferry": "The ferry sank.", "é": "Ünï."}
    )
    library = opened(tmp_path / "old")
    library.add(tmp_path / "in")
    return library


def everything(library: Library) -> dict[str, object]:
    """What a library knows, but for the numbers it gives to passages and revisions."""
    store = library.store
    ids = store.article_ids()
    passages = {each: [(p.start, p.end) for p in store.passages_of(each)] for each in ids}
    vectors = {each: store.vectors([p.id for p in store.passages_of(each)]).tolist() for each in ids}
    return {
        "articles": list(library.articles()),
        "holders": store.sources.holders_of(ids),
        "origins": store.sources.origins(),
        "passages": passages,
        "vectors": vectors,
    }


def test_what_goes_out_comes_back(full, tmp_path):
    steps: list[Progress] = []
    assert full.export(tmp_path / "lib.zip", progress=steps.append) == 4
    assert (steps[-1].done, steps[-1].total) == (4, 4)
    encoder = LetterEncoder()
    new = opened(tmp_path / "new", encoder)
    report = new.import_archive(tmp_path / "lib.zip")
    assert sorted(report.added) == sorted(full.store.article_ids())
    assert everything(new) == everything(full)
    assert len(encoder.encoded) == 4  # the vectors came along: a sample is made again, one an article
    new.refresh()
    full.refresh()
    assert len(vectors_of(new)) == len(vectors_of(full)) == full.stats().passages
    (hit, _), *_ = lexical_of(new).search("honey", 3)
    (passage,) = new.store.passages([hit])
    assert new.article(passage.article_id).text.strip() == "Nine tonnes of honey."


def test_adding_the_same_folder_afterwards_finds_nothing_new(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    new = opened(tmp_path / "new")
    new.import_archive(tmp_path / "lib.zip")
    report = new.add(tmp_path / "in")
    assert (report.added, report.updated, report.unchanged) == ((), (), 5)


def test_without_vectors_they_are_made_anew(full, tmp_path):
    full.export(tmp_path / "lib.zip", vectors=False)
    encoder = LetterEncoder()
    new = opened(tmp_path / "new", encoder)
    new.import_archive(tmp_path / "lib.zip")
    assert len(encoder.encoded) == full.stats().passages
    assert everything(new) == everything(full)


def test_another_encoder_or_chunking_makes_its_own_passages(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    encoder = LetterEncoder(name="other")
    new = opened(
        tmp_path / "new", encoder, settings=type(SETTINGS)(passage_words=10, overlap_words=0, min_article_chars=1)
    )
    new.import_archive(tmp_path / "lib.zip")
    assert len(encoder.encoded) == new.stats().passages > 0
    assert everything(new)["articles"] == everything(full)["articles"]
    assert all(len(new.article(p.article_id).text[p.start : p.end].split()) <= 10 for each in new.store.article_ids()
               for p in new.store.passages_of(each))  # fmt: skip


def test_what_is_there_stays_and_the_same_text_is_kept_once(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    new = opened(tmp_path / "new")
    write_rows(tmp_path / "more.jsonl", {"honey": "Nine tonnes of honey.", "snow": "Snow fell."})
    new.add(tmp_path / "more.jsonl")
    report = new.import_archive(tmp_path / "lib.zip")
    assert (len(report.added), report.unchanged, report.removed) == (3, 1, ())
    assert len(new) == 5
    again = new.import_archive(tmp_path / "lib.zip")
    assert (again.added, again.unchanged) == ((), 4)


def test_an_import_that_was_cut_short_goes_on(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    new = opened(tmp_path / "new")

    def stop(step: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        new.import_archive(tmp_path / "lib.zip", progress=stop)
    assert len(new) == SETTINGS.batch_articles  # the first batch stayed
    new.import_archive(tmp_path / "lib.zip")
    assert everything(new) == everything(full)


def test_an_empty_library_is_an_archive_too(tmp_path):
    assert opened(tmp_path / "old").export(tmp_path / "lib.zip") == 0
    new = opened(tmp_path / "new")
    assert new.import_archive(tmp_path / "lib.zip").added == ()
    assert new.import_archive(tmp_path / "lib.zip").unchanged == 0


def test_an_archive_is_for_its_owner_alone(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    assert (tmp_path / "lib.zip").stat().st_mode & 0o777 == 0o600


def test_the_files_are_plain(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        assert archive.testzip() is None
        about = json.loads(archive.read("archive.json"))
        rows = [json.loads(line) for line in archive.read("articles.jsonl").decode().splitlines()]
        vectors = np.frombuffer(archive.read("vectors.f16"), "<f2").reshape(-1, about["dimension"])
    assert (about["articles"], about["passages"], about["dimension"]) == (4, len(vectors), 26)
    (bridge,) = [row for row in rows if row["title"] == "Bridge"]
    assert date.fromisoformat(bridge["published"]) == date(2024, 5, 1)
    assert [Path(each["source"]).name for each in bridge["holders"]] == ["bridge.json", "copy.json"]


def repacked(source: Path, target: Path, **changed: bytes | None) -> Path:
    """The archive with some files replaced; None leaves one out. `__` in a name stands for the dot."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = changed.get(name.replace(".", "__"), old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"archive__json": None}, "no whole archive"),
        ({"archive__json": b'{"format": "other 9"}'}, "reads 'article-qa library 1'"),
        ({"articles__jsonl": b"[]\n"}, "line 1 of articles.jsonl is no JSON object"),
        ({"articles__jsonl": b"{nonsense\n"}, "no whole archive"),
        ({"articles__jsonl": b'{"id": "x"}\n'}, "no whole archive"),
        ({"vectors__f16": b"\0\0"}, "vectors.f16 is too short"),
        ({"vectors__f16": b"\xff\xff" * 26 * 99}, "not finite"),
    ],
)
def test_a_damaged_archive_is_named_and_nothing_of_it_half_there(full, tmp_path, changed, message):
    full.export(tmp_path / "lib.zip")
    bad = repacked(tmp_path / "lib.zip", tmp_path / "bad.zip", **changed)
    new = opened(tmp_path / "new")
    with pytest.raises(LibraryError, match=message):
        new.import_archive(bad)
    assert len(new) == 0
    assert new.refresh() == 0


def test_words_that_were_changed_in_the_archive_are_refused(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        rows = archive.read("articles.jsonl").replace(b"Nine tonnes", b"Five tonnes")
    bad = repacked(tmp_path / "lib.zip", tmp_path / "bad.zip", articles__jsonl=rows)
    with pytest.raises(LibraryError, match="is not the one it was"):
        opened(tmp_path / "new").import_archive(bad)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"text"])
def test_another_file_is_no_archive(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(LibraryError, match="no whole archive"):
        opened(tmp_path / "new").import_archive(tmp_path / "x.zip")


def test_a_place_that_cannot_be_written_leaves_nothing_behind(full, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="cannot be written"):
        full.export(tmp_path / "file" / "lib.zip")
    full.export(tmp_path / "lib.zip")
    assert sorted(each.name for each in tmp_path.glob("lib.zip*")) == ["lib.zip"]


def test_the_shell_exports_and_imports(full, tmp_path, monkeypatch):
    full.close()
    run = shell_with_letters(monkeypatch)
    archive = str(tmp_path / "lib.zip")
    out = run("export", archive, "--library", str(tmp_path / "old"))
    assert (out.exit_code, "4 articles are in" in out.output) == (0, True)
    back = run("import", archive, "--library", str(tmp_path / "new"), "--json")
    assert (back.exit_code, len(json.loads(back.stdout)["added"])) == (0, 4)


def test_what_is_here_is_never_replaced_by_an_archive(full, tmp_path):
    full.export(tmp_path / "yesterday.zip")
    write_rows(
        tmp_path / "in" / "rows.jsonl", {"honey": "Twelve tonnes of honey.", "ferry": "The ferry sank.", "é": "Ünï."}
    )
    full.add(tmp_path / "in")
    before = everything(full)
    report = full.import_archive(tmp_path / "yesterday.zip")
    assert (report.added, report.removed, report.unchanged) == ((), (), 3)
    assert everything(full) == before
    (failure,) = report.failed
    assert failure.reason.startswith("It holds another text in this library")


def changed_rows(full: Library, tmp_path: Path, change: dict[str, object]) -> Path:
    """The archive of a library, the last of its articles changed."""
    full.export(tmp_path / "lib.zip")
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        rows = [json.loads(line) for line in archive.read("articles.jsonl").decode().splitlines()]
    rows[-1] |= change
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return repacked(tmp_path / "lib.zip", tmp_path / "bad.zip", articles__jsonl=data)


@pytest.mark.parametrize(
    "change",
    [
        {"title": ["a", "list"]},
        {"text": 7},
        {"published": 7},
        {"published": "2024-13-01"},
        {"url": 7},
        {"language": []},
        {"authors": "Ada"},
        {"authors": [7]},
        {"passages": []},
        {"passages": [[0, 5, 9]]},
        {"passages": [["0", "5"]]},
        {"passages": [[0, 10**9]]},
        {"holders": []},
        {"holders": ["a"]},
        {"holders": [{"source": "a", "origin": None, "digest": "d"}]},
        {"holders": [{"source": "a", "origin": "b", "digest": None}]},
        {"digest": None},
    ],
)
def test_one_bad_row_at_the_end_and_nothing_is_taken(full, tmp_path, change):
    bad = changed_rows(full, tmp_path, change)
    new = opened(tmp_path / "new")
    with pytest.raises(LibraryError, match="no whole archive of a library") as refused:
        new.import_archive(bad)
    assert len(new) == 0
    assert "delete" not in str(refused.value)


@pytest.mark.parametrize(
    ("vectors", "dimension", "message"),
    [
        (lambda data: data[: len(data) // 26 * 3], 3, "its vectors have 3 numbers, this library's have 26"),
        (lambda data: (np.frombuffer(data, "<f2") * 50).astype("<f2").tobytes(), 26, "not of length 1"),
        (lambda data: b"\0" * len(data), 26, "not of length 1"),
    ],
)
def test_vectors_that_cannot_be_of_this_library_are_refused(full, tmp_path, vectors, dimension, message):
    full.export(tmp_path / "lib.zip")
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        about = json.loads(archive.read("archive.json")) | {"dimension": dimension}
        data = vectors(archive.read("vectors.f16"))
    bad = repacked(
        tmp_path / "lib.zip", tmp_path / "bad.zip", archive__json=json.dumps(about).encode(), vectors__f16=data
    )
    new = opened(tmp_path / "new")
    with pytest.raises(LibraryError, match=message):
        new.import_archive(bad)
    assert len(new) == 0


def test_vectors_of_other_passages_are_made_anew(full, tmp_path):
    full.export(tmp_path / "lib.zip")
    with zipfile.ZipFile(tmp_path / "lib.zip") as archive:
        vectors = np.frombuffer(archive.read("vectors.f16"), "<f2").reshape(-1, 26)
    bad = repacked(tmp_path / "lib.zip", tmp_path / "bad.zip", vectors__f16=vectors[:, ::-1].tobytes())
    new = opened(tmp_path / "new")
    new.import_archive(bad)
    assert everything(new) == everything(full)


def test_a_line_longer_than_any_article_is_not_read(full, tmp_path, monkeypatch):
    full.export(tmp_path / "lib.zip")
    monkeypatch.setattr("qa.storage.archive_checks.LONGEST_LINE", 100)
    with pytest.raises(LibraryError, match="A line of articles.jsonl is longer"):
        opened(tmp_path / "new").import_archive(tmp_path / "lib.zip")
