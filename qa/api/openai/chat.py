"""Chat completions: https://platform.openai.com/docs/api-reference/chat, whole and in chunks."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.api.openai.told import MODEL, Told, UrlOf, chat_annotations, count_words, told
from qa.datatypes import Answer
from qa.serialization.answers import answer_to_dict
from qa.serialization.fields import JsonObject


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion, before its answer is known."""

    questions: Sequence[str]
    filtered: bool
    url_of: UrlOf
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, answer: Answer) -> JsonObject:
        """The completion at once, `chat.completion`."""
        said = told(answer, filtered=self.filtered)
        message = {"role": "assistant", "content": said.content, "refusal": None} | self._annotations(said)
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        shared = self._shared("chat.completion")
        return shared | {"choices": [choice], "usage": self._usage(said), "article_qa": answer_to_dict(answer)}

    def begin(self) -> JsonObject:
        """The first chunk, which comes before anything is known."""
        return self._chunk({"role": "assistant", "content": ""})

    def chunks(self, answer: Answer, *, usage: bool) -> Iterator[JsonObject]:
        """The rest of it, `chat.completion.chunk`s: paragraph by paragraph, then the annotations and the answer."""
        said = told(answer, filtered=self.filtered)
        for piece in said.content.splitlines(keepends=True):
            yield self._chunk({"content": piece})
        yield self._chunk(self._annotations(said)) | {"article_qa": answer_to_dict(answer)}
        yield self._chunk({}, "stop")
        if usage:
            yield self._shared("chat.completion.chunk") | {"choices": [], "usage": self._usage(said)}

    def _annotations(self, said: Told) -> JsonObject:
        return {"annotations": chat_annotations(said, self.url_of)}

    def _chunk(self, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return self._shared("chat.completion.chunk") | {"choices": [choice]}

    def _shared(self, kind: str) -> JsonObject:
        return {"id": self.id, "object": kind, "created": self.created, "model": MODEL}

    def _usage(self, said: Told) -> JsonObject:
        read, written = count_words(self.questions), count_words([said.content])
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
