"""The commands that look back: at saved answers, conversations, feedback. `qa.cli.commands` registers them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, reports
from qa.cli.options import (
    INCOMPLETE,
    CarryOption,
    JsonOption,
    LibraryOption,
    SheetOption,
    check_carry,
    opened_library,
    write_sheet,
)
from qa.errors import FormatError

if TYPE_CHECKING:
    from qa.answering.verification import Check
    from qa.serialization.saved import Saved

CONVERSATIONS_FORMAT = "article-qa/conversations/1"


def verify(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="What `ask --json` printed, or an evidence sheet; - is stdin."),
    ],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the quotes of saved answers and conversations.

    Each must stand in its article, word for word, and title, date and address must be the article's: in the texts that
    the file carries along, where it carries all of them, and else in the library; with --library, in that alone.
    It says which of both, for a text that is carried along proves nothing of where it is from.
    Exit code 0: every quote holds; 1: some do not; 3: an error.
    """
    from qa.answering.verification import checks_to_dict
    from qa.serialization.saved import read_saved

    saved = read_saved(_read_text(file))
    if not saved.answers:
        raise FormatError(f"{file}: there is no answer in it; give what `article-qa ask --json` printed.")
    checks = _checks(saved, library)
    if as_json:
        console.print_json(checks_to_dict(checks))
    else:
        console.show(console.stdout(), *reports.check_lines(checks))
    if not all(check.holds for check in checks):
        raise typer.Exit(INCOMPLETE)


def _checks(saved: Saved, library: str | None) -> list[Check]:
    from qa.answering.verification import verify_answer

    if library is None and saved.is_self_contained:  # needs no library at all
        return [check for answer in saved.answers for check in verify_answer(answer, None, saved.article)]
    carried = saved.article if library is None else None
    with opened_library(library) as opened:
        return [check for answer in saved.answers for check in verify_answer(answer, opened.article, carried)]


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{file}: cannot be read ({error}); give what `article-qa ask --json` printed.") from error


def conversations(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS", help="Only those that have all of these words."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the conversations of the chat, pinned ones first.

    A line shows id, day, number of turns and name.
    """
    from qa.conversations.store import Conversations
    from qa.serialization.conversations import heading_to_dict

    with opened_library(library) as opened:
        found = Conversations.beside(opened).listed(" ".join(words or ()), limit=limit)
    if as_json:
        console.print_json({"format": CONVERSATIONS_FORMAT, "conversations": [heading_to_dict(each) for each in found]})
        return
    out = console.stdout()
    width = out.width if out.is_terminal else None
    console.show(out, *(reports.conversation_line(each, width=width) for each in found))
    if not found:
        console.show_hint("There is none. Those of the chat are kept: article-qa chat")


def conversation(
    conversation_id: Annotated[str, typer.Argument(metavar="ID", help="As `conversations` lists it.")],
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Give it another name instead.")] = None,
    pin: Annotated[
        bool | None, typer.Option("--pin/--unpin", help="Let it stay at the head of the list instead, or not any more.")
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it from the disk instead, for good.")] = False,
    carry: CarryOption = False,
    sheet: SheetOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print, rename, pin or delete a conversation.

    It is printed with all its evidence, as Markdown or JSON. What it quotes is kept with it, also when an
    article has changed or gone since; then it says so.
    """
    from qa.conversations.store import Conversations
    from qa.serialization.answers import cited_articles
    from qa.serialization.conversations import conversation_to_dict
    from qa.serialization.evidence_sheet import evidence_sheet
    from qa.serialization.markdown import conversation_to_markdown

    check_carry(carry, as_json=as_json)
    with opened_library(library) as opened:
        kept = Conversations.beside(opened)
        if delete:
            kept.delete(conversation_id)
        elif rename is not None:
            kept.rename(conversation_id, rename)
        elif pin is not None:
            kept.pin(conversation_id, pin)
        else:
            about, turns = kept.get(conversation_id), kept.turns(conversation_id)
            if sheet:
                write_sheet(sheet, evidence_sheet([turn.answer for turn in turns], opened.article, about.name))
            elif as_json:
                articles = cited_articles([turn.answer for turn in turns], opened.article) if carry else None
                console.print_json(conversation_to_dict(about, turns, articles))
            else:
                typer.echo(conversation_to_markdown(about, turns, standing_of=opened.standing), nl=False)


def feedback(
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write confirmed answers for `evaluate` to FILE, and questions without a right answer beside it.",
        ),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget it all, after an export if there is one.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show judgements of answers, and unanswered questions.

    They are those of the chat. All of it stays on this machine; ARTICLE_QA_FEEDBACK=false switches it off.
    Exit code 0: shown, exported or cleared; 3: an error.
    """
    from qa.conversations.feedback import Feedback, feedback_to_dict
    from qa.conversations.store import Conversations

    with opened_library(library) as opened:
        given = Feedback(Conversations.beside(opened), opened.settings)
        judged, unanswered = given.judged(), given.unanswered()
        exported = given.export(export) if export else None
        if clear:
            given.clear()
    if as_json:
        console.print_json(feedback_to_dict(judged, unanswered))
    elif given.enabled and exported is None and not clear:
        console.show(console.stdout(), *reports.feedback_lines(judged, unanswered))
    if not given.enabled:
        console.show_hint("Feedback is switched off (ARTICLE_QA_FEEDBACK).")
    elif exported:
        console.show_hint(reports.exported_words(exported))
