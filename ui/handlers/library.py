"""What the page asks of the library tab, between the library and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.accounts.identity import LOCAL, Identity
from qa.datatypes import ProgressCallback, Report, Where
from qa.errors import QAError
from qa.loaders.document import is_url
from qa.samples import PREFIX, holds_samples, is_sample, remove_samples
from qa.work import uploads
from qa.work.jobs import Job, JobQueue
from ui.handlers.errors import error_html, errors_as_html
from ui.render import jobs
from ui.render import library as render_library
from ui.render.article import article_view_html
from ui.render.html import escape, web_address
from ui.render.over_time import bars_html
from ui.state.inputs import text
from ui.state.list_query import PAGE, LibraryQuery
from ui.state.removals import Removal, Removals
from ui.web.uploads import own_key

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library


MOST_CHOSEN = 50_000  # articles removed at once
MEGABYTE = 1024 * 1024
NOT_HERE = (
    "Others can reach this page, so paths of the computer that runs it cannot be added here. Drop the files instead, "
    "or use article-qa add there."
)


class LibraryHandlers:
    """The library tab. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant, *, local: bool = True) -> None:
        """`local`: only this machine can reach the page, so that it may name files and folders here."""
        self.assistant = assistant
        self.local = local
        self.uploads = uploads.Uploads(assistant.library.settings.max_file_mb * MEGABYTE)
        self.works = JobQueue(lambda: len(self.library), self._changed)
        self.removals = Removals(self._changed)
        self._version = 0  # grows with every change that was made here
        self._has_removed_text: bool | None = None
        self._samples: bool | None = None

    @property
    def library(self) -> Library:
        """The library of the assistant."""
        return self.assistant.library

    # the list and an article

    @errors_as_html
    def article_list(self, given: Any) -> str:
        """One page of the list, or of what could not be added."""
        view = LibraryQuery.of(given)
        if view.trouble:
            return render_library.empty_html(view.trouble)
        if view.show == "failed":
            return render_library.failed_html(self._failures(view.words), view.offset)
        hidden = self.removals.hidden()
        page = self.library.listing(
            view.where, words=view.words, sort=view.sort, descending=view.descending, without=hidden,
            offset=view.offset, limit=PAGE,
        )  # fmt: skip
        samples = page.total > 0 if view.show == "samples" else not view.narrows and self._has_samples()
        tags = self.library.tags_of(each.id for each in page.articles)
        copies = self.library.copy_of(each.id for each in page.articles)
        return render_library.article_list_html(
            page, view, samples=samples, failed=len(self._failures()), tags=tags, copies=copies
        )

    def _has_samples(self) -> bool:
        """As it was when the library was last changed here: to look each time takes long in a large one."""
        if self._samples is None:
            self._samples = holds_samples(self.library)
        return self._samples

    def _failures(self, words: str = "") -> list[render_library.Failed]:
        """What could not be added and has all these words in its name."""
        return [
            render_library.Failed(origin, failure, again=not origin.startswith(("upload:", PREFIX)))
            for origin, failures in self.library.failures_by_origin().items()
            for failure in failures
            if all(word.lower() in failure.source.lower() for word in words.split())
        ]

    @errors_as_html
    def article_sources(self, _: Any = None) -> str:
        """The publishers that the list can be filtered by, as options."""
        return render_library.sources_html(self.library.sources())

    @errors_as_html
    def article_days(self, given: Any = None) -> str:
        """The articles over time, as buttons that choose the days; of the filter without its own."""
        where = LibraryQuery.of(given).where
        return bars_html(self.library.over_time(replace(where, published_from=None, published_to=None)), where)

    @errors_as_html
    def article_tags(self, _: Any = None) -> str:
        """The tags that the list can be filtered by, as options."""
        return render_library.options_html("Any tag", self.library.tags())

    @errors_as_html
    def tag_articles(self, given: Any) -> str:
        """Put a tag on these articles, or take one off that is written behind a minus."""
        given = given if isinstance(given, dict) else {}
        ids = [each for each in given.get("ids") or [] if isinstance(each, str)][:MOST_CHOSEN]
        for tag in text(given.get("tags")).split(","):
            name = tag.strip()
            taken = name.startswith("-")
            self.library.tag(ids, [] if taken else [name], [name[1:]] if taken else [])
        return ""

    @errors_as_html
    def read_article(self, article_id: Any) -> str:
        """The article with its passages as they are cut."""
        article = self.library.article(text(article_id))
        tags = self.library.tags_of([article.id]).get(article.id, ())
        return article_view_html(article, self.library.passages(article.id), tags)

    @errors_as_html
    def edit(self, given: Any) -> str:
        """Correct an article by what was written into its form; the article as it is then."""
        given = given if isinstance(given, dict) else {}
        article = self.library.article(text(given.get("article")))
        title, day, site = (text(given.get(name)).strip() for name in ("title", "published", "source"))
        names = tuple(filter(None, (name.strip() for name in text(given.get("authors")).split(";"))))
        try:
            published = date.fromisoformat(day) if day else None
        except ValueError:
            return error_html(f"“{day}” is no date. Write it as 2025-05-12.")
        self.library.edit(
            article.id,
            title=title if title != article.title else None,
            published=(published or "") if published != article.published else None,
            authors=names if names != article.authors else None,
            source=site if site != (article.site or "") else None,
        )
        self._changed()
        return self.read_article(article.id)

    # what is put in

    @errors_as_html
    def take_in(self, given: Any, identity: Identity = LOCAL) -> str:
        """Begin to add what was sent, or what an address or a path names; what is wrong with it, or "".

        Files are those that the same person has sent; only the local person may name a path.
        """
        given = given if isinstance(given, dict) else {}
        keys = given.get("files")
        if isinstance(keys, list):
            return self._take_in_files([own_key(text(key), identity.name) for key in keys])
        source = text(given.get("address")).strip()
        if trouble := self._trouble_with(source, may_name_paths=self.local and not identity.name):
            return error_html(trouble)
        source = source if is_url(source) else os.path.normpath(Path(source).expanduser())
        self.works.begin(Job("add", source, lambda told: self.library.add([source], progress=told)))
        return ""

    def _take_in_files(self, keys: list[str]) -> str:
        sent = self.uploads.take(keys)
        if not sent:
            return error_html("The files are not here any more. Choose them again.")

        def add(told: ProgressCallback) -> Report:
            try:
                return self.library.add_documents(
                    uploads.documents(sent, self.library.store.sources.origin_digest), progress=told
                )
            finally:
                uploads.delete(sent)

        what = sent[0].name if len(sent) == 1 else f"{len(sent):,} files"
        self.works.begin(Job("add", what, add))
        return ""

    def _trouble_with(self, source: str, *, may_name_paths: bool) -> str:
        """Why this cannot be added, or ""."""
        if not source:
            return "Give an address first." if not may_name_paths else "Give an address or the path of a folder first."
        if web_address(source) is not None:
            return ""
        path = Path(source)
        if not (path.is_absolute() or source.startswith("~")):
            whole = "" if not may_name_paths else " A path begins with / or a drive’s letter."
            return f"“{source}” is not a web address: give one that begins with http:// or https://.{whole}"
        if not may_name_paths:
            return NOT_HERE
        try:
            there = path.expanduser().exists()
        except (OSError, RuntimeError, ValueError):
            there = False
        return "" if there else f"There is no file or folder {source} on this computer. Check its name."

    @errors_as_html
    def retry(self, origin: Any) -> str:
        """Try one file or URL again that could not be taken in, or all of them."""
        only = [origin] if isinstance(origin, str) and origin else None
        what = "what could not be added" if only is None else only[0]
        self.works.begin(Job("retry", what, lambda told: self.library.retry(only=only, progress=told)))
        return ""

    @errors_as_html
    def dismiss(self, origin: Any) -> str:
        """Forget that one file or URL could not be taken in, or all of them."""
        self.library.dismiss(
            [origin] if isinstance(origin, str) and origin else list(self.library.failures_by_origin())
        )
        self._version += 1
        return ""

    # long work

    @errors_as_html
    def jobs_now(self, _: Any = None, watches: bool = True) -> str:
        """What is being done, what was done, and what can be undone; nothing of it for who only reads."""
        if not watches:
            return jobs.jobs_html([], [], has_removed_text=False, version=self._version)
        if self._has_removed_text is None:
            self._has_removed_text = self.library.has_removed_text()
        removals, works = self.removals.listed(), self.works.listed()
        return jobs.jobs_html(works, removals, has_removed_text=self._has_removed_text, version=self._version)

    @errors_as_html
    def stop_job(self, key: Any) -> str:
        """Stop a job; what it has stored stays."""
        self.works.stop(text(key))
        return ""

    @errors_as_html
    def close_job(self, key: Any) -> str:
        """Take an ended job or removal off the page."""
        self.works.close(text(key))
        self.removals.close(text(key))
        return ""

    @errors_as_html
    def compact(self, _: Any = None) -> str:
        """Write the library anew without what has_removed_text of removed articles."""

        def compact(told: ProgressCallback) -> Report:
            self.library.compact(progress=told)
            return Report()

        self.works.begin(Job("compact", "the library", compact))
        return ""

    def _changed(self) -> None:
        self._has_removed_text = self._samples = None
        self._version += 1
        with suppress(QAError):
            self.library.refresh()  # so that texts can be searched for what has just come

    # what is taken out

    @errors_as_html
    def remove(self, ids: Any) -> str:
        """Begin to remove these articles."""
        chosen = [each for each in ids if isinstance(each, str)][:MOST_CHOSEN] if isinstance(ids, list) else []
        there = list(self.library.titles(chosen))
        if not there:
            return error_html("None of these articles is in the library any more.")
        self.removals.begin(Removal(frozenset(there), lambda: self.library.remove(there)))
        self._version += 1
        return ""

    @errors_as_html
    def remove_samples(self, _: Any = None) -> str:
        """Begin to remove the sample articles; one that came from elsewhere as well stays, under that source."""
        articles = self.library.articles(Where(sources=(PREFIX,)))
        ids = frozenset(article.id for article in articles if is_sample(article.source))
        self.removals.begin(Removal(ids, lambda: remove_samples(self.library)))
        self._samples = False
        self._version += 1
        return ""

    @errors_as_html
    def undo(self, key: Any) -> str:
        """Keep the articles of a removal that has not begun yet."""
        if not self.removals.undo(text(key)):
            return error_html("It was too late: the articles are removed. Add them again.")
        self._samples = None
        self._version += 1
        return ""

    @errors_as_html
    def hold(self, given: Any) -> str:
        """Let a removal wait while the visitor points at it."""
        given = given if isinstance(given, dict) else {}
        self.removals.hold(text(given.get("key")), bool(given.get("held")))
        return ""

    @errors_as_html
    def settle(self, _: Any = None) -> str:
        """The tab was left: nothing is undone any more."""
        self.removals.settle()
        return ""


def address_label(local: bool) -> str:
    """What can be written into the field."""
    return "Web address, feed, or folder on this computer" if local else "Web address or feed"


def shell_html(handlers: LibraryHandlers) -> str:
    """The tab before anything was asked for."""
    return render_library.shell_html(escape(address_label(handlers.local)), handlers.uploads.most_bytes)
