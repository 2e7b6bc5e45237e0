"""What the events of the library tab do, between the library and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.datatypes import Progress, Report
from qa.errors import QAError
from qa.loaders import Document
from qa.samples import holds_samples, remove_samples
from ui import render_library
from ui.chat_handlers import UNEXPECTED
from ui.render import web_address

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

log = logging.getLogger(__name__)


class LibraryHandlers:
    """The events of the library tab. Every method may run in several threads at once."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    @property
    def library(self) -> Library:
        return self.assistant.library

    def listed(self, offset: int = 0) -> str:
        """One page of the list; an offset behind its end shows the last page."""
        library = self.library
        total = len(library)
        last_page = max(0, total - 1) // render_library.PAGE * render_library.PAGE
        offset = min(max(0, offset), last_page)
        articles = list(library.articles(offset=offset, limit=render_library.PAGE))
        return render_library.library_html(articles, offset=offset, total=total, samples=holds_samples(self.library))

    def add(self, files: Iterable[str], address: str, progress: Callable[[Progress], None]) -> str:
        """Take in uploaded files and a web address; what happened, as HTML. The uploaded copies are deleted."""
        files, address, library = list(files), address.strip(), self.library
        if not files and not address:
            return _told("Choose files or give a web address first.")
        if address and web_address(address) is None:
            return _told(f"“{address}” is not a web address. Give one that begins with http:// or https://.")

        def work() -> Iterator[Report]:
            if files:
                yield library.add_documents(_documents(files), progress=progress)
            if address:
                yield library.add([address], progress=progress)

        try:
            return self._reported(work)
        finally:
            for name in files:
                Path(name).unlink(missing_ok=True)

    def remove(self, ids: Any) -> str:
        chosen = [str(each) for each in ids] if isinstance(ids, list) else []
        return self._reported(lambda: iter([self.library.remove(chosen)]))

    def remove_samples(self) -> str:
        return self._reported(lambda: iter([remove_samples(self.library)]))

    def _reported(self, work: Callable[[], Iterator[Report]]) -> str:
        """The reports of `work` as HTML, with the error that ended it, if one did."""
        parts: list[str] = []
        try:
            parts.extend(render_library.report_html(report) for report in work())
        except QAError as error:
            parts.append(render_library.notice_html(str(error)))
        except Exception:
            log.exception("the library could not be changed")
            parts.append(render_library.notice_html(UNEXPECTED))
        return render_library.outcome_html("".join(parts))


def _told(text: str) -> str:
    return render_library.outcome_html(render_library.notice_html(text))


def _documents(files: Iterable[str]) -> Iterator[Document]:
    for name in files:
        path = Path(name)
        yield Document(origin=f"upload:{path.name}", data=path.read_bytes())
