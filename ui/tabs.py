"""The tabs: which component calls what. What happens is in `ui.handlers`, how it looks in `ui.render`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from ui.events import AT_ONCE, EVERY, QUIET, READING, SUGGESTING
from ui.handlers.chat import ChatHandlers
from ui.handlers.library import LibraryHandlers, shell_html
from ui.state.session import Session

# The page's address tells which conversation is on it, also to a server that was started again.
# The box is emptied here: what is typed while the server works on a question is the next one.
_WITH_ADDRESS = (
    "(question, address, session) => { window.emptyBox?.(question); return [question, location.search, session]; }"
)
# A page keeps its name when it is loaded again, and only then.
_VISIT = """(address, visit, session) => {
  const isAgain = performance.getEntriesByType("navigation")[0]?.type === "reload";
  const name = (isAgain && sessionStorage.getItem("visit")) || crypto.getRandomValues(new Uint32Array(4)).join("-");
  sessionStorage.setItem("visit", name);
  return [location.search, name, session];
}"""


@dataclass(frozen=True, slots=True)
class ChatTab:
    """The components of the chat tab."""

    transcript: gr.HTML
    suggested: gr.HTML
    chips: gr.HTML
    question: gr.Textbox
    address: gr.Textbox
    visit: gr.Textbox


def chat_tab() -> ChatTab:
    """The components of the chat tab, in the order in which they stand."""
    transcript = gr.HTML(elem_id="transcript", apply_default_css=False)
    suggested = gr.HTML(elem_id="suggested", apply_default_css=False)
    chips = gr.HTML(elem_id="chips", apply_default_css=False)
    question = gr.Textbox(
        label="Your question",
        placeholder="Ask a question",
        elem_id="question",
        max_lines=5,
        autofocus=True,
        submit_btn="Ask",
    )
    address, visit = gr.Textbox(visible=False), gr.Textbox(visible=False)
    return ChatTab(transcript, suggested, chips, question, address, visit)


def wire_chat(handlers: ChatHandlers, blocks: gr.Blocks, page: gr.HTML, session: gr.State, tab: ChatTab) -> None:
    """A question appears at once, outside the queue; then it is read for, in its turn; then next ones are suggested."""

    def read(visitor: Session) -> Iterator[tuple[str, str]]:  # Gradio looks for a generator by its kind
        yield from handlers.read(visitor)

    def follow(visitor: Session) -> Iterator[tuple[str, str]]:
        yield from handlers.follow(visitor)

    def suggest(visitor: Session) -> Iterator[str]:
        yield from handlers.suggest(visitor)

    both = [tab.transcript, tab.chips]
    for event in _questions(handlers, page, session, tab):
        event.then(read, [session], both, **READING, **EVERY, **QUIET).then(
            suggest, [session], [tab.suggested], **SUGGESTING
        )
    _other_events(handlers, page, session, tab)
    loaded = blocks.load(handlers.load, [tab.address, tab.visit, session], [*both, session], js=_VISIT, **QUIET)
    loaded.then(follow, [session], both, **READING, **QUIET)


def _questions(
    handlers: ChatHandlers, page: gr.HTML, session: gr.State, tab: ChatTab
) -> Iterator[gr.events.Dependency]:
    """The ways to ask. What was suggested before goes."""
    shown = [tab.transcript, tab.chips, tab.suggested]
    on = partial(_on, handlers, page, session)

    def begin(text: str, address: str, visitor: Session) -> tuple[str, str, str]:
        handlers.come_to(address, visitor)
        return *handlers.begin(text, visitor), ""

    asked = [tab.question, tab.address, session]
    yield tab.question.submit(begin, asked, shown, js=_WITH_ADDRESS, **AT_ONCE)
    yield on("example", lambda data, visitor: (*handlers.begin(data.get("question"), visitor), ""), shown)
    yield on("again", lambda data, visitor: (*handlers.again(data, visitor), ""), shown)
    yield on("once_more", lambda data, visitor: (*handlers.retry(data.get("key"), visitor), ""), shown)


def _other_events(handlers: ChatHandlers, page: gr.HTML, session: gr.State, tab: ChatTab) -> None:
    both, shown = [tab.transcript, tab.chips], [tab.transcript, tab.chips, tab.suggested]
    on = partial(_on, handlers, page, session)
    on("stop_reading", lambda data, visitor: handlers.stop(data.get("key"), visitor), [tab.transcript])
    on("drop", lambda data, visitor: handlers.drop(data.get("key"), visitor), [tab.transcript])
    on("version", lambda data, visitor: (*handlers.version(data.get("turn"), data.get("by"), visitor), ""), shown)
    on("judge", lambda data, visitor: handlers.judge(data.get("turn"), data.get("verdict"), visitor), both)
    on("open", lambda data, visitor: (*handlers.open(data.get("to"), visitor), ""), shown)
    on("filter", handlers.choose_filter, [tab.chips])
    on("unchip", lambda data, visitor: handlers.unchip(data.get("position"), visitor), [tab.chips])
    on("ask_about", lambda data, visitor: handlers.about(data.get("article"), visitor), [tab.chips])


def _on(
    handlers: ChatHandlers,
    page: gr.HTML,
    session: gr.State,
    name: str,
    handle: Callable[[dict[str, Any], Session], Any],
    outputs: list[gr.HTML],
) -> gr.events.Dependency:
    """What the page's script triggers under `name`, with its data."""

    def work(visitor: Session, event: gr.EventData) -> Any:
        data = dict(event._data or {})
        if name != "open":
            handlers.come_to(data.get("address"), visitor)
        return handle(data, visitor)

    return getattr(page, name)(work, [session], outputs, **AT_ONCE)


def library_tab(handlers: LibraryHandlers) -> gr.HTML:
    """The tab's own markup; the page's script fills it in."""
    return gr.HTML(shell_html(handlers), elem_id="library", apply_default_css=False)


def library_changes(page: gr.HTML) -> gr.events.Dependency:
    """The library holds other articles now, for who shows something of it."""
    return page.library_changed(lambda: None, None, None, **QUIET)
