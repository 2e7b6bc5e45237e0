"""What the shell says of checked quotes: lines of text, pure. All words pass through `clean`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from qa.cli.render import place_lines
from qa.quotecheck.result import CheckedQuote, Piece, Verdict, counts_in_words, verdict_in_words
from qa.text.display import clean

_COLOURS = {Verdict.VERBATIM: "green", Verdict.ALTERED: "yellow", Verdict.ABSENT: "red"}
MOST_PLACES = 3  # shown of one quote


def quote_check_lines(checked: Sequence[CheckedQuote]) -> list[Text]:
    """The counts, then each quote with what is said of it, what differs, and where it stands."""
    lines = [Text(counts_in_words(checked), style="bold")]
    for each in checked:
        lines += [Text(), *_quote_lines(each)]
    return lines


def _quote_lines(checked: CheckedQuote) -> Iterator[Text]:
    yield Text(f"“{clean(checked.quote)}”", style="bold")
    yield Text(verdict_in_words(checked), style=_COLOURS[checked.verdict])
    for gap in checked.gaps:
        stands = f"“{clean(gap.article)}”" if gap.article else "nothing"
        yield Text(f"For {clean(gap.written)} the article has {stands}.")
    if checked.pieces:
        yield Text(_pieces(checked.pieces))
    for place in checked.places[:MOST_PLACES]:
        yield from place_lines(place, place.start, place.end)
    if len(checked.places) > MOST_PLACES:
        yield Text(f"Also in {len(checked.places) - MOST_PLACES:,} more articles")


def _pieces(pieces: Iterable[Piece]) -> str:
    """Word by word, as editors mark it: `[-only in the quote-]{+only in the article+}`."""
    marked = []
    for piece in pieces:
        if piece.kind == "same":
            marked.append(clean(piece.written))
            continue
        written = f"[-{clean(piece.written)}-]" if piece.written else ""
        article = f"{{+{clean(piece.article)}+}}" if piece.article else ""
        marked.append(written + article)
    return " ".join(marked)
