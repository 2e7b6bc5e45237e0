"""Questions as people ask them, over a made-up newsroom and the samples, and how an answer to one is judged.

A row of `people.jsonl` has the kind of its question and either `answers`, of which one has to be said, or `all`, which
all have to be; empty answers mean that the articles don't say. Dates that only the day of publication gives may be told
beside the quote.
"""

import json
import re
import unicodedata
from pathlib import Path

from qa.datatypes import Answer

NEWSROOM = Path(__file__).parent / "newsroom"
ROWS = [json.loads(line) for line in Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]


def outcome(row: dict, answer: Answer) -> str:
    """ "right", "possible" (the right words are shown as what may answer), "silent" or "wrong"."""
    wanted = row.get("all") or row["answers"]
    if not wanted:
        return "wrong" if answer.found else "right"
    said = [answer.text, answer.note, *(each.words for shown in answer.citations for each in shown.resolved)]
    if "all" in row or answer.is_told:
        said += [each.quote for each in answer.citations]
    if _holds(row, said):
        return "right"
    if answer.found:
        return "wrong"
    return "possible" if _holds(row, [shown.quote for shown in answer.shown]) else "silent"


def _holds(row, said):
    words = _plain(" ".join(said))
    if "all" in row:
        return all(_plain(each) in words for each in row["all"])
    return any(_plain(each) in words for each in row["answers"])


def _plain(text):
    return " ".join(re.findall(r"\w+(?:[.,:/-]\w+)*|[£$€°%]", unicodedata.normalize("NFKC", text).casefold()))
