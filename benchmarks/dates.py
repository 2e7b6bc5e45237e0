"""How many of TimeBank's expressions of time are resolved to the right date.

    python benchmarks/dates.py timebank_timex.jsonl.gz

One article a line: `{"id", "date", "text", "timex": [{"text", "start", "type", "value"}]}`. The articles are split by
their ids into the half that the rules were made on and the half put aside; `--wrong` lists the misses.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from tables import print_table

from qa.news.dates import Resolved, resolve

_RELATIVE = ("relative", "relative, of a quarter or its year")
_SEASONS = {"21": "SP", "22": "SU", "23": "FA", "33": "Q1", "34": "Q2", "35": "Q3", "36": "Q4"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--half", choices=("first", "aside"), help="one half of the articles only")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong or unresolved")
    options = parser.parse_args()
    counts: dict[tuple[str, str], Counter[str]] = {}
    for half, group, verdict, line in _judged(options.file):
        if options.half not in (None, half):
            continue
        for each in (group, "all relative dates") if group in _RELATIVE else (group,):
            counts.setdefault((half, each), Counter())[verdict] += 1
        if options.wrong and verdict in ("wrong", "unresolved", "resolved"):
            print(f"{group}\t{verdict}\t{line}")
    rows = [(half, group, each.total(), *_shares(each)) for (half, group), each in sorted(counts.items())]
    print_table("TimeBank", ["half", "expressions", "number", "right", "wrong", "unresolved"], rows)


def _shares(counts: Counter[str]) -> tuple[float, float, float]:
    total = counts.total()
    right, wrong = counts["right"] + counts["silent"], counts["wrong"] + counts["resolved"]
    return right / total, wrong / total, counts["unresolved"] / total


def _judged(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """Half, group, verdict and a line to look at for each expression."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            half = "first" if int(sha256(article["id"].encode()).hexdigest(), 16) % 2 == 0 else "aside"
            published = date.fromisoformat(article["date"][:10])
            found = resolve(article["text"], 0, len(article["text"]), published)
            for timex in article["timex"]:
                value = _found(timex, found)
                words = article["text"][max(0, timex["start"] - 70) : timex["start"]].replace("\n", " ")
                line = f"{published} {timex['value']} {value} | {words}[{timex['text']}]"
                yield half, (group := _group(timex)), _verdict(group, timex["value"], value), line


def _group(timex: dict[str, Any]) -> str:
    """What the expression is: a date that its own words give, a relative one, or none that can be resolved."""
    if timex["type"] in ("DURATION", "SET"):
        return "duration or set"
    if re.search(r"\b(?:1[5-9]|20)\d\d\b|\d\ds\b|century|nineteen", timex["text"]):
        return "absolute"
    if not re.match(r"\d{4}", timex["value"]):
        return "now, recently, soon"
    if timex["type"] == "TIME":
        return "time of a day"
    return "relative, of a quarter or its year" if _is_business(timex) else "relative"


def _is_business(timex: dict[str, Any]) -> bool:
    return re.search(r"quarter|period|year-|year earlier", timex["text"], re.IGNORECASE) is not None or (
        "-Q" in timex["value"]
    )


def _found(timex: dict[str, Any], found: tuple[Resolved, ...]) -> str | None:
    """The value of what was resolved at the expression, as TimeML writes it."""
    end = timex["start"] + len(timex["text"])
    for each in found:
        if each.start < end and timex["start"] < each.end:
            return _timeml(each)
    return None


def _timeml(resolved: Resolved) -> str:
    value = resolved.value.rstrip("~")
    if resolved.precision == "weekend":
        year, week, _ = resolved.period.first.isocalendar()
        return f"{year}-W{week:02}-WE"
    return value[:5] + _SEASONS.get(value[5:], value[5:]) if len(value) == 7 else value


def _verdict(group: str, gold: str, value: str | None) -> str:
    if group in ("absolute", "now, recently, soon", "duration or set"):
        return "silent" if value is None else "resolved"
    if value is None:
        return "unresolved"
    return "right" if re.fullmatch(_plain(gold).replace("X", r"\d"), value) else "wrong"


def _plain(gold: str) -> str:
    """Without the part of the day; "1989-WXX" stands for any week of that year."""
    gold = re.sub(r"T.*$", "", gold)
    gold = re.sub(r"-W(\d)$", r"-W0\1", gold)
    return re.sub(r"-XX$", "", gold)


if __name__ == "__main__":
    main()
