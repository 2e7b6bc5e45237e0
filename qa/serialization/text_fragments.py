"""Links that open the original article at the quoted words (https://wicg.github.io/scroll-to-text-fragment/)."""

from __future__ import annotations

from urllib.parse import quote as percent_encoded
from urllib.parse import urlsplit

from qa.datatypes import Citation
from qa.loaders.article import web_address

DIRECTIVE = ":~:"
LONGEST_EXACT = 300  # characters that are looked for as they are; of longer quotes only the first and last words
SHORTEST_ALONE = 20  # characters; shorter quotes are told apart by the words around them
CONTEXT_WORDS = 4
EDGE_WORDS = 6


def text_fragment_url(citation: Citation, text: str | None = None) -> str | None:
    """The address of the original, with a fragment that makes a browser scroll to the quote and mark it.

    Of a PDF it opens the page. None when the article names no web address. With the article's `text`, a quote that
    stands in it more than once is told apart by the words around it, as a short one always is.
    """
    address = web_address(citation.url) or web_address(citation.source)
    directive = text_directive(citation, text)
    if address is None or directive is None:
        return address
    page, _, fragment = address.partition("#")
    if citation.page and urlsplit(page).path.lower().endswith(".pdf"):
        return f"{page}#page={citation.page}"
    return f"{page}#{fragment.partition(DIRECTIVE)[0]}{DIRECTIVE}{directive}"


def text_directive(citation: Citation, text: str | None = None) -> str | None:
    """`text=[prefix-,]start[,end][,-suffix]`, percent-encoded; None for a quote without a word."""
    words = citation.quote.split()
    if not words:
        return None
    # Words are looked for within one block of the page only, and a line of the article may be one.
    one_block = "\n" not in citation.quote.strip() and len(citation.quote) <= LONGEST_EXACT
    if one_block or len(words) == 1:
        parts = [_encoded(words)]
    else:
        lines = [line.split() for line in citation.quote.split("\n") if line.strip()]
        first, last = (lines[0], lines[-1]) if len(lines) > 1 else _halves(words)
        parts = [_encoded(first[:EDGE_WORDS]), _encoded(last[-EDGE_WORDS:])]
    if _needs_context(citation, text):
        before, after = _around(citation)
        parts = [*([f"{_encoded(before)}-"] if before else []), *parts, *([f"-{_encoded(after)}"] if after else [])]
    return "text=" + ",".join(parts)


def _needs_context(citation: Citation, text: str | None) -> bool:
    return (
        len(citation.quote) < SHORTEST_ALONE or (citation.context if text is None else text).count(citation.quote) > 1
    )


def _around(citation: Citation) -> tuple[list[str], list[str]]:
    """The words before and after the quote, on its own line of the context."""
    before = citation.context[: max(0, citation.start - citation.context_start)]
    after = citation.context[max(0, citation.end - citation.context_start) :]
    return before.rpartition("\n")[2].split()[-CONTEXT_WORDS:], after.partition("\n")[0].split()[:CONTEXT_WORDS]


def _halves(words: list[str]) -> tuple[list[str], list[str]]:
    """Apart, so that what the browser looks for as the end is not in the beginning."""
    middle = (len(words) + 1) // 2
    return words[:middle], words[middle:]


def _encoded(words: list[str]) -> str:
    """Percent-encoded whole: commas and dashes stand between the parts of a directive, and `&` between directives."""
    return percent_encoded(" ".join(words), safe="", errors="replace").replace("-", "%2D")
