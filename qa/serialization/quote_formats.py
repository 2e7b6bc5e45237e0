"""A quote with its source, to be taken along: plain, Markdown, HTML, BibTeX, CSL-JSON, W3C Web Annotation.

What is quoted is the whole sentence or sentences around the exact words, `Citation.context`; where marks are possible,
the exact words are marked in it. The link leads to the words in the original (`text_fragments`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from qa.datatypes import Article, Citation
from qa.loaders.article import web_address
from qa.serialization.answers import iso
from qa.serialization.fields import JsonObject
from qa.serialization.markdown import link_address, marked_markdown
from qa.serialization.markdown import plain as markdown_words
from qa.serialization.quote_format import QuoteFormat
from qa.serialization.text_fragments import text_fragment_url
from qa.text.display import clean, day

_AROUND = 32  # characters before and behind the words, by which an annotation finds them again
_ENTITIES = re.compile(r"[\\{}$&#%_~^]")
_NOT_IN_BRACES = re.compile(r"[{}\\\s]")
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
Articles = Mapping[str, Article]


def quotes_with_source(citations: Sequence[Citation], form: QuoteFormat, articles: Articles | None = None) -> str:
    """Quotes with their sources, one behind the other; CSL-JSON and annotations as one array.

    `articles`, by id, add the authors, and to an annotation the words around the quote.
    """
    known = [(each, (articles or {}).get(each.article_id)) for each in citations]
    match form:
        case QuoteFormat.CSL:
            return _json([csl_item(*each) for each in known])
        case QuoteFormat.ANNOTATION:
            return _json([web_annotation(*each) for each in known])
        case QuoteFormat.PLAIN:
            return "\n\n".join(_plain(*each) for each in known)
        case QuoteFormat.MARKDOWN:
            return "\n\n".join(_markdown(*each) for each in known)
        case QuoteFormat.HTML:
            return "\n".join(_html(*each) for each in known)
        case QuoteFormat.BIBTEX:
            return "\n\n".join(_bibtex(*each) for each in known)


def csl_item(citation: Citation, article: Article | None = None) -> JsonObject:
    """An item of CSL-JSON; the quote is its note."""
    host = _publisher(citation)
    url = text_fragment_url(citation)
    authors = [{"literal": clean(each)} for each in (article.authors if article else ())]
    published = citation.published
    issued = {"date-parts": [[published.year, published.month, published.day]]} if published else None
    values = {
        "id": _key(citation, article),
        "type": "webpage" if url else "document",
        "title": clean(citation.title),
        "author": authors,
        "issued": issued,
        "container-title": host,
        "URL": url,
        "source": None if url else clean(citation.source),
        "note": citation.context,
    }
    return {name: value for name, value in values.items() if value}


def web_annotation(citation: Citation, article: Article | None = None) -> JsonObject:
    """A W3C Web Annotation of the exact words, with the sentence as its body.

    In the original they are found by the words and those around them; in the article as it was read,
    `urn:article-qa:<id>`, by its offsets as well.
    """
    quoted = _quote_selector(citation, article)
    position = {"type": "TextPositionSelector", "start": citation.start, "end": citation.end}
    targets: list[JsonObject] = [{"source": f"urn:article-qa:{citation.article_id}", "selector": [quoted, position]}]
    if address := _address(citation):
        targets.insert(0, {"source": address, "selector": quoted})
    name = f"article-qa:{citation.article_id}:{citation.start}-{citation.end}"
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}",
        "type": "Annotation",
        "motivation": "highlighting",
        "body": {"type": "TextualBody", "purpose": "describing", "format": "text/plain", "value": citation.context},
        "target": targets,
    }


def _quote_selector(citation: Citation, article: Article | None) -> JsonObject:
    if article is not None:
        before, after = article.text[: citation.start], article.text[citation.end :]
    else:
        before = citation.context[: max(0, citation.start - citation.context_start)]
        after = citation.context[max(0, citation.end - citation.context_start) :]
    return {
        "type": "TextQuoteSelector",
        "exact": citation.quote,
        "prefix": before[max(0, len(before) - _AROUND) :],
        "suffix": after[:_AROUND],
    }


def _plain(citation: Citation, article: Article | None) -> str:
    address = text_fragment_url(citation) or clean(citation.source)
    return f"{_in_marks(clean(citation.context).strip())}\n— {', '.join(_source(citation, article))}. {address}"


def _markdown(citation: Citation, article: Article | None) -> str:
    title, *rest = (markdown_words(each) for each in _source(citation, article, titled=True))
    address = text_fragment_url(citation)
    linked = f"[{title}](<{link_address(address)}>)" if address else title
    end = "" if address else f" {markdown_words(citation.source)}"
    return f"> {marked_markdown(citation)}\n>\n> — {', '.join([linked, *rest])}.{end}"


def _html(citation: Citation, article: Article | None) -> str:
    start, end = citation.start - citation.context_start, citation.end - citation.context_start
    text, address = citation.context, text_fragment_url(citation)
    title, *rest = (_escaped(each) for each in _source(citation, article, titled=True))
    linked = f'<a href="{_escaped(address)}">{title}</a>' if address else title
    origin = "" if address else f" {_escaped(clean(citation.source))}"
    cited = f' cite="{_escaped(_address(citation) or "")}"' if _address(citation) else ""
    return (
        f"<blockquote{cited}><p>{_escaped(text[:start])}<strong>{_escaped(text[start:end])}</strong>{_escaped(text[end:])}"
        f"</p><footer>— <cite>{linked}</cite>, {', '.join(rest)}.{origin}</footer></blockquote>"
    )


def _bibtex(citation: Citation, article: Article | None) -> str:
    url = text_fragment_url(citation)
    fields = {
        "author": " and ".join(f"{{{_latex(each)}}}" for each in (article.authors if article else ())),
        "title": f"{{{_latex(citation.title)}}}",
        "date": iso(citation.published) or "",
        "organization": _latex(_publisher(citation) or ""),
        "url": _NOT_IN_BRACES.sub(lambda sign: f"%{ord(sign[0]):02X}", clean(url or "")),
        "howpublished": "" if url else _latex(citation.source),
        "note": _latex(_in_marks(citation.context.strip())),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value.strip("{}")]
    return "\n".join([f"@{'online' if url else 'misc'}{{{_key(citation, article)},", *lines, "}"])


def _source(citation: Citation, article: Article | None, *, titled: bool = False) -> list[str]:
    """Authors, title, publisher and day in words, those that are known; with `titled` the title comes first."""
    title = clean(citation.title).strip() or "(no title)"
    authors = ", ".join(clean(each) for each in article.authors) if article else ""
    first = [title, authors] if titled else [authors, f"“{title}”"]
    return [each for each in (*first, _publisher(citation) or "", day(citation.published)) if each]


def _publisher(citation: Citation) -> str | None:
    site = clean(citation.site or "").strip()
    return site or (urlsplit(_address(citation) or "").hostname or "").removeprefix("www.") or None


def _address(citation: Citation) -> str | None:
    return web_address(citation.url) or web_address(citation.source)


def _in_marks(text: str) -> str:
    return text if text[:1] == "“" and text.endswith("”") and text.count("“") == 1 else f"“{text}”"


def _key(citation: Citation, article: Article | None) -> str:
    """As `berg2025a1b2c3`: whose it is, the year, and the beginning of the article's id."""
    name = article.authors[0].split()[-1:] if article and article.authors else []
    folded = unicodedata.normalize("NFKD", (name or [_publisher(citation) or "article"])[0])
    word = re.sub(r"[^a-z0-9]", "", folded.lower()) or "article"
    year = str(citation.published.year) if citation.published else ""
    return f"{word}{year}{citation.article_id[:6]}"


def _latex(text: str) -> str:
    return _ENTITIES.sub(lambda sign: _LATEX.get(sign[0], f"\\{sign[0]}"), clean(text).strip())


def _escaped(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())


def _json(values: Sequence[JsonObject]) -> str:
    return json.dumps(values, indent=2)
