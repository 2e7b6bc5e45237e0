"""The reader: for a question and passages, the spans of each passage that may answer.

A span's score is its start logit plus its end logit, raw: never normalised over a passage, nor set off against "no
answer" there, so scores of different passages compare, and a passage that is sure to hold no answer cannot push down
the span of another (Clark and Gardner, 2018). Measured over passages of one question, "no answer" adds nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from qa.answering.decoding import decode, distinct
from qa.answering.windows import Window, WindowEncoder
from qa.datatypes import Span
from qa.errors import ModelError, as_model_error
from qa.weights import WEIGHTS

if TYPE_CHECKING:
    import torch

    from embeddings.encoder import Precision
    from qa.config import Settings

PACKAGED = WEIGHTS / "reader"
BATCH_TOKENS = 4096  # padded tokens of one forward pass

Logits = tuple[NDArray[np.float32], NDArray[np.float32]]  # of one window, for the start and the end: (tokens,) each


class Reader(Protocol):
    """What the assistant needs of a reader."""

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[list[Span]]:
        """The best spans of each text, best first, offsets into that text; an empty list for an empty text.

        `titles` are those of the articles that the texts are from, "" where there is none.
        """
        ...


class SpanModel(Protocol):
    """A loaded model that says of every token how well an answer begins and ends there."""

    @property
    def reads_titles(self) -> bool:
        """Whether it has seen titles in training."""

    def logits(self, windows: Sequence[Window]) -> list[Logits]:
        """One for each window, in one forward pass."""


class TransformersReader:
    """Any `AutoModelForQuestionAnswering` model; the packaged one by default. Loads at the first question.

    The packaged one is loaded without transformers, whose import takes longer than the answer.
    """

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
        self._loaded: tuple[WindowEncoder, SpanModel] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The reader that the settings name."""
        return cls(settings.reader, precision=settings.precision, max_answer_tokens=settings.max_answer_tokens)

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[list[Span]]:
        """The best spans of each text, best first, that do not overlap one another.

        The titles go to the model if it has seen such in training, which its configuration says: `reads_titles`.
        """
        encoder, model = self._load()
        shown = titles if model.reads_titles else [""] * len(texts)
        with self._lock:  # a tokenizer must not be used by two threads at once
            windows = encoder.encode(question, texts, shown)
        found: list[list[Span]] = [[] for _ in texts]
        for batch in batches(windows):
            for window, (starts, ends) in zip(batch, model.logits(batch), strict=True):
                found[window.text] += decode(starts, ends, window, self._max_answer_tokens, self._spans)
        return [distinct(spans, self._spans) for spans in found]

    def load(self) -> None:
        """Load the model now rather than at the first question."""
        self._load()

    def _load(self) -> tuple[WindowEncoder, SpanModel]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load_model(self.name, self._precision)
            return self._loaded


def batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """The windows, longest first, in batches of at most `BATCH_TOKENS` tokens with their padding."""
    ordered = sorted(windows, key=lambda window: -len(window.token_ids))
    while ordered:
        count = max(1, BATCH_TOKENS // len(ordered[0].token_ids))
        yield ordered[:count]
        ordered = ordered[count:]


class PaddedModel:
    """A model of transformers, which takes its windows side by side, the shorter ones padded."""

    def __init__(self, model: Any, padding: int) -> None:
        """`padding` is the token that fills up short windows."""
        self._model = model
        self._padding = padding
        self.reads_titles = bool(getattr(model.config, "reads_titles", False))

    def logits(self, windows: Sequence[Window]) -> list[Logits]:
        """One for each window, in one forward pass."""
        import torch

        ids, types, mask = padded(windows, self._padding)
        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        # A BERT reader called without them takes the passage for a part of the question: 6 F1 lost.
        if getattr(self._model.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = torch.from_numpy(types)
        with torch.inference_mode():
            output = self._model(**inputs)
        starts, ends = output.start_logits.float().numpy(), output.end_logits.float().numpy()
        lengths = [len(window.token_ids) for window in windows]
        return [(starts[row, :length], ends[row, :length]) for row, length in enumerate(lengths)]


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


def _load_model(name: str, precision: Precision) -> tuple[WindowEncoder, SpanModel]:
    """What makes windows for the model, and the model, on the CPU."""
    from embeddings.encoder import torch_dtype
    from embeddings.models import resolve_model

    if name == "packaged":
        from qa.answering.bert_reader import load_bert_reader

        return load_bert_reader(PACKAGED, torch_dtype(precision))
    with as_model_error():
        folder = resolve_model(name)
    try:
        return _load_transformers(folder, torch_dtype(precision))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{name} in {folder} is no extractive reader that can be loaded: {error}") from error


def _load_transformers(folder: Path, dtype: torch.dtype) -> tuple[WindowEncoder, SpanModel]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    from embeddings.models import quiet_loading

    with quiet_loading():
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForQuestionAnswering.from_pretrained(
            folder, local_files_only=True, dtype=dtype, use_safetensors=True
        )
    return WindowEncoder.of(tokenizer), PaddedModel(model.eval(), tokenizer.pad_token_id or 0)
