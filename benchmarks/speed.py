"""How fast articles go in and questions are answered, each against the bare forward passes of the same run.

    python benchmarks/speed.py [--corpus FILE --articles N] [--questions FILE] [--ask N] [--library FOLDER]
        [--against "SETTING=VALUE ..."]

Without a corpus the sample articles go in. Indexing is compared with `SentenceTransformer.encode` in float32 over
the same passages, batch by batch in turns; asking with the forward passes that each question made, done again with
the same tensors right after it. `--against` asks everything in turns with a second assistant that has other settings
for asking, as in `--against "reader=/models/other read_passages=20"`.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
import torch
from hardware import machine, peak_memory_mb
from numpy.typing import NDArray
from variants import settings_of

from embeddings.bert import Bert
from embeddings.encoder import SentenceTransformerEncoder
from embeddings.models import resolve_model
from qa.answering.reader import TransformersReader
from qa.assistant import Assistant
from qa.config import Settings
from qa.evaluation.evaluate import read_examples
from qa.library import Library
from qa.loaders import Document
from qa.samples import add_samples

QUESTIONS = (
    "Who proposed direct negotiations in Istanbul?",
    "When did Putin and Zelensky last meet?",
    "Who is the Kremlin spokesman?",
    "What did Peskov say about the language of ultimatums?",
    "Who won the 2030 World Cup?",
    "Who was named Time Person of the Year?",
    "What killed measles patients in Samoa?",
    "Which party won the general election in Canada?",
    "Who set a new world record at the Chicago marathon?",
    "What did the slug-inspired glue do?",
)


def main() -> None:
    """Index, ask, and print the figures."""
    given = _arguments()
    settings = Settings.resolve()
    print(f"{machine()}\n")
    with TemporaryDirectory(prefix="article-qa-speed-") as folder:
        encoder = None if given.library else TimedEncoder(settings)
        with Library.open(given.library or folder, settings, encoder=encoder) as library:
            if encoder:
                print_indexing(library, encoder, given)
            assistant = Assistant(library, TransformersReader.of(settings))
            print_asking(assistant, _questions(given))
            if given.against:
                print_against(assistant, given.against, _questions(given))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="JSON lines, one article a line; .gz too")
    parser.add_argument("--articles", type=int, help="take the first N articles of the corpus")
    parser.add_argument("--questions", type=Path, help="SQuAD-style JSON lines; only the questions count")
    parser.add_argument("--ask", type=int, default=50, help="how many questions to ask; few are asked repeatedly")
    parser.add_argument("--against", metavar="SETTINGS", help="ask in turns with other settings too")
    parser.add_argument("--library", type=Path, help="ask this library as it stands; nothing is indexed")
    return parser.parse_args()


def _questions(given: argparse.Namespace) -> list[str]:
    asked = [example.question for example in read_examples(given.questions)] if given.questions else list(QUESTIONS)
    return [asked[number % len(asked)] for number in range(given.ask)]


# indexing


class TimedEncoder:
    """The library's own encoder, which times itself and then bare encoding on each batch of passages.

    In turns, because what else the machine does at the moment then falls on both alike.
    """

    def __init__(self, settings: Settings) -> None:
        from sentence_transformers import SentenceTransformer

        self._encoder = SentenceTransformerEncoder(settings.encoder, settings.precision, settings.threads)
        self._bare = SentenceTransformer(str(resolve_model(settings.encoder)), device="cpu", local_files_only=True)
        self.name = self._encoder.name
        self.dimension = self._encoder.dimension
        self.passages, self.seconds, self.bare_seconds = 0, 0.0, 0.0
        self._encoder.encode_passages(["Load the model."])
        self._bare.encode(["Warm up."], show_progress_bar=False)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """As the encoder does."""
        started = time.perf_counter()
        vectors = self._encoder.encode_passages(texts, progress)
        half = time.perf_counter()
        self._bare.encode(list(texts), show_progress_bar=False)
        self.seconds += half - started
        self.bare_seconds += time.perf_counter() - half
        self.passages += len(texts)
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder does."""
        return self._encoder.encode_queries(texts)


def print_indexing(library: Library, encoder: TimedEncoder, given: argparse.Namespace) -> None:
    """Passages a second from file to index, in the encoder alone, and in bare float32 encoding."""
    started = time.perf_counter()
    if given.corpus:
        library.add_documents([_first_articles(given.corpus, given.articles)])
    else:
        add_samples(library)
    library.refresh()
    bare, count = encoder.bare_seconds, encoder.passages
    seconds = time.perf_counter() - started - bare
    print(f"Indexing {len(library):,} articles, {count:,} passages\n")
    print("| what | seconds | passages/s | against bare |\n|---|---|---|---|")
    for what, taken in (
        ("from files to index", seconds),
        ("of that, in the encoder", encoder.seconds),
        ("bare SentenceTransformer.encode, float32", bare),
    ):
        print(f"| {what} | {taken:.2f} | {count / taken:.1f} | {bare / taken:.2f}x |")
    print(f"\nPeak memory of indexing, both models included: {_megabytes(peak_memory_mb())}\n")


def _first_articles(corpus: Path, articles: int | None) -> Document:
    data = corpus.read_bytes()
    if articles is None:
        return Document(f"upload:{corpus.name}", data)
    lines = (gzip.decompress(data) if corpus.suffix == ".gz" else data).splitlines(keepends=True)
    return Document(f"upload:{corpus.name.removesuffix('.gz')}", b"".join(islice(lines, articles)))


# asking


class ForwardPasses:
    """While recording, remembers every call of a loaded model, so that it can be done again."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], Any]] = []

    @contextmanager
    def recorded(self) -> Iterator[Self]:
        """Record what is called inside, whether as `model(...)` or as `model.forward(...)`."""
        models = loaded_models()
        for model in models:
            model.forward = self._recording(model.forward)
        try:
            yield self
        finally:
            for model in models:
                del model.forward

    def again(self) -> float:
        """The seconds that the same calls take alone."""
        started = time.perf_counter()
        with torch.inference_mode():
            for call in self.calls:
                call()
        return time.perf_counter() - started

    def _recording(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(forward)
        def recording(*args: Any, **kwargs: Any) -> Any:
            named = {name: _copied(value) for name, value in kwargs.items()}
            self.calls.append(partial(forward, *map(_copied, args), **named))
            return forward(*args, **kwargs)

        return recording


def loaded_models() -> list[Any]:
    """The packaged models and those of transformers in this process, but for those that are a part of another."""
    from transformers import PreTrainedModel

    models = [each for each in gc.get_objects() if issubclass(type(each), PreTrainedModel)]
    parts = {id(part) for model in models for part in model.modules() if part is not model}
    packaged = [each for each in gc.get_objects() if type(each) is Bert]
    return packaged + [model for model in models if id(model) not in parts]


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value


def print_asking(assistant: Assistant, questions: Sequence[str]) -> None:
    """Median and 95th percentile of asking, of the bare forward passes, and of their ratio."""
    for question in questions[:3]:
        assistant.ask(question)
    asked, bare, passes = [], [], []
    for question in questions:
        forward = ForwardPasses()
        with forward.recorded():
            started = time.perf_counter()
            assistant.ask(question)
            asked.append(time.perf_counter() - started)
        bare.append(forward.again())
        passes.append(len(forward.calls))
    if not sum(passes):
        raise SystemExit("No forward pass of a model was seen: there is nothing to compare with.")
    stats = assistant.library.stats()
    print(f"Asking {len(questions)} questions of {stats.articles:,} articles, {stats.passages:,} passages\n")
    print("| what | p50 ms | p95 ms |\n|---|---|---|")
    print(f"| ask() | {_percentiles(asked, 1000, 0)} |")
    print(f"| its {np.mean(passes):.1f} forward passes alone | {_percentiles(bare, 1000, 0)} |")
    print(f"| ratio, question by question | {_percentiles(np.divide(asked, bare), 1, 2)} |")
    print(f"\nPeak memory, models included: {_megabytes(peak_memory_mb())}")


def print_against(assistant: Assistant, given: str, questions: Sequence[str]) -> None:
    """Asking with the settings in force and with others, question by question in turns."""
    settings = settings_of(given)
    with Library.open(assistant.library.path, settings) as library:
        other = Assistant(library, TransformersReader.of(settings))
        for each in (assistant, other):
            each.ask(questions[0])
        times = np.array([[_seconds(each, question) for each in (assistant, other)] for question in questions])
    print(f"\nAgainst {given}\n")
    print("| what | p50 | p95 |\n|---|---|---|")
    print(f"| ask(), ms | {_percentiles(times[:, 0], 1000, 0)} |")
    print(f"| ask() with the others, ms | {_percentiles(times[:, 1], 1000, 0)} |")
    print(f"| ratio, question by question | {_percentiles(times[:, 0] / times[:, 1], 1, 2)} |")


def _seconds(assistant: Assistant, question: str) -> float:
    started = time.perf_counter()
    assistant.ask(question)
    return time.perf_counter() - started


def _percentiles(values: Sequence[float] | NDArray[np.float64], scale: float, digits: int) -> str:
    return " | ".join(f"{scale * float(value):.{digits}f}" for value in np.percentile(values, [50, 95]))


def _megabytes(memory: float | None) -> str:
    return "unknown" if memory is None else f"{memory:,.0f} MB"


if __name__ == "__main__":
    main()
