"""Who says what, stored beside the articles: in a folder and on a Milvus."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write
from milvus_fakes import address, milvus  # noqa: F401

from qa.datatypes import Quotation, Where
from qa.library import Library
from qa.news.quotations import FINDER_VERSION
from qa.storage.milvus.records import QUOTATIONS, quotation_records
from qa.storage.milvus.store import MilvusStore
from qa.storage.quotations import names_field, quotations_from_json, quotations_to_json

Open = Callable[[], Library]

MAYOR = (
    "Rosalind Pike resigned on Friday. Pike, mayor since 2018, said she had known nothing of the sale.\n\n"
    "“I signed what I was given,” she told reporters. The crane was old, according to the auditor Wilma Stoke."
)
BRIDGE = "“We cannot wait,” Petra Halloway said. José Núñez said the bridge would fall."
QUIET = "The ferry sank in the harbour; nobody was hurt."


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
def library(opened: Open, tmp_path: Path) -> Library:
    library = opened()
    folder = tmp_path / "in"
    write(folder, "mayor", MAYOR, "Mayor resigns over crane", "2025-06-20")
    write(folder, "bridge", BRIDGE, "Bridge closes", "2025-05-12")
    write(folder, "ferry", QUIET, "Ferry")
    library.add(folder)
    return library


def said(library: Library, **asked: object) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, cue and words of what is found."""
    return [(each.quotation.name, each.cue, each.words) for each in library.quotations(**asked)]  # type: ignore[arg-type]


def ids(library: Library) -> dict[str, str]:
    return {article.title: article.id for article in library.articles()}


PIKE = [
    ("Rosalind Pike", "said", ("she had known nothing of the sale",)),
    ("Rosalind Pike", "told", ("I signed what I was given",)),
]
STOKE = [("Wilma Stoke", "according to", ("The crane was old",))]
HALLOWAY = [("Petra Halloway", "said", ("We cannot wait",))]
NUNEZ = [("José Núñez", "said", ("the bridge would fall",))]


def test_everything_that_is_said_the_newest_article_first(library: Library) -> None:
    assert said(library) == PIKE + STOKE + HALLOWAY + NUNEZ
    assert said(library, limit=3) == PIKE + STOKE


def test_by_speaker_in_any_case_with_or_without_accents(library: Library) -> None:
    assert said(library, speaker="pike") == said(library, speaker="Rosalind  PIKE") == PIKE
    assert said(library, speaker="Nunez") == NUNEZ
    assert said(library, speaker="Rosalind Stoke") == said(library, speaker="Pik") == said(library, speaker="?!") == []


def test_by_what_it_is_about_in_any_form_of_the_words(library: Library) -> None:
    assert said(library, about="sales") == PIKE[:1]
    assert said(library, about="the crane") == PIKE + STOKE  # of its title
    assert said(library, speaker="Pike", about="bridge") == []
    assert said(library, about="bridges fall") == HALLOWAY + NUNEZ


def test_in_articles_that_a_filter_lets_through(library: Library) -> None:
    assert said(library, where=Where(published_to=date(2025, 5, 31))) == HALLOWAY + NUNEZ
    assert said(library, speaker="Pike", where=Where(published_to=date(2025, 5, 31))) == []
    assert said(library, where=Where(article_ids=(ids(library)["Mayor resigns over crane"],))) == PIKE + STOKE


def test_a_quotation_is_cited_with_its_exact_words(library: Library) -> None:
    _, found = library.quotations(speaker="Pike")
    citation, text = found.citation, library.article(found.citation.article_id).text
    assert (citation.title, citation.published) == ("Mayor resigns over crane", date(2025, 6, 20))
    assert text[citation.start : citation.end] == citation.quote == "I signed what I was given"
    assert citation.context == text[citation.context_start : citation.context_end] == MAYOR.split("\n\n")[1]
    assert (found.speaker, found.cue) == ("she", "told")
    assert text[slice(*found.quotation.speaker)] == "she"


def test_what_is_said_goes_in_with_the_article_and_out_with_it(library: Library, opened: Open) -> None:
    by_title = ids(library)
    assert library.store.without_quotations(FINDER_VERSION) == []
    assert {each: len(found) for each, found in library.store.quotations(list(by_title.values())).items()} == {
        by_title["Mayor resigns over crane"]: 3,
        by_title["Bridge closes"]: 2,
        by_title["Ferry"]: 0,
    }
    assert library.store.articles_quoting([]) == [by_title["Mayor resigns over crane"], by_title["Bridge closes"]]
    library.remove([by_title["Mayor resigns over crane"]])
    for each in (library, opened()):
        assert each.store.quotations(list(by_title.values())).keys() == {by_title["Bridge closes"], by_title["Ferry"]}
        assert said(each) == HALLOWAY + NUNEZ


def test_a_changed_article_says_what_it_says_now(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "in", "bridge", "Petra Halloway said that we could wait.", "Bridge closes"))
    assert said(library, speaker="Halloway") == [("Petra Halloway", "said", ("we could wait",))]
    assert said(library, speaker="Nunez") == []


def test_an_article_with_another_date_keeps_what_is_said(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "in", "bridge", BRIDGE, "Bridge closes", "2025-07-01"))
    assert said(library) == HALLOWAY + NUNEZ + PIKE + STOKE


def test_what_an_earlier_finder_found_is_found_anew(library: Library, opened: Open) -> None:
    by_title = ids(library)
    revision = library.store.revision()
    wrong = (Quotation((0, 8), (9, 13), ((14, 18),), direct=False, name="Nobody"),)
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.put_quotations(by_title["Bridge closes"], wrong, FINDER_VERSION - 1)
    assert library.store.quotations([by_title["Bridge closes"]]) == {by_title["Bridge closes"]: wrong}
    assert library.store.without_quotations(FINDER_VERSION) == [by_title["Bridge closes"]]
    assert said(opened(), speaker="Halloway") == HALLOWAY
    assert library.store.without_quotations(FINDER_VERSION) == []
    assert library.store.revision() == revision


def test_while_nothing_can_be_stored_it_is_found_for_the_moment(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = ids(library)["Bridge closes"]
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.put_quotations(bridge, (), FINDER_VERSION - 1)
    with monkeypatch.context() as patch:
        patch.setattr("qa.library.find_missing", lambda *_: None)
        assert said(library) == PIKE + STOKE + HALLOWAY + NUNEZ
        assert said(library, speaker="Halloway") == HALLOWAY
    assert library.store.without_quotations(FINDER_VERSION) == [bridge]


def test_an_article_that_is_gone_gets_no_quotations(library: Library) -> None:
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.put_quotations("0" * 32, (Quotation((0, 1), (2, 3), ((4, 5),), direct=True),), FINDER_VERSION)
    assert library.store.quotations(["0" * 32]) == {}


def test_more_than_one_row_holds(library: Library) -> None:
    bridge = ids(library)["Bridge closes"]
    many = tuple(
        Quotation((n, n + 1), (n, n + 2), ((n, n + 3),), direct=True, name=f"Speaker {n}")
        for n in range(2 * QUOTATIONS)
    )
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.put_quotations(bridge, many, FINDER_VERSION)
    assert library.store.quotations([bridge]) == {bridge: many}
    assert library.store.articles_quoting(["speaker", str(2 * QUOTATIONS - 1)]) == [bridge]
    with library.backend.changing("testing"), library.store.transaction() as transaction:
        transaction.put_quotations(bridge, many[:1], FINDER_VERSION)
    assert library.store.quotations([bridge]) == {bridge: many[:1]}


def test_what_a_killed_process_has_left_is_taken_out(address: str) -> None:  # noqa: F811
    with Library.open(address, SETTINGS, encoder=LetterEncoder()) as library:
        store = library.store
        assert isinstance(store, MilvusStore)
        store.records.write(quotation_records("0" * 32, (), FINDER_VERSION))
        (finding,) = [each for each in library.examine(repair=True) if not each.sound]
        assert (finding.check, finding.mended) == ("strays", True)
        assert store.quotations(["0" * 32]) == {}
        assert [each for each in library.examine(repair=False) if not each.sound] == []


def test_a_rebuild_and_an_import_have_it_too(library: Library, tmp_path: Path) -> None:
    library.rebuild()
    assert library.store.without_quotations(FINDER_VERSION) == []
    assert said(library) == PIKE + STOKE + HALLOWAY + NUNEZ
    library.export(tmp_path / "all.zip")
    with Library.open(tmp_path / "other", SETTINGS, encoder=LetterEncoder()) as other:
        other.import_archive(tmp_path / "all.zip")
        assert other.store.without_quotations(FINDER_VERSION) == []
        assert said(other) == PIKE + STOKE + HALLOWAY + NUNEZ


def test_a_text_that_the_finder_fails_on_goes_in_all_the_same(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str) -> tuple[Quotation, ...]:
        raise ValueError(text)

    monkeypatch.setattr("qa.news.article_quotations.find_quotations", fail)
    library = opened()
    assert len(library.add(write(tmp_path / "in", "bridge", BRIDGE)).added) == 1
    assert said(library) == []


def test_a_library_of_the_third_format_gets_its_table(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(write(tmp_path / "in", "mayor", MAYOR))
    with closing(sqlite3.connect(tmp_path / "library" / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE quotations")
        connection.execute("PRAGMA user_version = 3")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as old:
        assert len(old.store.without_quotations(FINDER_VERSION)) == 1
        assert said(old) == PIKE + STOKE
        assert old.store.without_quotations(FINDER_VERSION) == []
        old.compact()
        assert old.store.without_quotations(FINDER_VERSION) == []


def test_the_third_format_is_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(write(tmp_path / "in", "mayor", MAYOR))
    with closing(sqlite3.connect(tmp_path / "library" / "generations" / "000001" / "library.db")) as connection:
        connection.execute("DROP TABLE quotations")
        connection.execute("PRAGMA user_version = 3")

    def refuse(connection: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise error

    monkeypatch.setattr("qa.storage.local.database._migrate", refuse)
    monkeypatch.setattr("qa.library.find_missing", lambda *_: None)
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as old:
        assert old.store.articles_quoting(["pike"]) == []
        assert said(old, speaker="Pike") == PIKE


def test_as_it_is_stored() -> None:
    found = (
        Quotation((0, 4), (5, 9), ((10, 20), (25, 30)), direct=True, name="Zoë D’Angelo"),
        Quotation((40, 42), (43, 47), ((48, 60),), direct=False),
    )
    stored = '[[0,4,5,9,[[10,20],[25,30]],1,"Zoë D’Angelo"],[40,42,43,47,[[48,60]],0,""]]'
    assert quotations_to_json(found) == stored
    assert quotations_from_json(stored) == found
    assert names_field(found) == " zoe angelo dangelo "
    assert names_field(found[1:]) == ""
