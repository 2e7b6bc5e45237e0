"""How fast the chat's page is there, and whether anything on it jumps, in a real Chromium.

    article-qa chat --no-browser &
    python benchmarks/page.py http://127.0.0.1:7860 --loads 10

Each load is a new visitor's, with nothing in the browser's cache. Layout shift is the browser's own measure
(https://web.dev/articles/cls): 0 is none, up to 0.1 counts as good.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping, Sequence

from hardware import machine
from playwright.sync_api import Browser, sync_playwright
from tables import print_table

SIZES: Mapping[str, tuple[int, int]] = {"desktop": (1280, 850), "phone": (390, 800)}
SETTLED = 1500  # milliseconds in which what is late would still jump
WATCH = """
  window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifted += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""
FIGURES = """() => [
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  window.ready,
  window.shifted,
  performance.getEntriesByType("resource").reduce((sum, each) => sum + each.transferSize, 0) / 1e6,
]"""


def main() -> None:
    """Load the page again and again; print the medians and the worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--loads", type=int, default=10)
    given = parser.parse_args()
    print(machine(), end="\n\n")
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        rows = []
        for name, size in SIZES.items():
            loads = sorted(loaded(browser, given.address, size) for _ in range(given.loads))
            rows.append((name, *(middle_and_worst([load[figure] for load in loads]) for figure in range(4))))
    print_table(
        "Loading the page, median / most",
        ["", "first paint, ms", "can be asked, ms", "layout shift", "MB fetched"],
        rows,
    )


def loaded(browser: Browser, address: str, size: tuple[int, int]) -> list[float]:
    """One session: first contentful paint and readiness in milliseconds, layout shift, megabytes."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    page.wait_for_selector("#transcript .welcome")
    page.evaluate("window.ready = performance.now()")
    page.wait_for_timeout(SETTLED)
    figures: list[float] = page.evaluate(FIGURES)
    context.close()
    return figures


def middle_and_worst(values: Sequence[float]) -> str:
    """As "median / most"."""
    ordered = sorted(values)
    middle, worst = (
        f"{value:,.0f}" if value >= 10 else f"{value:.3f}" for value in (ordered[len(ordered) // 2], ordered[-1])
    )
    return f"{middle} / {worst}"


if __name__ == "__main__":
    main()
