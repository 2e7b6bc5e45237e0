"""How an answer came about as HTML: sentences, and the passages with small bars."""

from __future__ import annotations

from qa.answering.explanation import ExplainedPassage, Explanation
from qa.text.display import shortened
from ui.render.html import escape, label

SHOWN = 240  # characters of a passage


def how_html(explanation: Explanation) -> str:
    """Why there is this answer or none, and all that was considered."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in explanation.sentences)
    items = "".join(_passage_html(line) for line in explanation.passages)
    listed = f'<h3>Passages considered</h3><ol class="considered">{items}</ol>' if items else ""
    asked = f'<p class="asked">Question: <q dir="auto">{escape(shortened(explanation.question, 400))}</q></p>'
    return f'<div class="how">{asked}<div class="why">{told}</div>{listed}</div>'


def _passage_html(line: ExplainedPassage) -> str:
    article = line.found.article
    used = ", ".join(f"[{number}]" for number in line.citations)
    cited = f'<span class="used">Answer {used}</span>' if used else ""
    bars = _bar("By words", line.lexical) + _bar("By meaning", line.dense)
    bars += _bar("Reader", line.reader) if line.read else ""
    return (
        f'<li class="{"read" if line.read else "unread"}"><p class="title">{label(article.title)} {cited}</p>'
        f'<p class="sentence" dir="auto">{escape(shortened(line.found.text, SHOWN))}</p>'
        f'<dl class="bars">{bars}</dl><p class="rank">{escape(line.rank)}</p></li>'
    )


def _bar(name: str, value: float | None) -> str:
    level = 0 if value is None else round(100 * min(1.0, max(0.0, value)))
    return (
        f'<div><dt>{name}</dt><dd><span class="meter" aria-hidden="true"><span style="width:{level}%"></span></span>'
        f'<span class="sr-only">{level} of 100</span></dd></div>'
    )
