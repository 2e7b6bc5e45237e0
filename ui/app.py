"""The chat as a web page: which component calls what. What happens is in `ui.handlers`, how it looks in `ui.render`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: it asks for its version otherwise

import gradio as gr
from starlette.middleware import Middleware

from qa.datatypes import Progress
from qa.errors import QAError
from qa.export import JsonObject, answer_to_dict
from ui.guard import LOOPBACK, Guard
from ui.handlers import Conversation, Handlers
from ui.render_library import step
from ui.theme import THEME

if TYPE_CHECKING:
    from qa.assistant import Assistant

HERE = Path(__file__).parent
PORTS_TRIED = 50
READ_AT_ONCE = 2  # questions; more would only share the same cores
WAITING = 64  # events in line before a visitor is told to come back
TITLE = "Ask your articles"


class PortTaken(QAError):
    """No free port could be found to serve the chat on."""


def build(assistant: Assistant) -> gr.Blocks:
    """The page over an assistant; see `launch` for what only serving can set."""
    handlers = Handlers(assistant)

    def open_article(place: Any) -> str:  # Gradio marks what it may call from the page, which a method cannot carry
        return handlers.open_article(place)

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        conversation = gr.State(Conversation())  # copied for each visitor
        gr.HTML(f"<h1>{TITLE}</h1>", elem_id="masthead", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                transcript = gr.HTML(elem_id="transcript", apply_default_css=False)
                question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask a question",
                    elem_id="question",
                    max_lines=5,
                    autofocus=True,
                    submit_btn="Ask",
                )
            with gr.Tab("Library", id="library"):
                files, address, add, outcome, listing = _library_tab()
        page = gr.HTML(
            html_template=(HERE / "page.html").read_text("utf-8"),
            js_on_load=(HERE / "page.js").read_text("utf-8"),
            server_functions=[open_article],
            elem_id="page",
            apply_default_css=False,
        )
        _wire_chat(blocks, handlers, page, conversation, transcript, question)
        _wire_library(blocks, handlers, page, conversation, transcript, files, address, add, outcome, listing)
        _ask_endpoint(assistant)
    return blocks.queue(max_size=WAITING, default_concurrency_limit=READ_AT_ONCE)


def _library_tab() -> tuple[gr.File, gr.Textbox, gr.Button, gr.HTML, gr.HTML]:
    with gr.Row(elem_id="intake"):
        files = gr.File(label="Files", file_count="multiple", height=132)
        with gr.Column():
            address = gr.Textbox(label="Web address", placeholder="https://", elem_id="address", type="text")
            add = gr.Button("Add to the library", variant="primary", elem_id="add")
    outcome = gr.HTML(elem_id="outcome", apply_default_css=False)
    listing = gr.HTML(elem_id="listing", apply_default_css=False)
    return files, address, add, outcome, listing


def _wire_chat(
    blocks: gr.Blocks,
    handlers: Handlers,
    page: gr.HTML,
    conversation: gr.State,
    transcript: gr.HTML,
    question: gr.Textbox,
) -> None:
    """A question appears at once, outside the queue; then it is read for, in its turn."""

    def begin(text: str, visitor: Conversation) -> tuple[str, str]:
        return handlers.begin(text, visitor), ""

    def begin_example(visitor: Conversation, event: gr.EventData) -> str:
        return handlers.begin(str(event._data.get("question", "")), visitor)

    asked = question.submit(
        begin, [question, conversation], [transcript, question], queue=False, api_visibility="private"
    )
    chosen = page.example(begin_example, [conversation], [transcript], queue=False, api_visibility="private")
    for event in (asked, chosen):
        event.then(
            handlers.read, [conversation], [transcript], show_progress="hidden", api_visibility="private",
            concurrency_id="read", concurrency_limit=READ_AT_ONCE,
        )  # fmt: skip
    blocks.load(handlers.transcript, [conversation], [transcript], show_progress="hidden", api_visibility="private")


def _wire_library(
    blocks: gr.Blocks,
    handlers: Handlers,
    page: gr.HTML,
    conversation: gr.State,
    transcript: gr.HTML,
    files: gr.File,
    address: gr.Textbox,
    add: gr.Button,
    outcome: gr.HTML,
    listing: gr.HTML,
) -> None:
    """Every change shows what it did, then the list and the examples as they are after it."""

    def take_in(
        uploads: list[str] | None, web: str, progress: gr.Progress = gr.Progress()  # noqa: B008  Gradio's way
    ) -> tuple[str, None, str]:
        def show(update: Progress) -> None:
            progress((update.done, update.total), desc=step(update), unit=update.stage)

        return handlers.add(uploads or [], web or "", show), None, ""

    def remove(event: gr.EventData) -> tuple[str, str]:
        return handlers.remove(event._data.get("ids")), handlers.listed(_offset(event))

    def remove_samples() -> tuple[str, str]:
        return handlers.remove_samples(), handlers.listed()

    def turn_page(event: gr.EventData) -> str:
        return handlers.listed(_offset(event))

    added = gr.on(
        [add.click, address.submit], take_in, [files, address], [outcome, files, address],
        show_progress_on=outcome, concurrency_id="write", concurrency_limit=1, api_visibility="private",
    )  # fmt: skip
    added.then(handlers.listed, None, [listing], show_progress="hidden", api_visibility="private").then(
        handlers.transcript, [conversation], [transcript], show_progress="hidden", api_visibility="private"
    )
    for event, change in ((page.remove, remove), (page.remove_samples, remove_samples)):
        event(
            change, None, [outcome, listing], show_progress="hidden",
            concurrency_id="write", concurrency_limit=1, api_visibility="private",
        ).then(
            handlers.transcript, [conversation], [transcript], show_progress="hidden", api_visibility="private"
        )  # fmt: skip
    page.turn_page(turn_page, None, [listing], show_progress="hidden", api_visibility="private")
    blocks.load(handlers.listed, None, [listing], show_progress="hidden", api_visibility="private")


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

    gr.api(ask, api_name="ask", concurrency_id="read", concurrency_limit=READ_AT_ONCE)


def launch(
    assistant: Assistant, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False
) -> gr.Blocks:
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
        app_kwargs={"middleware": [Middleware(Guard, loopback=host in LOOPBACK)]},
    )
    return blocks


def serve(
    assistant: Assistant, *, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = True
) -> None:
    """Serve the chat until Ctrl-C. PortTaken when neither `port` nor one of those after it is free."""
    blocks = launch(assistant, host=host, port=port, open_browser=open_browser)
    sys.stdout.write(f"The chat is at {blocks.local_url} (Ctrl-C ends it).\n")
    sys.stdout.flush()
    blocks.block_thread()


def free_port(host: str, port: int) -> int:
    """`port`, or the first free one after it."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    raise PortTaken(
        f"{host} has no free port from {port} to {port + PORTS_TRIED - 1}: end another server, or give another --port."
    )
