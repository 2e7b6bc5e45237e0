"""The quick look that saves stemming what is about something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.quotations import may_hold
from qa.text.question_terms import stems

WORDS = st.sampled_from(
    "cease-fire ceasefire U.S. US 1,200 1200 £4.2 4.2 bridges Bridge's O’Rourke Zoë Zoe cities city F-16 F16 -".split()
)


@given(st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=3).map(" ".join))
def test_it_never_says_no_where_the_words_are(text, about):
    topic = stems(about)
    if topic <= stems(text):
        assert may_hold(text, topic)


@pytest.mark.parametrize("text", ["The ferry sank.", "“The ferry” – sank", ""])
def test_it_says_no_where_they_are_not(text):
    assert not may_hold(text, stems("bridges"))
    assert not may_hold(text, stems("ferry bridge"))
    assert may_hold(text, stems("ferry bridge"), 0.5) == ("ferry" in text)
    assert may_hold(text, frozenset())
