"""Who says what as plain JSON values, `article-qa/quotations/1`: under the same promise as `qa.serialization.answers`.

quotations  speaker, about (what was asked for), quotations
quotation   name (whom the speaker stands for, or ""), direct (in quotation marks), speaker, cue (each a place),
content (places, the pieces that are said), article_id, title, source, url, published, start, end, quote
(all from the first piece to the last), context, context_start, resolved where there are dates, page of a PDF,
truncated (true) where only the beginning of the article was to be had
place       start, end, text
"""

from __future__ import annotations

from collections.abc import Iterable

from qa.datatypes import CitedQuotation, Offsets
from qa.serialization.answers import place_to_dict, resolved_to_dict
from qa.serialization.fields import JsonObject

QUOTATIONS_FORMAT = "article-qa/quotations/1"


def quotations_to_dict(found: Iterable[CitedQuotation], speaker: str = "", about: str = "") -> JsonObject:
    """`quotations`, with what was asked for."""
    quotations = [quotation_to_dict(each) for each in found]
    return {"format": QUOTATIONS_FORMAT, "speaker": speaker, "about": about, "quotations": quotations}


def quotation_to_dict(cited: CitedQuotation) -> JsonObject:
    """`quotation`: the three parts, and where they stand."""
    quotation, citation = cited.quotation, cited.citation
    return {
        "name": quotation.name,
        "direct": quotation.direct,
        "speaker": _place(quotation.speaker, cited.speaker),
        "cue": _place(quotation.cue, cited.cue),
        "content": [_place(piece, text) for piece, text in zip(quotation.content, cited.words, strict=True)],
        **place_to_dict(citation),
        **resolved_to_dict(citation),
        **({"page": citation.page} if citation.page else {}),
        **({"truncated": True} if citation.truncated else {}),
    }


def _place(offsets: Offsets, text: str) -> JsonObject:
    return {"start": offsets[0], "end": offsets[1], "text": text}
