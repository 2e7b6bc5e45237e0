"""Plain text, Markdown and what is pasted along with an article."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse
from qa.loaders.boilerplate import is_caption, is_related
from qa.loaders.markdown import Line, lines_of_markdown, unwrapped

SEED = Path(__file__).parents[2] / "seeds" / "000_f199326b91c0929f.txt"
FILLER = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."


def one(data: str | bytes, name: str = "/n/harbour_news-today.txt", media_type: str | None = None) -> Article:
    raw = data.encode() if isinstance(data, str) else data
    (found,) = parse(Document(name, raw, media_type), Settings())
    assert isinstance(found, Article), found
    return found


def test_the_seed_as_it_was_pasted() -> None:
    article = one(SEED.read_bytes(), str(SEED))
    assert article.title == (
        "Kremlin Reiterates Putin's Call for Istanbul Talks, But Remains Silent on Possible Zelensky Meeting"
    )
    assert article.published == date(2025, 5, 12)
    assert article.url == (
        "https://www.themoscowtimes.com/2025/05/12/kremlin-reiterates-putins-call-for-istanbul-talks-but-remains-"
        "silent-on-possible-zelensky-meeting-a89054"
    )
    assert article.text.startswith(
        "The Kremlin on Monday repeated President Vladimir Putin's call for direct Russia-Ukraine talks in Istanbul"
    )
    assert article.text.endswith('You cannot speak to Russia in such terms," he said.')
    assert len(article.text.split("\n\n")) == 11
    for stray in ("[", "](", "**", "Ilnitsky", "Related article", "Drone Strikes", "Original url", "http", "May 12"):
        assert stray not in article.text


def test_title_byline_date_and_address_lines_are_taken_out() -> None:
    article = one(
        f"Ferry returns\nBy Mara Lind and Bo Chu\nPublished: 3 March 2021 at 10:00\n\n{FILLER}\n\nSource: https://x.org/f\n"
    )
    assert (article.title, article.authors) == ("Ferry returns", ("Mara Lind", "Bo Chu"))
    assert (article.published, article.url) == (date(2021, 3, 3), "https://x.org/f")
    assert article.text == FILLER


def test_without_a_title_line_the_file_name_is_the_title() -> None:
    article = one(f"{FILLER}\n\nA second paragraph follows it.")
    assert article.title == "Harbour news today"
    assert article.text == f"{FILLER}\n\nA second paragraph follows it."


def test_a_dateline_stays_and_is_no_date() -> None:
    article = one(f"Title of it\n\nTOKYO (Reuters) - {FILLER}\n\nMay 12, 2025 was a Monday, she said.")
    assert article.text == f"TOKYO (Reuters) - {FILLER}\n\nMay 12, 2025 was a Monday, she said."
    assert article.published is None


def test_a_date_line_deep_in_the_text_is_text() -> None:
    body = "\n\n".join([FILLER] * 9)
    assert one(f"A title\n\n{body}\n\nMay 12, 2025\n\n{FILLER}").published is None


def test_hard_wrapped_lines_become_paragraphs() -> None:
    wrapped = (
        "The ferry to the outer islands will run twice a day from\n"
        "Monday, the harbour office said. It is the first time in a\n"
        "decade that the long-\nplanned timetable has been put into force.\n"
    )
    assert unwrapped(["The ferry to the outer islands will run twice a day", "from Monday on, they said, and on."]) == [
        "The ferry to the outer islands will run twice a day from Monday on, they said, and on."
    ]
    assert "run twice a day from Monday, the harbour" in one("T\n\n" + wrapped).text


def test_lines_that_were_not_wrapped_stay_apart() -> None:
    lines = ["Arrivals:", "Vera, from Oslo", "Nora, from Turku and all the way from Helsinki, on Sunday"]
    assert unwrapped(lines) == lines


@pytest.mark.parametrize(
    "line",
    [
        "Dmitry Peskov and Vladimir Putin. Sergei Ilnitsky / pool photo via AP",
        "Photo: Jane Doe",
        "A crowd in the square (Photo: Jane Doe/AP)",
        "The bridge. Jane Doe/Getty Images",
        "Jane Doe via Reuters",
        "Getty Images",
        "AFP via Getty Images",
        "© 2025 The Coast Courier",
        "Image credit: NASA",
        "Credit: Jane Doe",
    ],
)
def test_captions(line: str) -> None:
    assert is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        "The picture was taken by Jane Doe, a photographer for Reuters.",
        "He sent the news via AP.",
        "She works for Getty Images in Oslo and lives in Bergen",
        "The photo shows two men.",
        "“It was the worst day of my life,” the photographer said",
        "Reuters reported the deal first.",
        "More images from the space telescope to be released",
        "(C) clinched conference; (D) clinched division",
        "The Kremlin said so.",
    ],
)
def test_sentences_are_no_captions(line: str) -> None:
    assert not is_caption(line)


@pytest.mark.parametrize(
    "line",
    [
        Line("Related article: Ferry strike enters second week", linked=True),
        Line("Read more: Ferry strike enters second week"),
        Line("See also: Why the tunnel was never built"),
        Line("READ: Why the tunnel was never built"),
        Line("Related articles"),
        Line("Ferry strike enters second week", link="https://x.org"),
    ],
)
def test_related_story_lines(line: Line) -> None:
    assert is_related(line)


@pytest.mark.parametrize(
    "line",
    [
        Line("Read more: the minister said the report, which she had read twice, was wrong."),
        Line("See also the report of 2019, which says the same."),
        Line("Related companies lost a tenth of their value."),
        Line("More than 300 people came."),
        Line("The minister resigned on Monday.", link="https://x.org"),
        Line("An official told Axios that he plans to travel", linked=True),
    ],
)
def test_sentences_are_no_related_story_lines(line: Line) -> None:
    assert not is_related(line)


def test_page_furniture_goes_and_the_sentences_around_it_stay() -> None:
    article = one(
        f"A title\n\n{FILLER}\n\nADVERTISEMENT\n\nStory continues below advertisement\n\nhttps://x.org/ad\n\n"
        f"Second paragraph here.\n\n[Ferry strike enters second week](https://x.org/2)\n\nThird."
    )
    assert article.text == f"{FILLER}\n\nSecond paragraph here.\n\nThird."
    assert article.url is None


def test_front_matter_is_metadata() -> None:
    text = (
        "---\ntitle: 'Ferry returns: again'\ndate: 2019-01-04\nurl: https://x.org/f\nauthors: [Ann Lee, Bo Chu]\n"
        f"site: The Paper\nlanguage: en\nlicense: CC BY 2.5\n---\n\n# Ferry returns: again\n\n{FILLER}\n"
    )
    article = one(text, "sample:ferry", "text/markdown")
    assert (article.title, article.published) == ("Ferry returns: again", date(2019, 1, 4))
    assert (article.url, article.authors) == ("https://x.org/f", ("Ann Lee", "Bo Chu"))
    assert (article.site, article.language, article.source) == ("The Paper", "en", "sample:ferry")
    assert article.text == FILLER


def test_front_matter_that_is_no_yaml_is_still_read() -> None:
    article = one(f"---\ntitle: Ferry: it returns\ndate: 4 January 2019\n---\n{FILLER}")
    assert (article.title, article.published, article.text) == ("Ferry: it returns", date(2019, 1, 4), FILLER)


def test_markdown_becomes_plain_text() -> None:
    lines = lines_of_markdown(
        "# Head\n\nOne *two* [three](http://x.org)\nfour ![pic](p.png)\n\n- a\n- b\n\n> quoted\n\n"
        "| h | i |\n|---|---|\n| j | k |\n"
    )
    assert [(line.text, line.gap) for line in lines] == [
        ("Head", True), ("One two three four", True), ("a", True), ("b", False), ("quoted", True),
        ("h, i", True), ("j, k", False),
    ]  # fmt: skip
    assert lines[0].heading


def test_stray_markup_in_plain_text_is_taken_off_but_arithmetic_is_not() -> None:
    article = one(
        "A title\n\nHe __said__ *so* in <https://x.org/a> and **meant** it, 2 * 3 * 4 and snake_case_name too."
    )
    assert article.text == "He said so in https://x.org/a and meant it, 2 * 3 * 4 and snake_case_name too."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("“Größe” — café", "utf-8-sig"),
        ("“Größe” — café", "utf-16"),
        ("plain letters only", "utf-16-le"),
        ("“Größe” — café", "cp1252"),
        ("Президент России выступил в Москве с речью о новых переговорах.", "cp1251"),
        ("東京で新しい橋が開通したと市が発表した。", "shift_jis"),
    ],
)
def test_encodings_are_found(data: str, encoding: str) -> None:
    text = f"Title\n\n{FILLER} {data} {FILLER} {data}"
    assert data in one(text.encode(encoding)).text


def test_a_few_western_characters_are_enough() -> None:
    for text in (
        "Señor Núñez is the mayor of the town – “for now”, he said.",
        "L’Élysée a annoncé une réforme à venir, déjà contestée.",
    ):
        assert one(text.encode("cp1252")).text == text


def test_only_the_first_lines_are_searched_for_metadata() -> None:
    days = "\n".join(f"{day} May 2025" for day in range(1, 20))
    article = one(f"{days}\n\n{FILLER}")
    assert article.published == date(2025, 5, 1)
    assert article.text.startswith("9 May 2025\n10 May 2025\n")


def test_damaged_utf8_is_reported() -> None:
    data = f"Title\n\n{FILLER} Größe — café.".encode().replace("ö".encode(), b"\xc3", 1)
    (failure,) = parse(Document("/n/a.txt", data), Settings())
    assert failure == Failure(
        "/n/a.txt",
        "Its characters cannot be read: it is UTF-8 in most places, but damaged in others.",
        "Open it in the program it comes from and save it again with the encoding UTF-8.",
    )
