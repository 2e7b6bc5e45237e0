"""E-mail, one message or a whole mailbox: the subject is the title, and the day it was sent is the date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from qa.datatypes import Article, Failure
from qa.loaders.article import build_article, one_line
from qa.loaders.boilerplate import cleaned
from qa.loaders.dates import parse_date
from qa.loaders.decoding import decode, known_encoding
from qa.loaders.document import Document
from qa.loaders.html_fragments import joined, text_of_fragment
from qa.loaders.markdown import lines_of_text

_BETWEEN_MESSAGES = re.compile(rb"(?:\A|\n)From [^\s\n]{1,300} [^\n]{0,100}\d{4}[^\n]{0,20}\n")
_FORWARDED = re.compile(
    r"^[ \t>]{0,5}(?:-{2,20} ?(?:Forwarded message|Original Message|Weitergeleitete Nachricht|Message transféré|"
    r"Ursprüngliche Nachricht|Mensaje reenviado) ?-{2,20}|Begin forwarded message:)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_HEAD_NAMES = {
    name: kind
    for kind, names in {
        "from": "from von de", "date": "date sent datum gesendet fecha", "subject": "subject betreff objet asunto",
        "to": "to cc an à para reply-to",
    }.items()
    for name in names.split()
}  # fmt: skip
_HEAD_LINE = re.compile(rf"({'|'.join(_HEAD_NAMES)}) ?:\*?\s*(.{{0,500}})", re.IGNORECASE)
_ADDRESS = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>")
_SIGNATURE = re.compile(r"\n-- ?\n(?:[^\n]{0,120}\n?){0,8}\s*\Z")
COMMENT_CHARS = 500  # above a forwarded message: more is a mail of its own
_HIDDEN = re.compile(r"""<div\s+style=["'][^"']{0,300}display:\s?none[^"']{0,300}["'][^<>]{0,300}>[^<]{0,5000}</div>""")
_TO_READERS = re.compile(
    r"(?:view|read|open) (?:this |it |the )?(?:e-?mail |newsletter |message )?"
    r"(?:in (?:your |a |the )?browser|online)\b.{0,40}|"
    r".{0,120}\bunsubscribe\b.{0,80}|you (?:are receiving|receive|received|got) this (?:e-?mail )?because\b.{0,150}",
    re.IGNORECASE,
)


def read_mail(document: Document) -> Iterator[Article | Failure]:
    """The article of each message; attachments are named as not read. In a mailbox the sources are `origin#1` ..."""
    parts = _BETWEEN_MESSAGES.split(document.data) if document.data.startswith(b"From ") else [document.data]
    messages = [part for part in parts if part.strip()]
    for number, data in enumerate(messages, start=1):
        source = document.origin if len(messages) == 1 else f"{document.origin}#{number}"
        message = message_from_bytes(data, policy=policy.default)
        yield _article(message, source, document.readable_name)
        yield from _attachments(message, source)


def _article(message: EmailMessage, source: str, name: str) -> Article:
    text, told = _forwarded(_SIGNATURE.sub("", _body(message, source)))
    title = told.get("subject") or one_line(str(message.get("Subject", "")))
    lines, address = cleaned(lines_of_text(text), title)
    lines = [line for line in lines if not _TO_READERS.fullmatch(line.text)]
    sender = message.get("From")
    names = [each.display_name for each in sender.addresses] if sender is not None else []
    return build_article(
        title=title or name,
        text=joined(lines),
        source=source,
        url=address,
        published=parse_date(told["date"] if "date" in told else str(message.get("Date", ""))),
        site=told.get("from") or (names[0] if names else None),
    )


def _forwarded(text: str) -> tuple[str, dict[str, str]]:
    """A forwarded message without its head, and what that says of sender, day and subject."""
    match = _FORWARDED.search(text)
    if not match or len(text[: match.start()].strip()) > COMMENT_CHARS:
        return text, {}
    told: dict[str, str] = {}
    lines = text[match.end() :].lstrip("\n").split("\n")
    while lines and (pair := _HEAD_LINE.fullmatch(lines[0].strip().lstrip("*> "))):
        told.setdefault(_HEAD_NAMES[pair.group(1).lower()], pair.group(2).strip(" *"))
        del lines[0]
    if "from" in told:
        told["from"] = _ADDRESS.sub("", told["from"]).strip(' "') or told["from"]
    return "\n".join(lines), told


def _body(message: EmailMessage, source: str) -> str:
    """The plain text of a message, unless its web page says more than twice as much."""
    plain = _content(message, "plain", source)
    page = text_of_fragment(_HIDDEN.sub("", _content(message, "html", source)))
    return plain if 2 * len(plain) >= len(page) else page


def _content(message: EmailMessage, kind: str, source: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    content = part.get_payload(decode=True)
    declared = known_encoding(str(part.get_content_charset() or ""))
    return decode(content, source, declared=declared, lenient=True) if isinstance(content, bytes) and content else ""


def _attachments(message: EmailMessage, source: str) -> Iterator[Failure]:
    for part in message.iter_attachments():
        if part.get_content_disposition() == "attachment" and part.get_content_maintype() != "image":
            name = one_line(part.get_filename() or "attachment")
            yield Failure(
                f"{source}#{name}", "It is an attachment of a mail, which is not read.", "Save it and add it."
            )
