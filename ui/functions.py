"""What the page's script may call, who may call it, and what of it is a change that the audit log tells of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.accounts.identity import Identity, Role
from ui.handlers.errors import error_html, errors_as_html
from ui.handlers.library import LibraryHandlers
from ui.handlers.people import NOT_YOURS, People, Person, identity_of
from ui.render.account import who_html
from ui.state.inputs import text

PERSONS = {  # what each does with what is their own
    "side": ("open_article", "conversations", "rename", "pin", "delete", "filter_form", "unanswered", "question_of",
             "how", "compare", "retrieve"),
    "quotes": ("check_quotes", "cite"),
    "batches": ("ask_batch", "batches_now", "stop_batch", "close_batch"),
    "watch": ("follow", "unfollow", "followed", "look_again"),
}  # fmt: skip
READ = ("article_list", "article_sources", "article_tags", "article_days", "read_article")
CHANGES = {
    "tag_articles": Role.EDITOR, "take_in": Role.EDITOR, "edit": Role.EDITOR, "remove": Role.EDITOR,
    "remove_samples": Role.EDITOR, "undo": Role.EDITOR, "retry": Role.EDITOR, "dismiss": Role.EDITOR,
    "stop_job": Role.EDITOR, "close_job": Role.EDITOR, "hold": Role.EDITOR, "settle": Role.EDITOR,
    "compact": Role.ADMIN,
}  # fmt: skip
_UNTOLD = ("close_job", "hold", "settle")  # change nothing that lasts


@dataclass(frozen=True, slots=True)
class PageFunctions:
    """Made once for a page; each call is one person's."""

    people: People
    library: LibraryHandlers

    def all(self) -> list[Callable[..., str]]:
        """The functions. Gradio marks each by an attribute, and gives each the request by its annotation."""
        own = [self._own(room, name) for room, names in PERSONS.items() for name in names]
        read = [self._read(name) for name in READ]
        changes = [self._change(name, role) for name, role in CHANGES.items()]
        return [*own, *read, *changes, self._jobs(), self._who(), self._guide(), self._share(), self._unshare()]

    def _own(self, room: str, name: str) -> Callable[..., str]:
        def work(person: Person, given: Any) -> str:
            found: str = getattr(getattr(person, room), name)(given)
            return found

        return _named(name, lambda given, identity: work(self.people.of(identity), given))

    def _read(self, name: str) -> Callable[..., str]:
        return _named(name, lambda given, _: getattr(self.library, name)(given))

    def _change(self, name: str, role: Role) -> Callable[..., str]:
        def work(given: Any, identity: Identity) -> str:
            if identity.role < role:
                return error_html(NOT_YOURS)
            who = [identity] if name == "take_in" else []  # whose files they are, and whether paths may be named
            done: str = getattr(self.library, name)(given, *who)
            if name not in _UNTOLD:
                self._record(name, identity, given, refused=bool(done) and "error" in done)
            return done

        return _named(name, work)

    def _record(self, name: str, identity: Identity, given: Any, *, refused: bool) -> None:
        """Who changed how much of what; words of articles are no part of it."""
        if self.people.admission is None:
            return
        details: dict[str, str | int] = {"through": "page"}
        if isinstance(given, list):
            details["articles"] = len(given)
        elif isinstance(given, dict):
            if isinstance(each := given.get("article") or given.get("address"), str):
                details["of"] = each
            if isinstance(ids := given.get("ids") or given.get("files"), list):
                details["count"] = len(ids)
        self.people.admission.audit.record(f"{name}-refused" if refused else name, identity.name, details)

    def _jobs(self) -> Callable[..., str]:
        return _named("jobs_now", lambda _, identity: self.library.jobs_now(None, identity.role >= Role.EDITOR))

    def _share(self) -> Callable[..., str]:
        @errors_as_html
        def share(given: Any, identity: Identity) -> str:
            address = self.people.share(identity, _id(given))
            self._record("share", identity, {}, refused=False)
            return address

        return _named("share", share)

    def _unshare(self) -> Callable[..., str]:
        @errors_as_html
        def unshare(given: Any, identity: Identity) -> str:
            self.people.unshare(identity, _id(given))
            self._record("unshare", identity, {}, refused=False)
            return ""

        return _named("unshare", unshare)

    def _guide(self) -> Callable[..., str]:
        return _named("welcome_guide", lambda given, _: self.people.welcoming.welcome_guide(given))

    def _who(self) -> Callable[..., str]:
        return _named("who", lambda _, identity: who_html(identity))


def _id(given: Any) -> str:
    return text(given.get("id")) if isinstance(given, dict) else ""


def _named(name: str, work: Callable[[Any, Identity], str]) -> Callable[..., str]:
    def call(given: Any, request: gr.Request) -> str:
        return work(given, identity_of(request))

    call.__name__ = name
    return call
