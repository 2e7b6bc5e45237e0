"""What is said of quotes, as an editor would: verbatim and where, altered and how, or in no article."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write

from qa.datatypes import Where
from qa.errors import FormatError
from qa.library import Library
from qa.quotecheck.checker import MOST_CHARACTERS
from qa.quotecheck.extraction import quotes_of
from qa.quotecheck.result import CheckedQuote, Difference, Gap, Piece, Verdict, quote_check_to_dict

MAYOR = (
    "Rosalind Pike resigned on Friday.\n\nShe said: “I signed on Monday what I was given. The crane – a Soviet one – "
    "was sold for 92,153 euros, and nobody asked me.” Her deputy, Rolf Teller, denied it."
)
BRIDGE = (
    "Petra Halloway said the bridge would not fall, whatever the engineers' report of 2019 may say. Nobody asked me."
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    write(tmp_path / "in", "mayor", MAYOR, "Mayor resigns", "2025-06-20")
    write(tmp_path / "in", "bridge", BRIDGE, "Bridge", "2025-05-12")
    for number in range(12):  # others that share words
        write(tmp_path / "in", f"other{number}", f"Nobody signed on day {number}. The crane was given away by friends.")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        opened.add(tmp_path / "in")
        yield opened


def only(library: Library, text: str) -> CheckedQuote:
    (checked,) = library.check_quotes(text)
    return checked


def test_the_same_words_are_found_with_their_place_and_date(library: Library) -> None:
    text = 'As she put it, "I signed on Monday what I was given," and left.'
    checked = only(library, text)
    assert (checked.verdict, checked.differences) == (Verdict.VERBATIM, ())
    assert text[checked.start : checked.end] == checked.quote == "I signed on Monday what I was given,"
    (place,) = checked.places
    start = MAYOR.index("I signed")
    assert (place.start, place.end) == (start, start + len("I signed on Monday what I was given"))
    assert MAYOR[place.start : place.end] == place.quote == "I signed on Monday what I was given"
    assert (place.title, place.published) == ("Mayor resigns", date(2025, 6, 20))
    assert place.context == MAYOR.partition("\n\n")[2]  # one sentence as its quotation is one
    assert only(library, "“Rosalind Pike”").places[0].context == "Rosalind Pike resigned on Friday."


@pytest.mark.parametrize(
    ("quote", "differences"),
    [
        ("“THE crane – a Soviet one – was sold”", [Difference.CASE]),
        ("“The crane — a Soviet one — was sold”", [Difference.MARKS]),
        ("“The  crane – a\nSoviet one – was sold”", [Difference.SPACING]),
        ("“The crane, a Soviet one, was sold”", [Difference.PUNCTUATION]),
        ("“the crane, a Soviet one, was sold”", [Difference.CASE, Difference.PUNCTUATION]),
        ("“The crane – a Soviet one – was sold?”", [Difference.PUNCTUATION]),
        ("“[t]he crane – a Soviet one – was sold.”", [Difference.CASE]),
        ('"the engineers’ report of 2019"', [Difference.MARKS]),
        ("“The crane – a Soviet one – was sold [sic] for 92,153 euros”", []),
    ],
)  # fmt: skip
def test_what_an_editor_may_change_is_verbatim_and_said(
    library: Library, quote: str, differences: list[Difference]
) -> None:
    checked = only(library, f"It reads {quote} there.")
    assert (checked.verdict, list(checked.differences)) == (Verdict.VERBATIM, differences)


def test_what_an_ellipsis_leaves_out_and_what_brackets_stand_for_is_shown(library: Library) -> None:
    checked = only(library, "“Petra Halloway said [it] would ... fall”")
    assert (checked.verdict, checked.differences) == (Verdict.VERBATIM, (Difference.OMISSION, Difference.BRACKETS))
    assert checked.gaps == (Gap("[it]", "the bridge"), Gap("...", "not"))
    assert checked.places[0].quote == "Petra Halloway said the bridge would not fall"
    assert only(library, "“… the bridge would not fall …”").gaps == ()


def test_parts_in_another_order_or_of_two_articles_are_not_verbatim(library: Library) -> None:
    assert only(library, "“nobody asked me … I signed on Monday what I was given”").verdict is Verdict.ALTERED
    assert only(library, "“Petra Halloway said … was sold for 92,153 euros”").verdict is not Verdict.VERBATIM


def test_other_words_are_shown_one_by_one(library: Library) -> None:
    checked = only(library, "“I signed on Tuesday what I was gladly given. The crane was sold”")
    assert checked.verdict is Verdict.ALTERED
    assert checked.pieces == (
        Piece("same", "I signed on", "I signed on"),
        Piece("changed", "Tuesday", "Monday"),
        Piece("same", "what I was", "what I was"),
        Piece("added", "gladly", ""),
        Piece("same", "given. The crane", "given. The crane"),
        Piece("missing", "", "a Soviet one"),
        Piece("same", "was sold", "was sold"),
    )
    assert checked.places[0].quote == "I signed on Monday what I was given. The crane – a Soviet one – was sold"
    assert only(library, "“the bridge would fall, whatever the engineers say”").pieces[1] == Piece("missing", "", "not")


@pytest.mark.parametrize(
    "quote", ["“We shall fight on the beaches”", "“she was on the”", "“Quux”", "“…”", "“crane engineers”"]
)
def test_words_that_no_article_has_are_absent(library: Library, quote: str) -> None:
    checked = only(library, quote)
    assert (checked.verdict, checked.places, checked.pieces) == (Verdict.ABSENT, (), ())


def test_every_article_that_has_it_is_named_the_most_exact_first(library: Library) -> None:
    checked = only(library, "“Nobody asked me”")
    assert [place.title for place in checked.places] == ["Bridge", "Mayor resigns"]
    assert checked.differences == ()
    assert [place.title for place in only(library, "“asked me”").places] == ["Mayor resigns", "Bridge"]


def test_a_filter_is_held(library: Library) -> None:
    checked, = library.check_quotes("“asked me”", Where(published_to=date(2025, 5, 31)))  # fmt: skip
    assert [place.title for place in checked.places] == ["Bridge"]
    (absent,) = library.check_quotes("“I signed on Monday what I was given”", Where(published_to=date(2025, 5, 31)))
    assert absent.verdict is Verdict.ABSENT


def test_the_quotes_of_a_text_are_all_its_forms_of_marks(library: Library) -> None:
    text = 'He said "yes, at once" and «non» and „doch“.\n\n“One paragraph\n\n“and the next.” It is 6" long. "" " "'
    assert [text[slice(*each)] for each in quotes_of(text)] == [
        "yes, at once", "non", "doch", "One paragraph", "and the next.",
    ]  # fmt: skip
    assert [text[slice(*each)] for text in ["‘No’, she said, ‘it’s mine.’"] for each in quotes_of(text)] == [
        "No", "it’s mine.",
    ]  # fmt: skip
    assert library.check_quotes("No quote in here.") == []


def test_a_long_quote_over_several_passages_is_found(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(300)]
    write(tmp_path / "in", "long", " ".join(words))
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        opened.add(tmp_path / "in")
        checked = only(opened, f"“{' '.join(words[20:280])}”")
        words[100] = "other"
        altered = only(opened, f"“{' '.join(words[20:280])}”")
    assert checked.verdict is Verdict.VERBATIM
    assert checked.places[0].quote.split()[-1] == "word279"
    assert [each for each in altered.pieces if each.kind != "same"] == [Piece("changed", "other", "word100")]


def test_as_json_with_counts(library: Library) -> None:
    values = quote_check_to_dict(library.check_quotes("“asked me” “I signed on Tuesday what I was given” “Quux”"))
    assert (values["format"], values["counts"]) == (
        "article-qa/quote-check/1",
        {"verbatim": 1, "altered": 1, "absent": 1},
    )
    quotes = values["quotes"]
    assert isinstance(quotes, list)
    assert [each["verdict"] for each in quotes] == ["verbatim", "altered", "absent"]
    assert quotes[0]["places"][0]["published"] == "2025-06-20"
    assert quotes[1]["pieces"][1] == {"kind": "changed", "written": "Tuesday", "article": "Monday"}


def test_a_text_that_is_too_long_is_refused(library: Library) -> None:
    with pytest.raises(FormatError, match="check at most 500,000"):
        library.check_quotes("x" * (MOST_CHARACTERS + 1))
