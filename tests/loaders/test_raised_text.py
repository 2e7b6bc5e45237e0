"""Raised and lowered text: a note mark never becomes digits, and a power never becomes a number."""

from __future__ import annotations

import io

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse
from qa.loaders.markdown import without_note_marks
from qa.loaders.raised_text import level_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("cost £42<sup>3</sup> million", "cost £42 million"),
        ('opened in 1911<sup><a href="#n2">2</a></sup> and', "opened in 1911 and"),
        ("said the mayor.<sup>[4]</sup> Then", "said the mayor. Then"),
        ("said the mayor.<sup>*</sup> Then", "said the mayor. Then"),
        ("turnout<sup>1,2</sup> fell", "turnout fell"),
        ("an area of 30 km<sup>2</sup> burned", "an area of 30 km² burned"),
        ("E = mc<sup>2</sup>", "E = mc²"),
        ("4 × 10<sup>6</sup> cells", "4 × 10⁶ cells"),
        ("10<SUP>-3</SUP> m", "10⁻³ m"),
        ("the 21<sup>st</sup> time", "the 21st time"),
        ("CO<sub>2</sub> levels", "CO2 levels"),
        ("in base 10<sub>2</sub>", "in base 10₂"),
        ("2<sup>1</sup>/<sub>2</sub> miles", "2½ miles"),
        ("2<sup>5</sup>&frasl;<sub>32</sub> inches", "2 5/32 inches"),
        ("he supported <b>it</b>, <superb>", "he supported <b>it</b>, <superb>"),
        ("an open <sup> tag", "an open  tag"),
        ('£42<span style="vertical-align: super">3</span> million', "£42 million"),
        ('£42<a class="footnote-ref" href="#fn3">3</a> million', "£42 million"),
        ('£42<a href="#_ftn3" name="_ftnref3">[3]</a> million', "£42 million"),
        ('told of <a href="#note3">the other bridge</a> too', 'told of <a href="#note3">the other bridge</a> too'),
        ('<span style="vertical-align: top">3</span>', '<span style="vertical-align: top">3</span>'),
        ("Le 1<sup>er</sup> mai, au 2<sup>e</sup> étage", "Le 1er mai, au 2e étage"),
        ("£42<sup>a</sup> million", "£42 million"),
        ("cost £42¹ million in 1911², he said.³ Then", "cost £42 million in 1911, he said. Then"),
        ("the mayor¹ and the council&sup2;", "the mayor and the council"),
        ("420 m², 30 miles², 10³ and 10⁻³, 5², x², CO₂", "420 m², 30 miles², 10³ and 10⁻³, 5², x², CO₂"),
        ("the deck¹† of 1911[1], said he.[12] And[citation needed]", "the deck of 1911, said he. And"),
        ("he [1] wrote († 1911) [sic], [Petra] and a[i]", "he [1] wrote († 1911) [sic], [Petra] and a[i]"),
    ],
)
def test_raised_text_is_read_as_it_is_meant(markup: str, text: str) -> None:
    assert level_text(markup) == text


def test_many_open_tags_take_linear_time() -> None:
    assert level_text("<sup>" * 100_000) == ""


def test_footnotes_of_markdown_keep_their_text_and_lose_their_marks() -> None:
    assert without_note_marks("In 1911[^2] and 42^3^ more.\n\n[^2]: Vol. II.") == "In 1911 and 42 more.\n\nVol. II."
    assert without_note_marks("2^10 and [1] stay") == "2^10 and [1] stay"
    assert (
        without_note_marks("In 1911[[2]](#cite_note-2), £42[3](#fn3), H~2~O, 1911\\[4\\]") == "In 1911, £42, H2O, 1911"
    )
    assert without_note_marks("see [rule 3](/rules#three), about ~2~") == "see [rule 3](/rules#three), about ~2~"


def docx_of(*runs: tuple[str, dict[str, str]]) -> bytes:
    """A document of one paragraph; each run with properties as elements of WordprocessingML."""
    document = docx.Document()
    style = document.styles.add_style("FootnoteReference", WD_STYLE_TYPE.CHARACTER)
    style.font.superscript = True
    paragraph = document.add_paragraph()
    for text, properties in runs:
        run = paragraph.add_run(text)
        for name, value in properties.items():
            element = OxmlElement(f"w:{name}")
            element.set(qn("w:val"), value)
            run._r.get_or_add_rPr().append(element)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"rStyle": "FootnoteReference"}, "The bridge cost £42 million."),
        ({"position": "8"}, "The bridge cost £42 million."),
        ({"position": "2"}, "The bridge cost £423 million."),
        ({"rStyle": "FootnoteReference", "vertAlign": "baseline"}, "The bridge cost £423 million."),
    ],
)
def test_a_run_of_word_is_raised_by_its_style_or_position(properties: dict[str, str], text: str) -> None:
    data = docx_of(("The bridge cost £42", {}), ("3", properties), (" million.", {}))
    (article,) = parse(Document("upload:bridge.docx", data), Settings(min_article_chars=1))
    assert isinstance(article, Article)
    assert article.text == text


def test_raised_text_of_rtf_is_read_as_it_is_meant() -> None:
    data = rb"{\rtf1\ansi It cost \'a342{\super 3} million in 1911\super 2\nosupersub , and 420 m{\up6 2} of deck.\par}"
    (article,) = parse(Document("upload:bridge.rtf", data), Settings(min_article_chars=1))
    assert isinstance(article, Article)
    assert article.text == "It cost £42 million in 1911, and 420 m² of deck."
