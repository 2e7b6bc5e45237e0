"""The library tab: its place on the page. What happens is in `ui.handlers.library`, how it looks in `ui.render_*`."""

from __future__ import annotations

import gradio as gr

from ui.events import QUIET
from ui.handlers.library import LibraryHandlers, shell_html


def library_tab(handlers: LibraryHandlers) -> gr.HTML:
    """The tab's own markup; the page's script fills it in."""
    return gr.HTML(shell_html(handlers), elem_id="library", apply_default_css=False)


def library_changes(page: gr.HTML) -> gr.events.Dependency:
    """The library holds other articles now, for who shows something of it."""
    return page.library_changed(lambda: None, None, None, **QUIET)
