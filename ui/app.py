"""The web page: its tabs put together, and served."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.middleware import Middleware

from qa.errors import QAError
from qa.export import answer_to_dict
from qa.jsonvalues import JsonObject
from ui.chat_handlers import ChatHandlers, Conversation
from ui.chat_tab import chat_tab, wire_chat
from ui.events import QUIET, READ_AT_ONCE, READING, WAITING
from ui.guard import LOOPBACK, Guard
from ui.library_handlers import LibraryHandlers
from ui.library_tab import library_tab, wire_library
from ui.theme import THEME

if TYPE_CHECKING:
    from qa.assistant import Assistant

HERE = Path(__file__).parent
PORTS_TRIED = 50
TITLE = "Ask your articles"
SCRIPTS = ("page.js", "evidence.js", "library.js")  # one function body, in this order
STYLES = ("style.css", "chat.css", "library.css")


class PortTaken(QAError):
    """No free port could be found to serve the chat on."""


def build(assistant: Assistant) -> gr.Blocks:
    """The page over an assistant; see `launch` for what only serving can set."""
    chat, library = ChatHandlers(assistant), LibraryHandlers(assistant)

    def open_article(place: Any) -> str:  # Gradio marks what the page may call, which a method cannot carry
        return chat.open_article(place)

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        conversation = gr.State(Conversation())  # copied for each visitor
        gr.HTML(f"<h1>{TITLE}</h1>", elem_id="masthead", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                transcript, question = chat_tab()
            with gr.Tab("Library", id="library"):
                tab = library_tab()
        page = gr.HTML(
            html_template=(HERE / "page.html").read_text("utf-8"),
            js_on_load="\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS),
            server_functions=[open_article],
            elem_id="page",
            apply_default_css=False,
        )
        wire_chat(chat, page, conversation, transcript, question)
        for change in wire_library(library, page, tab):
            change.then(chat.transcript, [conversation], [transcript], **QUIET)
        blocks.load(chat.transcript, [conversation], [transcript], **QUIET)
        blocks.load(library.listed, None, [tab.listing], **QUIET)
        _ask_endpoint(assistant)
    return blocks.queue(max_size=WAITING, default_concurrency_limit=READ_AT_ONCE)


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
        css_paths=[HERE / name for name in STYLES],
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
