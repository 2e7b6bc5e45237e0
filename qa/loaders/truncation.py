"""Whether an article is only a beginning: what follows is for subscribers, or was cut off by whoever sent it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.loaders.boilerplate import OFFER_OF_THE_REST, is_offer
from qa.loaders.markdown import Line

BEGINNING_CHARS = 1500  # of a text for subscribers with an offer behind it: a longer one may be whole
POINTER_CHARS = 200

_CUT = re.compile(
    r"\s{0,9}(?:…|\.\.\.)?\s{0,9}\[\s?\+?\s?\d[\d,]{0,9}\s?(?:chars?|characters|words?|more)\s?\]\s{0,9}$",
    re.IGNORECASE,
)
_GO_ON = re.compile(  # behind the dots of an excerpt, as blogs put it into their feeds
    r"\s{0,9}(?:…|\.\.\.|\[(?:…|\.\.\.)\])\s{0,9}(?:continue reading|read (?:more|on)|"
    r"read the (?:full|whole) (?:story|article|post)|weiterlesen|lire la suite|seguir leyendo|leer más)\b"
    r"[^.!?\n]{0,150}$",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(r"\s{0,9}\[(?:…|\.\.\.)\]\s{0,9}$")
_GOES_ON = re.compile(
    rf"{OFFER_OF_THE_REST}|"
    r"(?:subscribe|sign up|register|log ?in|sign ?in)(?: now| today| here)? to (?:continue|keep|read|unlock)\b|"
    r"(?:keep|continue|carry on) reading (?:for|with|by)\b|to (?:continue|keep) reading\b|"
    r"(?:the rest of this|to read this|to continue reading this) (?:article|story|content)\b|"
    r"this (?:article|story|content) is (?:only |exclusively )?(?:for|available to)\b|"
    r"unlock (?:this|the full) (?:article|story)|want to read more\?|to read the full (?:article|story)\b|"
    r"you(?:'|’)?(?: ha)?ve (?:reached|used|read) (?:your|all)\b",
    re.IGNORECASE,
)


def without_cut_mark(text: str) -> tuple[str, bool]:
    """A text without a mark such as `[+2310 chars]` at its end, and whether it had one: news APIs cut so."""
    cut = _CUT.sub("…", text)
    if cut == text and (pointer := _GO_ON.search(text, max(0, len(text) - 2 * POINTER_CHARS))):
        cut = text[: pointer.start()] + "…"
    return cut, cut != text


def without_offers(lines: Sequence[Line], *, for_subscribers: bool) -> tuple[list[Line], bool]:
    """The lines without offers to subscribe, and whether the article breaks off where one stands.

    An offer with running text behind it interrupts an article that goes on. One at the end ends a beginning if it says
    so, or if the page says that the article is `for_subscribers` and there is not much of it.
    """
    kept = [line for line in lines if not is_offer(line.text)]
    if len(kept) == len(lines):
        return kept, for_subscribers and bool(kept) and bool(_CUT_SHORT.search(kept[-1].text))
    last = max(at for at, line in enumerate(lines) if not is_offer(line.text)) if kept else -1
    behind = lines[last + 1 :]
    if any(_GOES_ON.match(line.text) for line in behind):
        return kept, True
    size = sum(len(line.text) for line in kept)
    return kept, bool(behind) and for_subscribers and size < BEGINNING_CHARS
