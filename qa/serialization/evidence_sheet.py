"""One HTML file with quotes and the texts that they are from, which checks itself in any browser, without a network.

What it carries is the JSON of `qa.serialization.answers`: the answers, then the cited articles with their texts. A
script in the page holds every quote, and the words that are shown, against those texts and their SHA-256 hashes. Words
of articles are hostile: they pass through `_escaped`, and a policy in the page lets no other script run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from qa.datatypes import Answer, Citation, all_citations
from qa.errors import FormatError
from qa.serialization.answers import ArticleOf, answer_to_dict, cited_articles
from qa.serialization.not_found import HEADLINE, POSSIBLE, missing_words
from qa.serialization.text_fragments import text_fragment_url
from qa.text.display import clean, day, host_of, percent

_FOLDER = Path(__file__).parent / "sheet"
_PAGE = Template((_FOLDER / "page.html").read_text("utf-8"))
_STYLE = (_FOLDER / "page.css").read_text("utf-8")
_SCRIPT = (_FOLDER / "check.js").read_text("utf-8")
_DATA_OPENS, _DATA_CLOSES = '<script type="application/json" id="evidence">', "</script>"
_UNTITLED = "(no title)"
_SHOWN = ("*[@class='id']", "h3", "mark", "*[@class='sentence']")  # of a place: what `require_shown` reads
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def evidence_sheet(answers: Sequence[Answer], article_of: ArticleOf, title: str = "") -> str:
    """The page. An article that is gone is not carried, and the check in the page says so of its quotes."""
    articles = cited_articles(answers, article_of)
    hashes = {str(each["id"]): hashlib.sha256(str(each["text"]).encode()).hexdigest() for each in articles}
    data = [*(answer_to_dict(answer, passage_texts=False) for answer in answers), *articles]
    return _PAGE.substitute(
        title=_escaped(clean(title).strip() or (answers[0].question if len(answers) == 1 else "Evidence")),
        policy=_policy(),
        style=_STYLE,
        body="\n".join(_answer_html(answer, hashes, headed=len(answers) > 1) for answer in answers),
        data=json.dumps(data).translate(_IN_SCRIPT),
        script=_SCRIPT,
    )


def saved_in_sheet(page: str) -> str:
    """The JSON that a sheet carries. Raises FormatError for another page."""
    _, opening, behind = page.partition(_DATA_OPENS)
    data, closing, _ = behind.partition(_DATA_CLOSES)
    if not (opening and closing):
        raise FormatError("this page carries no evidence: give an evidence sheet, or what `ask --json` printed.")
    return data


def require_shown(page: str, answers: Iterable[Answer]) -> None:
    """Raise FormatError unless a sheet shows the places that it carries, all of them and no others."""
    from lxml import html

    places = [each for answer in answers for each in all_citations(answer.shown)]
    carried = [(each.article_id, each.title or _UNTITLED, each.quote, each.context) for each in places]
    shown = [
        tuple(part.xpath(f"string(.//{query})") for query in _SHOWN)
        for part in html.fromstring(page).find_class("place")
    ]
    if shown != carried:
        raise FormatError("the words that the page shows are not those that it carries: it was changed.")


def _policy() -> str:
    """Nothing may be fetched, and only the page's own script may run."""
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    rest = "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src 'sha256-{digest}'; {rest}"


def _answer_html(answer: Answer, hashes: Mapping[str, str], *, headed: bool) -> str:
    head = f"<h2>{_escaped(clean(answer.question))}</h2>" if headed else ""
    return f"<section>{head}{''.join(_parts(answer, hashes))}</section>"


def _parts(answer: Answer, hashes: Mapping[str, str]) -> Iterator[str]:
    if answer.note:
        yield f"<p>{_escaped(clean(answer.note))}</p>"
    elif not answer.shown:
        yield f"<p><strong>{HEADLINE}</strong></p>"
    for citation in all_citations(answer.citations):
        yield _place_html(citation, hashes)
    if answer.possible:
        yield f"<p><strong>{POSSIBLE}</strong></p>"
    for citation in all_citations(answer.possible):
        yield _place_html(citation, hashes)


def _place_html(citation: Citation, hashes: Mapping[str, str]) -> str:
    start, end = (max(0, at - citation.context_start) for at in (citation.start, citation.end))
    text = citation.context
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in _facts(citation, hashes) if value)
    return (
        f'<section class="place"><p class="sentence" dir="auto">{_escaped(text[:start])}'
        f"<mark>{_escaped(text[start:end])}</mark>{_escaped(text[end:])}</p>"
        f'<h3 dir="auto">{_escaped(citation.title or _UNTITLED)}</h3><dl>{facts}</dl></section>'
    )


def _facts(citation: Citation, hashes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    published = citation.published
    address = text_fragment_url(citation)
    yield "Published", f'<time datetime="{published.isoformat()}">{day(published)}</time>' if published else "undated"
    yield "Publisher", _escaped(clean(citation.site or ""))
    if address:
        host = _escaped(host_of(address) or "")
        yield "Original", f'<a href="{_escaped(address)}" rel="noopener noreferrer">{host}, at the words</a>'
    yield "Read from", _escaped(clean(citation.source))
    yield "Characters", f'<span class="offsets">{citation.start}–{citation.end}</span>'
    yield "Article", f'<code class="id">{_escaped(citation.article_id)}</code>'
    yield "SHA-256", f'<code class="hash">{hashes.get(citation.article_id, "")}</code>'
    yield "Confidence", percent(citation.confidence) if citation.confidence else ""
    yield "Mind", _escaped(clean(missing_words(citation))) if citation.missing else ""


def _escaped(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())
