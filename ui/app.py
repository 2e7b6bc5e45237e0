"""The chat as a web page: which component calls what. What happens is in `ui.handlers`, how it looks in `ui.render`."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it asks for its version otherwise

import gradio as gr
from starlette.middleware import Middleware

from qa.datatypes import Progress
from qa.errors import QAError
from qa.export import answer_to_dict
from qa.jsonvalues import JsonObject
from ui.guard import LOOPBACK, Guard
from ui.handlers import Conversation, Handlers
from ui.render_library import outcome_html, step
from ui.theme import THEME

if TYPE_CHECKING:
    from qa.assistant import Assistant

HERE = Path(__file__).parent
PORTS_TRIED = 50
READ_AT_ONCE = 2  # questions; more would only share the same cores
WAITING = 64  # events in line before a visitor is told to come back
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
READING: dict[str, Any] = {"concurrency_id": "read", "concurrency_limit": READ_AT_ONCE}
WRITING: dict[str, Any] = {"concurrency_id": "write", "concurrency_limit": 1}
TITLE = "Ask your articles"


class PortTaken(QAError):
    """No free port could be found to serve the chat on."""


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """The components of the library tab."""

    files: gr.File
    address: gr.Textbox
    add: gr.Button
    outcome: gr.HTML
    listing: gr.HTML


def build(assistant: Assistant) -> gr.Blocks:
    """The page over an assistant; see `launch` for what only serving can set."""
    handlers = Handlers(assistant)

    def open_article(place: Any) -> str:  # Gradio marks what the page may call, which a method cannot carry
        return handlers.open_article(place)

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        conversation = gr.State(Conversation())  # copied for each visitor
        gr.HTML(f"<h1>{TITLE}</h1>", elem_id="masthead", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                transcript, question = _chat_tab()
            with gr.Tab("Library", id="library"):
                library = _library_tab()
        page = gr.HTML(
            html_template=(HERE / "page.html").read_text("utf-8"),
            js_on_load=(HERE / "page.js").read_text("utf-8"),
            server_functions=[open_article],
            elem_id="page",
            apply_default_css=False,
        )
        _wire_chat(handlers, page, conversation, transcript, question)
        _wire_library(handlers, page, conversation, transcript, library)
        blocks.load(handlers.transcript, [conversation], [transcript], **QUIET)
        blocks.load(handlers.listed, None, [library.listing], **QUIET)
        _ask_endpoint(assistant)
    return blocks.queue(max_size=WAITING, default_concurrency_limit=READ_AT_ONCE)


def _chat_tab() -> tuple[gr.HTML, gr.Textbox]:
    transcript = gr.HTML(elem_id="transcript", apply_default_css=False)
    question = gr.Textbox(
        label="Your question",
        placeholder="Ask a question",
        elem_id="question",
        max_lines=5,
        autofocus=True,
        submit_btn="Ask",
    )
    return transcript, question


def _library_tab() -> LibraryTab:
    with gr.Row(elem_id="intake"):
        files = gr.File(label="Files", file_count="multiple", height=132)
        with gr.Column():
            address = gr.Textbox(label="Web address", placeholder="https://", elem_id="address", max_lines=1)
            add = gr.Button("Add to the library", variant="primary", elem_id="add")
    outcome = gr.HTML(outcome_html(), elem_id="outcome", apply_default_css=False)
    listing = gr.HTML(elem_id="listing", apply_default_css=False)
    return LibraryTab(files, address, add, outcome, listing)


def _wire_chat(
    handlers: Handlers, page: gr.HTML, conversation: gr.State, transcript: gr.HTML, question: gr.Textbox
) -> None:
    """A question appears at once, outside the queue; then it is read for, in its turn."""

    def begin(text: str, visitor: Conversation) -> tuple[str, str]:
        return handlers.begin(text, visitor), ""

    def begin_example(visitor: Conversation, event: gr.EventData) -> str:
        return handlers.begin(str(event._data.get("question", "")), visitor)

    asked = question.submit(begin, [question, conversation], [transcript, question], queue=False, **QUIET)
    chosen = page.example(begin_example, [conversation], [transcript], queue=False, **QUIET)
    for event in (asked, chosen):
        event.then(handlers.read, [conversation], [transcript], **READING, **QUIET)


def _wire_library(
    handlers: Handlers, page: gr.HTML, conversation: gr.State, transcript: gr.HTML, tab: LibraryTab
) -> None:
    """Every change shows what it did, then the list and the examples as they are after it."""

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
    for change in (added, removed, cleared):
        change.then(handlers.transcript, [conversation], [transcript], **QUIET)
    page.turn_page(turn_page, None, [tab.listing], **QUIET)


def _offset(event: gr.EventData) -> int:
    offset = event._data.get("offset")
    return offset if isinstance(offset, int) else 0


def _ask_endpoint(assistant: Assistant) -> None:
    """The one public endpoint: a question in, the answer in its JSON form out."""

    def ask(question: str) -> dict[str, Any]:
        """The answer of the articles, as `article-qa ask --json` prints it."""
        try:
            answer: JsonObject = answer_to_dict(assistant.ask(question))
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return answer

    gr.api(ask, api_name="ask", **READING)


def launch(assistant: Assistant, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False) -> gr.Blocks:
    """Serve the chat in the background; `.local_url` is where. Close it with `.close()`."""
    blocks = build(assistant)
    blocks.launch(
        server_name=host,
        server_port=free_port(host, port),
        inbrowser=open_browser,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        allowed_paths=[],
        max_file_size=f"{assistant.library.settings.max_file_mb}mb",
        theme=THEME,
        css_paths=[HERE / "style.css"],
        favicon_path=HERE / "favicon.svg",
        app_kwargs={"middleware": [Middleware(Guard, loopback=host in LOOPBACK)]},
    )
    return blocks


def serve(assistant: Assistant, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = True) -> None:
    """Serve the chat until Ctrl-C. PortTaken when neither `port` nor one of those after it is free."""
    blocks = launch(assistant, host=host, port=port, open_browser=open_browser)
    threading.Thread(target=_warm_up, args=[assistant], daemon=True).start()
    sys.stdout.write(f"The chat is at {blocks.local_url} (Ctrl-C ends it).\n")
    sys.stdout.flush()
    blocks.block_thread()


def _warm_up(assistant: Assistant) -> None:
    """While the visitor types. A model that cannot be loaded is told of at the first question."""
    with suppress(QAError):
        assistant.warm_up()


def free_port(host: str, port: int) -> int:
    """`port`, or the first free one after it; 0 is any."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PortTaken(
        f"{host} has no free port from {port} to {port + PORTS_TRIED - 1}: end another server, or give another --port."
    )
