"""Sentences and words keep their place."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from qa.text.segmentation import sentences, words


def slices(text, spans):
    return [text[start:end] for start, end in spans]


def test_sentences_of_a_worked_example():
    text = 'Mr. Smith of the U.S. Army left at 5 p.m. on Monday. "It is over," he said.\n\nProfits: $1.13bn (£600m).'
    assert slices(text, sentences(text)) == [
        "Mr. Smith of the U.S. Army left at 5 p.m. on Monday.",
        '"It is over," he said.',
        "Profits: $1.13bn (£600m).",
    ]


def test_a_line_break_ends_a_sentence():
    text = "What we know so far\nThe blaze began at noon."
    assert slices(text, sentences(text)) == ["What we know so far", "The blaze began at noon."]


def test_offsets_count_characters_not_bytes():
    text = "“Où?” 😀 Là. Ça va."
    assert slices(text, sentences(text))[-1] == "Ça va."


def test_words_of_unspaced_scripts_are_characters():
    assert slices("ab 中文", words("ab 中文")) == ["ab", "中", "文"]


def test_a_run_without_spaces_is_cut():
    assert [end - start for start, end in words("x" * 100)] == [40, 40, 20]


@given(st.text())
def test_sentences_hold_all_non_space_text_in_order(text):
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert "".join("".join(slices(text, spans)).split()) == "".join(text.split())


@given(st.text())
def test_words_hold_all_non_space_text(text):
    assert "".join(slices(text, words(text))) == "".join(text.split())
