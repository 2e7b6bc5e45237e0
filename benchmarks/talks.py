"""Whole conversations over the sample articles: what completing the questions costs.

    python benchmarks/talks.py [tests/conversations.jsonl] [--details FILE]

Each follow-up is asked in three ways: alone, as it was typed; after its conversation, as the chat asks it; and as the
whole question that a person would have asked.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hardware import machine
from tables import print_table

from qa.assistant import Assistant
from qa.datatypes import Answer, Turn
from qa.evaluation.metrics import RIGHT, f1
from qa.samples import add_samples

TALKS = Path(__file__).parent.parent / "tests" / "conversations.jsonl"
WAYS = ("as typed, alone", "after its conversation", "as a whole question")
HEAD = ["", "answerable", "answered", "F1, withheld counts 0", "right of those answered", "right article", "not found"]
Asked = tuple[dict[str, Any], Answer]


def main() -> None:
    """Ask, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", nargs="?", type=Path, default=TALKS)
    parser.add_argument("--details", type=Path)
    given = parser.parse_args()
    talks = [json.loads(line)["turns"] for line in given.conversations.read_text(encoding="utf-8").splitlines()]
    asked: dict[str, list[Asked]] = {way: [] for way in WAYS}
    with TemporaryDirectory() as folder, Assistant.open(folder) as assistant:
        add_samples(assistant.library)
        for talk in talks:
            for way, answers in ask(assistant, talk).items():
                asked[way] += answers
    print(f"{machine()}\n")
    print_table(f"Follow-ups of {len(talks)} conversations", HEAD, [(way, *figures(asked[way])) for way in WAYS])
    if given.details:
        rows = [details(*each) for each in zip(*(asked[way] for way in WAYS), strict=True)]
        given.details.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def ask(assistant: Assistant, talk: Sequence[dict[str, Any]]) -> dict[str, list[Asked]]:
    """All turns but the first, in each way."""
    history: list[Turn] = []
    found: dict[str, list[Asked]] = {way: [] for way in WAYS}
    for turn in talk:
        answer = assistant.ask(turn["question"], history=history)
        if history:
            alone, whole = (assistant.ask(turn[key]) for key in ("question", "standalone"))
            for way, each in zip(WAYS, (alone, answer, whole), strict=True):
                found[way].append((turn, each))
        history.append(Turn(turn["question"], answer))
    return found


def figures(asked: Sequence[Asked]) -> tuple[object, ...]:
    """The cells of a row: over answerable questions, and last the share of the others that got no answer."""
    answerable = [(turn, answer) for turn, answer in asked if turn["answers"]]
    given = [(turn, answer) for turn, answer in answerable if answer.found]
    scores = [f1(answer.text, turn["answers"]) for turn, answer in answerable]
    silent = [not answer.found for turn, answer in asked if not turn["answers"]]
    return (
        len(answerable),
        len(given) / len(answerable),
        sum(scores) / len(scores),
        sum(f1(answer.text, turn["answers"]) >= RIGHT for turn, answer in given) / max(len(given), 1),
        sum(turn["article"] in answer.citations[0].source for turn, answer in given) / max(len(given), 1),
        f"{sum(silent)} of {len(silent)}",
    )


def details(alone: Asked, after: Asked, whole: Asked) -> dict[str, Any]:
    """What became of one follow-up."""
    turn, answer = after
    return {
        "question": turn["question"],
        "completed": answer.question,
        "whole": turn["standalone"],
        "answers": turn["answers"],
        "given": [each.text for _, each in (alone, after, whole)],
    }


if __name__ == "__main__":
    main()
