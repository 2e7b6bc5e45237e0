"""The chat tab: which component calls what. What happens is in `ui.chat_handlers`, how it looks in `ui.render`."""

from __future__ import annotations

import gradio as gr

from ui.chat_handlers import ChatHandlers, Conversation
from ui.events import QUIET, READING


def chat_tab() -> tuple[gr.HTML, gr.Textbox]:
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


def wire_chat(
    handlers: ChatHandlers, page: gr.HTML, conversation: gr.State, transcript: gr.HTML, question: gr.Textbox
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
