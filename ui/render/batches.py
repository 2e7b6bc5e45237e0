"""Tables of questions that are being answered, as HTML. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qa.text.display import shortened
from ui.render.html import counted, escape, label, plain, tool_html
from ui.state.batches import Batch

NAME_CHARS = 80
_NAMES = {"csv": "CSV", "xlsx": "XLSX", "md": "Markdown"}


def batches_html(batches: Sequence[Batch], forms: Sequence[str]) -> str:
    """The newest first; `forms` are those in which answers can be saved. `data-busy`: it will change by itself."""
    busy = any(not each.ended for each in batches)
    told = escape(_words(batches[-1])) if batches and batches[-1].ended else ""
    shown = "".join(_batch_html(each, forms) for each in reversed(batches))
    return f'<div data-busy="{int(busy)}" data-told="{told}">{shown}</div>'


def _batch_html(batch: Batch, forms: Sequence[str]) -> str:
    name = label(_name(batch))
    if not batch.ended:
        stopping = batch.state == "stopping"
        stop = "" if stopping else tool_html("Stop", "stop-batch", batch.key, kind="tool")
        return (
            f'<div class="work"><div class="did"><p class="doing">Asking the questions of {name}</p>'
            f'{_bar_html(batch)}<p class="how-far">{_how_far(batch)}</p>{_links_html(batch, forms)}</div>{stop}</div>'
        )
    close = tool_html("Close", "close-batch", batch.key, hidden=f"the answers to {_name(batch)}")
    kind = "error" if batch.state == "failed" else "done"
    return (
        f'<div class="work ended {batch.state}"><div class="did"><p class="{kind}">{escape(_words(batch))}</p>'
        f"{_links_html(batch, forms)}</div>{close}</div>"
    )


def _bar_html(batch: Batch) -> str:
    value = "" if batch.state == "waiting" else f' max="{len(batch.questions)}" value="{len(batch.answers)}"'
    return f'<progress aria-label="{escape(f"Asking the questions of {_name(batch)}")}"{value}></progress>'


def _how_far(batch: Batch) -> str:
    if batch.state == "waiting":
        return "Waiting for what is before it"
    if batch.state == "stopping":
        return "Stopping …"
    return f"{len(batch.answers):,} of {len(batch.questions):,} answered"


def _words(batch: Batch) -> str:
    """What became of it: "questions.csv: 12 of 20 questions asked. 8 sure, 1 possible, 3 none."."""
    counts = Counter(each.certainty for each in batch.answers)
    said = ", ".join(f"{counts[name]:,} {name}" for name in ("sure", "possible", "none") if counts[name])
    some = "" if batch.state == "done" else f"{len(batch.answers):,} of "
    asked = f"{_name(batch)}: {some}{counted(len(batch.questions), 'question')} asked."
    return " ".join(filter(None, [asked, f"{said}." if said else "", batch.error]))


def _links_html(batch: Batch, forms: Sequence[str]) -> str:
    if not batch.answers:
        return ""
    links = "".join(
        f'<a class="link" href="batch/{batch.key}.{form}" download>{_NAMES[form]}'
        f'<span class="sr-only">, the answers to {label(_name(batch))}</span></a>'
        for form in forms
    )
    return f'<p class="deeds">{links}</p>'


def _name(batch: Batch) -> str:
    return shortened(plain(batch.name), NAME_CHARS)
