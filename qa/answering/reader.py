"""The reader: for a question and passages, the spans of each passage that may answer.

A span's score is its start logit plus its end logit, raw: never normalised over a passage, nor set off against "no
answer" there, so scores of different passages compare, and a passage that is sure to hold no answer cannot push down
the span of another (Clark and Gardner, 2018). Measured over passages of one question, "no answer" adds nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from qa.answering.quantization import dequantized
from qa.datatypes import Span
from qa.errors import ModelError, as_model_error
from qa.weights import WEIGHTS

if TYPE_CHECKING:
    from embeddings.encoder import Precision
    from qa.config import Settings

PACKAGED = WEIGHTS / "reader"
MAX_QUESTION_TOKENS = 64
MAX_TITLE_TOKENS = 24
WINDOW_TOKENS = 256  # question and passage together; longer passages are read in windows
STRIDE_TOKENS = 96  # what neighbouring windows share, so that no answer is cut
BATCH_TOKENS = 4096  # padded tokens of one forward pass
# What a span gains by ending where its phrase ends: of two that are about equally good, people want the whole one.
WHOLE_PHRASE = 0.3
_PHRASE_ENDS = frozenset('.,;:!?)]"”’')


class Reader(Protocol):
    """What the assistant needs of a reader."""

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[list[Span]]:
        """The best spans of each text, best first, offsets into that text; an empty list for an empty text.

        `titles` are those of the articles that the texts are from, "" where there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one passage as the model sees it. Arrays run over its tokens.

    `words` numbers the word of each context token, -1 for tokens that are not of the context. `closes` tells of each
    token whether punctuation or the end of the text comes right after it.
    """

    text: int  # which of the texts
    token_ids: list[int]
    type_ids: list[int]
    offsets: NDArray[np.int64]  # (tokens, 2) characters of the text
    words: NDArray[np.int64]
    closes: NDArray[np.bool_]


class TransformersReader:
    """Any `AutoModelForQuestionAnswering` model; the packaged one by default. Loads at the first question."""

    def __init__(
        self,
        model: str = "packaged",
        *,
        precision: Precision = "auto",
        max_answer_tokens: int = 30,
        spans: int = 5,
    ) -> None:
        self.name = model
        self._precision = precision
        self._max_answer_tokens = max_answer_tokens
        self._spans = spans
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The reader that the settings name."""
        return cls(settings.reader, precision=settings.precision, max_answer_tokens=settings.max_answer_tokens)

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[list[Span]]:
        """The best spans of each text, best first, that do not overlap one another.

        The titles go to the model if it has seen such in training, which its configuration says: `reads_titles`.
        """
        tokenizer, model = self._load()
        shown = titles if getattr(model.config, "reads_titles", False) else [""] * len(texts)
        with self._lock:  # a tokenizer must not be used by two threads at once
            windows = encode_windows(tokenizer, question, texts, shown)
        found: list[list[Span]] = [[] for _ in texts]
        for batch in batches(windows):
            starts, ends = self._forward(tokenizer, model, batch)
            for row, window in enumerate(batch):
                size = len(window.token_ids)
                found[window.text] += decode(
                    starts[row, :size], ends[row, :size], window, self._max_answer_tokens, self._spans
                )
        return [distinct(spans, self._spans) for spans in found]

    def load(self) -> None:
        """Load the model now rather than at the first question."""
        self._load()

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load_model(self.name, self._precision)
            return self._loaded

    def _forward(
        self, tokenizer: Any, model: Any, batch: Sequence[Window]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Start and end logits, each (windows, longest window), float32."""
        import torch

        ids, types, mask = padded(batch, tokenizer.pad_token_id or 0)
        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        # A BERT reader called without them takes the passage for a part of the question: 6 F1 lost.
        if getattr(model.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = torch.from_numpy(types)
        with torch.inference_mode():
            output = model(**inputs)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def encode_windows(tokenizer: Any, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[Window]:
    """Every text as windows of at most `WINDOW_TOKENS` tokens, each opening with the question; no tail is cut.

    Where a text has a title, the title follows the question in every window of the text, after a separator.
    """
    if not texts:
        return []
    asked = _cut(tokenizer, question.strip(), MAX_QUESTION_TOKENS)
    opened = [
        f"{asked} {tokenizer.sep_token} {_cut(tokenizer, title.strip(), MAX_TITLE_TOKENS)}" if title.strip() else asked
        for title in titles
    ]
    encoded = tokenizer(
        opened,
        list(texts),
        truncation="only_second",
        max_length=WINDOW_TOKENS,
        stride=STRIDE_TOKENS,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
        verbose=False,
    )
    windows = []
    for row, text in enumerate(encoded["overflow_to_sample_mapping"]):
        of_context = np.array([number == 1 for number in encoded.sequence_ids(row)])
        words = np.array([-1 if word is None else word for word in encoded.word_ids(row)], dtype=np.int64)
        windows.append(
            Window(
                text=text,
                token_ids=encoded["input_ids"][row],
                type_ids=encoded["token_type_ids"][row],
                offsets=np.array(encoded["offset_mapping"][row], dtype=np.int64),
                words=np.where(of_context, words, -1),
                closes=np.array([_closes(texts[text], end) for _, end in encoded["offset_mapping"][row]]),
            )
        )
    return windows


def _cut(tokenizer: Any, text: str, tokens: int) -> str:
    ids = tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
    return text if len(ids) <= tokens else str(tokenizer.decode(ids[:tokens]))


def _closes(text: str, end: int) -> bool:
    return end >= len(text) or text[end] in _PHRASE_ENDS


def batches(windows: Sequence[Window]) -> Iterable[list[Window]]:
    """The windows, longest first, in batches of at most `BATCH_TOKENS` tokens with their padding."""
    ordered = sorted(windows, key=lambda window: -len(window.token_ids))
    while ordered:
        count = max(1, BATCH_TOKENS // len(ordered[0].token_ids))
        yield ordered[:count]
        ordered = ordered[count:]


def padded(windows: Sequence[Window], padding: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Token ids, token types and attention mask of some windows, each (windows, longest window)."""
    ids = np.full((len(windows), max(len(window.token_ids) for window in windows)), padding, dtype=np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    for row, window in enumerate(windows):
        length = len(window.token_ids)
        ids[row, :length] = window.token_ids
        types[row, :length] = window.type_ids
        mask[row, :length] = 1
    return ids, types, mask


def decode(
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    window: Window,
    max_tokens: int,
    count: int,
) -> list[Span]:
    """The `count` best spans of one window, best first: start and end chosen jointly, `start <= end`.

    `starts` and `ends` are raw logits, (tokens,). "No answer" is the span on the first token. A span that begins or
    ends inside a word is widened to the whole word; one that ends where a phrase ends scores `WHOLE_PHRASE` more.
    """
    context = np.flatnonzero(window.words >= 0)
    if not len(context):
        return []
    first, last = context[0], context[-1] + 1
    closing = ends[first:last] + WHOLE_PHRASE * window.closes[first:last]
    sums = starts[first:last, None] + closing[None, :]
    size = last - first
    allowed = np.triu(np.ones((size, size), dtype=bool)) & ~np.triu(np.ones((size, size), dtype=bool), k=max_tokens)
    sums = np.where(allowed, sums, -np.inf)
    null = float(starts[0] + ends[0])
    best = np.argsort(sums, axis=None)[::-1][: count * 10]
    spans = []
    for flat in best:
        start, end = divmod(int(flat), size)
        if np.isfinite(score := sums[start, end]):
            left, right = _whole_words(window, first + start, first + end)
            spans.append(Span(left, right, float(score), null))
    return distinct(spans, count)


def distinct(spans: Iterable[Span], count: int) -> list[Span]:
    """The `count` best spans, best first, leaving out each that overlaps a better one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: -span.score):
        if span.end > span.start and all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
            if len(kept) == count:
                break
    return kept


def _whole_words(window: Window, start: int, end: int) -> tuple[int, int]:
    """The characters from the beginning of the word at token `start` to the end of that at token `end`."""
    words = window.words
    while start > 0 and words[start - 1] == words[start]:
        start -= 1
    while end + 1 < len(words) and words[end + 1] == words[end]:
        end += 1
    return int(window.offsets[start, 0]), int(window.offsets[end, 1])


def _load_model(name: str, precision: Precision) -> tuple[Any, Any]:
    """The tokenizer and the model, in evaluation mode on the CPU."""
    from embeddings.encoder import torch_dtype
    from embeddings.models import quiet_loading, resolve_model

    with as_model_error():
        folder = PACKAGED if name == "packaged" else resolve_model(name)
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    dtype = torch_dtype(precision)
    try:
        with quiet_loading():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            if name == "packaged":
                return tokenizer, load_quantized(folder).to(dtype)
            model = AutoModelForQuestionAnswering.from_pretrained(
                folder, local_files_only=True, dtype=dtype, use_safetensors=True
            )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{name} in {folder} is no extractive reader that can be loaded: {error}") from error
    return tokenizer, model.eval()


def load_quantized(folder: Path, attention: str | None = None) -> Any:
    """A reader from weights as `qa.answering.quantization` stores them, in float32 and evaluation mode."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    model = AutoModelForQuestionAnswering.from_config(config, attn_implementation=attention)
    model.load_state_dict(dequantized(load_file(folder / "model.safetensors")))
    return model.eval()
