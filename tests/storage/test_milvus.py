"""A library on Milvus: its address, what enters filters, and processes that die or meet at one article."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_fakes import SETTINGS, LetterEncoder, retriever_of, shell_with_letters, write, write_rows
from milvus_fakes import address, milvus  # noqa: F401

from qa.config import Settings, library_address
from qa.datatypes import Where
from qa.errors import FingerprintMismatch, LibraryBusy, LibraryError, SettingError
from qa.ingestion.sync import Shard
from qa.library import Library
from qa.passages.chunking import chunk
from qa.storage.milvus import schema
from qa.storage.milvus.address import Address
from qa.storage.milvus.rebuild import MARK
from qa.storage.milvus.schema import asked, encoded, host_key, indexed, joined

TEXTS = {
    "Bridge": "The bridge at Arnfeld opened in May. It is the longest of the valley, and the mayor cut the ribbon.",
    "Honey": "Nine tonnes of honey were gathered last summer.",
    "Ferry": "The ferry sank in the harbour; nobody was hurt.",
}


@pytest.fixture
def open_again(address: str) -> Iterator[Callable[..., Library]]:  # noqa: F811
    """Opens one library, each time as another process would."""
    libraries = []

    def opened(settings: Settings = SETTINGS) -> Library:
        libraries.append(Library.open(address, settings, encoder=LetterEncoder()))
        return libraries[-1]

    yield opened
    for each in libraries:
        each.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for title, text in TEXTS.items():
        write(tmp_path / "in", title, text, title)
    return tmp_path / "in"


def texts(library: Library) -> dict[str, str]:
    return {article.title: article.text for article in library.articles()}


def found(library: Library, question: str = "abcdefghijklmnopqrstuvwxyz") -> set[tuple[str, int]]:
    return {(each.article.title, each.passage.start) for each in retriever_of(library).retrieve(question)}


def starts(texts: dict[str, str], settings: Settings = SETTINGS) -> set[tuple[str, int]]:
    return {
        (title, start)
        for title, text in texts.items()
        for start, _ in chunk(text, words=settings.passage_words, overlap=settings.overlap_words)
    }


def unsound(library: Library, *, repair: bool = False) -> list[str]:
    return [finding.check for finding in library.examine(repair=repair) if not finding.sound]


def assert_holds(library: Library, expected: dict[str, str], settings: Settings = SETTINGS) -> None:
    assert texts(library) == expected
    assert found(library) == starts(expected, settings)
    assert unsound(library) == []


# addresses


@pytest.mark.parametrize(
    ("text", "uri", "name", "shown", "token"),
    [
        ("milvus://host:19530/news", "http://host:19530", "news", "milvus://host:19530/news", ""),
        ("milvus://host", "http://host:19530", "articles", "milvus://host:19530/articles", ""),
        ("milvus+tls://h:443/n_1", "https://h:443", "n_1", "milvus+tls://h:443/n_1", ""),
        ("milvus://me:se%40cret@host/n", "http://host:19530", "n", "milvus://host:19530/n", "me:se@cret"),
        ("milvus://[::1]:1234/n", "http://[::1]:1234", "n", "milvus://[::1]:1234/n", ""),
        ("milvus:///data/my%20file.db", "/data/my file.db", "articles", "milvus:///data/my file.db", ""),
    ],
)
def test_what_an_address_means(text, uri, name, shown, token):
    parsed = Address.parse(text)
    assert (parsed.uri, parsed.name, parsed.shown, parsed.token) == (uri, name, shown, token)
    assert token not in repr(parsed) or not token


@pytest.mark.parametrize(
    "text",
    [
        "milvus://host/a-b",
        "milvus://host/1a",
        "milvus:///data/file",
        "milvus://",
        "milvus://host:x/n",
        "milvus://h/n?a=b",
    ],
)
def test_what_is_no_address_is_told_with_the_right_form(text):
    with pytest.raises(SettingError, match="milvus://host:19530/name"):
        Address.parse(text)


def test_only_addresses_are_taken_for_one(tmp_path):
    assert library_address("milvus://h/n", {}) == "milvus://h/n"
    assert library_address(None, {"ARTICLE_QA_LIBRARY": "milvus+tls://h/n"}) == "milvus+tls://h/n"
    assert library_address(tmp_path, {"ARTICLE_QA_LIBRARY": "milvus://h/n"}) is None
    assert library_address(None, {}) is None


def test_without_the_client_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(LibraryError, match=r"pip install 'article-qa\[milvus\]'"):
        Library.open("milvus://127.0.0.1:1/n", SETTINGS, encoder=LetterEncoder())


def test_nobody_there_is_told_with_the_address_and_without_the_password(monkeypatch):
    monkeypatch.setattr("qa.storage.milvus.client.CONNECT_SECONDS", 0.5)
    with pytest.raises(LibraryError, match=r"no Milvus to be reached at milvus://127.0.0.1:9/n") as raised:
        Library.open("milvus://me:hidden@127.0.0.1:9/n", SETTINGS, encoder=LetterEncoder())
    assert "hidden" not in str(raised.value)


def test_asking_for_the_library_loads_no_client():
    code = (
        "import sys, qa.library, qa.storage.milvus.backend; "
        "print({'pymilvus', 'milvus_lite', 'grpc'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# what enters filters and fields

NAMES = st.text(max_size=30)


@given(NAMES, NAMES)
def test_encoding_keeps_beginnings_and_nothing_else(whole, part):
    assert encoded(whole).startswith(encoded(part)) == whole.startswith(part)
    assert (encoded(whole) == encoded(part)) == (whole == part)


@given(st.text(alphabet=st.characters(blacklist_categories=[])))
def test_nothing_encoded_means_anything_in_a_filter(text):
    assert set(encoded(text)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/:.-=~")


def test_a_host_begins_as_the_one_above_it():
    assert host_key("https://News.Example.org:80/a") == "org.example.news."
    assert host_key("https://example.org/") == "org.example."
    assert host_key("https://notexample.org/") == "org.notexample."
    assert host_key("https://[broken/") == host_key(None) == ""


def test_more_sources_than_a_field_holds_are_left_out_whole():
    kept = joined(f"/data/{number:05d}/{'x' * 90}" for number in range(2000))
    assert len(kept) < 65_535
    assert kept.startswith("|/data/00000/")
    assert kept.endswith("x|")


def test_terms_are_stems_that_every_tokenizer_leaves_whole():
    assert indexed("Ferries", "sank at 1.13 in Köln") == "ferri sank at x312e3133 in koln"
    assert asked("Which ferries sank, and which FERRY?") == "ferri sank"
    assert asked("東京") == " ".join(asked(part) for part in ("東", "京")) + " x" + "東京".encode().hex()
    assert asked("the") == "the"


@given(st.dates())
def test_a_day_as_a_number_and_back(published):
    assert schema.published(schema.day(published)) == published
    assert schema.day(published) < schema.day(published + timedelta(1)) if published < date.max else True
    assert schema.published(schema.day(None)) is None


# the list, where Milvus does not sort


@pytest.mark.parametrize("narrowed", [0, 5000])
def test_pages_of_the_list_are_the_same_narrowed_or_not(open_again, tmp_path, monkeypatch, narrowed):
    monkeypatch.setattr("qa.storage.milvus.reader.NARROWED", narrowed)
    dates = ["2024-05-01"] * 3 + ["2023-01-01", "2023-01-02", None, None, "1999-12-31"]
    for number, published in enumerate(dates):
        write(tmp_path / "in", str(number), f"Text number {number}.", f"T{number}", published)
    library = open_again()
    library.add(tmp_path / "in")
    expected = ["T0", "T1", "T2", "T4", "T3", "T7", "T5", "T6"]
    for offset in range(9):
        for limit in (1, 3, 9):
            assert [a.title for a in library.articles(offset=offset, limit=limit)] == expected[offset:][:limit]
    of_2023 = Where(published_from=date(2023, 1, 1), published_to=date(2023, 12, 31))
    assert [a.title for a in library.articles(of_2023, limit=1)] == ["T4"]
    assert [a.title for a in library.articles(of_2023, offset=1, limit=5)] == ["T3"]


def test_publishers_are_counted_anew_when_articles_change(open_again, folder):
    library, other = open_again(), open_again()
    library.add(folder)
    assert other.store.publishers() == [(None, None, 3)]
    library.remove([next(library.articles()).id])
    assert other.store.publishers() == [(None, None, 2)]


# a process dies between any two requests


class Killed(BaseException):
    """In place of kill -9: nothing in the way of it may tidy up."""


def before_each_write(library: Library, act: Callable[[int], None]) -> Counter[str]:
    """Do something before each request of this library that writes; the counter is of requests."""
    client, made = library.backend._client, Counter()

    def hooked(name: str) -> Callable[..., object]:
        write = getattr(type(client), name)

        def wrapped(*arguments: object, **options: object) -> object:
            made["requests"] += 1
            act(made["requests"])
            return write(client, *arguments, **options)

        return wrapped

    for name in ("upsert", "delete", "point", "create_alias", "drop"):
        setattr(client, name, hooked(name))
    return made


def unhook(library: Library) -> None:
    for name in ("upsert", "delete", "point", "create_alias", "drop"):
        vars(library.backend._client).pop(name, None)


def killing(at: int) -> Callable[[int], None]:
    def act(request: int) -> None:
        if request >= at:
            raise Killed

    return act


AFTER = {"Bridge": TEXTS["Bridge"], "Honey": "Ten tonnes of honey.", "Snow": "Snow fell in Ulm."}


def change(folder: Path) -> None:
    """One file comes, one goes, one has another text, one another date."""
    write(folder, "Snow", AFTER["Snow"], "Snow")
    (folder / "Ferry.json").unlink(missing_ok=True)
    write(folder, "Honey", AFTER["Honey"], "Honey")
    write(folder, "Bridge", TEXTS["Bridge"], "Bridge", "2024-05-01")


MOST_REQUESTS = 60  # more than any of the changes below makes


@pytest.mark.slow
def test_killed_at_any_request_nothing_is_half_there_and_the_next_run_finishes_it(open_again, folder):
    """A chat must find whole articles at all times: what is listed has its text, and is found where it should be."""
    library, again = open_again(), open_again()
    for at in range(1, MOST_REQUESTS):
        write_old(folder)
        again.sync(folder)
        assert texts(again) == TEXTS
        change(folder)
        made = before_each_write(library, killing(at))
        with suppress(Killed):
            library.sync(folder)
        unhook(library)
        between = texts(library)
        assert between["Bridge"] == TEXTS["Bridge"]
        assert set(between.items()) <= {*TEXTS.items(), *AFTER.items()}
        assert found(library) == starts(between)
        again.sync(folder)
        assert {each.check for each in again.examine() if not each.sound} <= {"strays"}  # no question sees those
        assert (texts(again), found(again)) == (AFTER, starts(AFTER))
        assert [a.title for a in again.articles(Where(published_from=date(2024, 5, 1)))] == ["Bridge"]
        if made["requests"] < at:  # it got to its end
            assert at > 12
            assert unsound(again) == []
            return
    raise AssertionError("the change never came to its end")


def write_old(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    for title, text in TEXTS.items():
        write(folder, title, text, title)


# two processes meet


def doing(at: int, act: Callable[[], object]) -> Callable[[int], None]:
    def before(request: int) -> None:
        if request == at:
            act()

    return before


@pytest.mark.slow
def test_one_adds_the_very_text_that_another_removes(open_again, folder, tmp_path):
    """Wherever the other comes in between, the article is there in the end, and whole."""
    copy = write(tmp_path / "copy", "honey", TEXTS["Honey"], "Honey")
    mine, other = open_again(), open_again()
    for at in range(1, MOST_REQUESTS):
        other.add(folder)
        other.remove_sources([str(copy)])
        assert texts(other) == TEXTS
        made = before_each_write(mine, doing(at, lambda: other.remove_sources([str(folder / "Honey.json")])))
        mine.add(copy)
        unhook(mine)
        assert_holds(other, TEXTS)
        assert [a.title for a in other.articles(Where(sources=(str(copy),)))] == ["Honey"]
        if made["requests"] < at:
            assert at > 2
            return
    raise AssertionError("the addition never came to its end")


@pytest.mark.slow
def test_one_removes_the_very_text_that_another_adds(open_again, folder, tmp_path):
    """Wherever the other comes in between, the article is there and whole after its file has been looked at again."""
    copy = write(tmp_path / "copy", "honey", TEXTS["Honey"], "Honey")
    mine, other = open_again(), open_again()
    for at in range(1, MOST_REQUESTS):
        mine.add(folder)
        mine.remove_sources([str(copy)])
        assert texts(other) == TEXTS
        made = before_each_write(mine, doing(at, lambda: other.add(copy)))
        mine.remove_sources([str(folder / "Honey.json")])
        unhook(mine)
        assert found(other) == starts(texts(other))
        other.add(copy)
        unsound(other, repair=True)
        assert_holds(other, TEXTS)
        if made["requests"] < at:
            assert at > 3
            return
    raise AssertionError("the removal never came to its end")


@pytest.mark.slow
def test_a_rebuild_loses_nothing_that_others_do_meanwhile(open_again, folder):
    """At any of its requests another process adds one article, removes one and changes two; a chat asks on."""
    mine, other = open_again(), open_again()

    def interfere() -> None:
        change(folder)
        other.sync(folder)

    for at in range(1, MOST_REQUESTS):
        write_old(folder)
        other.sync(folder)

        def asking(request: int, at: int = at) -> None:
            assert ("Bridge", 0) in found(other, "bridge")
            doing(at, interfere)(request)

        made = before_each_write(mine, asking)
        mine.rebuild()
        unhook(mine)
        if made["requests"] < at:
            assert at > 8
            return
        assert_holds(other, AFTER)
    raise AssertionError("the rebuild never came to its end")


def test_a_rebuild_that_was_killed_goes_on_where_it_stopped(open_again, folder):
    settings = Settings(passage_words=10, overlap_words=0, batch_articles=1, min_article_chars=1)
    open_again().add(folder)
    first, second = open_again(settings), open_again(settings)
    before_each_write(first, killing(6))
    with pytest.raises(Killed):
        first.rebuild()
    unhook(first)
    assert texts(second) == TEXTS
    begun = second.store.generations.others()
    assert len(begun) == 1
    second.encoder.encoded.clear()
    second.rebuild()
    assert second.store.generations.current() == begun[0]
    assert 0 < len(second.encoder.encoded) < second.stats().passages
    assert_holds(second, TEXTS, settings)
    assert second.store.generations.others() == []


def test_only_one_process_rebuilds_at_a_time(open_again, folder, monkeypatch):
    library = open_again()
    library.add(folder)
    monkeypatch.setattr("qa.storage.milvus.rebuild.socket.gethostname", lambda: "elsewhere")
    before_each_write(library, killing(6))
    with pytest.raises(Killed):
        library.rebuild()
    unhook(library)
    owner = json.loads(library.store.meta(MARK))
    library.store.records.set_value(MARK, json.dumps({**owner, "at": 4000000000.0}))
    monkeypatch.setattr("qa.storage.milvus.rebuild.time.time", lambda: 4000000060.0)
    monkeypatch.setattr("qa.storage.milvus.rebuild.socket.gethostname", lambda: "here")
    with pytest.raises(LibraryBusy, match="on elsewhere is rebuilding"):
        open_again().rebuild()
    monkeypatch.setattr("qa.storage.milvus.rebuild.time.time", lambda: 4000000160.0)
    open_again().rebuild()
    assert_holds(library, TEXTS)


def test_whoever_adds_with_the_settings_of_before_a_rebuild_is_refused_and_leaves_nothing(open_again, folder):
    settings = Settings(passage_words=10, overlap_words=0, batch_articles=2, min_article_chars=1)
    mine, other = open_again(), open_again(settings)
    mine.add(folder)
    write(folder, "Snow", AFTER["Snow"], "Snow")

    def rebuild(request: int) -> None:
        if request == 2:
            other.rebuild()

    before_each_write(mine, rebuild)
    with pytest.raises(FingerprintMismatch):
        mine.add(folder)
    unhook(mine)
    assert texts(other) == TEXTS
    unsound(other, repair=True)
    assert_holds(other, TEXTS, settings)
    other.add(folder)
    assert_holds(other, {**TEXTS, "Snow": AFTER["Snow"]}, settings)


# sharing a folder

WORKER = """
import sys
from library_fakes import SETTINGS, LetterEncoder
from qa.library import Library
from qa.ingestion.sync import Shard
with Library.open(sys.argv[1], SETTINGS, encoder=LetterEncoder()) as library:
    report = library.sync(sys.argv[2], shard=Shard.parse(sys.argv[3]))
    print(len(report.added), len(report.removed), len(report.failed))
"""


def run_shards(where: str, folder: Path) -> list[list[int]]:
    """Both processes at once; what each reports."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, where, str(folder), f"{number}/2"],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        for number in (1, 2)
    ]
    reports = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    return [list(map(int, report.split())) for report in reports]


@pytest.mark.slow
def test_two_processes_share_a_folder_without_duplicates_or_gaps(open_again, address, tmp_path):  # noqa: F811
    folder = tmp_path / "many"
    expected = {}
    for number in range(40):
        title, text = f"T{number:02d}", f"Number {number % 30} was drawn in the lottery of Ulm. It won."
        write(folder / str(number % 3), title, text, title)
        expected.setdefault(text, title)
    asking = open_again()
    assert found(asking) == set()
    (added, *_), (more, *_) = run_shards(address, folder)
    assert 0 < added < 40
    assert len(asking) == 30  # ten texts stand in two files each
    assert 30 <= added + more <= 40  # each counts what it has written; the texts that both had are one article
    assert {article.text for article in asking.articles()} == set(expected)
    assert sum(len(held) for held in asking.store.sources.holders_of(asking.store.article_ids()).values()) == 40
    assert asking.stats().passages == sum(
        len(chunk(a.text, words=SETTINGS.passage_words, overlap=SETTINGS.overlap_words)) for a in asking.articles()
    )
    assert unsound(asking) == []
    with Library.open(tmp_path / "alone", SETTINGS, encoder=LetterEncoder()) as alone:
        alone.sync(folder)
        assert {a.id for a in alone.articles()} == {a.id for a in asking.articles()}
        assert alone.stats().passages == asking.stats().passages
    for path in sorted(folder.rglob("*.json"))[:20]:
        path.unlink()
    left = {a.text for a in asking.articles() if Path(a.source).exists() or any_copy_exists(asking, a.id)}
    run_shards(address, folder)
    assert {a.text for a in asking.articles()} == left
    assert unsound(asking) == []


def any_copy_exists(library: Library, article_id: str) -> bool:
    return any(Path(source).exists() for source in library.store.sources.holders_of([article_id])[article_id])


@pytest.mark.parametrize("kind", ["folder", "milvus"])
def test_a_share_lets_go_only_of_its_own_files(kind, request, tmp_path):
    where = tmp_path / "library" if kind == "folder" else request.getfixturevalue("address")
    folder = tmp_path / "in"
    for number in range(12):
        write(folder, f"a{number}", f"Text number {number}.", f"T{number}")
    shares = [Shard(1, 3), Shard(2, 3), Shard(3, 3)]
    of = {f"a{number}.json": [share for share in shares if f"a{number}.json" in share] for number in range(12)}
    assert all(len(owners) == 1 for owners in of.values())
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as library:
        counts = [len(library.sync(folder, shard=share).added) for share in shares]
        assert counts == [sum(owners == [share] for owners in of.values()) for share in shares]
        assert (sum(counts), 0 in counts) == (12, False)
        for path in folder.iterdir():
            path.unlink()
        assert len(library.sync(folder, shard=shares[1], allow_empty=True).removed) == counts[1]
        assert len(library) == 12 - counts[1]
        assert library.sync(folder, allow_empty=True).removed
        assert len(library) == 0


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_what_is_no_share(text):
    with pytest.raises(SettingError, match="write 1/2 for the first of two"):
        Shard.parse(text)


def test_the_shell_takes_a_share(tmp_path, monkeypatch, folder):
    shell = shell_with_letters(monkeypatch)
    library = ("--library", tmp_path / "library")
    assert [shell("sync", folder, "--shard", share, *library).exit_code for share in ("1/2", "2/2")] == [0, 0]
    assert len(shell("list", *library).stdout.splitlines()) == 3
    assert shell("sync", folder, "--shard", "1/2", "--watch", *library).exit_code == 2
    assert shell("sync", "https://example.org/feed", "--shard", "1/2", *library).exit_code == 2
    assert isinstance(shell("sync", folder, "--shard", "3/2", *library).exception, SettingError)


# what the page about it says


def test_the_sizes_on_the_page_are_those_of_the_fields(capsys):
    from benchmarks.milvus_sizes import main

    main()
    printed = capsys.readouterr().out
    page = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `news_(\w+)` \| ([\d.]+ GB) \|", page, re.MULTILINE))
    assert told == dict(re.findall(r"^(\w+) +([\d.]+ GB)  (?=\w+ \d)", printed, re.MULTILINE))
    assert set(told) == {"passages", "texts", "records", "articles"}
    rows = sum(float(size.split()[0]) for size in told.values())
    assert f"| rows together | {rows:.2f} GB |" in page


# a local file, and the shell


def test_a_file_serves_one_process_at_a_time_and_keeps_what_is_in_it(tmp_path, folder):
    where = f"milvus://{tmp_path}/new/articles.db"
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as library:
        library.add(folder)
        code = (
            "import sys\nfrom library_fakes import SETTINGS, LetterEncoder\nfrom qa.library import Library\n"
            "Library.open(sys.argv[1], SETTINGS, encoder=LetterEncoder())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, where], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
        )
        assert "LibraryBusy" in done.stderr
        assert "one process at a time" in done.stderr
        with Library.open(where, SETTINGS, encoder=LetterEncoder()) as beside:
            assert texts(beside) == TEXTS
        assert_holds(library, TEXTS)
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as again:
        assert_holds(again, TEXTS)
        assert again.rebuild().unchanged == 3
    with Library.open(where, SETTINGS, encoder=LetterEncoder()) as again:
        assert_holds(again, TEXTS)


def test_the_shell_works_on_it(tmp_path, folder, monkeypatch, address):  # noqa: F811
    shell = shell_with_letters(monkeypatch)
    monkeypatch.setattr("qa.library.SentenceTransformerEncoder", lambda *_: LetterEncoder())
    library = ("--library", address)
    write_rows(folder / "rows.jsonl", {"one": "Snow fell in Ulm.", "two": ""})
    assert shell("sync", folder, *library).exit_code == 1
    assert "rows.jsonl" in shell("list", "--failed", *library).output
    listed = shell("list", *library)
    assert (listed.exit_code, len(listed.stdout.splitlines())) == (0, 4)
    assert shell("rebuild", *library).exit_code == 0
    assert shell("doctor", *library).exit_code == 0
    assert shell("export", tmp_path / "all.zip", *library).exit_code == 0
    assert shell("import", tmp_path / "all.zip", "--library", tmp_path / "here").exit_code == 0
    assert shell("list", "--library", tmp_path / "here").stdout == listed.stdout
    assert shell("remove", "--source", folder, *library).exit_code == 0
    assert shell("list", *library).stdout == ""
    refused = shell("compact", *library)
    assert (refused.exit_code, "compacted by Milvus itself" in str(refused.exception)) == (1, True)
