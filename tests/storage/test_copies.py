"""Copies of one text, found when they go in and stored beside the articles: in a folder and on a Milvus."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write
from milvus_fakes import address, milvus  # noqa: F401

from qa.library import Library

Open = Callable[[], Library]

# Four paragraphs of a wire story; no run of five words comes twice.
STORY = (
    "A freight train loaded with timber left the rails near the river crossing at Oldmere early on Monday, blocking "
    "both tracks and cutting the harbour off from the inland depots until at least the end of the week.",
    "Nobody was hurt. The driver, who had twenty years of service behind him, told inspectors that the signal had "
    "shown green and that he felt the second wagon lift before the whole train shook and came to a stand.",
    "Engineers brought two cranes from the yards at Wexcombe to raise eleven wagons; the operator expects the first "
    "line to be open for goods on Thursday, while passengers will be carried by bus between the two stations.",
    "The regulator had warned in its spring report that bearings on wagons of this type were worn beyond their limit "
    "and had asked for a slower pace on the curve, which the operator said was put into force a month ago.",
)
OTHER = (
    "Inspectors are looking into why wagons of a timber train jumped the track by the Oldmere bridge on Monday "
    "morning. According to the railway, its driver escaped without injury, although eleven of his wagons tipped over. "
    "Cranes have been ordered. Travellers should expect buses instead of trains through Wednesday, and the port fears "
    "that its sawmills will run short of logs before the weekend comes."
)


@pytest.fixture(params=["folder", "milvus"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens one library, as often as wanted, each time as another process would."""
    where = tmp_path / "library" if request.param == "folder" else request.getfixturevalue("address")
    libraries = []

    def open_again() -> Library:
        libraries.append(Library.open(where, SETTINGS, encoder=LetterEncoder()))
        return libraries[-1]

    yield open_again
    for each in libraries:
        each.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The wire story, four copies of it, and another report of the same event."""
    folder = tmp_path / "in"
    write(folder, "wire", "\n\n".join(STORY), "Train derails", "2025-03-03")
    write(folder, "trimmed", "\n\n".join(STORY[:2]), "Timber train off the rails", "2025-03-04")
    write(folder, "dateline", "OLDMERE (Wire) - " + "\n\n".join(STORY) + "\n\nBy A. Hand", "Derailment", "2025-03-04")
    write(folder, "shuffled", "\n\n".join(STORY[i] for i in (0, 2, 1, 3)), "Harbour cut off")
    write(folder, "tail", "\n\n".join(STORY[2:]), "Cranes on the way", "2025-03-05")
    write(folder, "other", OTHER, "Inquiry into derailment", "2025-03-04")
    return folder


COPIES = {"wire", "trimmed", "dateline", "shuffled", "tail"}


def groups(library: Library) -> set[frozenset[str]]:
    """The names of the files in each group."""
    names = {article.id: Path(article.source).stem for article in library.articles()}
    found: dict[str, set[str]] = {}
    for article_id, group in library.store.copies.groups(names).items():
        found.setdefault(group, set()).add(names[article_id])
    return {frozenset(each) for each in found.values()}


TOGETHER = {frozenset(COPIES), frozenset({"other"})}


def test_copies_are_one_group_and_another_report_is_not(opened: Open, folder: Path) -> None:
    library = opened()
    library.add(folder)
    assert groups(library) == TOGETHER
    assert library.store.copies.missing() == []
    assert groups(opened()) == TOGETHER


def test_one_after_the_other_as_all_at_once(opened: Open, folder: Path) -> None:
    library = opened()
    for name in ("tail", "other", "trimmed", "shuffled", "wire", "dateline"):
        library.add(next(folder.glob(f"{name}.*")))
    assert groups(library) == TOGETHER


def test_two_groups_become_one_by_what_both_are_parts_of(opened: Open, folder: Path) -> None:
    library = opened()
    for name in ("tail", "trimmed"):
        library.add(next(folder.glob(f"{name}.*")))
    assert groups(library) == {frozenset({"tail"}), frozenset({"trimmed"})}
    library.add(next(folder.glob("wire.*")))
    assert groups(library) == {frozenset({"tail", "trimmed", "wire"})}
    [members] = library.store.copies.members(
        set(library.store.copies.groups(a.id for a in library.articles()).values())
    ).values()
    assert len(members) == 3


def test_what_goes_leaves_its_group(opened: Open, folder: Path) -> None:
    library = opened()
    library.add(folder)
    by_name = {Path(article.source).stem: article.id for article in library.articles()}
    [group] = library.store.copies.groups([by_name["wire"]]).values()
    library.remove([by_name["wire"], by_name["tail"]])
    assert groups(library) == {frozenset(COPIES - {"wire", "tail"}), frozenset({"other"})}
    assert library.store.copies.groups([by_name["wire"]]) == {}
    assert by_name["wire"] not in library.store.copies.members([group])[group]
    library.add(folder / Path(next(folder.glob("wire.*"))).name)
    assert groups(library) == {frozenset(COPIES - {"tail"}), frozenset({"other"})}


def test_rebuilt_imported_and_found_anew(opened: Open, folder: Path, tmp_path: Path) -> None:
    library = opened()
    library.add(folder)
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.regroup({article.id: "one" for article in library.articles()})
    assert groups(library) == {frozenset(COPIES | {"other"})}
    library.rebuild()
    assert groups(library) == TOGETHER
    library.export(tmp_path / "all.zip")
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "all.zip")
        assert groups(other) == TOGETHER


def test_what_another_version_has_found_is_found_anew(opened: Open, folder: Path, tmp_path: Path) -> None:
    library = opened()
    library.add(folder)
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.regroup({article.id: "one" for article in library.articles()})
        transaction.set_meta("copies", "0")
    library.add(write(tmp_path / "more", "brief", "Nothing else happened."))
    assert groups(library) == TOGETHER | {frozenset({"brief"})}


def test_a_site_puts_the_same_words_below_each_text(opened: Open, tmp_path: Path) -> None:
    library, below = opened(), "\n\n".join(STORY[1:3])
    council = (
        "The council met for two hours and chose a new clerk, who will begin in the autumn when the old one leaves for "
        "a post at the coast, the mayor said after it. The seats of two members who have moved away stay empty until "
        "the spring."
    )
    write(tmp_path / "in", "one", f"{OTHER[:290]}\n\n{below}", "One")
    write(tmp_path / "in", "two", f"{council}\n\n{below}", "Two")
    library.add(tmp_path / "in")
    assert groups(library) == {frozenset({"one"}), frozenset({"two"})}


@pytest.mark.parametrize(("text", "published", "is_copy"), [
    ("\n\n".join([*STORY[:3], OTHER[:290]]), "2025-03-10", True),
    ("\n\n".join([*STORY[:3], OTHER[:290]]), "2025-03-11", False),  # told anew
    ("\n\n".join(STORY[:3]), "2025-06-03", True),  # printed again
])  # fmt: skip
def test_the_days_between_count(text: str, published: str, is_copy: bool, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        write(tmp_path / "in", "first", "\n\n".join(STORY), "First", "2025-03-03")
        write(tmp_path / "in", "later", text, "Later", published)
        library.add(tmp_path / "in")
        assert (len(groups(library)) == 1) == is_copy


def test_a_roundup_is_no_copy_of_a_story_in_it(opened: Open, tmp_path: Path) -> None:
    library = opened()
    others = [f"{word} " + " ".join(f"{word}{number}" for number in range(60)) for word in ("ga", "wo", "pi", "ze")]
    write(tmp_path / "in", "brief", STORY[0], "Brief")
    write(tmp_path / "in", "roundup", "\n\n".join([STORY[0], *others]), "The week")
    library.add(tmp_path / "in")
    assert groups(library) == {frozenset({"brief"}), frozenset({"roundup"})}


def test_a_library_of_the_fifth_format_gets_its_tables(folder: Path, tmp_path: Path) -> None:
    where = tmp_path / "library"
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as library:
        library.add(folder)
    with closing(sqlite3.connect(where / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE copies")
        connection.execute("DROP TABLE shingles")
        connection.execute("DELETE FROM meta WHERE key = 'copies'")
        connection.execute("PRAGMA user_version = 5")
        connection.commit()
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as old:
        assert groups(old) == set()
        old.add(folder)
        assert groups(old) == TOGETHER
        old.compact()
        assert groups(old) == TOGETHER


def test_a_library_of_the_sixth_format_is_told_which_articles_are_beginnings(tmp_path: Path) -> None:
    where = tmp_path / "library"
    write(tmp_path / "in", "ferry", "The ferry was stopped on Monday.", "Ferry")
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as library:
        library.add(tmp_path / "in")
    with closing(sqlite3.connect(where / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE truncated")
        connection.execute("PRAGMA user_version = 6")
        connection.commit()
    write(tmp_path / "in", "ferry", "The ferry was stopped on Monday. [+99 chars]", "Ferry")
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as old:
        assert [each.truncated for each in old.articles()] == [False]
        old.add(tmp_path / "in")
        assert [each.truncated for each in old.articles()] == [True]
        assert [each.truncated for each in old.listing().articles] == [True]


def test_the_lowest_hashes_of_a_part_are_among_those_of_the_whole() -> None:
    from qa.news.copies import lowest, shingles

    whole, part = shingles(" ".join(STORY)), shingles(" ".join(STORY[:2]))
    assert len(lowest(whole)) == 16
    assert all(one < two < 2**63 for one, two in pairwise(lowest(whole)))
    assert len(set(lowest(whole)) & set(lowest(part))) >= 4
    assert lowest(shingles("Nothing else happened to be told of.")) == ()
    assert shingles("one two three four").tolist() == shingles("").tolist() == []
    assert shingles("One two THREE four five").tolist() == shingles("one, two three (four) five.").tolist()
