"""Every error that leaves `qa` is a `QAError`:

    QAError
    ├── QuestionError            the question is empty or too long to be one
    ├── SettingError             a setting has a value it cannot have
    ├── LoadError                a source cannot be read (carries source, reason, remedy)
    ├── ModelError               a model is missing, damaged or of the wrong kind
    ├── Cancelled                the work was stopped by a callback, because nobody wants the rest of it
    ├── CitationError            an answer does not match the stored text: a bug, never shown as an answer
    ├── FormatError              what should have been saved by this program was not, or is damaged
    ├── AddressError             an address of an article or a filter is damaged, or is none of ours
    ├── ExamplesError            a file of questions cannot be read, or does not hold what a measure needs
    ├── QueueFull                so many questions wait that another one is turned away
    ├── AccountError             a user, a token or the file of accounts is not as it should be
    ├── PortTaken                no free port could be found to serve the chat on
    ├── ConversationError        conversations cannot be read or kept
    │   └── ConversationNotFound no conversation, or no turn, with this id
    └── LibraryError
        ├── ArticleNotFound      no article with this id (any more)
        ├── FolderEmpty          a folder to mirror is empty where it was not
        ├── LibraryBusy          another process is writing to this library
        ├── LibraryDamaged       the database cannot be read; derived files are rebuilt, never reported
        ├── FingerprintMismatch  the library was made with another encoder or chunking: `rebuild`
        └── CollectionGone       a collection of a library on Milvus is not there: a rebuild may just have replaced it

Each message names the value that is wrong and what to do. Errors of `embeddings` become `ModelError` in
`as_model_error`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from embeddings.errors import EmbeddingsError


class QAError(Exception):
    """The base of all errors of this package."""


class QuestionError(QAError, ValueError):
    """The question is empty or too long to be one."""


class SettingError(QAError, ValueError):
    """A setting has a value it cannot have."""


class LoadError(QAError):
    """A source cannot be read.

    `retry_after` is None for what will not change by itself; else the seconds after which trying again may help.
    """

    def __init__(self, source: str, reason: str, remedy: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{source}: {reason} {remedy}".strip())
        self.source = source
        self.reason = reason
        self.remedy = remedy
        self.retry_after = retry_after


class ModelError(QAError):
    """A model is missing, damaged or of the wrong kind."""


class AccountError(QAError, ValueError):
    """A user, a token or the file of accounts is not as it should be."""


class Cancelled(QAError):
    """Raised by a progress or event callback to end the work that calls it; what was finished stays."""


class CitationError(QAError, AssertionError):
    """An answer does not match the stored text."""


class LibraryError(QAError):
    """The base of what can be wrong with a library."""


class ArticleNotFound(LibraryError, KeyError):
    """No article with this id."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "no such article"


class FolderEmpty(LibraryError):
    """A folder to mirror is empty where it was not: nothing was changed."""


class LibraryBusy(LibraryError):
    """Another process is writing."""


class LibraryDamaged(LibraryError):
    """The database cannot be read."""


class FingerprintMismatch(LibraryError):
    """The library was made with another encoder or chunking."""


class CollectionGone(LibraryError):
    """The collection is not there: it never was, or a rebuild has just replaced it."""


class FormatError(QAError, ValueError):
    """What should have been saved by this program was not, or is damaged."""


class AddressError(QAError, ValueError):
    """An address is damaged, or is none of ours."""


class ExamplesError(QAError, ValueError):
    """A file of questions cannot be read, or does not hold what a measure needs."""


class ConversationError(QAError):
    """Conversations cannot be read or kept."""


class ConversationNotFound(ConversationError, KeyError):
    """No conversation, or no turn, with this id."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else "no such conversation"


class QueueFull(QAError):
    """So many questions wait that another would not be read for minutes."""


class PortTaken(QAError):
    """No free port could be found to serve the chat on."""


@contextmanager
def as_model_error() -> Iterator[None]:
    """Turn what `embeddings` raises into what `qa` promises to raise."""
    try:
        yield
    except EmbeddingsError as error:
        raise ModelError(str(error)) from error
