"""The web page: its tabs put together, and served."""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.middleware import Middleware

from qa.accounts.access import Access, ReadOnly
from qa.accounts.admission import Admission, Choices, is_loopback
from qa.accounts.audited import Audited
from qa.accounts.proxies import Forwarded
from qa.api.access import LocalAccess
from qa.api.app import create_api
from qa.api.beside import Beside
from qa.api.hosts import LOOPBACK
from qa.conversations.store import Conversations
from qa.errors import PortTaken, QAError
from qa.files import kept_secret
from qa.logs import log_as_json_unless_read_along
from qa.processes import end_by_signals
from qa.serialization.answers import answer_to_dict
from qa.serialization.fields import JsonObject
from ui.events import QUIET, READING, THREADS, WAITING
from ui.functions import PageFunctions
from ui.handlers.library import LibraryHandlers
from ui.handlers.people import People
from ui.state.session import Session
from ui.tabs import chat_tab, library_changes, library_tab, wire_chat
from ui.web.accounts import AccountPages
from ui.web.gates import KeyGate, SignInGate
from ui.web.routes import routes
from ui.web.security import Doors, Guard
from ui.web.uploads import upload_route

if TYPE_CHECKING:
    from qa.assistant import Assistant

HERE = Path(__file__).parent / "static"
PORTS_TRIED = 50
_OPEN = (
    "warning: {host} can be reached from other machines, and what is sent is not encrypted. Whoever has the key in the "
    "address below can read, add and remove everything in this library.\n"
)
_UNENCRYPTED = (
    "warning: {host} can be reached from other machines, and what is sent is not encrypted: put a proxy with https "
    "before it (docs/serving.md).\n"
)
TITLE = "Ask your articles"
SCRIPTS = (
    "page.js",
    "account.js",
    "evidence.js",
    "turns.js",
    "quotes.js",
    "sidebar.js",
    "followed.js",
    "welcome.js",
    "shortcuts.js",
    "library.js",
    "batches.js",
    "jobs.js",
)  # one function body, in this order
STYLES = (
    "style.css",
    "chat.css",
    "welcome.css",
    "evidence.css",
    "quotes.css",
    "shortcuts.css",
    "sidebar.css",
    "library.css",
    "jobs.css",
    "print.css",
)
# The look that Gradio's own components take on; everything else is in style.css. No font is fetched.
SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Cantarell", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", "monospace")

THEME = gr.themes.Base(font=SANS, font_mono=MONO).set(
    body_background_fill="#fbfaf7",
    body_background_fill_dark="#171614",
    body_text_color="#22201c",
    body_text_color_dark="#ece8e0",
)


def build(assistant: Assistant, people: People | None = None, library: LibraryHandlers | None = None) -> gr.Blocks:
    """The page over an assistant; see `launch` for what only serving can set."""
    library = library or LibraryHandlers(assistant)
    people = people or People(assistant, library.uploads)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as blocks:
        session = gr.State(Session())  # each visitor gets one
        gr.HTML(f"<h1>{TITLE}</h1>", elem_id="masthead", apply_default_css=False)
        has_feedback = assistant.library.settings.feedback
        gr.HTML(_template("sidebar.html", has_feedback), elem_id="sidebar", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                talk = chat_tab()
            with gr.Tab("Library", id="library"):
                library_tab(library)
        page = gr.HTML(
            html_template=(HERE / "page.html").read_text("utf-8"),
            js_on_load=script(),
            server_functions=PageFunctions(people, library).all(),
            elem_id="page",
            apply_default_css=False,
        )
        wire_chat(people, blocks, page, session, talk)
        library_changes(page).then(_shown_again(people), [session], [talk.transcript], **QUIET)
        _ask_endpoint(assistant, people)
    return blocks.queue(max_size=WAITING, default_concurrency_limit=2)


def _shown_again(people: People) -> Callable[[Session, gr.Request], str]:
    def transcript(visitor: Session, request: gr.Request) -> str:
        return people.chat(request, visitor).transcript(visitor)

    return transcript


def _template(name: str, has_feedback: bool) -> str:
    """A piece of the page's own markup; without feedback, also without the list that comes of it."""
    template = (HERE / name).read_text("utf-8")
    return template if has_feedback else "".join(re.split(r"<!--/?feedback-->", template)[::2])


def script() -> str:
    """The page's scripts as one function body. Gradio may run it before the tabs are there: it waits for them."""
    parts = "\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    there = 'while (!document.querySelector("#tabs")) await new Promise((next) => setTimeout(next, 20));'
    return f"(async () => {{\n{there}\n{parts}\n}})();"


def _ask_endpoint(assistant: Assistant, people: People) -> None:
    """The one public endpoint: a question in, the answer in its JSON form out."""

    def ask(question: str) -> dict[str, Any]:
        """The answer of the articles, as `article-qa ask --json` prints it."""
        try:
            with people.line.held(object()):
                answer: JsonObject = answer_to_dict(assistant.ask(question))
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return answer

    gr.api(ask, api_name="ask", **READING)


@dataclass(frozen=True, slots=True)
class Served:
    """A chat that is served in the background at `url`.

    Whoever sends the `key`, or has come in by `entrance`, is let in; "" where people sign in instead.
    """

    url: str
    key: str
    blocks: gr.Blocks
    admission: Admission

    @property
    def entrance(self) -> str:
        """The address that lets a browser in."""
        return f"{self.url}?key={self.key}" if self.key else self.url

    def close(self) -> None:
        """End it."""
        self.blocks.close()
        self.admission.audit.close()


def admission_to(assistant: Assistant, choices: Choices | None = None) -> Admission:
    """How people come in to the chat of a library."""
    return Admission.at(Conversations.beside(assistant.library).path, choices)


def launch(
    assistant: Assistant, *, host: str = "127.0.0.1", port: int = 7860, choices: Choices | None = None
) -> Served:
    """Serve the chat in the background."""
    admission = admission_to(assistant, choices)
    signs_in, root = admission.signs_in, admission.proxies.root_path
    library = LibraryHandlers(assistant, local=host in LOOPBACK and not signs_in)
    people = People(assistant, library.uploads, admission)
    blocks = build(assistant, people, library)
    key = "" if signs_in else kept_secret(people.kept.path.with_name("chat.key"))
    doors = Doors.of(host, assistant.library.settings.chat_hosts.split())
    access: Access = admission.access if signs_in else LocalAccess(key, anywhere=host not in LOOPBACK)
    gate = SignInGate(admission.access, root) if signs_in else KeyGate(key, root)
    api = create_api(
        assistant,
        access=ReadOnly(access) if admission.read_only else access,
        line=people.line,
        jobs_queue=library.works,
        uploads=library.uploads,
        kept_of=lambda identity: people.of(identity).chat.kept,
        has_page=True,
    )
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # uvicorn believes this machine's own by itself; see `Forwarded`
    blocks.launch(
        server_name=host,
        server_port=free_port(host, port),
        inbrowser=False,
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
        max_threads=THREADS,
        max_file_size=f"{assistant.library.settings.max_file_mb}mb",
        theme=THEME,
        css_paths=[HERE / name for name in STYLES],
        favicon_path=HERE / "favicon.svg",
        root_path=root or None,
        app_kwargs={
            "middleware": [
                Middleware(Forwarded, proxies=admission.proxies),
                Middleware(Guard, doors=doors, gate=gate, read_only=admission.read_only),
                Middleware(Audited, audit=admission.audit),
                Middleware(Beside, api=api),
            ],
            "routes": [*AccountPages(admission).routes(), *routes(assistant, people), upload_route(library.uploads)],
        },
    )
    return Served(blocks.local_url, key, blocks, admission)


def serve(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    choices: Choices | None = None,
) -> None:
    """Serve the chat until Ctrl-C.

    Raises PortTaken when neither `port` nor one of those after it is free, SettingError where others could reach what
    nobody has to sign in to.
    """
    admission = admission_to(assistant, choices)
    admission.check_binding(host)
    log_as_json_unless_read_along()
    end_by_signals()
    served = launch(assistant, host=host, port=port, choices=choices)
    threading.Thread(target=_warm_up, args=[assistant], daemon=True).start()
    if not is_loopback(host):
        sys.stderr.write((_UNENCRYPTED if admission.signs_in else _OPEN).format(host=host))
    sys.stdout.write(f"The chat is at {served.entrance} (Ctrl-C ends it).\n")
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(served.entrance)
    served.blocks.block_thread()


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
