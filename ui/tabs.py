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
from ui.handlers.people import People
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


def wire_chat(people: People, blocks: gr.Blocks, page: gr.HTML, session: gr.State, tab: ChatTab) -> None:
    """A question appears at once, outside the queue; then it is read for, in its turn; then next ones are suggested."""

    def read(visitor: Session, request: gr.Request) -> Iterator[tuple[str, str]]:  # Gradio looks for a generator
        yield from people.chat(request, visitor).read(visitor)

    def follow(visitor: Session, request: gr.Request) -> Iterator[tuple[str, str]]:
        yield from people.chat(request, visitor).follow(visitor)

    def suggest(visitor: Session, request: gr.Request) -> Iterator[str]:
        yield from people.chat(request, visitor).suggest(visitor)

    def load(address: str, visit: str, visitor: Session, request: gr.Request) -> tuple[str, str, Session]:
        return people.chat(request, visitor).load(address, visit, visitor)

    both = [tab.transcript, tab.chips]
    for event in _questions(people, page, session, tab):
        event.then(read, [session], both, **READING, **EVERY, **QUIET).then(
            suggest, [session], [tab.suggested], **SUGGESTING
        )
    _other_events(people, page, session, tab)
    loaded = blocks.load(load, [tab.address, tab.visit, session], [*both, session], js=_VISIT, **QUIET)
    loaded.then(follow, [session], both, **READING, **QUIET)


def _questions(people: People, page: gr.HTML, session: gr.State, tab: ChatTab) -> Iterator[gr.events.Dependency]:
    """The ways to ask. What was suggested before goes."""
    shown = [tab.transcript, tab.chips, tab.suggested]
    on = partial(_on, people, page, session)

    def begin(text: str, address: str, visitor: Session, request: gr.Request) -> tuple[str, str, str]:
        chat = people.chat(request, visitor)
        chat.come_to(address, visitor)
        return *chat.begin(text, visitor), ""

    asked = [tab.question, tab.address, session]
    yield tab.question.submit(begin, asked, shown, js=_WITH_ADDRESS, **AT_ONCE)
    yield on("example", lambda chat, data, visitor: (*chat.begin(data.get("question"), visitor), ""), shown)
    yield on("again", lambda chat, data, visitor: (*chat.again(data, visitor), ""), shown)
    yield on("once_more", lambda chat, data, visitor: (*chat.retry(data.get("key"), visitor), ""), shown)


def _other_events(people: People, page: gr.HTML, session: gr.State, tab: ChatTab) -> None:
    both, shown = [tab.transcript, tab.chips], [tab.transcript, tab.chips, tab.suggested]
    on = partial(_on, people, page, session)
    on("stop_reading", lambda chat, data, visitor: chat.stop(data.get("key"), visitor), [tab.transcript])
    on("drop", lambda chat, data, visitor: chat.drop(data.get("key"), visitor), [tab.transcript])
    on("version", lambda chat, data, visitor: (*chat.version(data.get("turn"), data.get("by"), visitor), ""), shown)
    on("judge", lambda chat, data, visitor: chat.judge(data.get("turn"), data.get("verdict"), visitor), both)
    on("open", lambda chat, data, visitor: (*chat.open(data.get("to"), visitor), ""), shown)
    on("filter", lambda chat, data, visitor: chat.choose_filter(data, visitor), [tab.chips])
    on("unchip", lambda chat, data, visitor: chat.unchip(data.get("position"), visitor), [tab.chips])
    on("ask_about", lambda chat, data, visitor: chat.about(data.get("article"), visitor), [tab.chips])


def _on(
    people: People,
    page: gr.HTML,
    session: gr.State,
    name: str,
    handle: Callable[[ChatHandlers, dict[str, Any], Session], Any],
    outputs: list[gr.HTML],
) -> gr.events.Dependency:
    """What the page's script triggers under `name`, with its data."""

    def work(visitor: Session, event: gr.EventData, request: gr.Request) -> Any:
        data, chat = dict(event._data or {}), people.chat(request, visitor)
        if name != "open":
            chat.come_to(data.get("address"), visitor)
        return handle(chat, data, visitor)

    return getattr(page, name)(work, [session], outputs, **AT_ONCE)


def library_tab(handlers: LibraryHandlers) -> gr.HTML:
    """The tab's own markup; the page's script fills it in."""
    return gr.HTML(shell_html(handlers), elem_id="library", apply_default_css=False)


def library_changes(page: gr.HTML) -> gr.events.Dependency:
    """The library holds other articles now, for who shows something of it."""
    return page.library_changed(lambda: None, None, None, **QUIET)
