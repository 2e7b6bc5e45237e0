"""Every setting, with its default, resolved in one place: argument > environment > default.

The environment variable of a setting is its name in capitals behind `ARTICLE_QA_`: `ARTICLE_QA_READ_PASSAGES=10`.
The library's folder is `ARTICLE_QA_LIBRARY`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from platformdirs import user_data_path

from qa.errors import SettingError

PREFIX = "ARTICLE_QA_"
MAX_READ_SECONDS = 86_400
SHORTEST_TOKEN = 32  # characters
MIN_READ_MEMORY_MB = 200  # the loaders themselves take up to that
_ADDRESSES = ("milvus://", "milvus+tls://")


@dataclass(frozen=True, slots=True)
class Settings:
    """How articles are read, indexed and answered from. Changing the first group needs a `rebuild`."""

    # what made the vectors
    encoder: str = "all-MiniLM-L6-v2"  # a sentence-transformers model: packaged name, folder or hub name
    passage_words: int = 120
    overlap_words: int = 30

    # answering
    reader: str = "packaged"  # "packaged", or any AutoModelForQuestionAnswering folder or hub name
    candidates: int = 50  # passages taken from each index before fusion
    read_passages: int = 10  # passages read for one question
    max_answers: int = 3  # the best answer and further, different ones
    threshold: float = 0.55  # least confidence of a sure answer; higher is stricter
    possible: float = 0.25  # least confidence of a place that is shown as a possible answer
    max_answer_tokens: int = 30
    max_question_chars: int = 2000

    # running
    precision: Literal["auto", "float32", "bfloat16"] = "auto"  # auto: bfloat16 where the CPU computes in it
    threads: int = 0  # 0: as many as torch chooses
    chat_hosts: str = ""  # further names of this server, with spaces between, where the chat is served to others
    api_token: str = field(default="", repr=False)  # that everybody has to send where the API is served to others
    feedback: bool = True  # keep what users say about answers, and list what the articles do not cover
    batch_articles: int = 64  # articles per transaction
    milvus_token: str = field(default="", repr=False)  # "user:password" or a key, for a library on Milvus

    # what is refused on the way in
    max_file_mb: int = 200
    max_expanded_mb: int = 1000  # what a compressed file may unpack to
    read_seconds: int = 120  # for an article of a PDF, page, mail...: in a process of its own (0: in this one)
    read_memory_mb: int = 2000  # of that process
    max_article_chars: int = 5_000_000
    min_article_chars: int = 40
    url_timeout: float = 20.0  # seconds for a whole download
    url_redirects: int = 5
    url_private: bool = False  # allow addresses inside the own network
    feed_entries: int = 200

    def __post_init__(self) -> None:
        if self.passage_words < 10 or not 0 <= self.overlap_words < self.passage_words:
            raise SettingError(
                f"passage_words={self.passage_words}, overlap_words={self.overlap_words}: a passage needs at least "
                "10 words, and the overlap must be smaller than the passage."
            )
        for name in ("threshold", "possible"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise SettingError(f"{name}={getattr(self, name)}: give a probability between 0 and 1.")
        if not 0 <= self.read_seconds <= MAX_READ_SECONDS:
            raise SettingError(f"read_seconds={self.read_seconds}: give 0 (no limit) to {MAX_READ_SECONDS:,}.")
        if self.read_memory_mb < MIN_READ_MEMORY_MB:
            raise SettingError(f"read_memory_mb={self.read_memory_mb}: give at least {MIN_READ_MEMORY_MB}.")
        if self.api_token and len(self.api_token) < SHORTEST_TOKEN:
            raise SettingError(f"api_token has {len(self.api_token)} characters: choose at least {SHORTEST_TOKEN}.")
        for name in ("candidates", "read_passages", "max_answers", "max_answer_tokens", "batch_articles"):
            if getattr(self, name) < 1:
                raise SettingError(f"{name}={getattr(self, name)}: give at least 1.")

    @classmethod
    def resolve(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Self:
        """The settings in force; a `given` value of None counts as not given."""
        environ = os.environ if environ is None else environ
        known = {field.name for field in fields(cls)}
        if unknown := set(given) - known:
            raise SettingError(f"no setting is called {', '.join(sorted(unknown))}")
        types = get_type_hints(cls)
        values = {
            name: _parsed(name, environ[PREFIX + name.upper()], types[name])
            for name in known
            if PREFIX + name.upper() in environ
        }
        values.update({name: value for name, value in given.items() if value is not None})
        return cls(**values)


def _parsed(name: str, text: str, kind: Any) -> Any:
    """`text` of the environment as the type of the setting."""
    choices = get_args(kind) if get_origin(kind) is Literal else ("true", "false", "1", "0") if kind is bool else ()
    if choices and text not in choices:
        raise SettingError(f"{PREFIX}{name.upper()}={text!r}: use one of {', '.join(choices)}.")
    if kind is bool:
        return text in ("true", "1")
    if choices or kind is str:
        return text
    try:
        return kind(text)
    except ValueError:
        raise SettingError(f"{PREFIX}{name.upper()}={text!r} is not a number.") from None


def library_address(given: str | Path | None = None, environ: Mapping[str, str] | None = None) -> str | None:
    """The address of a library on Milvus, `milvus://...`, chosen as in `library_path`; None for one in a folder."""
    environ = os.environ if environ is None else environ
    chosen = str(given or environ.get(PREFIX + "LIBRARY") or "")
    return chosen if chosen.startswith(_ADDRESSES) else None


def library_path(given: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the library: given > `ARTICLE_QA_LIBRARY` > the user's data folder."""
    environ = os.environ if environ is None else environ
    chosen = given or environ.get(PREFIX + "LIBRARY") or user_data_path("article-qa", appauthor=False) / "library"
    return Path(chosen).expanduser().resolve()
