"""What the shell says: answers, articles, reports, checks and figures as lines of text, pure.

Words of articles and questions are hostile until `clean`: they may hold escape sequences that move the
cursor, colour the screen or reorder the line. Every word here goes through it, and nothing is read as rich
markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from qa.answering.near_misses import missing_everywhere, near_misses
from qa.datatypes import Answer, Article, Citation, CitedQuotation, Reason, ResolvedDate
from qa.samples import is_sample
from qa.serialization.not_found import (
    HEADLINE,
    LESS_SURE,
    POSSIBLE,
    copies_words,
    lacking_words,
    later_words,
    missing_words,
    not_found_detail,
)
from qa.serialization.periods import ANY_TIME, period_words
from qa.text.display import TRUNCATED, clean, day, percent, shortened

if TYPE_CHECKING:
    from qa.answering.explanation import Explanation

REPEATS = 3  # shown of the other places of an answer
NEAREST = 3  # articles of which a sentence is shown when nothing was found
NEAREST_CHARACTERS = 240

_ADD = " Add some: article-qa add FOLDER"
_LISTED = " All there are: article-qa list"


def answer_lines(answer: Answer, *, styled: bool, filtered: bool = False) -> list[Text]:
    """The answer first, then its evidence, then further answers; or that there is none, and what came near.

    The exact words are bold in their sentence; without styles they stand in Markdown's `**`. `filtered` tells
    that the question was put to a part of the library only.
    """
    if answer.is_told:
        return _told_lines(answer, styled=styled)
    days = [f"{period_words(answer.period)}, {ANY_TIME}; without that: --any-time"] if answer.period else []
    notes = [*days, *([answer.note] if answer.note else [])]
    told = [*(Text(clean(each), style="yellow") for each in notes), *([Text()] if notes else [])]
    if not answer.shown:
        return [*told, *_not_found_lines(answer, filtered=filtered)]
    lines = [*told, *_sure_lines(answer, styled=styled)]
    if later := later_words(answer):
        lines += [*([Text()] if lines else []), Text(clean(later) + ".", style="yellow")]
    if answer.possible:
        head = LESS_SURE if answer.found else POSSIBLE
        lines += [*([Text()] if lines else []), Text(head, style="bold")]
    for citation in answer.possible:
        lines += _further_lines(citation, styled=styled)
    if any(is_sample(citation.source) for citation in answer.shown):
        lines += [Text(), Text("From the sample articles. Add your own: article-qa add FOLDER", style="dim")]
    return lines


def _told_lines(answer: Answer, *, styled: bool) -> list[Text]:
    """A sentence of our own, and the places that it introduces."""
    lines = [Text(clean(answer.note))]
    for citation in answer.citations:
        part = [Text(clean(citation.asked), style="dim")] if citation.asked else []
        lines += [Text(), *part, *_citation_lines(citation, styled=styled)]
    return lines


def _sure_lines(answer: Answer, *, styled: bool) -> list[Text]:
    lines: list[Text] = []
    for best in answer.leading:
        lines += [
            *([Text()] if lines else []),
            *([Text(clean(best.asked), style="dim")] if best.asked else []),
            Text(clean(best.quote).strip(), style="bold"),
            *(Text(f"  • {clean(each)}") for each in best.item_words),
            Text(f"{percent(best.confidence)} sure", style="dim"),
            Text(),
            *_citation_lines(best, styled=styled),
        ]
    if answer.further:
        lines += [Text(), Text("Other answers", style="bold")]
    for citation in answer.further:
        lines += _further_lines(citation, styled=styled)
    return lines


def _further_lines(citation: Citation, *, styled: bool) -> list[Text]:
    part = f"{clean(citation.asked)} " if citation.asked else ""
    said = Text.assemble(part, (clean(citation.quote).strip(), "bold"), f" ({percent(citation.confidence)} sure)")
    return [Text(), said, *_citation_lines(citation, styled=styled)]


def _citation_lines(citation: Citation, *, styled: bool) -> list[Text]:
    return [
        _marked(citation, styled=styled),
        *(Text(f"({_meant(citation, each)} is {each.words})") for each in citation.resolved),
        *([Text(clean(missing_words(citation)), style="yellow")] if citation.missing else []),
        *place_lines(citation, citation.start, citation.end),
        *_repeat_lines(citation),
    ]


def _meant(citation: Citation, date: ResolvedDate) -> str:
    """The words for a time, in quotation marks."""
    start, end = (at - citation.context_start for at in (date.start, date.end))
    return f"“{clean(citation.context[max(0, start) : end]).strip()}”"


def _repeat_lines(citation: Citation) -> list[Text]:
    """Where else it stands: in the same article, and the first place in each other one; a few of each."""
    there = [f"{one.start}–{one.end}" for one in citation.repeats if one.article_id == citation.article_id]
    others: dict[str, Citation] = {}
    for repeat in citation.repeats:
        if repeat.article_id != citation.article_id:
            others.setdefault(repeat.article_id, repeat)
    lines = []
    if there:
        more = f" and {len(there) - REPEATS:,} more" if len(there) > REPEATS else ""
        lines.append(Text("Also there: characters " + ", ".join(there[:REPEATS]) + more))
    for other in list(others.values())[:REPEATS]:
        lines += place_lines(other, other.start, other.end, before="Also in: ")
    if len(others) > REPEATS:
        lines.append(Text(f"Also in {len(others) - REPEATS:,} more articles"))
    return lines + _copy_lines(citation)


def _copy_lines(citation: Citation) -> list[Text]:
    """How many articles say it of their own, and how many copy them; the first of the copies."""
    if not (told := copies_words(citation)):
        return []
    lines = [Text(told)]
    for copy in citation.copies[:REPEATS]:
        title = clean(copy.title).strip() or "(no title)"
        lines.append(Text(f"Copy: {title} · {day(copy.published)} · {clean(copy.url or copy.source)}", style="dim"))
    if len(citation.copies) > REPEATS:
        lines.append(Text(f"{len(citation.copies) - REPEATS:,} more copies", style="dim"))
    return lines


def _marked(citation: Citation, *, styled: bool) -> Text:
    """The sentence with the exact words marked, by their offsets."""
    start = citation.start - citation.context_start
    end = citation.end - citation.context_start
    mark = "" if styled else "**"
    return Text.assemble(
        clean(citation.context[:start]).lstrip(),
        (f"{mark}{clean(citation.quote)}{mark}", "bold reverse"),
        clean(citation.context[end:]).rstrip(),
    )


def place_lines(cited: Citation | Article, start: int, end: int, before: str = "") -> list[Text]:
    """Title and date, then address and offsets."""
    title = clean(cited.title).strip() or "(no title)"
    address = clean(cited.url or cited.source).strip()
    number = cited.page if isinstance(cited, Citation) else cited.page_of(start)
    page = f"p. {number} · " if number else ""
    part = f" · {TRUNCATED}" if cited.truncated else ""
    return [
        Text(f"{before}{title} · {day(cited.published)}{part}"),
        Text(f"{address} · {page}characters {start}–{end}", style="dim", no_wrap=True),
    ]


def quotation_lines(quotations: Sequence[CitedQuotation]) -> list[Text]:
    """What is said, direct quotations in marks, then who says it in the words of the article, and where."""
    lines: list[Text] = []
    for each in quotations:
        pieces = [f"“{clean(words)}”" if each.quotation.direct else clean(words) for words in each.words]
        lines += [
            *([Text()] if lines else []),
            Text(" … ".join(pieces), style="bold"),
            Text(_speaker(each)),
            *(Text(f"({_meant(each.citation, date)} is {date.words})") for date in each.citation.resolved),
            *place_lines(each.citation, each.citation.start, each.citation.end),
        ]
    return lines


def _speaker(cited: CitedQuotation) -> str:
    """Speaker and cue in the order of the text, behind the name: "Rosalind Pike (she told)"."""
    quotation = cited.quotation
    parts = sorted([(quotation.speaker, clean(cited.speaker)), (quotation.cue, clean(cited.cue))])
    words = " ".join(text for _, text in parts).replace(" :", ":")
    return f"{clean(quotation.name)} ({words})" if quotation.name else words


def _not_found_lines(answer: Answer, *, filtered: bool) -> list[Text]:
    lines = [Text(HEADLINE, style="bold")]
    if detail := not_found_detail(answer.reason, filtered=filtered):
        remedy = "" if answer.reason is not Reason.NO_ARTICLES else _LISTED if filtered else _ADD
        lines.append(Text(detail + remedy))
    near = near_misses(answer, NEAREST)
    if lacking := lacking_words(missing_everywhere(near)):
        lines.append(Text(lacking))
    if near:
        lines += [Text(), Text("What comes nearest, and is no answer:", style="dim")]
    for each in near:
        sentence = Text(shortened(each.sentence, NEAREST_CHARACTERS))
        lines += [Text(), sentence, *place_lines(each.article, each.start, each.end)]
    return lines


def explanation_lines(explanation: Explanation) -> list[Text]:
    """Why this answer or none, and each passage that was read with its ranks and the reader's bar."""
    lines = [Text(), Text("How", style="bold"), *(Text(clean(sentence)) for sentence in explanation.sentences)]
    for line in explanation.passages:
        if line.read:
            passage = line.found.passage
            cited = " · answer " + ", ".join(map(str, line.citations)) if line.citations else ""
            ranks = f"{bar(line.reader or 0.0)}  {line.rank}{cited}"
            title = clean(line.found.article.title).strip() or "(no title)"
            place = (f"{title} · characters {passage.start}–{passage.end}", "dim")
            lines.append(Text.assemble(f"{line.number:>3} {ranks} · ", place))
    if more := sum(not line.read for line in explanation.passages):
        lines.append(Text(f"{more:,} more found, but not read.", style="dim"))
    return lines


def bar(share: float) -> str:
    """Ten cells, as many of them full as the share says."""
    full = round(10 * min(max(share, 0.0), 1.0))
    return "█" * full + "·" * (10 - full)


def corrected_lines(article: Article) -> list[Text]:
    """What can be corrected of an article, as it is now."""
    facts = (
        ("Title", article.title),
        ("Date", article.published.isoformat() if article.published else "undated"),
        ("Authors", ", ".join(article.authors)),
        ("Source", article.site or ""),
    )
    return [Text(f"{name + ':':<9}{clean(value).strip() or '–'}") for name, value in facts]


def article_line(article: Article, *, width: int | None, copy_of: str = "") -> Text:
    """Id, date, title and source: in columns that fit `width`, or apart by tabs where it is None."""
    published = article.published.isoformat() if article.published else "undated"
    title, source = clean(article.title).strip(), clean(article.source)
    if width is None:
        of = (*([f"copy of {copy_of}"] if copy_of else []), *([TRUNCATED] if article.truncated else []))
        return Text("\t".join((article.id, published, title, source, *of)), no_wrap=True)
    title = f"(copy) {title}" if copy_of else title
    title = f"({TRUNCATED}) {title}" if article.truncated else title
    left = max(width - len(article.id) - 10 - 3 * 2, 20)
    columns = [Text(article.id, style="dim"), Text(published), Text(title), Text(source, style="dim")]
    for column, cells in zip(columns, (len(article.id), 10, left * 3 // 5, left - left * 3 // 5), strict=True):
        column.truncate(cells, overflow="ellipsis", pad=True)
    return Text("  ", no_wrap=True).join(columns)
