"""A quote with its source in every form, to the letter."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from answer_fakes import ARTICLE, CITATION, articles, shallow
from hypothesis import given
from lxml import html

from qa.datatypes import Article, Citation
from qa.serialization.quote_format import QuoteFormat
from qa.serialization.quote_formats import quotes_with_source

LINK = "https://example.org/ferry#:~:text=It%20reached%20Sund-,after%20dark,-."
FILE = replace(CITATION, url=None, published=None, title="")
HOSTILE = replace(
    CITATION,
    title="</cite><script>alert(1)</script> 50% & {x}_y \\ \x1b[31m",
    url="https://example.org/a?b={c}&d=%20<e>",
    quote="<img src=x>", context="Say <img src=x>, ~ok", start=4, end=15, context_start=0,
)  # fmt: skip


def of(form: str, *citations: Citation, article: Article | None = ARTICLE) -> str:
    return quotes_with_source(citations, QuoteFormat(form), {article.id: article} if article else None)


def test_plain() -> None:
    assert of("plain", CITATION) == (
        f"“It reached Sund after dark.”\n— Ada Berg, “A ferry is late”, example.org, 12 May 2025. {LINK}"
    )
    assert of("plain", FILE, article=None) == (
        "“It reached Sund after dark.”\n— “(no title)”, undated. /news/ferry.txt"
    )
    assert of("plain", replace(CITATION, site="The Example"), FILE).count("“It reached") == 2
    assert "The Example, 12 May" in of("plain", replace(CITATION, site="The Example"))


def test_markdown_marks_the_exact_words() -> None:
    assert of("markdown", CITATION).splitlines() == [
        "> It reached Sund **after dark**.", ">",
        f"> — [A ferry is late](<{LINK}>), Ada Berg, example.org, 12 May 2025.",
    ]  # fmt: skip
    assert of("markdown", FILE, article=None).endswith("> — (no title), undated. /news/ferry.txt")


def test_html_marks_the_exact_words() -> None:
    assert of("html", CITATION) == (
        '<blockquote cite="https://example.org/ferry"><p>It reached Sund <strong>after dark</strong>.</p><footer>— '
        f'<cite><a href="{LINK}">A ferry is late</a></cite>, Ada Berg, example.org, 12 May 2025.</footer></blockquote>'
    )
    alone = of("html", FILE, article=None)
    assert alone.endswith("— <cite>(no title)</cite>, undated. /news/ferry.txt</footer></blockquote>")


def test_bibtex() -> None:
    assert of("bibtex", CITATION).splitlines() == [
        "@online{berg2025a1,",
        "  author = {{Ada Berg}},",
        "  title = {{A ferry is late}},",
        "  date = {2025-05-12},",
        "  organization = {example.org},",
        f"  url = {{{LINK}}},",
        "  note = {“It reached Sund after dark.”},",
        "}",
    ]
    assert of("bibtex", FILE, article=None).splitlines()[:2] == [
        "@misc{articlea1,", "  howpublished = {/news/ferry.txt},",
    ]  # fmt: skip


def test_csl() -> None:
    assert json.loads(of("csl", CITATION, FILE)) == [
        {
            "id": "berg2025a1", "type": "webpage", "title": "A ferry is late", "author": [{"literal": "Ada Berg"}],
            "issued": {"date-parts": [[2025, 5, 12]]}, "container-title": "example.org", "URL": LINK,
            "note": "It reached Sund after dark.",
        },
        {
            "id": "berga1", "type": "document", "author": [{"literal": "Ada Berg"}], "source": "/news/ferry.txt",
            "note": "It reached Sund after dark.",
        },
    ]  # fmt: skip


def test_a_web_annotation_selects_the_words_in_both_texts() -> None:
    (annotation,) = json.loads(of("annotation", CITATION))
    assert (annotation["@context"], annotation["type"]) == ("http://www.w3.org/ns/anno.jsonld", "Annotation")
    original, read = annotation["target"]
    assert original["source"] == "https://example.org/ferry"
    around = {"prefix": ARTICLE.text[8:40], "suffix": ". Nobody was hurt."}
    assert original["selector"] == {"type": "TextQuoteSelector", "exact": "after dark", **around}
    assert read["source"] == "urn:article-qa:a1"
    assert read["selector"] == [original["selector"], {"type": "TextPositionSelector", "start": 40, "end": 50}]
    assert annotation["body"]["value"] == "It reached Sund after dark."
    (elsewhere,) = json.loads(of("annotation", replace(CITATION, start=41)))
    assert json.loads(of("annotation", CITATION))[0]["id"] == annotation["id"] != elsewhere["id"]
    (alone,) = json.loads(of("annotation", FILE, article=None))
    assert [each["source"] for each in alone["target"]] == ["urn:article-qa:a1"]
    assert alone["target"][0]["selector"][0]["prefix"] == "It reached Sund "


def test_hostile_words_stay_words() -> None:
    page = html.fromstring(of("html", HOSTILE))
    assert {each.tag for each in page.iter()} == {"blockquote", "p", "strong", "footer", "cite", "a"}
    assert page.findtext(".//strong") == "<img src=x>"
    bibtex = of("bibtex", HOSTILE, article=None)
    assert r"50\% \& \{x\}\_y \textbackslash{}" in bibtex
    assert "\x1b" not in of("plain", HOSTILE) + of("markdown", HOSTILE) + bibtex
    assert r"\<img src=x\>" in of("markdown", HOSTILE)
    braces = bibtex.replace("\\{", "").replace("\\}", "")
    assert braces.count("{") == braces.count("}")


@given(shallow, articles)
@pytest.mark.parametrize("form", QuoteFormat)
def test_any_citation_has_every_form(form: QuoteFormat, citation: Citation, article: Article) -> None:
    told = quotes_with_source([citation], form, {citation.article_id: article})
    if form in (QuoteFormat.CSL, QuoteFormat.ANNOTATION):
        assert isinstance(json.loads(told), list)
    else:
        assert told
