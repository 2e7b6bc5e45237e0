"""An evidence sheet over articles with hostile and wide characters, and ways to change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qa.answering.citing import citation_of
from qa.datatypes import Answer, Article, Citation
from qa.errors import ArticleNotFound
from qa.loaders.article import build_article
from qa.serialization.evidence_sheet import evidence_sheet

HOSTILE = "</script><script>alert(1)</script><!--<script>"
FERRY = build_article(
    title=f"A ferry 🚢 is late {HOSTILE}",
    text=f"The 🚢 ferry left at noon. It reached Sünd 🌊 after dark & “late”. {HOSTILE} <img src=x onerror=alert(2)>",
    source="/news/ferry.txt",
    url="https://example.org/ferry",
    published=date(2025, 5, 12),
)
SEAL = build_article(title="Seal", text="A seal slept until evening.", source="/news/seal.txt")


def cite(article: Article, quote: str, context: str = "") -> Citation:
    start = article.text.index(quote)
    begin = article.text.index(context) if context else 0
    place = citation_of(article, (start, start + len(quote)), (begin, begin + len(context or article.text)))
    return replace(place, confidence=0.75)


DARK = cite(FERRY, "after dark", "It reached Sünd 🌊 after dark & “late”.")
IMAGE = cite(FERRY, "<img src=x onerror=alert(2)>")
EVENING = cite(SEAL, "until evening")
ANSWERS = (
    Answer("When did it arrive?", "after dark", 0.75, (replace(DARK, repeats=(IMAGE,)),), ()),
    Answer(f"Who slept? {HOSTILE}", "", 0.4, (), (), possible=(EVENING,)),
)


def find(article_id: str) -> Article:
    for article in (FERRY, SEAL):
        if article.id == article_id:
            return article
    raise ArticleNotFound(article_id)


def sheet() -> str:
    return evidence_sheet(ANSWERS, find)


# what is changed, how, and what is said of it
CHANGES = {
    "the words shown": ("<mark>after dark</mark>", "<mark>at dawn</mark>", "the words shown"),
    "the sentence shown": ("It reached Sünd", "It missed Sünd", "the words shown"),
    "the date shown": ('datetime="2025-05-12"', 'datetime="2025-05-13"', "the date shown"),
    "the place shown": (f"{DARK.start}–{DARK.end}", "1–2", "the place shown"),
    "the address shown": (
        '<a href="https://example.org/ferry',
        '<a href="https://example.com/ferry',
        "the address shown",
    ),
    "the text carried": ("\\ud83d\\udea2 ferry left at noon", "\\ud83d\\udea2 ferry left at nine", "its hash names"),
    "the offsets carried": (f'"start": {DARK.start},', f'"start": {DARK.start - 1},', "the place shown"),
}
