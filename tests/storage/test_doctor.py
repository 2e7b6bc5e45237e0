"""Damage of each kind is found, what is derived is mended, and articles are never touched."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from library_fakes import (
    SETTINGS,
    LetterEncoder,
    generation_of,
    lexical_of,
    retriever_of,
    shell_with_letters,
    write_rows,
)

from qa.config import Settings
from qa.datatypes import Finding
from qa.library import Library

TEXTS = {
    "bridge": "The bridge at Arnfeld opened in May. It was long awaited by all. Boats pass below it now, day by day.",
    "honey": "Nine tonnes of honey were gathered in Solvik this year.",
    "ferry": "The ferry sank near the pier.",
}


def opened(path: Path, encoder: LetterEncoder | None = None, settings: Settings = SETTINGS) -> Library:
    return Library.open(path, settings, encoder=encoder or LetterEncoder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with opened(tmp_path / "library") as library:
        library.add(write_rows(tmp_path / "rows.jsonl", TEXTS))
        library.refresh()
        generation_of(library).dense.save()
    return tmp_path / "library"


def generation(folder: Path) -> Path:
    return folder / "generations" / "000001"


def change(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(generation(folder) / "library.db")) as connection, connection:
        connection.execute(statement, values)


def findings(folder: Path, *, repair: bool = True, **given: object) -> dict[str, Finding]:
    with opened(folder, **given) as library:  # type: ignore[arg-type]
        return {each.check: each for each in library.examine(repair=repair)}


def unsound(found: dict[str, Finding]) -> dict[str, bool]:
    """What is not in order, and whether it was mended."""
    return {name: each.mended for name, each in found.items() if not each.sound}


def test_a_sound_library_has_nothing_wrong(folder):
    found = findings(folder)
    assert unsound(found) == {}
    assert sorted(found) == sorted(
        ["database", "texts", "passages", "vectors", "settings", "lexical index", "vector snapshot", "leftovers"]
    )
    assert found["texts"].detail.startswith("all 3 ")


def test_an_empty_library_is_sound(tmp_path):
    opened(tmp_path / "library").close()
    assert unsound(findings(tmp_path / "library")) == {}


def test_a_text_that_is_not_the_one_its_id_names_is_found_and_left_alone(folder):
    change(folder, "UPDATE articles SET text = replace(text, 'Nine', 'Five') WHERE title = 'honey'")
    for _ in range(2):
        found = findings(folder)
        assert unsound(found)["texts"] is False
    with opened(folder) as library:
        assert "Five tonnes" in next(each.text for each in library.articles() if each.title == "honey")
        (honey,) = [each.id for each in library.articles() if each.title == "honey"]
    assert honey in found["texts"].detail


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE passages SET end = 100000 WHERE id = 1",
        "UPDATE passages SET start = end WHERE id = 1",
        "DELETE FROM passages WHERE id = 1",
        "DELETE FROM passages WHERE id = 2",
        "DELETE FROM passages WHERE id IN (SELECT max(id) FROM passages GROUP BY article_id)",
    ],
)
def test_passages_outside_their_text_or_missing_are_found(folder, statement):
    change(folder, statement)
    assert unsound(findings(folder))["passages"] is False


def test_a_vector_of_another_text_is_found(folder):
    other = np.zeros(26, "<f2")
    other[25] = 1
    change(folder, "UPDATE passages SET vector = ? WHERE id = 1", other.tobytes())
    found = findings(folder)["vectors"]
    assert (found.sound, "1 of " in found.detail, "rebuild" in found.detail) == (False, True, True)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 5.0])
def test_a_vector_that_makes_no_sense_is_found(folder, value):
    change(folder, "UPDATE passages SET vector = ? WHERE id = 1", np.full(26, value, "<f2").tobytes())
    assert "no unit vectors" in findings(folder)["vectors"].detail


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE articles SET published = 'yesterday' WHERE title = 'honey'", "its date is 'yesterday'"),
        ("UPDATE articles SET authors = '{' WHERE title = 'honey'", "its authors are '{'"),
        ("UPDATE articles SET authors = '[7]' WHERE title = 'honey'", "its authors are '[7]'"),
    ],
)
def test_one_bad_field_is_named_and_ends_nothing(folder, statement, named):
    change(folder, statement)
    found = findings(folder)
    assert unsound(found) == {"database": False}
    assert named in found["database"].detail
    with opened(folder) as library:
        (honey,) = [each for each in library.articles() if each.title == "honey"]
        assert (honey.published, honey.authors) == (None, ())
        assert retriever_of(library).retrieve("honey")[0].article.title == "honey"


def test_a_vector_that_is_cut_short_is_found_and_ends_no_question(folder):
    change(folder, "UPDATE passages SET vector = substr(vector, 1, 7) WHERE id = 1")
    assert "1 of " in findings(folder)["vectors"].detail
    shutil.rmtree(generation(folder) / "vectors", ignore_errors=True)
    with opened(folder) as library:
        assert retriever_of(library).retrieve("ferry")[0].article.title == "ferry"


def test_other_settings_are_named(folder):
    found = findings(folder, settings=Settings(passage_words=20, overlap_words=3, min_article_chars=1))
    assert "passage_words was 12" in found["settings"].detail


def test_a_lexical_index_that_is_gone_is_made_again(folder):
    shutil.rmtree(generation(folder) / "lexical")
    assert unsound(findings(folder, repair=False)) == {"lexical index": False}
    assert unsound(findings(folder)) == {"lexical index": True}
    assert unsound(findings(folder)) == {}
    with opened(folder) as library:
        assert lexical_of(library).search("honey", 3)


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_broken_snapshot_is_made_again(folder, damage):
    snapshot = generation(folder) / "vectors.bin"
    data = bytearray(snapshot.read_bytes())
    data[-9] ^= 1
    snapshot.write_bytes(bytes(data) if damage is None else damage)
    assert unsound(findings(folder)) == {"vector snapshot": True}
    assert unsound(findings(folder)) == {}


def test_a_snapshot_that_is_only_older_is_sound(folder, tmp_path):
    with opened(folder) as library:
        library.add(write_rows(tmp_path / "more.jsonl", {"snow": "Snow fell."}))
        library.remove([each.id for each in library.articles() if each.title == "ferry"])
    assert unsound(findings(folder)) == {}


def test_leftovers_go_and_what_is_in_force_stays(folder):
    shutil.copytree(generation(folder), folder / "generations" / "000002")
    (folder / "CURRENT.partial").write_text("0000")
    assert unsound(findings(folder, repair=False)) == {"leftovers": False}
    assert (folder / "generations" / "000002").exists()
    assert unsound(findings(folder)) == {"leftovers": True}
    assert sorted(each.name for each in (folder / "generations").iterdir()) == ["000001"]
    assert unsound(findings(folder)) == {}


def test_the_shell_says_what_is_wrong_and_exits_with_one(folder, monkeypatch):
    run = shell_with_letters(monkeypatch)
    assert "Everything is in order." in run("doctor", "--library", str(folder)).output
    change(folder, "UPDATE passages SET end = 100000 WHERE id = 1")
    told = run("doctor", "--library", str(folder))
    assert (told.exit_code, "wrong   passages" in told.output, "Not in order: " in told.output) == (1, True, True)
    rows = json.loads(run("doctor", "--library", str(folder), "--json").stdout)
    assert next(row for row in rows if row["check"] == "passages")["sound"] is False
