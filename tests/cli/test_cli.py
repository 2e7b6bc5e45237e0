"""The shell: what it prints, where, and with which exit code. Library and assistant are small fakes."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from qa.accounts.admission import Choices
from qa.cli import commands, render
from qa.cli import console as terminal
from qa.config import Settings
from qa.datatypes import (
    Answer,
    Article,
    Citation,
    Failure,
    Passage,
    Progress,
    Reason,
    Report,
    RetrievedPassage,
    Where,
)
from qa.errors import ArticleNotFound, LibraryBusy
from qa.evaluation.evaluate import Outcome
from qa.questions.validation import validate_kind
from qa.serialization.answers import answer_to_dict, article_to_dict
from qa.text import display

FERRY = Article(
    id="aaaa000000000001",
    title="A ferry is late",
    text="The ferry left at noon. It reached Sund after dark. Nobody was hurt.",
    source="/news/ferry.txt",
    url="https://example.org/ferry",
    published=date(2025, 5, 12),
)
SEAL = Article(
    id="aaaa000000000002",
    title="A seal is back",
    text="A seal lay on the pier. It slept until evening.",
    source="sample:seal.txt",
    published=None,
)


def cite(article: Article, quote: str, context: str, confidence: float = 0.75) -> Citation:
    context_start = article.text.index(context)
    start = context_start + context.index(quote)
    return Citation(
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        start=start,
        end=start + len(quote),
        quote=quote,
        context=context,
        context_start=context_start,
        confidence=confidence,
    )


DARK = cite(FERRY, "after dark", "It reached Sund after dark.")
EVENING = cite(SEAL, "until evening", "It slept until evening.", 0.25)
FOUND = Answer("When did it arrive?", "after dark", 0.75, (DARK,), ())
NEAR = RetrievedPassage(Passage(3, SEAL.id, 0, 23), SEAL, 1, 1, 0.5, 0.1)
UNSURE = Answer("Who?", "", 0.125, (), (NEAR,), Reason.NOT_SURE)


@dataclass
class FakeLibrary:
    held: list[Article] = field(default_factory=lambda: [FERRY])
    report: Report = field(default_factory=Report)
    interrupt: bool = False
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    path: Path = Path("/shelf")
    copies: tuple[str, ...] = ()

    def __enter__(self) -> FakeLibrary:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append(("close",))

    def __len__(self) -> int:
        return len(self.held)

    def articles(self, where: Where | None = None, *, limit: int | None = None) -> Iterator[Article]:
        self.calls.append(("articles", where, limit))
        sources = where.sources if where else ()
        return iter([one for one in self.held if not sources or one.source.startswith(sources)][:limit])

    def copy_of(self, ids: Iterable[str]) -> dict[str, Article]:
        return {each: FERRY for each in ids if each in self.copies}

    def article(self, article_id: str) -> Article:
        for one in self.held:
            if one.id == article_id:
                return one
        raise ArticleNotFound(article_id)

    def add(self, sources: Sequence[str], *, progress: Callable[[Progress], None]) -> Report:
        return self._work("add", sources, progress)

    def sync(self, folder: Path, *, shard: object, allow_empty: bool, progress: Callable[[Progress], None]) -> Report:
        assert (shard, allow_empty) == (None, False)
        return self._work("sync", folder, progress)

    def rebuild(self, *, progress: Callable[[Progress], None]) -> Report:
        return self._work("rebuild", None, progress)

    def _work(self, name: str, given: Any, progress: Callable[[Progress], None]) -> Report:
        self.calls.append((name, given))
        progress(Progress("read", 1, None, "one"))
        progress(Progress("encode", 1, 2))
        if self.interrupt:
            self.held = [*self.held, SEAL]
            raise KeyboardInterrupt
        return self.report

    def remove(self, ids: list[str]) -> Report:
        self.calls.append(("remove", ids))
        removed = tuple(one.id for one in self.held if one.id in ids)
        self.held = [one for one in self.held if one.id not in ids]
        return Report(removed=removed)

    def remove_sources(self, sources: list[str]) -> Report:
        self.calls.append(("remove_sources", sources))
        return Report(removed=tuple(one.id for one in self.held if one.source.startswith("sample:")))

    def has_removed_text(self) -> bool:
        return False


@dataclass
class FakeAssistant:
    answer: Answer = FOUND
    library: FakeLibrary = field(default_factory=FakeLibrary)
    asked: list[tuple[str, Where | None]] = field(default_factory=list)

    def __enter__(self) -> FakeAssistant:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(
        self, question: str, *, where: Where | None = None, kind: str | None = None, any_time: bool = False
    ) -> Answer:
        validate_kind(kind)
        self.any_time = any_time
        self.asked.append((question, where))
        return self.answer


@dataclass
class Parts:
    """The fakes, and what they were opened with."""

    library: FakeLibrary = field(default_factory=FakeLibrary)
    assistant: FakeAssistant = field(default_factory=FakeAssistant)
    error: Exception | None = None
    opened: list[tuple[Path | None, Settings]] = field(default_factory=list)

    def open_library(self, path: Path | None, settings: Settings) -> FakeLibrary:
        return self._open(self.library, path, settings)

    def open_assistant(self, path: Path | None, *, settings: Settings, progress: object) -> FakeAssistant:
        return self._open(self.assistant, path, settings)

    def _open(self, part: Any, path: Path | None, settings: Settings) -> Any:
        self.opened.append((path, settings))
        if self.error:
            raise self.error
        return part


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Parts:
    parts = Parts()
    put_module(monkeypatch, "qa.library", Library=Namespace(open=parts.open_library))
    put_module(monkeypatch, "qa.assistant", Assistant=Namespace(open=parts.open_assistant))
    return parts


class Namespace:
    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)


def put_module(monkeypatch: pytest.MonkeyPatch, name: str, **values: object) -> None:
    module = ModuleType(name)
    module.__dict__.update(values)
    monkeypatch.setitem(sys.modules, name, module)


@dataclass
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            commands.main(arguments)
        printed = capsys.readouterr()
        return Ran(int(left.value.code or 0), printed.out, printed.err)

    return run


# help and errors


def test_ctrl_c_while_something_is_imported_keeps_its_exit_code(tmp_path: Path) -> None:
    code = (
        "from qa.cli import commands\n"
        "def app(**_): exec('raise KeyboardInterrupt')\n"
        "commands.app = app\ncommands.main([])\n"
    )
    (tmp_path / "interrupted.py").write_text(code)
    assert subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path).returncode == 130


def test_ctrl_c_outside_a_command_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "app", interrupted)
    assert run("list") == Ran(130, "", "")


GROUPS = {
    "Ask": "ask quotes timeline batch check watch-questions verify conversations conversation feedback".split(),
    "Articles": "add sync remove tag edit list".split(),
    "Upkeep": "rebuild compact doctor export import backup restore evaluate".split(),
    "Serve": ["chat", "serve", "mcp", "user", "token"],
}


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_the_help_groups_every_command_and_cuts_no_summary_at_80_columns(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = run(*arguments)
    assert ran.code == 0
    assert "…" not in ran.out
    assert "..." not in ran.out.replace("[ARGS]...", "")
    shown: dict[str, list[str]] = {}
    for line in ran.out.splitlines():
        if heading := re.match(r"╭─ (\w+) ─", line):
            shown[heading[1]] = []
        elif shown and line.startswith("│"):
            shown[list(shown)[-1]].append(line.strip("│ ").split("  ")[0])
    assert shown.pop("Options")
    assert shown == GROUPS


def test_the_version(run: Run) -> None:
    assert run("--version") == Ran(0, "article-qa 0.1.0\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("nonsense",),
        ("ask", "Who?", "--threshold", "2"),
        ("ask", "Who?", "--from", "yesterday"),
        ("ask", "Who?", "--from", "2025-02-30"),
        ("ask", "Who?", "--from", "2025-06", "--to", "2025-05"),
        ("remove",),
    ],
)
def test_wrong_usage_has_code_2(run: Run, parts: Parts, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Error" in ran.err
    assert parts.opened == []


@pytest.mark.parametrize("error", [LibraryBusy("/shelf is in use: wait."), PermissionError("/shelf is in use: wait.")])
def test_an_error_is_one_line_and_code_3(run: Run, parts: Parts, error: Exception) -> None:
    parts.error = error
    assert run("ask", "Who?") == Ran(3, "", "error: /shelf is in use: wait.\n")


def test_an_error_cannot_move_the_cursor_either(run: Run, parts: Parts) -> None:
    parts.error = LibraryBusy("\x1b[2J/shelf\n is in use")
    assert run("ask", "Who?") == Ran(3, "", "error: /shelf is in use\n")


def test_a_bug_is_not_taken_for_not_found(run: Run, parts: Parts) -> None:
    parts.error = RuntimeError("a bug")
    ran = run("ask", "Who?")
    assert ran.code == 3
    assert "RuntimeError: a bug" in ran.err


# ask


def test_a_kind_that_cannot_be_chosen_is_an_error_that_names_those_that_can(run: Run) -> None:
    ran = run("ask", "--kind", "poem", "When did it arrive?")
    assert (ran.code, ran.out) == (3, "")
    assert "give read, topic or about" in ran.err


def test_the_days_of_the_question_are_left_out_when_asked_to(run: Run, parts: Parts) -> None:
    assert run("ask", "When did it arrive last week?").code == 0
    assert parts.assistant.any_time is False
    assert run("ask", "--any-time", "When did it arrive last week?").code == 0
    assert parts.assistant.any_time is True


def test_ask_prints_the_answer_and_its_marked_sentence(run: Run, parts: Parts) -> None:
    ran = run("ask", "When", "did", "it", "arrive?")
    assert ran == Ran(
        0,
        "after dark\n"
        "75% sure\n"
        "\n"
        "It reached Sund **after dark**.\n"
        "A ferry is late · 12 May 2025\n"
        "https://example.org/ferry · characters 40–50\n",
        "",
    )
    assert parts.assistant.asked == [("When did it arrive?", None)]


def test_ask_prints_the_page_of_a_pdf(run: Run, parts: Parts) -> None:
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, page=3),))
    assert "https://example.org/ferry · p. 3 · characters 40–50\n" in run("ask", "When?").out


def test_that_only_the_beginning_is_there_is_printed(run: Run, parts: Parts) -> None:
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, truncated=True),))
    assert "A ferry is late · 12 May 2025 · only the beginning\n" in run("ask", "When?").out
    assert "*Of this article only the beginning was to be had.*" in run("ask", "When?", "--markdown").out
    assert json.loads(run("ask", "When?", "--json").out)["citations"][0]["truncated"] is True


def test_ask_prints_further_answers_repeats_and_the_hint_at_samples(run: Run, parts: Parts) -> None:
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, repeats=(EVENING,)), EVENING))
    assert run("ask", "When?").out.splitlines()[3:] == [
        "It reached Sund **after dark**.",
        "A ferry is late · 12 May 2025",
        "https://example.org/ferry · characters 40–50",
        "Also in: A seal is back · undated",
        "sample:seal.txt · characters 33–46",
        "",
        "Other answers",
        "",
        "until evening (25% sure)",
        "It slept **until evening**.",
        "A seal is back · undated",
        "sample:seal.txt · characters 33–46",
        "",
        "From the sample articles. Add your own: article-qa add FOLDER",
    ]


def test_ask_sums_up_repeats(run: Run, parts: Parts) -> None:
    there = [replace(DARK, start=start, end=start + 10) for start in (100, 200, 300, 400)]
    others = [replace(EVENING, article_id=f"b{number}", title=f"Seal {number}") for number in range(5)]
    repeats = (*there, others[0], *others)
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, repeats=repeats),))
    assert run("ask", "When?").out.splitlines()[6:] == [
        "Also there: characters 100–110, 200–210, 300–310 and 1 more",
        "Also in: Seal 0 · undated",
        "sample:seal.txt · characters 33–46",
        "Also in: Seal 1 · undated",
        "sample:seal.txt · characters 33–46",
        "Also in: Seal 2 · undated",
        "sample:seal.txt · characters 33–46",
        "Also in 2 more articles",
    ]


def test_ask_shows_what_may_answer_as_such(run: Run, parts: Parts) -> None:
    possible = replace(EVENING, missing=("1955",))
    parts.assistant.answer = replace(UNSURE, possible=(possible,))
    ran = run("ask", "Until when did it sleep in 1955?")
    assert ran.code == 4
    assert ran.out.splitlines()[:8] == [
        "This may answer it. Check it before you rely on it.",
        "",
        "until evening (25% sure)",
        "It slept **until evening**.",
        "Not mentioned there: 1955",
        "A seal is back · undated",
        "sample:seal.txt · characters 33–46",
        "",
    ]


def test_ask_says_that_nothing_was_found_and_what_came_near(run: Run, parts: Parts) -> None:
    parts.assistant.answer = UNSURE
    ran = run("ask", "Who?")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "Your articles don't say.",
        "Some of them are about this, but no words in them surely answer it.",
        "",
        "What comes nearest, and is no answer:",
        "",
        "A seal lay on the pier.",
        "A seal is back · undated",
        "sample:seal.txt · characters 0–23",
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "article-qa add FOLDER"), (("--article", "x"), "The filter leaves no articles.")],
)
def test_ask_without_articles_says_what_to_do(run: Run, parts: Parts, options: Sequence[str], says: str) -> None:
    parts.assistant.answer = Answer("Who?", "", 0.0, (), (), Reason.NO_ARTICLES)
    ran = run("ask", "Who?", *options)
    assert ran.code == 1
    assert says in ran.out


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_words(reason: Reason) -> None:
    told = render.answer_lines(replace(UNSURE, reason=reason), styled=False)[1].plain
    assert told.endswith((".", "FOLDER"))


def test_at_most_three_nearest_passages_are_shown_shortened(run: Run, parts: Parts) -> None:
    long = [replace(SEAL, id=f"{number:016x}", text="word " * 100) for number in range(5)]
    near = tuple(replace(NEAR, article=each, passage=Passage(1, each.id, 0, 500)) for each in long)
    parts.assistant.answer = replace(UNSURE, passages=near)
    shown = [line for line in run("ask", "Who?").out.splitlines() if line.startswith("word")]
    assert shown == [("word " * 47).strip() + "…"] * 3  # 235 characters, then no room for another word


@pytest.mark.parametrize(("answer", "code"), [(FOUND, 0), (UNSURE, 1)])
def test_ask_json_is_the_answer_on_one_line(run: Run, parts: Parts, answer: Answer, code: int) -> None:
    parts.assistant.answer = answer
    ran = run("ask", "When?", "--json")
    assert (ran.code, ran.err, ran.out.count("\n")) == (code, "", 1)
    assert json.loads(ran.out) == answer_to_dict(answer)


def test_ask_passes_filter_library_and_threshold_on(run: Run, parts: Parts) -> None:
    options = ["--from", "2024", "--to", "2024-02", "--source", "BBC", "--source", "CNN", "--article", "x"]
    run("ask", "Who?", *options, "--library", "/elsewhere", "--threshold", "0.625")
    where = Where(date(2024, 1, 1), date(2024, 2, 29), ("BBC", "CNN"), ("x",))
    assert parts.assistant.asked == [("Who?", where)]
    assert parts.opened == [("/elsewhere", Settings.resolve(threshold=0.625))]


def test_ask_reads_the_question_from_stdin(run: Run, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Who was\nthere?\n"))
    run("ask", "-")
    assert parts.assistant.asked == [("Who was\nthere?", None)]


@pytest.mark.parametrize(
    ("confidence", "shown"), [(0.0, "1%"), (0.004, "1%"), (0.256, "26%"), (0.994, "99%"), (1.0, "99%")]
)
def test_no_confidence_is_told_as_certain(confidence: float, shown: str) -> None:
    assert display.percent(confidence) == shown


# what is safe to print

pieces = st.sampled_from("\x1b[]0;31mJ\\\x07\x9b\x9c\x9d\r\n\t\b\x00\x7f\u202e\u2066\u2028\ud800ab?")
hostile = st.lists(pieces | st.characters()).map("".join)  # `st.text` would leave out the surrogates


@given(hostile)
def test_nothing_that_a_terminal_obeys_survives(text: str) -> None:
    shown = display.clean(text)
    assert not [one for one in shown if ord(one) < 32 or 127 <= ord(one) < 160]
    assert not set(shown) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    shown.encode()  # no lone surrogates


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold]text[/bold] :smile:", "plain [bold]text[/bold] :smile:"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07here", "here"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1b]never ended", "never ended"),
        ("two\r\n lines", "two lines"),
        ("\u202etxt.exe", "txt.exe"),
        (
            "na\u00efve \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "na\u00efve \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
    ],
)
def test_escape_sequences_are_taken_out_whole(text: str, shown: str) -> None:
    assert display.clean(text) == shown


def test_a_hostile_article_is_printed_as_plain_words(run: Run, parts: Parts) -> None:
    evil = "\x1b[2J[red]evil[/red]\x1b]0;owned\x07\r"
    bad = replace(DARK, title=evil, url=evil, source=evil, context=evil + "after dark", start=len(evil))
    bad = replace(bad, end=len(evil) + 10, context_start=0)
    parts.assistant.answer = replace(FOUND, citations=(bad,))
    ran = run("ask", "When?")
    assert ran.out.splitlines()[3:] == [
        "[red]evil[/red] **after dark**",
        "[red]evil[/red] · 12 May 2025",
        f"[red]evil[/red] · characters {len(evil)}–{len(evil) + 10}",
    ]


@given(st.text(max_size=40), st.integers(min_value=2, max_value=20))
def test_shortened_is_never_longer_than_asked(text: str, limit: int) -> None:
    shown = display.shortened(text, limit)
    assert len(shown) <= limit
    assert display.clean(text).strip().startswith(shown.removesuffix("…"))


def on_terminal(lines: Sequence[Text], width: int = 40) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=width, color_system="standard", highlight=False)
    terminal.show(console, *lines)
    return file.getvalue()


def test_on_a_terminal_the_words_are_bold_and_prose_is_wrapped() -> None:
    article = replace(FERRY, text="It went on and on and on and on and on, and reached Sund after dark.")
    citation = cite(article, "after dark", article.text)
    citation = replace(citation, url="https://example.org/" + "x" * 50)
    shown = on_terminal(render.answer_lines(replace(FOUND, citations=(citation,)), styled=True))
    assert "\x1b[1;7mafter dark\x1b[0m." in shown
    assert "**" not in shown
    assert "on and on,\nand reached" in shown.replace(" \n", "\n")
    place = "https://example.org/" + "x" * 50 + " · characters 57–67"
    assert place in shown  # longer than the line, and still whole


# add, sync, rebuild


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (["add", "a.txt", "https://example.org"], ("add", ["a.txt", "https://example.org"])),
        (["sync", "news"], ("sync", Path("news"))),
    ],
)
def test_an_update_is_summed_up(run: Run, parts: Parts, arguments: list[str], call: tuple[Any, ...]) -> None:
    parts.library.report = Report(added=("x", "y"), updated=("z",), unchanged=1200)
    assert run(*arguments) == Ran(0, "2 added, 1 updated, 1,200 unchanged.\n", "")
    assert call in parts.library.calls


def test_failures_are_listed_with_reason_and_remedy(run: Run, parts: Parts) -> None:
    parts.library.report = Report(
        added=("x",), failed=(Failure("/a\x1b[31m.pdf", "It is encrypted.", "Remove the password."),)
    )
    assert run("add", "a.pdf") == Ran(
        1, "1 added, 1 failed.\n", "failed: /a.pdf: It is encrypted. Remove the password.\n"
    )


def test_an_update_as_json(run: Run, parts: Parts) -> None:
    parts.library.report = Report(added=("x",), failed=(Failure("a", "b", "c"),))
    ran = run("add", "a", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert json.loads(ran.out) == {
        "format": "article-qa/report/1",
        "added": ["x"],
        "updated": [],
        "unchanged": 0,
        "removed": [],
        "failed": [{"source": "a", "reason": "b", "remedy": "c"}],
    }


def test_rebuild_tells_how_many_articles_it_did(run: Run, parts: Parts) -> None:
    parts.library.report = Report(unchanged=1200)
    assert run("rebuild") == Ran(0, "1,200 rebuilt.\n", "")
    assert json.loads(run("rebuild", "--json").out)["unchanged"] == 1200


def test_a_rebuild_that_was_stopped_leaves_the_old_one(run: Run, parts: Parts) -> None:
    parts.library.interrupt = True
    ran = run("rebuild")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err == "Stopped. The library is as it was before; the next rebuild goes on from here.\n"


def test_nothing_to_do_is_said(run: Run, parts: Parts) -> None:
    assert run("sync", "news").out == "Nothing to do.\n"


def test_while_samples_are_in_add_tells_how_to_remove_them(run: Run, parts: Parts) -> None:
    parts.library.held = [FERRY, SEAL]
    assert "article-qa remove --samples" in run("add", "a").err
    assert run("add", "a", "--json").err == ""


def test_ctrl_c_tells_what_is_in_and_how_to_go_on(run: Run, parts: Parts) -> None:
    parts.library.interrupt = True
    ran = run("add", "a")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.startswith("Stopped. Articles in the library: 2, 1 of them new.")
    assert "run the same command again" in ran.err
    assert parts.library.calls[-1] == ("close",)


def test_progress_is_shown_on_a_terminal_only() -> None:
    for is_terminal in (True, False):
        file = io.StringIO()
        console = Console(file=file, force_terminal=is_terminal, width=80)
        with terminal.progress_bars(console) as step:
            step(Progress("read", 1, None, "[red]x"))
            step(Progress("encode", 3, 10))
            step(Progress("encode", 7, 10))
        shown = file.getvalue()
        assert ("Encoding" in shown, "7/10" in shown) == (is_terminal, is_terminal)


# list and remove


def test_list_prints_tabs_into_a_pipe(run: Run, parts: Parts) -> None:
    parts.library.held = [FERRY, replace(SEAL, title="A\tseal\x1b[1m\n")]
    assert run("list") == Ran(
        0,
        "aaaa000000000001\t2025-05-12\tA ferry is late\t/news/ferry.txt\n"
        "aaaa000000000002\tundated\tA seal\tsample:seal.txt\n",
        "",
    )


def test_list_says_what_is_a_copy(run: Run, parts: Parts) -> None:
    parts.library.held, parts.library.copies = [FERRY, SEAL], (SEAL.id,)
    ferry, seal = run("list").out.splitlines()
    assert ferry.endswith("/news/ferry.txt")
    assert seal.endswith("\tsample:seal.txt\tcopy of aaaa000000000001")
    assert [one.get("copy_of") for one in json.loads(run("list", "--json").out)] == [None, FERRY.id]
    assert "  (copy) A seal is back" in render.article_line(SEAL, width=90, copy_of=FERRY.id).plain


def test_list_fits_its_columns_to_a_terminal() -> None:
    wide = replace(FERRY, title="渡船" * 20)
    for article in (FERRY, wide):
        line = render.article_line(article, width=60)
        assert line.cell_len == 60
        assert line.plain.startswith("aaaa000000000001  2025-05-12  ")
    assert "A ferry is late  " in render.article_line(FERRY, width=80).plain


def test_list_json_is_an_array_without_texts(run: Run, parts: Parts) -> None:
    listed = json.loads(run("list", "--json", "--limit", "1", "--source", "/news").out)
    assert [one["id"] for one in listed] == [FERRY.id]
    assert "text" not in listed[0]
    assert parts.library.calls[0] == ("articles", Where(sources=("/news",)), 1)


@pytest.mark.parametrize(
    ("arguments", "removed"),
    [
        ([FERRY.id], [FERRY.id]),
        (["--source", "/news"], [FERRY.id]),
        ([SEAL.id, "--source", "/news", "--samples"], [SEAL.id, FERRY.id]),
    ],
)
def test_remove_by_id_and_source(run: Run, parts: Parts, arguments: list[str], removed: list[str]) -> None:
    parts.library.held = [FERRY, SEAL]
    assert run("remove", *arguments) == Ran(0, f"{len(removed)} removed.\n", "")
    assert ("remove", removed) in parts.library.calls


def test_remove_samples_lets_go_of_every_sample_source(run: Run, parts: Parts) -> None:
    parts.library.held = [FERRY, SEAL]
    assert run("remove", "--samples", "--json").code == 0
    ((_, sources),) = [call for call in parts.library.calls if call[0] == "remove_sources"]
    assert len(sources) >= 60
    assert all(source.startswith("sample:") for source in sources)


def test_an_unknown_id_is_named(run: Run, parts: Parts) -> None:
    unknown = Failure("nope", "No article has this id.", "Look it up: article-qa list")
    parts.library.remove = lambda ids: Report(removed=(FERRY.id,), failed=(unknown,))  # type: ignore[method-assign]
    assert run("remove", "nope", FERRY.id) == Ran(
        1, "1 removed, 1 failed.\n", "failed: nope: No article has this id. Look it up: article-qa list\n"
    )


def test_nothing_to_remove_has_code_1(run: Run, parts: Parts) -> None:
    assert run("remove", "--samples") == Ran(1, "Nothing to do.\n", "")
    assert not [call for call in parts.library.calls if call[0] == "remove"]


def test_ask_prints_markdown_to_be_passed_on(run: Run, parts: Parts) -> None:
    ran = run("ask", "When?", "--markdown")
    assert ran.code == 0
    assert ran.out.startswith(
        "# When did it arrive?\n\n**after dark** (75% sure)\n\n> It reached Sund **after dark**.\n"
    )
    assert run("ask", "When?", "--carry").code == 2


def test_ask_prints_quotes_with_their_sources(run: Run, parts: Parts) -> None:
    parts.assistant.library.held = [FERRY, SEAL]
    ran = run("ask", "When?", "--format", "html")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("<blockquote")
    assert "It reached Sund <strong>after dark</strong>." in ran.out
    parts.assistant.answer = replace(UNSURE, possible=(EVENING,))
    ran = run("ask", "Who?", "--format", "csl")
    assert (ran.code, [item["note"] for item in json.loads(ran.out)]) == (4, ["It slept until evening."])
    parts.assistant.answer = UNSURE
    assert run("ask", "Who?", "--format", "plain") == Ran(1, "", "")


def test_ask_writes_an_evidence_sheet_that_verify_reads(run: Run, parts: Parts, tmp_path: Path) -> None:
    ferry = replace(FERRY, id="cd80cc506dec2be6")
    parts.assistant.library.held = [ferry]
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, article_id=ferry.id),))
    sheet = tmp_path / "sheet.html"
    ran = run("ask", "When?", "--sheet", str(sheet))
    assert ran.out.startswith("after dark\n")
    assert f"The evidence sheet is {sheet}." in ran.err
    assert run("verify", str(sheet)).code == 0
    sheet.write_text(sheet.read_text("utf-8").replace("<mark>after dark</mark>", "<mark>at dawn</mark>"), "utf-8")
    changed = run("verify", str(sheet))
    assert (changed.code, "it was changed" in changed.err) == (3, True)


def test_ask_carries_the_cited_articles_along(run: Run, parts: Parts, tmp_path: Path) -> None:
    ferry = replace(FERRY, id="cd80cc506dec2be6")  # the beginning of the sha256 of its text
    parts.assistant.library.held = [ferry, SEAL]
    parts.assistant.answer = replace(FOUND, citations=(replace(DARK, article_id=ferry.id),))
    printed = run("ask", "When?", "--json", "--carry").out
    assert json.loads(printed)["articles"] == [article_to_dict(ferry, text=True)]
    (tmp_path / "answer.json").write_text(printed)
    opened = len(parts.opened)
    assert run("verify", str(tmp_path / "answer.json")).code == 0
    assert len(parts.opened) == opened  # no library


# verify


def test_verify_tells_true_quotes_from_false(run: Run, parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    false = replace(FOUND, text="at noon", citations=(replace(DARK, quote="at noon"),))
    file.write_text("".join(json.dumps(answer_to_dict(one)) + "\n" for one in (FOUND, false, UNSURE)))
    ran = run("verify", str(file))
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "holds   “after dark”  A ferry is late [aaaa000000000001, 40:50]",
        "does not hold   “at noon”  A ferry is late [aaaa000000000001, 40:50]",
        "  the article has other words at this place",
        "Quotes that hold: 1 of 2 (1 in the library).",
    ]
    as_json = run("verify", str(file), "--json")
    assert as_json.code == 1
    assert [check["holds"] for check in json.loads(as_json.out)["checks"]] == [True, False]


def test_verify_takes_what_ask_json_prints(run: Run, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(run("ask", "When?", "--json").out))
    ran = run("verify", "-")
    assert ran.code == 0
    assert ran.out.endswith("Quotes that hold: 1 of 1 (1 in the library).\n")


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe\x00", b"no json"])
def test_verify_refuses_what_is_no_answer(run: Run, parts: Parts, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "answers.json"
    if content is not None:
        file.write_bytes(content)
    ran = run("verify", str(file))
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1


# evaluate and chat


@dataclass(frozen=True)
class Figures:
    examples: int
    f1: float
    aurc: float | None
    points: list[float]
    threshold: ClassVar[float] = 0.6
    outcomes: ClassVar[tuple[Outcome, ...]] = (Outcome("", "Q?", ("x",), "x", 0.9, 1.0, 1.0, 1.0, 1.0),)


@pytest.fixture
def evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(assistant: FakeAssistant, examples: list[str], progress: object) -> Figures:
        return Figures(len(examples), 0.5, None, [0.1])

    put_module(
        monkeypatch,
        "qa.evaluation.evaluate",
        evaluate_end_to_end=evaluate,
        read_examples=lambda path: path.read_text().splitlines(),
    )


def test_evaluate_prints_figures_for_each_file(run: Run, parts: Parts, evaluation: None, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("one\ntwo\n")
    lines = run("evaluate", str(file)).out.splitlines()
    assert lines[0] == str(file)
    assert [line.split() for line in lines[1:]] == [
        ["questions", "2"],
        ["F1", "0.500"],
        ["risk", "over", "coverage", "(AURC)", "-"],
    ]
    assert json.loads(run("evaluate", str(file), "--json").out) == {
        "format": "article-qa/evaluation/1",
        "files": {str(file): {"examples": 2, "f1": 0.5, "aurc": None, "points": [0.1]}},
    }


def test_evaluate_certifies_what_was_measured(run: Run, evaluation: None, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("one\ntwo\n")
    assert run("evaluate", str(file), "--certify").out.splitlines()[-2:] == [
        "  Of 1 sure answers (confidence 0.60 and more) 0 were wrong: "
        "with confidence 95%, at most 95.0% of such answers are.",
        "  They are too few or too hard to show a threshold with at most 10% wrong.",
    ]
    shown = json.loads(run("evaluate", str(file), "--certify", "--json").out)["files"][str(file)]["certificate"]
    assert shown == {
        "threshold": 0.6, "sure": 1, "wrong": 0, "at_most": pytest.approx(0.95), "threshold_for_allowed": None,
    }  # fmt: skip


def test_chat_serves_the_assistant(run: Run, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[object, dict[str, object]]] = []
    put_module(monkeypatch, "ui.app", serve=lambda assistant, **options: served.append((assistant, options)))
    assert run("chat", "--port", "8000", "--no-browser").code == 0
    assert served == [
        (parts.assistant, {"host": "127.0.0.1", "port": 8000, "open_browser": False, "choices": Choices()})
    ]


# start-up


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["list", "--library", "LIBRARY"]])
def test_nothing_heavy_is_loaded(arguments: list[str], tmp_path: Path) -> None:
    arguments = [str(tmp_path) if one == "LIBRARY" else one for one in arguments]
    heavy = ["torch", "faiss", "gradio", "transformers", "sentence_transformers", "tantivy", "trafilatura"]
    program = (
        "import sys\nfrom qa.cli.commands import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as left: code = left.code or 0\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "print(code, loaded, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "0 []"


# with the real library


def article_qa(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "qa", *arguments]
    return subprocess.run(program, capture_output=True, text=True, env=os.environ | environment, check=False)


def test_a_stream_that_cannot_show_a_letter_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer_to_dict(FOUND)))
    done = article_qa("verify", str(file), PYTHONIOENCODING="ascii")
    assert done.returncode == 1  # the library is empty
    assert "?after dark?" in done.stdout  # instead of the curly quotes
    assert done.stderr == ""


@pytest.mark.models
def test_the_way_of_an_article_through_the_shell(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "ferry.txt").write_text(
        "Storm delays the ferry to Sund\n\nMay 12, 2025\n\n"
        "The ferry Aurora reached the harbour of Sund at midnight on Monday, after a storm had delayed it.\n\n"
        "Captain Ada Berg told reporters that all forty passengers were well."
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    added = run("add", str(folder))
    assert (added.code, added.out) == (1, "1 added, 1 failed.\n")
    assert added.err.startswith(f"failed: {folder / 'broken.pdf'}: ")

    found = run("ask", "Who is the captain of the ferry?", "--json")
    assert found.code == 0
    answer = json.loads(found.out)
    assert "Ada Berg" in answer["text"]
    assert run("ask", "Who won the football match in Lisbon?").code == 1
    assert run("ask", "Who is the captain?", "--from", "2026").code == 1

    saved = tmp_path / "answer.json"
    saved.write_text(found.out)
    assert run("verify", str(saved)).code == 0
    article_id = answer["citations"][0]["article_id"]
    assert run("list").out.startswith(f"{article_id}\t2025-05-12\tStorm delays the ferry to Sund\t{folder}")
    assert run("rebuild") == Ran(0, "1 rebuilt.\n", "")
    assert run("remove", article_id).code == 0
    assert (run("list").out, run("verify", str(saved)).code) == ("", 1)


@pytest.mark.models
def test_ctrl_c_keeps_what_is_in_and_the_next_run_goes_on(tmp_path: Path) -> None:
    from qa.library import Library

    folder, shelf = tmp_path / "news", tmp_path / "shelf"
    folder.mkdir()
    for number in range(150):  # seconds of work, also when this process is held up
        (folder / f"{number}.txt").write_text(f"Report {number}\n\nShip {number} reached the harbour of Sund. " * 10)
    command = [sys.executable, "-m", "qa", "add", str(folder), "--library", str(shelf)]
    environment = os.environ | {"ARTICLE_QA_BATCH_ARTICLES": "1"}
    with (
        Library.open(shelf) as library,
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as adding,
    ):
        while not len(library) and adding.poll() is None:
            time.sleep(0.01)  # until the first batch is in
        adding.send_signal(signal.SIGINT)
        told = adding.communicate()[1]
        assert adding.returncode == 130, told
        assert f"Articles in the library: {len(library)}" in told
        assert 0 < len(library) < 150
        assert "Traceback" not in told
    again = article_qa("add", str(folder), "--library", str(shelf))
    assert again.returncode == 0
    with Library.open(shelf) as library:
        assert len(library) == 150
