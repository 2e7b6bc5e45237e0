"""The library tab: which component calls what. What happens is in `ui.library_handlers`, how it looks in
`ui.render_library`.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from qa.datatypes import Progress
from ui.events import QUIET, WRITING
from ui.library_handlers import LibraryHandlers
from ui.render_library import outcome_html, step


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """The components of the library tab."""

    files: gr.File
    address: gr.Textbox
    add: gr.Button
    outcome: gr.HTML
    listing: gr.HTML


def library_tab() -> LibraryTab:
    with gr.Row(elem_id="intake"):
        files = gr.File(label="Files", file_count="multiple", height=132)
        with gr.Column():
            address = gr.Textbox(label="Web address", placeholder="https://", elem_id="address", max_lines=1)
            add = gr.Button("Add to the library", variant="primary", elem_id="add")
    outcome = gr.HTML(outcome_html(), elem_id="outcome", apply_default_css=False)
    listing = gr.HTML(elem_id="listing", apply_default_css=False)
    return LibraryTab(files, address, add, outcome, listing)


def wire_library(handlers: LibraryHandlers, page: gr.HTML, tab: LibraryTab) -> list[gr.events.Dependency]:
    """Every change shows what it did, then the list as it is after it; the changes, for who shows more."""

    def take_in(
        uploads: list[str] | None,
        web: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008  Gradio's way
    ) -> tuple[str, None, str, str]:
        def show(update: Progress) -> None:
            progress(
                (update.done, update.total), desc=step(update), unit="sources" if update.stage == "read" else "passages"
            )

        return handlers.add(uploads or [], web or "", show), None, "", handlers.listed()

    def remove(event: gr.EventData) -> tuple[str, str]:
        return handlers.remove(event._data.get("ids")), handlers.listed(_offset(event))

    def remove_samples() -> tuple[str, str]:
        return handlers.remove_samples(), handlers.listed()

    def turn_page(event: gr.EventData) -> str:
        return handlers.listed(_offset(event))

    added = gr.on(
        [tab.add.click, tab.address.submit],
        take_in,
        [tab.files, tab.address],
        [tab.outcome, tab.files, tab.address, tab.listing],
        show_progress_on=tab.outcome,
        api_visibility="private",
        **WRITING,
    )
    removed = page.remove(remove, None, [tab.outcome, tab.listing], **WRITING, **QUIET)
    cleared = page.remove_samples(remove_samples, None, [tab.outcome, tab.listing], **WRITING, **QUIET)
    page.turn_page(turn_page, None, [tab.listing], **QUIET)
    return [added, removed, cleared]


def _offset(event: gr.EventData) -> int:
    offset = event._data.get("offset")
    return offset if isinstance(offset, int) else 0
