"""Terms: what meets what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text.tokenization import MAX_TERM, question_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat.", ["the", "cat", "sat"]),
        ("", []),
        ("-- ... !?", []),
        ("$1.13bn", ["1.13", "bn", "1.13bn"]),
        ("a 30-day cease-fire", ["a", "30", "day", "30day", "cease", "fire", "ceasefire"]),
        ("the U.S. Army", ["the", "us", "army"]),
        ("U.S.-led", ["us", "led"]),
        ("F-16 F16", ["16", "f16", "16", "f16"]),
        ("COVID-19", ["covid", "19", "covid19"]),
        ("the 1990s", ["the", "1990", "1990s"]),
        ("1,234,567.89 and 3,5", ["1234567.89", "and", "3.5"]),
        ("1,234 people", ["1234", "people"]),
        ("on 12.05.2025", ["on", "12", "05", "2025", "12052025"]),
        ("Putin's, Putin’s", ["putin", "putin"]),
        ("O'Brien don’t", ["brien", "obrien", "don", "dont"]),
        ("AT&T", ["at", "att"]),
        ("state-of-the-art-of-things", ["state", "of", "the", "art", "of", "things"]),
        ("Élysée, Kraków", ["elysee", "krakow"]),
        ("Ελλάδα", ["ελλαδα"]),
        ("ﬁnance ＡＢＣ", ["finance", "abc"]),
        ("सीज़फायर की घोषणा", ["सीज़फायर", "की", "घोषणा"]),
        ("الْقُدْس", ["القدس"]),
        ("한국어 뉴스", ["한국어", "뉴스"]),
        ("東京都 news", ["東", "京", "都", "東京", "京都", "news"]),
        ("snake_case", ["snake", "case"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ceasefire", "cease-fire"),
        ("U.S.", "US"),
        ("F16", "F-16"),
        ("$1.13bn", "1.13 billion"),
        ("Zürich", "Zurich"),
        ("Straße", "STRASSE"),
        ("Çelik", "C\u0327elik"),
        ("10,000", "10000"),
        ("東京", "東京都"),
    ],
)
def test_spellings_that_meet(one: str, other: str) -> None:
    assert set(terms(one)) & set(terms(other))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who proposed the talks in Istanbul?", ["proposed", "talks", "istanbul"]),
        ("What did the WHO say?", ["who", "say"]),
        ("When did IT fail in the US?", ["it", "fail", "us"]),
        ("WHO WON THE CUP?", ["won", "cup"]),
        ("WHO IS IT?", ["who", "is", "it"]),
        ("Who are you?", ["who", "are", "you"]),
        ("talks about talks", ["talks"]),
        ("What's up?", ["up"]),
        ("", []),
    ],
)
def test_question_terms(question: str, expected: list[str]) -> None:
    assert question_terms(question) == expected


@given(st.text())
def test_terms_are_clean(text: str) -> None:
    for term in terms(text):
        assert 0 < len(term) <= MAX_TERM
        assert not any(char.isspace() for char in term)
        term.encode("utf-8")


@given(st.text())
def test_terms_do_not_depend_on_case_or_form(text: str) -> None:
    assert terms(text.casefold()) == terms(text)


@given(st.text(alphabet="abc -.,'&12"), st.text(alphabet="abc -.,'&12"))
def test_lines_do_not_touch(one: str, other: str) -> None:
    assert terms(one + "\n" + other) == terms(one) + terms(other)


def test_long_runs_are_no_terms() -> None:
    assert terms("x" * 10_000 + " short") == ["short"]
