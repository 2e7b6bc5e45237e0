"""Words made ready to be shown: on one line, cut to a length, dates and shares in words."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

_ESCAPE = re.compile(
    r"\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # operating system command, if it ends at all
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequence: colours, cursor
    r"|\x1b[ -/]*[0-Z\\-~]"  # the short ones
)
_BIDI = "\u202a-\u202e\u2066-\u2069"  # turn the reading direction of what follows
_CONTROL = re.compile(rf"[\x00-\x1f\x7f-\x9f{_BIDI}]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # undecodable bytes of a file name; cannot be encoded again
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

TRUNCATED = "only the beginning"  # beside what is read or cited of an article whose rest was not to be had


def clean(text: str) -> str:
    """`text` on one line, without anything that a terminal would obey."""
    text = re.sub(r"\s+", " ", _ESCAPE.sub("", text))
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def shortened(text: str, limit: int) -> str:
    """`text` on one line, at most `limit` characters: cut between words where there are any, with an ellipsis."""
    text = clean(text).strip()
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-") + "…"


def day(published: date | None) -> str:
    """`12 May 2025`, or `undated`."""
    return f"{published.day} {MONTHS[published.month - 1]} {published.year}" if published else "undated"


def hundredths(confidence: float) -> int:
    """A calibrated probability as 1 to 99: nothing read by a machine is certain, or impossible."""
    return min(max(round(100 * confidence), 1), 99)


def percent(confidence: float) -> str:
    """`88%`; never 0% or 100%, which no confidence is."""
    return f"{hundredths(confidence)}%"


def host_of(url: str | None) -> str | None:
    """The host of a url in lower case; None where there is none."""
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
