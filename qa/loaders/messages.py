"""What the process that reads documents is told, and what it answers: one JSON object a line.

first       the settings
task        origin, media_type, url, size of the bytes that follow the line, and `task`: a family of formats, or FEED
answers     {"article": ...}, {"failure": [source, reason, remedy]} or {"feed": ...}, any number of them; then
{"end": whether the process ends as well}
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders.document import Document

FEED = "parsed feed"  # a task: the entries of a feed, not its articles
Message = dict[str, Any]


def line_of(message: Message) -> bytes:
    """The message as it is sent; in ASCII, so that half a surrogate pair in a name gets through."""
    return json.dumps(message).encode() + b"\n"


def settings_message(settings: Settings) -> Message:
    """The settings, without what is secret in them."""
    return asdict(replace(settings, milvus_token="", api_token=""))


def task_message(task: str, document: Document) -> Message:
    """What is to be done with a document, whose bytes follow."""
    described = {"origin": document.origin, "media_type": document.media_type, "url": document.url}
    return described | {"task": task, "size": len(document.data)}


def document_of(message: Message, data: bytes) -> Document:
    """The document that `task_message` describes."""
    return Document(message["origin"], data, message["media_type"], message["url"])


def found_message(found: Article | Failure) -> Message:
    """An article or a failure."""
    if isinstance(found, Failure):
        return {"failure": [found.source, found.reason, found.remedy]}
    return {"article": asdict(found) | {"published": found.published and found.published.isoformat()}}


def found_of(message: Message) -> Article | Failure:
    """What `found_message` made a message of."""
    if "failure" in message:
        return Failure(*message["failure"])
    fields = message["article"]
    published = fields["published"] and date.fromisoformat(fields["published"])
    known = {"published": published, "authors": tuple(fields["authors"]), "pages": tuple(fields["pages"])}
    return Article(**(fields | known))
