"""What belongs to one person: conversations, feedback and followed questions, in a folder that nobody else opens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gradio as gr
from starlette.requests import Request

from qa.accounts.admission import Admission, folder_of
from qa.accounts.identity import Identity
from qa.conversations.database import NAME
from qa.conversations.store import Conversations
from qa.errors import ConversationError, ConversationNotFound
from qa.files import make_private
from qa.work.questions import FairQueue
from qa.work.uploads import Uploads
from ui.events import LONGEST_LINE, READ_AT_ONCE
from ui.handlers.batches import BatchHandlers
from ui.handlers.chat import ChatHandlers
from ui.handlers.quotes import QuoteHandlers
from ui.handlers.sidebar import SideHandlers
from ui.handlers.watchlist import WatchHandlers
from ui.handlers.welcome import WelcomeHandlers
from ui.state.session import Session

if TYPE_CHECKING:
    from qa.assistant import Assistant

NOT_YOURS = "Your role does not allow this. Whoever serves this page can give you another: article-qa user role."


@dataclass(frozen=True, slots=True)
class Person:
    """The handlers of one person."""

    chat: ChatHandlers
    side: SideHandlers
    quotes: QuoteHandlers
    watch: WatchHandlers
    batches: BatchHandlers


class People:
    """Everybody's handlers, made when somebody first comes; all wait in one line. Any thread may call."""

    def __init__(self, assistant: Assistant, sent: Uploads, admission: Admission | None = None) -> None:
        """Without an `admission` there is nobody but the local person; `sent` are the files of everybody."""
        self.assistant = assistant
        self.sent = sent
        self.admission = admission
        self.kept = Conversations.beside(assistant.library)
        self.line = FairQueue(READ_AT_ONCE, LONGEST_LINE)
        self._readers = ThreadPoolExecutor(READ_AT_ONCE, "reading")
        self.welcoming = WelcomeHandlers(assistant, self.kept, self.line)  # about the library, and so everybody's
        self._known: dict[str, Person] = {}
        self._lock = threading.Lock()

    def of(self, identity: Identity) -> Person:
        """The handlers of this person. Raises AccountError for a user that is gone."""
        user_id = self.admission.accounts.get(identity.name).id if identity.name and self.admission else ""
        with self._lock:  # by the id: who gets the name of somebody else gets nothing of what was theirs
            if user_id not in self._known:
                self._known[user_id] = self._made(user_id, identity.name)
            return self._known[user_id]

    def of_request(self, request: gr.Request) -> Person:
        """The handlers of the person who has sent a request."""
        return self.of(identity_of(request))

    def chat(self, request: gr.Request, session: Session) -> ChatHandlers:
        """The chat of the person who has sent a request; a session that another person began is not taken over."""
        person = self.of_request(request)
        name = identity_of(request).name
        with session.lock:
            if session.owner is None:
                session.owner = name
            if session.owner != name:
                raise gr.Error("This page belongs to somebody else. Load it again.", print_exception=False)
        return person.chat

    def share(self, identity: Identity, conversation: str) -> str:
        """The address at which whoever is signed in may read this conversation. Raises ConversationNotFound."""
        self.of(identity).chat.kept.get(conversation)
        if self.admission is None or not identity.name:
            raise ConversationError("There is nobody to share it with: nobody signs in here. Save it, and pass it on.")
        return f"shared/{self.admission.accounts.share(identity.name, conversation)}.html"

    def unshare(self, identity: Identity, conversation: str) -> None:
        """Nobody else may read it any more."""
        if self.admission is not None and identity.name:
            self.admission.accounts.unshare(identity.name, conversation)

    def shared(self, key: str) -> tuple[Conversations, str]:
        """Where a shared conversation is kept, and its id. Raises ConversationNotFound."""
        found = self.admission.accounts.shared(key) if self.admission else None
        if found is None:
            raise ConversationNotFound("There is no such conversation, or it is not shared any more.")
        identity, conversation = found
        return self.of(identity).chat.kept, conversation

    def _made(self, user_id: str, name: str) -> Person:
        kept = self.kept
        if user_id:
            folder = folder_of(self.kept.path, user_id)
            make_private(folder)
            kept = Conversations(folder / NAME)
        chat = ChatHandlers(self.assistant, kept, self.line, self._readers, self.welcoming)
        return Person(
            chat,
            SideHandlers(self.assistant, kept, chat.feedback),
            QuoteHandlers(self.assistant, kept),
            WatchHandlers(self.assistant, kept, self.line),
            BatchHandlers(self.assistant, self.line, self.sent, name),
        )


def identity_of(request: gr.Request | Request) -> Identity:
    """Who has sent a request, as the guard at the door has found out."""
    sent = request.request if isinstance(request, gr.Request) else request  # Gradio gives the one or the other
    found = sent.scope.get("identity") if sent else None
    if not isinstance(found, Identity):
        raise gr.Error("Sign in first.", print_exception=False)
    return found
