"""The commands of the shell that change the library, or look after it. `qa.cli.commands` makes them commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from qa.cli import console, render, reports
from qa.cli.options import (
    INCOMPLETE,
    NOT_FOUND,
    STOPPED,
    EveryOption,
    JsonOption,
    LibraryOption,
    SourceOption,
    one_day,
    opened_library,
)
from qa.datatypes import ProgressCallback, Report, WatchEvent, Where
from qa.errors import ArticleNotFound
from qa.loaders.document import is_url
from qa.serialization.answers import article_to_dict, happening_to_dict

if TYPE_CHECKING:
    from qa.library import Library

EVERY_SECONDS = 900.0
LINGERING = "No answer shows them any more. Their words stay in the library's files until: article-qa compact"


def add(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Files, folders, web pages (http, https) and feeds."),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed before.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in files, folders, pages and feeds.

    What is in the library already is brought up to date; what has not changed costs nothing.
    What failed is remembered (`list --failed`) and tried again when it has changed, or with --retry.
    Exit code 0: all went in; 1: some failed and are listed; 3: an error; 130: stopped, what is in stays.
    """
    if retry == bool(sources):
        raise typer.BadParameter("Give files, folders or addresses, or --retry.")
    if retry:
        _change(library, lambda opened, progress: opened.retry(progress=progress), as_json=as_json)
    else:
        _change(library, lambda opened, progress: opened.add(sources or (), progress=progress), as_json=as_json)


def sync(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Folders to mirror; addresses of feeds and pages to follow."),
    ],
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until Ctrl-C: folders as they change, addresses every so often.")
    ] = False,
    every: EveryOption = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="N/OF", help="Only a share of the files: 1/2 here, 2/2 in another process."),
    ] = None,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Also when a folder has become empty: its articles go.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mirror folders, deletions too, and follow feeds and pages.

    Articles from elsewhere stay as they are, and so do those that a feed no longer lists. --watch prints one line per
    change on stderr, or with --json on stdout. Exit codes are those of `add`.
    """
    if shard and (watch or any(map(is_url, sources))):
        raise typer.BadParameter("--shard goes with folders, and not with --watch.")
    if watch:
        _watch(library, sources, every or EVERY_SECONDS, as_json=as_json)
    if every:
        raise typer.BadParameter("--every goes with --watch.")
    _change(library, lambda opened, progress: _synced(opened, sources, shard, allow_empty, progress), as_json=as_json)


def _synced(
    library: Library, sources: list[str], shard: str | None, allow_empty: bool, progress: ProgressCallback
) -> Report:
    from qa.ingestion.sync import Shard

    share = Shard.parse(shard) if shard else None
    reports = [
        library.add(source, progress=progress)
        if is_url(source)
        else library.sync(Path(source), shard=share, allow_empty=allow_empty, progress=progress)
        for source in sources
    ]
    return Report(
        added=tuple(each for report in reports for each in report.added),
        updated=tuple(each for report in reports for each in report.updated),
        unchanged=sum(report.unchanged for report in reports),
        removed=tuple(each for report in reports for each in report.removed),
        failed=tuple(each for report in reports for each in report.failed),
    )


def _watch(path: str | None, sources: list[str], every: float, *, as_json: bool) -> NoReturn:
    """Mirror until Ctrl-C, and tell of it."""
    bars = console.PassingBars(console.stderr())

    def show(event: WatchEvent) -> None:
        bars.close()
        if as_json:
            console.print_json(happening_to_dict(event))
        else:
            console.show(console.stderr(), *reports.happening_lines(event))

    with opened_library(path) as library:
        before = len(library)
        try:
            library.watch(sources, every=every, on_event=show, progress=bars)
        except KeyboardInterrupt:
            bars.close()
            console.show_stopped(len(library) - before, len(library))
        finally:
            bars.close()
    raise typer.Exit(STOPPED)


def remove(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids, as `list` shows them.")] = None,
    source: SourceOption = None,
    samples: Annotated[bool, typer.Option("--samples", help="All sample articles.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take articles out: by id, by source, or the samples.

    `list --source SOURCE` shows beforehand what `remove --source SOURCE` would take out.
    Exit code 0: removed; 1: nothing to remove, or an id was unknown; 3: an error.
    """
    if not (ids or source or samples):
        raise typer.BadParameter("Give ids, --source or --samples.")
    from qa.samples import remove_samples

    with opened_library(library) as opened:
        chosen = dict.fromkeys(ids or ())
        if source:
            chosen |= dict.fromkeys(article.id for article in opened.articles(Where(sources=tuple(source))))
        report = opened.remove(list(chosen)) if chosen else Report()
        if samples:
            report = replace(report, removed=(*report.removed, *remove_samples(opened).removed))
        has_removed_text = bool(report.removed) and opened.has_removed_text()
    console.show_report(report, as_json=as_json)
    if has_removed_text:
        console.show_hint(LINGERING)
    if report.failed or not report.removed:
        raise typer.Exit(NOT_FOUND)


def edit(
    article: Annotated[str, typer.Argument(metavar="ID", help="The id, as `list` shows it.")],
    title: Annotated[str | None, typer.Option("--title", help="The headline.")] = None,
    published: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="The day of publication, such as 2025-05-12.")
    ] = None,
    authors: Annotated[
        list[str] | None, typer.Option("--author", metavar="NAME", help="An author. Can be repeated.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="The publisher.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct title, date, authors or publisher by hand.

    An empty value, as in --date "", takes one out. The text stays as it is. Corrections stay when the source changes,
    and through `rebuild` and `export`. Exit code 0: corrected; 1: no such article; 3: an error.
    """
    if title is None and published is None and authors is None and source is None:
        raise typer.BadParameter("Give --title, --date, --author or --source.")
    day: date | Literal[""] | None = one_day(published) if published else "" if published == "" else None
    names = None if authors is None else [name for name in authors if name.strip()]
    with opened_library(library) as opened:
        try:
            changed = opened.edit(article, title=title, published=day, authors=names, source=source)
        except ArticleNotFound as error:
            console.show_hint(str(error))
            raise typer.Exit(NOT_FOUND) from None
    if as_json:
        console.print_json(article_to_dict(changed))
    else:
        console.show(console.stdout(), *render.corrected_lines(changed))


def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Rebuild passages, vectors and indexes.

    Needed after another model or other settings were chosen. The old ones answer until the new ones are complete.
    Exit code 0: done; 1: some articles failed and are listed; 3: an error; 130: stopped.
    """
    with opened_library(library) as opened:
        try:
            with console.progress_bars(console.stderr()) as progress:
                report = opened.rebuild(progress=progress)
        except KeyboardInterrupt:
            console.show_hint("Stopped. The library is as it was before; the next rebuild goes on from here.")
            raise typer.Exit(STOPPED) from None
    console.show_report(report, as_json=as_json, unchanged="rebuilt")
    if report.failed:
        raise typer.Exit(INCOMPLETE)


def compact(library: LibraryOption = None) -> None:
    """Purge removed and replaced text from the library's files.

    They hold words that no answer shows any more. `remove` does this by itself where it takes a moment, and every
    change does when much has gone. The library answers meanwhile. Exit code 0: done; 3: an error; 130: stopped.
    """
    with opened_library(library) as opened:
        try:
            with console.progress_bars(console.stderr()) as progress:
                freed = opened.compact(progress=progress)
        except KeyboardInterrupt:
            console.show_hint("Stopped. The library is whole; to finish, run the same command again.")
            raise typer.Exit(STOPPED) from None
        console.show_hint(
            f"Nothing of what was removed is left in the library, {freed / 1e6:,.1f} MB came free. "
            "Conversations keep what they quote."
        )


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair/--no-repair", help="Make derived files anew that are wrong.")
    ] = True,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the library, and mend what can be made again.

    Texts, passages, vectors, indexes and leftover files are checked. Articles
    are never changed. What is slow or missing on this machine is said too. Exit
    code 0: all is in order, or is now; 1: something is not; 3: an error.
    """
    from qa.machine import machine_findings

    with opened_library(library) as opened, console.progress_bars(console.stderr()) as progress:
        findings = [*opened.examine(repair=repair, progress=progress), *machine_findings(opened.folder)]
    if as_json:
        console.print_json([asdict(each) for each in findings])
    else:
        console.show(console.stdout(), *reports.finding_lines(findings))
    if not all(each.sound or each.mended for each in findings):
        raise typer.Exit(INCOMPLETE)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write, such as library.zip.")],
    vectors: Annotated[bool, typer.Option("--vectors/--no-vectors", help="Smaller without; then made anew.")] = True,
    library: LibraryOption = None,
) -> None:
    """Write the whole library as one ZIP of plain files.

    It is a backup, or a way to another machine. Exit code 0: written; 3: an error.
    """
    with opened_library(library) as opened:
        with console.progress_bars(console.stderr()) as progress:
            count = opened.export(file, vectors=vectors, progress=progress)
        console.show_hint(f"{count:,} articles are in {file}. To take them in elsewhere: article-qa import {file}")


def import_archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in what `export` wrote, beside what is there.

    The same text is kept once. Exit codes are those of `add`.
    """
    _change(library, lambda opened, progress: opened.import_archive(file, progress=progress), as_json=as_json)


def _change(path: str | None, work: Callable[[Library, ProgressCallback], Report], *, as_json: bool) -> None:
    """Open the library, let `work` change it under progress bars, and tell what came of it."""
    from qa.samples import holds_samples

    with opened_library(path) as library:
        before = len(library)
        try:
            with console.progress_bars(console.stderr()) as progress:
                report = work(library, progress)
        except KeyboardInterrupt:
            console.show_stopped(len(library) - before, len(library))
            raise typer.Exit(STOPPED) from None
        has_samples = holds_samples(library)
        has_removed_text = bool(report.removed) and library.has_removed_text()
    console.show_report(report, as_json=as_json)
    if has_removed_text:
        console.show_hint(LINGERING)
    if has_samples and not as_json:
        console.show_hint("The sample articles are in here too; to take them out: article-qa remove --samples")
    if report.failed:
        raise typer.Exit(INCOMPLETE)
