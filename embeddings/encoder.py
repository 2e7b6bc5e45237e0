"""Texts to vectors. Passages and questions are encoded apart: many models want a different prompt for each."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from embeddings.errors import ModelUnusable
from embeddings.models import DEFAULT_MODEL, is_packaged, model_identity, quiet_loading, resolve_model

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

Precision = Literal["auto", "float32", "bfloat16"]

BATCH = 16  # texts per forward pass: more is no faster on a CPU, and a waiting question waits longer


class Encoder(Protocol):
    """What turns texts into unit vectors, so that the inner product is the cosine."""

    @property
    def name(self) -> str:
        """What to record beside the vectors: another name means vectors that do not compare."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of shape (n, dimension); `progress` is called with the number of texts done so far."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dimension)."""


class SentenceModel(Protocol):
    """A loaded model. Vectors are of shape (n, dimension) and of any length."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts that are looked for; at most `BATCH` of them."""

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions; at most `BATCH` of them."""


class SentenceTransformerEncoder:
    """An `Encoder` over any sentence-transformers model. The model is loaded at the first text.

    The packaged model is loaded without sentence-transformers, whose import alone takes as long as many answers.

    It may be used from many threads: one forward pass runs at a time, and waiting questions go before the next
    batch of passages, so answering goes on while articles are taken in.
    """

    def __init__(self, model: str = DEFAULT_MODEL, precision: Precision = "auto", threads: int = 0) -> None:
        """`threads` is set for the whole process, as torch knows no other way; 0 leaves it as it is."""
        self._requested = model
        self._precision: Precision = precision
        self._threads = threads
        self._lock = _QueriesFirstLock()
        self._loading = threading.Lock()

    @cached_property
    def name(self) -> str:
        """The model's name, with the commit or digest of its weights unless it is the packaged one."""
        return model_identity(self._requested)

    @cached_property
    def dimension(self) -> int:
        """The length of a vector; read from the model's configuration where that tells, without loading it."""
        folder = resolve_model(self._requested)
        return _configured_dimension(folder) or self._model.queries([""]).shape[1]

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors of shape (n, dimension); `progress` is called with the number of texts done so far."""
        return self._encoded(texts, self._passage_batch, progress)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (n, dimension)."""
        return self._encoded(texts, self._query_batch, None)

    def _passage_batch(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock.passages():
            return self._model.passages(texts)

    def _query_batch(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock.queries():
            return self._model.queries(texts)

    def _encoded(
        self,
        texts: Sequence[str],
        encode: Callable[[list[str]], NDArray[np.float32]],
        progress: Callable[[int], None] | None,
    ) -> NDArray[np.float32]:
        """Batches of similar length, the longest first: little padding, and too little memory shows at once."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            vectors[rows] = encode([_encodable(texts[i]) for i in rows])
            if progress is not None:
                progress(first + len(rows))
        return _normalised(vectors)

    @property
    def _model(self) -> SentenceModel:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceModel:
        import torch

        folder = resolve_model(self._requested)
        if self._threads > 0:
            torch.set_num_threads(self._threads)
        try:
            return _load_model(folder, torch_dtype(self._precision), packaged=is_packaged(self._requested))
        except Exception as error:
            raise ModelUnusable(
                f"model {self._requested!r} in {folder} cannot be loaded as an encoder ({error}). "
                "Its files are damaged or it is another kind of model: get it again or use another one."
            ) from error


class _SentenceTransformersModel:
    """A model of a user's own, with the prompts that it has for passages and questions."""

    def __init__(self, folder: Path, dtype: torch.dtype) -> None:
        from sentence_transformers import SentenceTransformer

        options = {"dtype": dtype, "use_safetensors": True}
        with quiet_loading():
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=options)
        self._model = model.eval()

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _array(self._model.encode_document(list(texts), batch_size=BATCH, show_progress_bar=False))

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return _array(self._model.encode_query(list(texts), batch_size=BATCH, show_progress_bar=False))


def _load_model(folder: Path, dtype: torch.dtype, *, packaged: bool) -> SentenceModel:
    if not packaged:
        return _SentenceTransformersModel(folder, dtype)
    from embeddings.mean_pooling import MeanPoolingModel

    return MeanPoolingModel.load(folder, dtype)


class _QueriesFirstLock:
    """Held by one forward pass at a time, those of queries first. No tokenizer may serve two threads at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._queries = 0  # waiting

    @contextmanager
    def queries(self) -> Iterator[None]:
        with self._changed:
            self._queries += 1
            try:
                self._changed.wait_for(lambda: not self._busy)
            finally:
                self._queries -= 1
            self._busy = True
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def passages(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and not self._queries)
            self._busy = True
        try:
            yield
        finally:
            self._release()

    def _release(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()


def torch_dtype(precision: Precision) -> torch.dtype:
    """The type to compute in on this machine's CPU."""
    import torch

    if precision == "auto":
        return torch.bfloat16 if computes_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def computes_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 itself; one that only stores it would be slower than in float32.

    Only x86 is answered with yes: elsewhere nobody has measured it here.
    """
    import torch

    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    abilities = torch.cpu.get_capabilities()
    return any(bool(abilities.get(flag)) for flag in ("avx512_bf16", "amx_bf16"))


def _array(vectors: Any) -> NDArray[np.float32]:
    import numpy as np

    return np.asarray(vectors, dtype=np.float32)


def _encodable(text: str) -> str:
    """Lone surrogates, as a shell makes of bytes it cannot decode, are no text to a tokenizer."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit length in float32, whatever the model computed in; a zero vector stays zero."""
    import numpy as np

    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
    lengths[lengths == 0] = 1
    return vectors / lengths


def _configured_dimension(folder: Path) -> int | None:
    """What the configuration says of a transformer with one pooling and nothing after it that changes the size."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [module["type"].rpartition(".")[2] for module in modules]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            return None
        pooling = json.loads((folder / modules[1]["path"] / "config.json").read_text(encoding="utf-8"))
        if sum(value is True for key, value in pooling.items() if key.startswith("pooling_mode_")) != 1:
            return None
        return int(pooling["word_embedding_dimension"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
