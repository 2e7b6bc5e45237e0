"""Answers and conversations as Markdown for people: the exact words marked in their sentence, and where they stand.

Words of articles and questions are hostile until `plain`: they may hold Markdown or HTML of their own, or characters
that turn the reading direction. To have quotes checked, export as JSON (`answers` and
`conversations` of this package).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from qa.datatypes import Answer, ArticleCopy, Citation, Standing
from qa.loaders.article import web_address
from qa.serialization.conversations import Conversation, StoredTurn
from qa.serialization.filters import where_chips
from qa.serialization.not_found import DETAILS, HEADLINE, LESS_SURE, POSSIBLE, copies_words, later_words, missing_words
from qa.serialization.periods import ANY_TIME, period_words
from qa.serialization.text_fragments import text_fragment_url
from qa.text.display import TRUNCATED, clean, day, percent

StandingOf = Callable[[Citation], Standing]

_SPECIAL = re.compile(r"([\\`*_\[\]<>&#~$])")
_NOT_IN_LINKS = re.compile(r"[<>\\\s]")
_STANDINGS = {
    "unchanged": "",
    "changed": "The article has changed since: its source holds another text now.",
    "gone": "The article is not in the library any more.",
}
_CHECK = "Every quote is the exact words of its article. To check them, save as JSON and run `article-qa verify FILE`."


def answer_to_markdown(answer: Answer, *, standing_of: StandingOf | None = None) -> str:
    """One answer with all its evidence; `standing_of` tells what has become of a citation's article since."""
    return _document([f"# {plain(answer.question)}", *_answer_blocks(answer, standing_of), _CHECK])


def conversation_to_markdown(
    conversation: Conversation, turns: Sequence[StoredTurn], *, standing_of: StandingOf | None = None
) -> str:
    """A whole conversation, turn by turn; for `standing_of` see `answer_to_markdown`."""
    blocks = [f"# {plain(conversation.name) or 'Conversation'}"]
    for turn in turns:
        blocks += [f"## {plain(turn.question)}", *_circumstances(turn), *_answer_blocks(turn.answer, standing_of)]
    return _document([*blocks, _CHECK])


def _document(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _circumstances(turn: StoredTurn) -> Iterator[str]:
    if turn.answer.question != turn.question:
        yield f"Looked up as: {plain(turn.answer.question)}"
    version = f", version {turn.version} of {turn.versions}" if turn.versions > 1 else ""
    yield f"Asked {turn.asked:%Y-%m-%d %H:%M} UTC{version}."
    if chips := where_chips(turn.where):
        yield f"Only in part of the articles: {plain(', '.join(chips))}."


def _answer_blocks(answer: Answer, standing_of: StandingOf | None) -> Iterator[str]:
    if answer.period:
        yield f"{plain(period_words(answer.period))}, {ANY_TIME}."
    if answer.note:
        yield plain(answer.note)
    if not answer.shown and not answer.is_told:
        yield f"**{HEADLINE}**"
        if answer.reason:
            yield DETAILS[answer.reason]
    yield from _sure_blocks(answer, standing_of)
    if later := later_words(answer):
        yield plain(later) + "."
    if answer.possible:
        yield f"{LESS_SURE}:" if answer.found else f"**{POSSIBLE}**"
    for citation in answer.possible:
        yield from _citation_blocks(citation, standing_of)


def _sure_blocks(answer: Answer, standing_of: StandingOf | None) -> Iterator[str]:
    if answer.is_told:
        for told in answer.citations:
            if told.asked:
                yield f"*{plain(told.asked)}*"
            yield _evidence(told, standing_of)
        return
    for citation in answer.leading:
        yield from _citation_blocks(citation, standing_of)
    if answer.further:
        yield "Other answers:"
    for citation in answer.further:
        yield from _citation_blocks(citation, standing_of)


def _citation_blocks(citation: Citation, standing_of: StandingOf | None) -> Iterator[str]:
    if citation.asked:
        yield f"*{plain(citation.asked)}*"
    yield f"{_strong(citation.quote, '', '')} ({percent(citation.confidence)} sure)"
    if citation.items:
        yield "\n".join(f"- {plain(each)}" for each in citation.item_words)
    if citation.missing:
        yield plain(missing_words(citation)) + "."
    yield _evidence(citation, standing_of)
    for repeat in citation.repeats:
        yield "It also stands here:\n\n" + _evidence(repeat, standing_of)
    if told := copies_words(citation):
        places = [f"- {_title(each)}, {day(each.published)}. {_source(each)}" for each in citation.copies]
        yield f"{told.capitalize()}{':' if places else '.'}"
        yield from filter(None, ["\n".join(places)])


def _evidence(citation: Citation, standing_of: StandingOf | None) -> str:
    """A block quote: the sentence with the exact words marked, then title, date, source and offsets."""
    lines = [
        f"> {marked_markdown(citation)}",
        ">",
        f"> — {_title(citation)}, {day(citation.published)}. {_source(citation)}",
    ]
    page = f"p. {citation.page}, " if citation.page else ""
    lines.append(f"> Article {plain(citation.article_id)}, {page}characters {citation.start}–{citation.end}.")
    if citation.truncated:
        lines += [">", f"> *Of this article {TRUNCATED} was to be had.*"]
    told = _STANDINGS[standing_of(citation)] if standing_of else ""
    return "\n".join([*lines, *([">", f"> *{told}*"] if told else [])])


def marked_markdown(citation: Citation) -> str:
    """The context with the quote marked by its offsets."""
    before = citation.context[: max(0, citation.start - citation.context_start)]
    after = citation.context[max(0, citation.end - citation.context_start) :]
    if not clean(citation.quote).strip():
        return plain(citation.context)
    return _at_start(_escaped(before).lstrip()) + _strong(citation.quote, before, after) + _escaped(after).rstrip()


def _strong(quote: str, before: str, after: str) -> str:
    """`quote` in bold. Asterisks do not count as marks between a letter and a sign, so HTML says it there."""
    words = _escaped(quote)
    opens = not words[:1].isspace() and (words[:1].isalnum() or not before[-1:].strip())
    closes = not words[-1:].isspace() and (words[-1:].isalnum() or not after[:1].strip())
    return f"**{words}**" if opens and closes else f"<b>{words}</b>"


def _title(citation: Citation | ArticleCopy) -> str:
    address = text_fragment_url(citation) if isinstance(citation, Citation) else web_address(citation.url)
    title = plain(citation.title) or "(no title)"
    if address is None:
        return title
    return f"[{title}](<{link_address(address)}>)"


def link_address(address: str) -> str:
    """An address as it stands between `<` and `>` in a link."""
    return _NOT_IN_LINKS.sub(lambda found: f"%{ord(found[0]):02X}", clean(address))


def _source(citation: Citation | ArticleCopy) -> str:
    source = plain(citation.source)
    return f"Source: {source}." if source != plain(citation.url or "") else ""


def plain(text: str) -> str:
    """`text` on a line of its own, with a backslash before whatever Markdown would obey."""
    return _at_start(_escaped(text).strip())


def _at_start(line: str) -> str:
    """Without a list that would begin here, or a heading that it would make of the line before."""
    return re.sub(r"^(\d+(?=[.)])|(?=[-+=]))", r"\1\\", line)


def _escaped(text: str) -> str:
    """`text` within a line; the space at its ends stays."""
    return _SPECIAL.sub(r"\\\1", clean(text))
