"""An answer as OpenAI's clients want it: words of our own around exact quotes, and each quote an annotation.

content      what is said; a quote stands in it word for word, in quotation marks
annotations  `url_citation`s: start_index and end_index are characters of `content`, the url opens the article
article_qa   the whole answer, `article-qa/answer/1`, which clients that do not know it pass over
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qa.datatypes import Answer, Citation
from qa.serialization.fields import JsonObject
from qa.serialization.not_found import HEADLINE, POSSIBLE, later_words, missing_words, not_found_detail
from qa.serialization.text_fragments import text_fragment_url
from qa.text.display import TRUNCATED, day

MODEL = "article-qa"
UrlOf = Callable[[Citation], str]

_ACTIVE = re.compile(r"\](?=[(\[:])|<(?=[A-Za-z/!?])")


@dataclass(slots=True)
class Told:
    """What is said of an answer, and where in it the quotes stand."""

    content: str = ""
    places: list[tuple[int, int, Citation]] = field(default_factory=list)

    def say(self, words: str) -> None:
        """Words in a paragraph of their own."""
        self.content += f"{_gap(self.content)}{inert(words)}"

    def quote(self, citation: Citation) -> None:
        """The exact words, and where they stand."""
        start = len(self.content) + len(_gap(self.content)) + 1
        self.say(f"“{citation.quote}” ({_where(citation)})")
        self.places.append((start, start + len(inert(citation.quote)), citation))
        if missing := missing_words(citation):
            self.content += f" {inert(missing)}"


def told(answer: Answer, *, filtered: bool = False) -> Told:
    """The answer in words. Not found says so plainly; a possible answer says that it is to be checked."""
    said = Told()
    if answer.note:
        said.say(answer.note)
    for each in answer.leading:
        said.quote(each)
    if not answer.found and not answer.is_told:
        said.say(f"{HEADLINE} {not_found_detail(answer.reason, filtered=filtered)}".strip())
    if answer.found and (later := later_words(answer)):
        said.say(later)
    if answer.further:
        said.say("Also found:")
        for each in answer.further:
            said.quote(each)
    if answer.possible:
        said.say("Less sure, to be checked:" if answer.found or answer.is_told else POSSIBLE)
        for each in answer.possible:
            said.quote(each)
    return said


def inert(words: str) -> str:
    """Words of articles that a client may show as Markdown: no picture, link or markup of theirs comes to life there.

    Most words have none, and stay exactly as they are.
    """
    return _ACTIVE.sub(r"\\\g<0>", words)


def url_citations(said: Told, url_of: UrlOf) -> list[JsonObject]:
    """Each quote as the Responses API annotates it; `url_of` says where an article without a web address is read."""
    return [
        {
            "type": "url_citation",
            "start_index": start,
            "end_index": end,
            "title": citation.title,
            "url": text_fragment_url(citation) or url_of(citation),
        }
        for start, end, citation in said.places
    ]


def chat_annotations(said: Told, url_of: UrlOf) -> list[JsonObject]:
    """The same as chat completions annotate it."""
    return [
        {"type": "url_citation", "url_citation": {name: value for name, value in each.items() if name != "type"}}
        for each in url_citations(said, url_of)
    ]


def count_words(texts: Sequence[str]) -> int:
    """What is given as the number of tokens: words, for there is no model whose tokens would cost anything."""
    return sum(len(each.split()) for each in texts)


def as_text(content: object) -> str:
    """The text of a message, whose content may come in parts; what is no text is passed over."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(each for each in texts if isinstance(each, str))


def _gap(content: str) -> str:
    return "\n\n" if content else ""


def _where(citation: Citation) -> str:
    parts = [citation.title, citation.site or "", day(citation.published) if citation.published else "undated"]
    page = f"p. {citation.page}" if citation.page else ""
    return ", ".join(filter(None, [*parts, page, TRUNCATED if citation.truncated else ""]))
