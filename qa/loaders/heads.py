"""What stands above the running text of an article: its title, then lines with day, author, paper and address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.loaders.article import web_address
from qa.loaders.boilerplate import is_furniture
from qa.loaders.dates import date_of_dateline, date_of_line, is_day, is_saving_day, is_update, order_of_lines
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names, fields_of

HEADER_LINES = 8
TITLE_CHARS = 200
PART_CHARS = 60  # of a head line in several parts, and of a line between author and day

_HEADER_KEY = re.compile(
    r"(title|headline|titel|titre|título|titolo|authors?|autora?|auteur|byline|date|datum|fecha|"
    r"published(?: time| on)?|url|link|source url|url source|source|site|publisher|publication|language)\s*:\s*(\S.*)",
    re.IGNORECASE,
)
_WORD = r"[^\W\d_a-zß-ÿ][\w.'’-]*"
_NAME = rf"{_WORD}(?:\s+(?:(?:de|da|van|von|der|bin|al|el|la)\s+)?{_WORD}){{0,3}}"
_SEVERAL = rf"{_NAME}(?:(?:,\s*|\s+and\s+|,\s+and\s+|\s+&\s+){_NAME}){{0,5}}"
_BY = r"(?:(?:story|report|reported|written|words|text|posted|published)\s+by|by)"
_BYLINE = re.compile(rf"(?i:{_BY})(?:\s+|:\s*)({_SEVERAL})")
# The same in other languages, where the word also begins sentences: only before a name and a surname.
_FOREIGN_BYLINE = re.compile(rf"(?i:von|par|por|di|door|av|text|tekst|foto und text)(?:\s+|:\s*)((?=\S+\s){_SEVERAL})")
_NAMES = re.compile(rf"(?=\S+\s){_SEVERAL}")
_BEHIND_NAME = re.compile(
    r"\s{0,9}<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?$|\s{1,9}in\s{1,9}[^\W\d_a-z][\w ]{2,30}$"
    r"|,\s{0,9}(?:[^\W\d_]\w{0,30}\s{1,9}){0,3}"
    r"(?i:writer|reporter|editor|correspondent|columnist|staff|bureau chief|contributor)$"
)
_PAPER = re.compile(
    r"\b(?:observer|mail|times|news|post|herald|guardian|tribune|gazette|journal|chronicle|press|daily|weekly|magazine|"
    r"telegraph|standard|independent|star|mirror|echo|argus|courier|record|register|sentinel|bulletin|review|radio|"
    r"tv|online|zeitung|tagblatt|rundschau|anzeiger|allgemeine|le monde|presse|diario|gazeta|reuters|bbc|cnn|afp|"
    r"xinhua|staff|bureau)\b",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"\d{1,3}[- ]min(?:ute)?s?(?: read)?|(?:updated |posted |published )?\d{1,3} (?:min(?:ute)?|hour|hr|day)s? ago|"
    r"(?:(?:last )?updated|published|posted|today|yesterday)(?: at)?:?(?:\s+\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\.?)?"
    r"(?: [A-Z]{1,4})?)?|\d{1,2}[:.h]\d{2}\s*(?:[ap]\.?m\.?)?(?: [A-Z]{2,4}| Uhr)?|(?:p(?:age)?\.? ?)?[A-Z]?\d{1,3}|"
    r"follow|(?:editors?|editing by|reporting by)(?::\s*|\s+)\S.{1,40}",
    re.IGNORECASE,
)
_BETWEEN_PARTS = re.compile(r"\s{0,9}[|·•]\s{0,9}|\s{1,9}[–—-]\s{1,9}|\s{1,9}/\s{1,9}")
_ENDS_LIKE_A_SENTENCE = re.compile(r"(?:[.;:,]|[.!?][\"'”’)])$")
_ENDS_IN_INITIALS = re.compile(r"\b[A-Z]\.[A-Z]\.$")


@dataclass(slots=True)
class Header:
    """What the lines above the running text say."""

    title: str = ""
    published: date | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    site: str | None = None
    language: str | None = None
    updated: date | None = None  # counts only where no day of publication is stated
    month_first: bool | None = None  # whether 3/4/2025 is in March, where other days of the head tell

    @property
    def day(self) -> date | None:
        """The day of publication, as far as it is stated."""
        return self.published or self.updated


def take_header(lines: list[Line], *, title: str = "") -> tuple[Header, list[Line]]:
    """Title, date, byline and address lines before the running text, and the lines without them.

    Where the `title` is known already, the line that repeats it goes.
    """
    header = Header(month_first=order_of_lines(line.text for line in lines[:HEADER_LINES]))
    kept: list[Line] = []
    for index, line in enumerate(lines):
        following = lines[index + 1 : index + 5]
        if index >= HEADER_LINES:
            return header, kept + lines[index:]
        if (title and not kept and repeats(line.text, title)) or _take(line, header):
            continue
        if title and not kept and following and len(line.text) <= PART_CHARS and repeats(following[0].text, title):
            header.site = header.site or line.text
            continue
        if (header.title or title) and not kept and (_take_parts(line, header) or _take_name(line, following, header)):
            continue
        if not title and not header.title and not kept and is_title(line, following):
            header.title = line.text
        elif is_furniture(line) or is_day(line.text) or _is_above_day(line, following):
            kept.append(line)
        else:
            header.published = header.published or date_of_dateline(line.text)
            return header, kept + lines[index:]
    return header, kept


def is_head_line(line: Line) -> bool:
    """Whether a line by itself tells day, author, paper or address and nothing else."""
    return is_day(line.text) or _take(line, Header()) or _take_parts(line, Header())


def is_key(name: str) -> bool:
    """Whether a name before a colon is one of those that lines of a head begin with."""
    return _HEADER_KEY.fullmatch(f"{name}: x") is not None


def repeats(line: str, title: str) -> bool:
    """Whether a line is the title, also where that goes on with the name of its site."""
    short, whole = _letters(line), _letters(title)
    rest = title[len(line) :]
    return bool(short) and (short == whole or (title.startswith(line) and rest.lstrip()[:1] in "-–—|·:"))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def is_title(line: Line, following: Sequence[Line]) -> bool:
    """A short first line without a final full stop, set off from what follows."""
    if not following or not 0 < len(line.text) <= TITLE_CHARS or is_furniture(line):
        return False
    if _ENDS_LIKE_A_SENTENCE.search(line.text) and not _ENDS_IN_INITIALS.search(line.text):
        return False
    below = following[0]
    return line.heading or below.gap or is_head_line(below) or _take_name(below, following[1:], Header())


def _is_above_day(line: Line, following: Sequence[Line]) -> bool:
    """Whether a line is a label above the day, as the name of a paper."""
    is_short = len(line.text) <= PART_CHARS and not _ENDS_LIKE_A_SENTENCE.search(line.text)
    return is_short and any(map(_tells_day, following[:2]))


def _tells_day(line: Line) -> bool:
    found = Header()
    return is_day(line.text) or (_take_parts(line, found) and found.day is not None)


def _take_name(line: Line, following: Sequence[Line], header: Header) -> bool:
    """Take a line that is only a name, where a day stands below it, with nothing but labels between."""
    first, *others = (part.strip() for part in line.text.split("|"))
    name = _BEHIND_NAME.sub("", first)
    short = [each for each in following if len(each.text) <= PART_CHARS]
    if header.authors or len(line.text) > 120 or any(len(part) > PART_CHARS for part in others):
        return False
    if not any(map(_tells_day, short)) or not _NAMES.fullmatch(name) or _PAPER.search(name):
        return False
    header.authors = author_names(name)
    return True


def _take(line: Line, header: Header) -> bool:
    """Put a metadata line into `header`; whether it was one. The first of a kind counts, a day of saving never."""
    if is_saving_day(line.text) or _NOISE.fullmatch(line.text):
        return True
    if found := date_of_line(line.text, month_first=header.month_first):
        if is_update(line.text):
            header.updated = header.updated or found
        else:
            header.published = header.published or found
        return True
    if names := _byline(line.text):
        header.authors = header.authors or author_names(names)
        return True
    if line.is_address:
        header.url = header.url or web_address(line.link or line.text)
        return True
    pair = _HEADER_KEY.fullmatch(line.text)
    if (
        pair
        and pair[1].lower() == "source"
        and (len(pair[2]) > PART_CHARS or _ends(pair[2]))
        and not web_address(pair[2])
    ):
        return False
    return pair is not None and _take_pair(pair.group(1), pair.group(2), header)


def _take_parts(line: Line, header: Header) -> bool:
    """Take a line in several parts, of which one is a day or an author: `Ostley Mail · 12 May 2025 · By Ines Varga`."""
    parts = [part for part in _BETWEEN_PARTS.split(line.text) if part]
    if not 1 < len(parts) <= 6 or any(len(part) > PART_CHARS or _ends(part) for part in parts):
        return False
    found, names, papers = Header(month_first=header.month_first), list[str](), list[str]()
    for part in parts:
        if not _NOISE.fullmatch(part) and not _take(Line(part), found):
            if len(part.split()) > 4 or not part[:1].isupper():
                return False
            (papers if _PAPER.search(part) or not _NAMES.fullmatch(part) else names).append(part)
    if not found.day and not found.authors:
        return False
    header.published, header.updated = header.published or found.published, header.updated or found.updated
    header.authors = header.authors or found.authors or (author_names(names[0]) if len(names) == 1 else ())
    header.site = header.site or next((each for each in papers if _PAPER.search(each)), None)
    return True


def _ends(part: str) -> bool:
    return part.endswith(("!", "?")) or (part.endswith(".") and not part.lower().endswith(".m."))


def _byline(text: str) -> str:
    """The names of `By A and B | mail | paper`, where only an address or a name follows each bar; "" for others."""
    first, *others = (part.strip() for part in text.split("|"))
    if len(others) > 3 or any(
        len(part) > PART_CHARS or part.endswith((".", "?", "!")) or is_day(part) for part in others
    ):
        return ""
    first = _BEHIND_NAME.sub("", first)
    match = _BYLINE.fullmatch(first) or _FOREIGN_BYLINE.fullmatch(first)
    return match.group(1) if match else ""


def _take_pair(name: str, value: str, header: Header) -> bool:
    fields = fields_of({name: value}, month_first=header.month_first)
    before = (header.title, header.published, header.authors, header.url, header.site, header.language)
    header.title = header.title or fields.title
    header.published = header.published or fields.published
    header.authors = header.authors or fields.authors
    header.url = header.url or fields.url
    header.site = header.site or fields.site
    header.language = header.language or fields.language
    return before != (header.title, header.published, header.authors, header.url, header.site, header.language)
