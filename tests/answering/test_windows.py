"""Windows of a small tokenizer whose tokens a person can count, and of the real one against transformers."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from qa.answering.reader import PACKAGED
from qa.answering.windows import (
    MAX_QUESTION_TOKENS,
    MAX_TITLE_TOKENS,
    STRIDE_TOKENS,
    WINDOW_TOKENS,
    WindowEncoder,
    _stretches,
)

WORDS = ["[CLS]", "[SEP]", "[UNK]", *"who is mayor ann lee of ulm . rain ##ed ##s".split()]


def tokenizer():
    """Pieces of words as BERT has them: "rained" is rain ##ed."""
    made = Tokenizer(models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 0), ("[SEP]", 1)]
    )
    made.add_special_tokens(["[CLS]", "[SEP]"])
    return made


def windows(question, texts, titles=None):
    return WindowEncoder(tokenizer(), "[SEP]").encode(question, texts, titles or [""] * len(texts))


def words(window):
    return [WORDS[token] for token in window.token_ids]


def test_a_window_is_question_title_and_passage():
    (window,) = windows(" Who is mayor? ", ["Ann rained."], ["Ulm "])
    assert words(window) == [*"[CLS] who is mayor [UNK] [SEP] ulm [SEP] ann rain ##ed . [SEP]".split()]
    assert window.type_ids.tolist() == [0] * 8 + [1] * 5
    assert window.offsets.tolist() == [[0, 0]] * 8 + [[0, 3], [4, 8], [8, 10], [10, 11], [0, 0]]
    assert window.words.tolist() == [-1] * 8 + [0, 1, 1, 2, -1]
    assert window.closes.tolist() == [False] * 10 + [True, True, False]


def test_without_a_title_there_is_no_second_separator():
    (window,) = windows("who", ["ann"], [" "])
    assert words(window) == ["[CLS]", "who", "[SEP]", "ann", "[SEP]"]


def test_an_empty_text_has_no_window_and_the_others_keep_their_numbers():
    assert [window.text for window in windows("who", ["", "ann", " \n", "lee"])] == [1, 3]


def test_a_long_passage_is_read_in_windows_that_share_their_edges():
    text = "ann " * 500
    made = windows("who", [text])
    assert [len(window.token_ids) for window in made] == [256, 256, 4 + 500 - 2 * (252 - STRIDE_TOKENS)]
    assert [window.words.max() for window in made] == [251, 251 + 252 - STRIDE_TOKENS, 499]
    assert [int(window.offsets[window.words >= 0][0, 0]) for window in made] == [0, 4 * 156, 4 * 312]


def test_long_questions_and_titles_are_cut():
    (window,) = windows("who " * 100, ["ann"], ["ulm " * 100])
    assert words(window).count("who") == MAX_QUESTION_TOKENS
    assert words(window).count("ulm") == MAX_TITLE_TOKENS


@given(st.integers(0, 3000), st.integers(STRIDE_TOKENS + 1, 300))
def test_every_token_is_read_and_neighbours_share_the_stride(tokens, room):
    made = list(_stretches(tokens, room))
    assert {token for first, last in made for token in range(first, last)} == set(range(tokens))
    assert all(last - first == room for first, last in made[:-1])
    assert all(last - first == STRIDE_TOKENS for (_, last), (first, _) in pairwise(made))


def test_a_passage_is_tokenized_once_for_many_questions():
    class Counting:
        def __init__(self):
            self.seen = []
            self.real = tokenizer()

        def encode(self, *texts, **given):
            self.seen += texts
            return self.real.encode(*texts, **given)

        def no_truncation(self):
            self.real.no_truncation()

        def no_padding(self):
            self.real.no_padding()

    counting = Counting()
    encoder = WindowEncoder(counting, "[SEP]")
    first = encoder.encode("who", ["ann lee", "ulm"], ["", ""])
    again = encoder.encode("who is", ["ulm", "ann lee"], ["", ""])
    assert [counting.seen.count(text) for text in ("ann lee", "ulm")] == [1, 1]
    assert [words(window)[-3:] for window in again] == [words(window)[-3:] for window in reversed(first)]
    again[0].words[:] = -1  # what a caller does to a window stays there
    assert words(encoder.encode("who", ["ulm"], [""])[0]) == ["[CLS]", "who", "[SEP]", "ulm", "[SEP]"]
    assert encoder.encode("who", ["ulm"], [""])[0].words.tolist() == [-1, -1, -1, 0, -1]


@pytest.mark.models
def test_windows_are_those_that_transformers_makes():
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(PACKAGED)
    ours = WindowEncoder(Tokenizer.from_file(str(PACKAGED / "tokenizer.json")), "[SEP]")
    rows = [json.loads(line) for line in (Path(__file__).parents[1] / "golden.jsonl").read_text().splitlines()]
    texts = ["Åse and Bjørn met. " * 200, "中文" * 300, "a" * 3000, "😀 [SEP] x", "It rained."]
    for row in rows[:40]:
        expected = theirs(
            [row["question"]] * len(texts),
            texts,
            truncation="only_second",
            max_length=WINDOW_TOKENS,
            stride=STRIDE_TOKENS,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        made = ours.encode(row["question"], texts, [""] * len(texts))
        assert [window.text for window in made] == expected["overflow_to_sample_mapping"]
        for number, window in enumerate(made):
            context = window.words >= 0
            assert window.token_ids.tolist() == expected["input_ids"][number]
            assert window.type_ids.tolist() == expected["token_type_ids"][number]
            assert np.array_equal(window.offsets[context], np.array(expected["offset_mapping"][number])[context])
            assert np.array_equal(context, [each == 1 for each in expected.sequence_ids(number)])
