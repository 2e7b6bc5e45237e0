"""Span decoding against worked logits, and the known traps of readers."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.decoding import decode, distinct
from qa.answering.reader import PACKAGED, PaddedModel, TransformersReader, batches
from qa.answering.windows import Window
from qa.datatypes import Span
from qa.errors import ModelError

# [CLS] who [SEP] Ann met Bob [SEP]
TEXT = "Ann met Bob"
WINDOW = Window(
    text=0,
    token_ids=np.array([101, 5, 102, 6, 7, 8, 102]),
    type_ids=np.array([0, 0, 0, 1, 1, 1, 1]),
    offsets=np.array([(0, 0), (0, 3), (0, 0), (0, 3), (4, 7), (8, 11), (0, 0)]),
    words=np.array([-1, -1, -1, 0, 1, 2, -1]),
    closes=np.zeros(7, dtype=bool),
)


def logits(**at):
    row = np.full(7, -9.0, dtype=np.float32)
    for place, value in at.items():
        row[int(place[1:])] = value
    return row


def best(starts, ends, **given):
    return decode(starts, ends, WINDOW, given.get("max_tokens", 30), given.get("count", 1))


def test_start_and_end_are_chosen_together():
    # alone, the best start is Bob (5) and the best end is Ann (3): that would end before it starts
    spans = best(logits(t0=0, t3=2, t5=3), logits(t0=0, t3=3, t5=1))
    assert spans == [Span(0, 3, 5.0)]  # 2 + 3


def test_the_score_is_raw_and_no_answer_stands_beside_it():
    assert best(logits(t0=1.5, t4=2), logits(t0=1, t5=4))[0] == Span(4, 11, 6.0, 2.5)


def test_the_question_and_the_separators_are_never_an_answer():
    spans = best(logits(t1=99, t2=99, t6=99, t3=1), logits(t1=99, t2=99, t6=99, t3=1), count=9)
    assert spans[0] == Span(0, 3, 2.0, -18.0)
    assert all(0 <= span.start < span.end <= len(TEXT) for span in spans)


def test_an_answer_is_at_most_so_many_tokens_long():
    starts, ends = logits(t0=0, t3=5, t4=0), logits(t0=0, t5=5, t4=1)
    assert (best(starts, ends)[0].start, best(starts, ends)[0].end) == (0, 11)
    assert (best(starts, ends, max_tokens=2)[0].start, best(starts, ends, max_tokens=2)[0].end) == (0, 7)


def test_a_piece_of_a_word_becomes_the_whole_word():
    window = Window(0, [101, 102, 6, 7, 102], [0, 0, 1, 1, 1], np.array([(0, 0), (0, 0), (0, 4), (4, 9), (0, 0)]),
                    np.array([-1, -1, 0, 0, -1]), np.zeros(5, dtype=bool))  # fmt: skip
    starts, ends = np.array([0, -9, 0, 4, -9], np.float32), np.array([0, -9, 0, 4, -9], np.float32)
    assert decode(starts, ends, window, 30, 1) == [Span(0, 9, 8.0)]


def test_of_two_about_equal_the_one_that_ends_with_its_phrase_comes_first():
    whole = replace(WINDOW, closes=np.array([False] * 5 + [True, True]))  # after Bob comes a full stop
    starts = logits(t0=0, t3=2)
    for lead, expected in ((0.2, Span(0, 11, 3.3)), (0.4, Span(0, 7, 3.4))):
        found = decode(starts, logits(t0=0, t4=1 + lead, t5=1), whole, 30, 1)[0]
        assert (found.start, found.end, found.score) == (expected.start, expected.end, pytest.approx(expected.score))


def test_one_passage_sure_of_no_answer_does_not_push_down_another():
    # The same logits with a huge "no answer" in one window leave the other window's score as it was.
    silent = best(logits(t0=50, t3=1), logits(t0=50, t3=1))
    speaking = best(logits(t0=0, t3=1), logits(t0=0, t3=1))
    assert silent[0].score == speaking[0].score == 2.0


def test_a_window_without_context_has_no_span():
    empty = Window(0, [101, 102], [0, 0], np.zeros((2, 2), dtype=np.int64), np.array([-1, -1]), np.zeros(2, dtype=bool))
    assert decode(np.zeros(2, np.float32), np.zeros(2, np.float32), empty, 30, 3) == []


@given(st.lists(st.floats(-10, 10, width=32), min_size=14, max_size=14), st.integers(1, 3))
def test_the_best_span_is_the_best_of_all(values, max_tokens):
    starts, ends = np.array(values[:7], np.float32), np.array(values[7:], np.float32)
    legal = [starts[i] + ends[j] for i, j in product((3, 4, 5), repeat=2) if 0 <= j - i < max_tokens]
    assert best(starts, ends, max_tokens=max_tokens)[0].score == pytest.approx(float(max(legal)), abs=1e-4)


def decoded_slowly(starts, ends, window, max_tokens, count):
    """Every span of the context in order, the last of equal ones first; then the best that do not overlap."""
    context = [token for token, word in enumerate(window.words) if word >= 0]
    spans = []
    for start, end in product(context, repeat=2):
        if 0 <= end - start < max_tokens:
            left = min(token for token in context if window.words[token] == window.words[start])
            right = max(token for token in context if window.words[token] == window.words[end])
            score = float(starts[start]) + (float(ends[end]) + 0.3 * bool(window.closes[end]))
            spans.append(Span(int(window.offsets[left, 0]), int(window.offsets[right, 1]), score, 0.0))
    spans.reverse()
    return distinct(sorted(spans, key=lambda span: -span.score)[: count * 10], count)


@given(st.data(), st.integers(1, 12), st.integers(1, 6), st.integers(1, 3))
def test_spans_are_those_of_trying_them_all(data, size, max_tokens, count):
    def drawn(values, length=size):
        return data.draw(st.lists(values, min_size=length, max_size=length))

    words = np.cumsum([0, *drawn(st.integers(0, 1), size - 1)])
    window = Window(
        text=0,
        token_ids=np.arange(size + 3),
        type_ids=np.zeros(size + 3, dtype=np.int64),
        offsets=np.array([(0, 0), (0, 0), *((3 * n, 3 * n + 2) for n in range(size)), (0, 0)]),
        words=np.array([-1, -1, *words, -1]),
        closes=np.array([False, False, *drawn(st.booleans()), False]),
    )
    few = st.integers(-3, 3)  # so that many are equal
    starts, ends = (np.array([0, 9, *drawn(few), 9], dtype=np.float32) for _ in range(2))
    ends[0] = 0
    assert decode(starts, ends, window, max_tokens, count) == decoded_slowly(starts, ends, window, max_tokens, count)


def test_distinct_keeps_the_better_of_two_that_overlap():
    assert distinct([Span(0, 5, 1.0), Span(4, 9, 2.0), Span(9, 12, 0.5)], 5) == [Span(4, 9, 2.0), Span(9, 12, 0.5)]


def test_batches_hold_every_window_once_and_keep_to_their_size():
    windows = [
        Window(i, [0] * size, [], np.zeros(0), np.zeros(0), np.zeros(0))
        for i, size in enumerate([256, 30, 250, 256] * 9)
    ]
    made = list(batches(windows))
    assert sorted(window.text for batch in made for window in batch) == list(range(36))
    assert max(len(batch) * max(len(window.token_ids) for window in batch) for batch in made) <= 4096


@pytest.fixture(scope="module")
def reader():
    return TransformersReader(precision="float32")


@pytest.mark.models
def test_the_packaged_reader_computes_what_transformers_does(reader):
    from training.train import load_quantized

    texts = ["Ann Lee is the mayor of Ulm.", "It rained.", "Bob Ray is the mayor of Graz. " + "He likes tea. " * 80]
    encoder, model = reader._load()
    windows = encoder.encode("Who is the mayor?", texts, ["Ulm", "", "Graz"])
    assert len(windows) == 4
    plain = PaddedModel(load_quantized(PACKAGED), 0)
    assert (model.reads_titles, plain.reads_titles) == (True, True)
    half = TransformersReader(precision="bfloat16")._load()[1]
    for ours, theirs, rough in zip(*(each.logits(windows) for each in (model, plain, half)), strict=True):
        assert np.abs(np.subtract(ours, theirs)).max() < 1e-4
        assert np.abs(np.subtract(rough, theirs)).mean() < 0.2


@pytest.mark.models
def test_the_packaged_reader_answers_without_the_large_libraries():
    code = (
        "import sys; from qa.answering.reader import TransformersReader as R;"
        "(spans,) = R().read('Who is mayor?', ['Ann Lee is the mayor of Ulm.'], ['']);"
        "print(spans[0].start, spans[0].end, 'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "7", "True", "False"]


@pytest.mark.models
def test_the_tail_of_a_long_passage_is_read(reader):
    text = "The committee met and talked about many things of no interest. " * 60 + "The treaty was signed in Oslo."
    span = reader.read("Where was the treaty signed?", [text], [""])[0][0]
    assert text[span.start : span.end] == "Oslo"
    assert span.start > len(text) - 10


@pytest.mark.models
def test_an_answer_keeps_its_capitals_accents_and_signs(reader):
    text = "The company said that SÖDRA Ltd. paid $1.13bn for the mill in Värö."
    span = reader.read("How much did SÖDRA pay for the mill?", [text], [""])[0][0]
    assert text[span.start : span.end] == "$1.13bn"


@pytest.mark.models
def test_a_title_is_read_but_never_an_answer(reader):
    text = "The vote was on Sunday, and Ann Lee got 51 percent of it."
    named, unnamed, other = (
        reader.read("Who was elected mayor of Ulm?", [text], [title])[0][0]
        for title in ("Ann Lee elected mayor of Ulm", "", "Storms in Norway")
    )
    assert text[named.start : named.end] == "Ann Lee"
    assert len({named.score, unnamed.score, other.score}) == 3


@pytest.mark.models
def test_texts_do_not_touch_one_another(reader):
    texts = [
        "Ann Lee is the mayor of Ulm.",
        "",
        "It rained.",
        "Bob Ray is the mayor of Graz. " + "He likes tea. " * 200,
    ]
    together = reader.read("Who is the mayor?", texts, [""] * 4)
    assert together[1] == []
    for text, found in zip(texts, together, strict=True):
        alone = reader.read("Who is the mayor?", [text], [""])[0]
        assert [(span.start, span.end) for span in found[:1]] == [(span.start, span.end) for span in alone[:1]]
        assert all(
            one.score == pytest.approx(other.score, abs=0.3) for one, other in zip(found[:1], alone, strict=False)
        )


@pytest.mark.models
def test_a_question_longer_than_the_window_is_cut_not_fatal(reader):
    text = "Ann Lee is the mayor of Ulm."
    spans = reader.read("who is the mayor of the town " * 200, [text], [""])[0]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@pytest.mark.models
@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "中文" * 600, "a" * 3000, "😀" * 50])
def test_odd_texts_give_spans_inside_them_or_none(reader, text):
    assert all(0 <= span.start < span.end <= len(text) for span in reader.read("Who?", [text], [""])[0])


def test_one_thread_at_a_time_uses_the_tokenizer(monkeypatch):
    inside, most = [], []

    def encode(question, texts, titles):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return []

    reader = TransformersReader()
    loaded = SimpleNamespace(encode=encode), SimpleNamespace(reads_titles=False)
    monkeypatch.setattr(reader, "_load", lambda: loaded)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: reader.read("Who?", ["Ann."], [""]), range(8))) == [[[]]] * 8
    assert max(most) == 1


def test_a_folder_that_holds_no_reader_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match=str(tmp_path)):
        TransformersReader(str(tmp_path)).load()


def test_token_types_are_given_to_a_model_that_has_them():
    import torch

    seen = []

    def model(**inputs):
        seen.append(inputs)
        size = inputs["input_ids"].shape
        return SimpleNamespace(start_logits=torch.zeros(size), end_logits=torch.zeros(size))

    model.config = SimpleNamespace(type_vocab_size=2)
    PaddedModel(model, 0).logits([WINDOW])
    assert seen[0]["token_type_ids"].tolist() == [[0, 0, 0, 1, 1, 1, 1]]
