"""The encoder: with a model that a person can predict, and with the real one against plain transformers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import encoder as encoder_module
from embeddings.encoder import BATCH, Encoder, SentenceTransformerEncoder, computes_bfloat16, torch_dtype
from embeddings.errors import ModelNotFound, ModelUnusable
from embeddings.models import DEFAULT_MODEL, resolve_model

TEXTS = [
    "Peace talks may be held in Istanbul on Thursday.",
    "A cat sat on the mat.",
    "The central bank left its interest rate unchanged, and " + "its governor spoke of patience " * 60,
    "Ελλάδα 東京 Größe",
]


class FakeModel:
    """A text of n characters becomes (n, 1), a question (n, -1); every call is written down."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []
        self.on_call: Callable[[], None] = lambda: None

    def passages(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode("passages", texts, 1)

    def queries(self, texts: list[str]) -> NDArray[np.float32]:
        return self._encode("question", texts, -1)

    def _encode(self, kind: str, texts: list[str], second: int) -> NDArray[np.float32]:
        self.calls.append((kind, texts))
        self.on_call()
        return np.array([[len(text), second] for text in texts], dtype=np.float32)


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def faked(model: FakeModel) -> SentenceTransformerEncoder:
    encoder = SentenceTransformerEncoder()
    encoder.__dict__.update(_loaded=model, dimension=2)
    return encoder


def test_vectors_come_in_the_order_of_the_texts(faked: SentenceTransformerEncoder, model: FakeModel) -> None:
    texts = ["x" * (7 * i % 50) for i in range(3 * BATCH + 1)]
    vectors = faked.encode_passages(texts)
    raw = np.array([[len(text), 1.0] for text in texts])
    assert vectors == pytest.approx(raw / np.linalg.norm(raw, axis=1, keepdims=True), abs=1e-6)
    assert vectors.dtype == np.float32
    lengths = [len(text) for _, batch in model.calls for text in batch]
    assert lengths == sorted(lengths, reverse=True)
    assert [len(batch) for _, batch in model.calls] == [BATCH, BATCH, BATCH, 1]


def test_questions_and_passages_are_encoded_apart(faked: SentenceTransformerEncoder, model: FakeModel) -> None:
    assert faked.encode_queries(["abc"])[0] == pytest.approx(np.array([3, -1]) / 10**0.5)
    assert faked.encode_passages(["abc"])[0] == pytest.approx(np.array([3, 1]) / 10**0.5)
    assert [kind for kind, _ in model.calls] == ["question", "passages"]


def test_progress_counts_the_texts_done(faked: SentenceTransformerEncoder) -> None:
    done: list[int] = []
    faked.encode_passages(["x"] * (2 * BATCH + 3), done.append)
    assert done == [BATCH, 2 * BATCH, 2 * BATCH + 3]


def test_no_texts(faked: SentenceTransformerEncoder, model: FakeModel) -> None:
    assert faked.encode_passages([]).shape == faked.encode_queries([]).shape == (0, 2)
    assert model.calls == []


def test_what_no_tokenizer_takes_is_replaced(faked: SentenceTransformerEncoder, model: FakeModel) -> None:
    faked.encode_queries(["caf\udce9"])
    assert model.calls == [("question", ["caf?"])]


def test_a_zero_vector_stays_zero(faked: SentenceTransformerEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeModel, "_encode", lambda self, kind, texts, second: np.zeros((len(texts), 2)))
    assert faked.encode_passages(["abc"]).tolist() == [[0.0, 0.0]]


def test_a_question_goes_before_the_next_batch(faked: SentenceTransformerEncoder, model: FakeModel) -> None:
    """The first batch holds the model until a question waits; then the question must be next."""
    asking = threading.Thread(target=faked.encode_queries, args=(["when?"],))

    def wait_for_a_question() -> None:
        if len(model.calls) == 1:
            asking.start()
            lock = faked._lock
            while not lock._queries:
                asking.join(0.001)

    model.on_call = wait_for_a_question
    faked.encode_passages(["x"] * 3 * BATCH)
    asking.join()
    assert [kind for kind, _ in model.calls] == ["passages", "question", "passages", "passages"]


def test_one_thread_at_a_time_and_a_failure_frees_the_model(
    faked: SentenceTransformerEncoder, model: FakeModel
) -> None:
    inside, most, failures = 0, 0, 0
    lock = threading.Lock()

    def watch() -> None:
        nonlocal inside, most, failures
        with lock:
            inside, most = inside + 1, max(most, inside + 1)
            failing = len(model.calls) % 3 == 0
        threading.Event().wait(0.001)
        with lock:
            inside -= 1
        if failing:
            raise RuntimeError("out of memory")

    def work(encode: Callable[[list[str]], object]) -> None:
        for _ in range(10):
            with contextlib.suppress(RuntimeError):
                encode(["x"])

    model.on_call = watch
    threads = [threading.Thread(target=work, args=(f,)) for f in (faked.encode_passages, faked.encode_queries) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(model.calls)) == (1, 40)


def test_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert torch_dtype("float32") == torch.float32
    assert torch_dtype("bfloat16") == torch.bfloat16
    for flags, expected in (
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ):
        monkeypatch.setattr("torch.cpu.get_capabilities", lambda flags=flags: flags)
        assert torch_dtype("auto") == expected
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": True})
    monkeypatch.setattr("torch.backends.mkldnn.is_available", lambda: False)
    assert not computes_bfloat16()


def test_name_and_dimension_load_no_model() -> None:
    code = (
        "import sys; from embeddings.encoder import SentenceTransformerEncoder as E; e = E();"
        "print(e.name, e.dimension, 'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [DEFAULT_MODEL, "384", "False", "False"]


def write_modules(folder: Path, kinds: list[str], pooling: dict[str, object]) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    modules = [{"idx": i, "path": "1_Pooling" if i == 1 else "", "type": f"a.b.{kind}"} for i, kind in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


@pytest.mark.parametrize(
    ("kinds", "modes", "expected"),
    [
        (["Transformer", "Pooling"], ["mean_tokens"], 12),
        (["Transformer", "Pooling", "Normalize"], ["cls_token"], 12),
        (["Transformer", "Pooling", "Dense"], ["mean_tokens"], None),
        (["Transformer", "Pooling"], ["mean_tokens", "max_tokens"], None),
        (["StaticEmbedding"], ["mean_tokens"], None),
    ],
)
def test_dimension_is_read_only_where_it_is_certain(
    tmp_path: Path, kinds: list[str], modes: list[str], expected: int | None
) -> None:
    pooling: dict[str, object] = {"word_embedding_dimension": 12, "pooling_mode_lasttoken": False}
    pooling |= {f"pooling_mode_{mode}": True for mode in modes}
    assert encoder_module._configured_dimension(write_modules(tmp_path, kinds, pooling)) == expected


def test_an_unknown_model_is_named_at_first_use(tmp_path: Path) -> None:
    encoder = SentenceTransformerEncoder(str(tmp_path / "nothing"))
    with pytest.raises(ModelNotFound, match="nothing"):
        encoder.encode_queries(["x"])


@pytest.fixture(scope="module")
def real() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(precision="float32")


def reference(texts: list[str]) -> NDArray[np.float32]:
    """Mean of the last hidden states over the tokens, straight from transformers."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = resolve_model(DEFAULT_MODEL)
    tokenizer, bert = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    rows = []
    for text in texts:
        tokens = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
        with torch.inference_mode():
            rows.append(bert(**tokens).last_hidden_state[0].mean(dim=0).numpy())
    vectors = np.array(rows)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.models
def test_real_vectors_are_those_of_plain_transformers(real: SentenceTransformerEncoder) -> None:
    expected = reference(TEXTS)
    protocol: Encoder = real
    assert protocol.encode_passages(TEXTS) == pytest.approx(expected, abs=2e-5)
    assert protocol.encode_queries(TEXTS) == pytest.approx(expected, abs=2e-5)
    assert protocol.dimension == expected.shape[1]


@pytest.mark.models
def test_real_vectors_are_those_of_sentence_transformers(real: SentenceTransformerEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    theirs = SentenceTransformer(str(resolve_model(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    texts = [*TEXTS, "", " \n", "[SEP] [MASK] caf\u00e9 \u200b", "x" * 300, "word " * 600, "When?"]
    assert real.encode_passages(texts) == pytest.approx(theirs.encode_document(texts), abs=1e-6)
    assert real.encode_queries(texts) == pytest.approx(theirs.encode_query(texts), abs=1e-6)


@pytest.mark.models
def test_a_model_of_ones_own_is_loaded_by_sentence_transformers_with_its_prompts(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(resolve_model(DEFAULT_MODEL), folder)
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "question: "}}))
    own, packaged = SentenceTransformerEncoder(str(folder)), SentenceTransformerEncoder()
    assert own.encode_queries(["When?"]) == pytest.approx(packaged.encode_queries(["question: When?"]), abs=1e-6)
    assert own.encode_passages(["When?"]) == pytest.approx(packaged.encode_queries(["When?"]), abs=1e-6)


@pytest.mark.models
def test_the_packaged_model_answers_without_the_large_libraries() -> None:
    code = (
        "import sys; from embeddings.encoder import SentenceTransformerEncoder as E; E().encode_queries(['When?']);"
        "large = {'transformers', 'sentence_transformers', 'sklearn', 'scipy'};"
        "print(*large & set(sys.modules), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]


@pytest.mark.models
def test_half_precision_changes_no_more_than_a_little(real: SentenceTransformerEncoder) -> None:
    half = SentenceTransformerEncoder(precision="bfloat16").encode_passages(TEXTS)
    assert half.dtype == np.float32
    assert np.linalg.norm(half, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)
    assert (half * real.encode_passages(TEXTS)).sum(axis=1).min() > 0.999


@pytest.mark.models
def test_a_question_is_nearest_to_what_answers_it(real: SentenceTransformerEncoder) -> None:
    scores = real.encode_queries(["Where will negotiations take place?"]) @ real.encode_passages(TEXTS).T
    assert scores.argmax() == 0


@pytest.mark.models
def test_loading_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    SentenceTransformerEncoder().encode_passages(["x", ""])
    assert capfd.readouterr() == ("", "")


@pytest.mark.models
@pytest.mark.parametrize(("file", "content"), [("model.safetensors", b"broken"), ("tokenizer.json", b"{}")])
def test_a_damaged_model_is_reported_as_such(tmp_path: Path, file: str, content: bytes) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(resolve_model(DEFAULT_MODEL), folder, ignore=shutil.ignore_patterns("vocab.txt"))
    (folder / file).write_bytes(content)
    with pytest.raises(ModelUnusable, match="damaged"):
        SentenceTransformerEncoder(str(folder)).encode_queries(["x"])


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ({}, "3000 None"),
        ({"GOMP_SPINCOUNT": "7"}, "7 None"),
        ({"OMP_WAIT_POLICY": "ACTIVE"}, "None ACTIVE"),
    ],
)
def test_threads_spin_only_a_little_unless_the_shell_says_otherwise(shell: dict[str, str], expected: str) -> None:
    names = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    environment = {name: value for name, value in os.environ.items() if name not in names} | shell
    code = (
        "import sys, os; import qa.assistant;"
        f"print(*map(os.environ.get, {names}), 'torch' in sys.modules, 'faiss' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == [*expected.split(), "False", "False"]
