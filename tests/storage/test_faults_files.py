"""A file of each kind, cut short, emptied or with a bit turned: what is derived is mended, a wrong pointer is told."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from damage import DAMAGES, WORDS, assert_as_before, copied, found, harm, in_memory, made, opened, rows
from library_fakes import generation_of, write_rows

from qa.errors import LibraryDamaged, LibraryError


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with in_memory(tmp_path) as folder:
        yield folder


# what is derived


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_derived_files_are_mended_without_a_word(whole: Path, folder: Path, damage: str) -> None:
    chance = random.Random(damage)
    names = (file.relative_to(whole) for file in sorted(whole.rglob("*")) if file.is_file())
    kinds = {name.suffix if len(name.name) > 30 else name.name: name for name in names}  # of segments, one of each
    assert len(kinds) >= 14
    for name in (kinds[kind] for kind in kinds.keys() - {"CURRENT", "library.db"}):
        path = copied(whole, folder)
        harm(path / name, DAMAGES[damage], chance)
        with opened(path) as library:
            assert_as_before(library)
            library.add(write_rows(folder / "more.jsonl", rows(["lotus"])))
            assert found(library, "lotus") == {"lotus"}
            assert [each for each in library.examine() if not (each.sound or each.mended)] == [], name


@pytest.mark.parametrize("name", ["lexical", "vectors.bin", "write.lock"])
def test_a_folder_in_the_place_of_a_derived_file_and_the_other_way_round(whole: Path, folder: Path, name: str) -> None:
    path = copied(whole, folder)
    place = path / name if name == "write.lock" else path / "generations" / "000001" / name
    if place.is_dir():
        shutil.rmtree(place)
        place.write_text("x")
    else:
        place.unlink()
        place.mkdir()
    if name == "write.lock":
        with opened(path) as library:
            assert_as_before(library)
            with pytest.raises(LibraryError, match=r"write\.lock"):
                library.remove(["x"])
    else:
        with opened(path) as library:
            library.add(write_rows(folder / "more.jsonl", rows(["lotus"])))
            assert found(library, "lotus") == {"lotus"}
            assert found(library, "amber") == {"amber"}


# what is not


def test_a_damaged_pointer_is_told_or_points_to_the_same(whole: Path, folder: Path) -> None:
    for bit in range(len("000001\n") * 8):
        path = copied(whole, folder)
        data = bytearray((path / "CURRENT").read_bytes())
        data[bit // 8] ^= 1 << bit % 8
        (path / "CURRENT").write_bytes(data)
        told = None
        try:
            with opened(path) as library:
                assert {article.title for article in library.articles()} == set(WORDS)
        except LibraryDamaged as error:
            told = str(error)
        assert told is None or ("CURRENT" in told and "Write the name of the folder in `generations` into it" in told)


def test_a_pointer_to_an_unfinished_generation_is_told(whole: Path, folder: Path) -> None:
    path = copied(whole, folder)
    shutil.copytree(path / "generations" / "000001", path / "generations" / "000002")
    (path / "generations" / "000002" / "unfinished").write_text("{}")
    (path / "CURRENT").write_text("000002\n")
    with pytest.raises(LibraryDamaged, match=r"000002 is not finished.*CURRENT names it\. Write the name"):
        opened(path)


def test_a_lost_pointer_finds_the_generation_that_is_whole(whole: Path, folder: Path) -> None:
    path = copied(whole, folder)
    generations = path / "generations"
    (generations / "000001").rename(generations / "000003")
    (generations / "000002").mkdir()  # the rest of one that was being deleted
    shutil.copytree(generations / "000003", generations / "000001")  # and one that a rebuild has only begun
    (generations / "000001" / "unfinished").write_text("{}")
    (path / "CURRENT").unlink()
    with opened(path) as library:
        assert generation_of(library).name == "000003"
        assert_as_before(library)
