"""Passages are whole sentences, overlap, and hold the whole text."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from qa.passages.chunking import chunk, encoder_text
from qa.text.segmentation import words

TEXT = "One two three. Four five. Six seven eight nine. Ten eleven. Twelve."


def slices(text, **sizes):
    return [text[start:end] for start, end in chunk(text, **sizes)]


def test_worked_example():
    # sentences of 3, 2, 4, 2 and 1 words in windows of 6 that share up to 2
    assert slices(TEXT, words=6, overlap=2) == [
        "One two three. Four five.",
        "Four five. Six seven eight nine.",
        "Ten eleven. Twelve.",
    ]


def test_the_last_passage_reaches_back_instead_of_being_a_stub():
    text = "Red fish. Blue fish. Old fish. New."
    assert slices(text, words=6, overlap=0) == ["Red fish. Blue fish. Old fish.", "Blue fish. Old fish. New."]


def test_a_long_sentence_is_cut_between_words_in_equal_pieces():
    assert slices("a b c d e f g", words=3, overlap=0) == ["a b", "c d", "e f g"]


def test_a_short_text_is_one_passage_without_the_space_around_it():
    assert slices("  Short. \n", words=120, overlap=30) == ["Short."]


def test_no_text_no_passage():
    assert chunk(" \n\n ", words=120, overlap=30) == []


def test_the_title_goes_before_what_the_encoder_sees():
    assert encoder_text("Fire in Paris", "It began at noon.") == "Fire in Paris\nIt began at noon."
    assert encoder_text("", "It began at noon.") == "It began at noon."


@given(st.text(st.sampled_from("ab .\n中é"), max_size=400), st.integers(1, 12), st.integers(0, 11))
def test_passages_cover_the_text_and_keep_to_the_limit(text, limit, overlap):
    overlap = min(overlap, limit - 1)
    spans = chunk(text, words=limit, overlap=overlap)
    covered = {place for start, end in spans for place in range(start, end)}
    assert covered >= {place for place, char in enumerate(text) if not char.isspace()}
    assert all(len(words(text, start, end)) <= limit for start, end in spans)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in itertools.pairwise(spans))
