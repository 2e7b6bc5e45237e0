"""The names of the forms in which a quote is taken along; `quote_formats` writes them."""

from __future__ import annotations

from enum import StrEnum


class QuoteFormat(StrEnum):
    """The form of a quote with its source."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"
    BIBTEX = "bibtex"
    CSL = "csl"  # Citation Style Language, as Zotero and Word read it
    ANNOTATION = "annotation"  # https://www.w3.org/TR/annotation-model/
