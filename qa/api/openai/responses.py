"""Responses: https://platform.openai.com/docs/api-reference/responses, whole and as events."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.api.openai.told import MODEL, UrlOf, count_words, told, url_citations
from qa.datatypes import Answer
from qa.serialization.answers import answer_to_dict
from qa.serialization.fields import JsonObject


@dataclass(slots=True)
class ModelResponse:
    """One response, before its answer is known. Its events are numbered as they are made."""

    questions: Sequence[str]
    filtered: bool
    url_of: UrlOf
    previous: str | None = None
    id: str = field(default_factory=lambda: f"resp_{secrets.token_hex(16)}")
    created: int = field(default_factory=lambda: int(time.time()))
    _events: int = 0

    @property
    def message_id(self) -> str:
        """The id of the one message that it gives."""
        return f"msg_{self.id.removeprefix('resp_')}"

    def whole(self, answer: Answer) -> JsonObject:
        """The response when it is completed."""
        part = self._part(answer)
        read, written = count_words(self.questions), count_words([str(part["text"])])
        usage = {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + written,
        }
        more = {"output": [self._message("completed", [part])], "usage": usage, "article_qa": answer_to_dict(answer)}
        return self._response("completed") | more

    def begin(self) -> Iterator[JsonObject]:
        """The first events, which come before anything is known."""
        yield self._event("response.created", response=self._response("in_progress"))
        yield self._event("response.in_progress", response=self._response("in_progress"))

    def events(self, answer: Answer) -> Iterator[JsonObject]:
        """The rest of them: the message, its text paragraph by paragraph, its annotations, and all of it once more."""
        part = self._part(answer)
        text, annotations = str(part["text"]), url_citations(told(answer, filtered=self.filtered), self.url_of)
        empty: JsonObject = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        yield self._event("response.output_item.added", output_index=0, item=self._message("in_progress", []))
        yield self._in_part("response.content_part.added", part=empty)
        for piece in text.splitlines(keepends=True):
            yield self._in_part("response.output_text.delta", delta=piece, logprobs=[])
        for number, annotation in enumerate(annotations):
            kind = "response.output_text.annotation.added"
            yield self._in_part(kind, annotation_index=number, annotation=annotation)
        yield self._in_part("response.output_text.done", text=text, logprobs=[])
        yield self._in_part("response.content_part.done", part=part)
        yield self._event("response.output_item.done", output_index=0, item=self._message("completed", [part]))
        yield self._event("response.completed", response=self.whole(answer))

    def failed(self, message: str) -> JsonObject:
        """The last event where there is no answer."""
        error = {"code": "server_error", "message": message}
        return self._event("response.failed", response=self._response("failed") | {"error": error})

    def _part(self, answer: Answer) -> JsonObject:
        said = told(answer, filtered=self.filtered)
        annotations = url_citations(said, self.url_of)
        return {"type": "output_text", "text": said.content, "annotations": annotations, "logprobs": []}

    def _message(self, status: str, content: list[JsonObject]) -> JsonObject:
        shared = {"type": "message", "role": "assistant", "phase": None}
        return shared | {"id": self.message_id, "status": status, "content": content}

    def _in_part(self, kind: str, **values: object) -> JsonObject:
        return self._event(kind, item_id=self.message_id, output_index=0, content_index=0, **values)

    def _event(self, kind: str, **values: object) -> JsonObject:
        self._events += 1
        return {"type": kind, "sequence_number": self._events - 1, **values}

    def _response(self, status: str) -> JsonObject:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": MODEL,
            "output": [],
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": False,
            "previous_response_id": self.previous,
            "temperature": None,
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
        }
