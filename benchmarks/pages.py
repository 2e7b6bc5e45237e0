"""How much of an article's text and which day are found on pages of many content systems: ours and bare libraries.

    python benchmarks/pages.py [--details]

The pages are those of `page_layouts.py`. F1 is over runs of four words, as public comparisons of extractors count.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hardware import machine
from page_layouts import Page, pages
from tables import print_table

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse

RUN = 4  # words


@dataclass(frozen=True, slots=True)
class Found:
    """What one extractor makes of a page; an empty text and no day where it finds none."""

    text: str
    published: date | None


def ours(html: str) -> Found:
    """As the page goes into a library."""
    (found,) = parse(Document("upload:page.html", html.encode()), Settings())
    return Found(found.text, found.published) if isinstance(found, Article) else Found("", None)


def bare(html: str) -> Found:
    """Trafilatura's text and htmldate's day, both with their defaults, htmldate for the original day."""
    from htmldate import find_date
    from trafilatura import extract

    day = find_date(html, original_date=True, max_date="2199-12-31")
    return Found(
        extract(html, include_comments=False, include_links=False) or "", date.fromisoformat(day) if day else None
    )


def body_f1(text: str, page: Page) -> float:
    """F1 of runs of words against the right text, with or without the words that stand first."""
    runs = _runs(text)
    return max(_f1(runs, _runs(right)) for right in (page.text, f"{page.standfirst}\n{page.text}"))


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1)))


def _f1(found: Counter[tuple[str, ...]], right: Counter[tuple[str, ...]]) -> float:
    return 2 * (found & right).total() / (found.total() + right.total())


def main() -> None:
    """Print the table, and with `--details` what was found on each page that is not all right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--details", action="store_true")
    details = parser.parse_args().details
    extractors: dict[str, Callable[[str], Found]] = {"ours": ours, "trafilatura, htmldate": bare}
    scores: dict[str, list[tuple[Page, float, bool]]] = {name: [] for name in extractors}
    for page in pages():
        for name, extract in extractors.items():
            found = extract(page.html)
            f1, is_right = body_f1(found.text, page), found.published == page.published
            scores[name].append((page, f1, is_right))
            if details and name == "ours" and (f1 < 1 or not is_right):
                print(f"{page.layout} {page.story} {f1:.3f} {found.published} for {page.published}\n{found.text}\n")
    print(machine() + "\n")
    layouts = list(dict.fromkeys(page.layout for page, *_ in scores["ours"]))
    head = [f"{what}, {name}" for name in extractors for what in ("body F1", "dates")]
    rows = [(each, *(_mean(scores[name], each) for name in extractors)) for each in [*layouts, "all"]]
    print_table(
        "Pages", ["layout", *head], [(each, *(cell for pair in pairs for cell in pair)) for each, *pairs in rows]
    )


def _mean(scores: list[tuple[Page, float, bool]], layout: str) -> tuple[float, float]:
    """Mean F1 and share of right days of a layout, or of all."""
    rows = [row for row in scores if layout in ("all", row[0].layout)]
    return sum(f1 for _, f1, _ in rows) / len(rows), sum(right for *_, right in rows) / len(rows)


if __name__ == "__main__":
    main()
