"""JSON, JSON lines and CSV: one article a row, read as a stream; a bad row costs only itself."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, title_of
from qa.loaders.decoding import SAMPLE_BYTES, decode, encoding_of
from qa.loaders.document import Document
from qa.loaders.metadata import NO_ARTICLES, TEXT, UNPUBLISHED, Fields, fields_of, has_text, order_of_days, unwrapped
from qa.loaders.reading_lists import are_highlights, by_document, posts_of_ghost, refuse_list_of_links
from qa.loaders.truncation import without_cut_mark

BYTES_PER_CHARACTER = 12  # the longest JSON spelling of one character: two \uXXXX escapes
_DELIMITERS = ",;\t|"
_WIDE = ("utf-16", "utf-32")
_MARKED_UP = re.compile(
    r"</(?:p|div|a|b|i|em|strong|span|su[bp]|h[1-6]|li|ul|figure|blockquote)>|<br\s*/?>|<p>", re.IGNORECASE
)
_NUMERIC_DAY = re.compile(rb"(?<!\d)\d{1,2}([/-])\d{1,2}\1\d{4}(?!\d)")
_BLOCKS = re.compile(r"</(?:p|div|h[1-6]|li|ul|figure|blockquote)>|<p>", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")

_MEDIA = ("photo", "file", "media_type", "sticker_emoji", "location_information", "contact_information", "poll")
_LINKED_DATA = ("Article", "Posting", "Report", "Work")
MOST_NESTED = 6  # records further down are not looked for

Row = Mapping[object, object]


def read_table(family: str, document: Document, settings: Settings) -> Iterator[Article | Failure]:
    """The articles of a `json`, `jsonl` or `csv` document, `origin#id` or `origin#row` their sources."""
    if family == "csv" and are_highlights(_columns(document)):
        yield from articles_of_rows(by_document(_csv_rows(document, settings)), document)
    elif family == "csv":
        yield from _in_one_order(_csv_rows, document, settings)
    elif family == "jsonl" or not _is_one_value(document.data):
        yield from _in_one_order(_json_lines, document, settings)
    else:
        loaded = _json_value(document)
        rows = (posts_of_ghost(loaded) or _rows_inside(loaded)) if isinstance(loaded, Mapping) else loaded
        if isinstance(rows, list):
            yield from articles_of_rows(enumerate(rows, start=1), document, order_of_days(rows))
        elif isinstance(loaded, Mapping):
            yield _article(fields_of(loaded), document, document.origin)
        else:
            raise LoadError(document.origin, "Its JSON holds no articles.", _name_the_fields())


def _in_one_order(
    read: Callable[[Document, Settings], Iterator[tuple[int, object]]], document: Document, settings: Settings
) -> Iterator[Article | Failure]:
    """The articles of rows whose dates are all written alike: they are read twice where one of these has to tell."""
    is_told = _NUMERIC_DAY.search(document.data) is not None
    month_first = order_of_days(row for _, row in read(document, settings)) if is_told else None
    yield from articles_of_rows(read(document, settings), document, month_first)


def names_a_text(columns: Iterable[str]) -> bool:
    """Whether one of the names of columns is that of a text."""
    return bool(fields_of({**dict.fromkeys(columns, "x")}).text)


def articles_of_rows(
    rows: Iterable[tuple[int, object]], document: Document, month_first: bool | None = None
) -> Iterator[Article | Failure]:
    """Rows (counted from 1, or the reason why one is unreadable) to articles with sources of their own.

    `month_first`: whether 3/4/2025 is in March, where that is known.
    """
    used: set[str] = set()
    number = 0
    for number, row in rows:
        if isinstance(row, Failure):
            yield row
            continue
        if not isinstance(row, Mapping):
            yield _row_failure(document, number, "it is no record with named fields")
            continue
        if _is_no_article(row):
            continue
        fields = fields_of(unwrapped(row), month_first=month_first)
        key = fields.key if fields.key and fields.key not in used else f"row-{number}"
        used.add(key)
        if fields.text:
            yield _article(fields, document, f"{document.origin}#{key}")
        else:
            what = "it is only a link, without the article's text" if fields.url else "it has no text"
            yield _row_failure(document, number, what)
    if not number:
        raise LoadError(document.origin, "There are no rows in it.", "Check that it was exported completely.")


def _is_no_article(row: Row) -> bool:
    """Drafts, menus and service notes of an export, and messages that are only a picture."""
    if str(row.get("status", "")).lower() in UNPUBLISHED or str(row.get("type", "")).lower() in NO_ARTICLES:
        return True
    if isinstance(kind := row.get("@type"), str) and not kind.endswith(_LINKED_DATA) and not fields_of(row).text:
        return True
    return "text" in row and not row["text"] and any(name in row for name in _MEDIA)


def _article(fields: Fields, document: Document, source: str) -> Article | Failure:
    if not fields.text:
        return Failure(source, "No field of it holds the text of an article.", _name_the_fields())
    text = fields.text
    if _MARKED_UP.search(text):
        from qa.loaders.html_fragments import text_of_fragment

        parts = [text] if _BLOCKS.search(text) else text.split("\n\n")
        text = "\n\n".join(map(text_of_fragment, parts))
    text, truncated = without_cut_mark(text)
    return build_article(
        title=fields.title or title_of(text) or document.readable_name,
        text=text,
        source=source,
        url=fields.url,
        published=fields.published,
        authors=fields.authors,
        site=fields.site,
        language=fields.language,
        truncated=truncated,
    )


def _row_failure(document: Document, number: int, what: str) -> Failure:
    return Failure(
        f"{document.origin}#row-{number}", f"Row {number} was left out: {what}.", "Correct the row, or leave it out."
    )


def _name_the_fields() -> str:
    return f"Name the field with the article's text `text` (or {', '.join(TEXT[1:5])}), its headline `title`."


def _is_one_value(data: bytes) -> bool:
    """Whether a `.json` file is one value and not, as some are, one object a line."""
    start = data[:SAMPLE_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{"):
        return True
    first = start.partition(b"\n")[0].strip()
    try:
        return not isinstance(json.loads(first), dict) or b"\n" not in data.strip()
    except (ValueError, RecursionError):
        return True


def _json_value(document: Document) -> object:
    text = decode(document.data, document.origin)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise LoadError(
            document.origin, f"It is not valid JSON: line {error.lineno} cannot be read.", "Export it again."
        ) from None
    except (RecursionError, ValueError):
        raise LoadError(
            document.origin,
            "Its JSON is nested too deeply, or holds a number too long.",
            "Export a plain list of articles.",
        ) from None


def _rows_inside(loaded: Row, depth: int = 0) -> list[object] | None:
    """The records of `{"articles": [..]}`, `{"data": {"items": [..]}}` or `{id: record}`; `None` for one article."""
    if depth > MOST_NESTED or has_text(loaded):
        return None
    for value in loaded.values():
        if isinstance(value, list) and any(
            isinstance(item, Mapping) and fields_of(unwrapped(item)).text for item in value
        ):
            return value
    inner = [value for value in loaded.values() if isinstance(value, Mapping)]
    if inner and all(fields_of(value).text for value in inner) and len(inner) == len(loaded):
        return [{"id": key, **value} for key, value in loaded.items() if isinstance(value, Mapping)]
    inner += [item for value in loaded.values() if isinstance(value, list) for item in value[:50]
              if isinstance(item, Mapping)]  # fmt: skip
    return next((rows for value in inner if (rows := _rows_inside(value, depth + 1)) is not None), None)


def _lines(document: Document, longest: int) -> Iterator[tuple[str, bool]]:
    """The lines and whether each is whole: one longer than `longest` bytes is cut. Undecodable bytes are surrogates."""
    encoding = encoding_of(document.data[:SAMPLE_BYTES], document.origin)
    if encoding.startswith(_WIDE):
        yield from ((line, True) for line in io.StringIO(decode(document.data, document.origin), newline=""))
        return
    stream = io.BytesIO(document.data)
    while line := stream.readline(longest):
        whole = len(line) < longest
        while not whole and (rest := stream.readline(longest)) and not rest.endswith(b"\n"):
            pass
        yield line.decode(encoding, errors="surrogateescape").replace("\0", "").removeprefix("\ufeff"), whole


def _json_lines(document: Document, settings: Settings) -> Iterator[tuple[int, object]]:
    longest = settings.max_article_chars * BYTES_PER_CHARACTER
    number = 0
    for line, whole in _lines(document, longest):
        if not line.strip():
            continue
        number += 1
        if not whole:
            yield number, _row_failure(document, number, "it is longer than an article may be")
        elif _SURROGATE.search(line):
            yield number, _row_failure(document, number, "its characters are damaged")
        else:
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, _row_failure(document, number, "it is not valid JSON")


def _closed_lines(document: Document, longest: int, cut: list[bool]) -> Iterator[str]:
    """The lines; one that was cut gets a closing quotation mark where it lost its own, and a mark in `cut`."""
    for line, whole in _lines(document, longest):
        if whole:
            yield line
        else:
            cut.append(True)
            yield line[: longest - 2] + ('"\n' if line.count('"') % 2 else "\n")


def _columns(document: Document) -> list[str]:
    """The first line of a table of highlights as names; these have commas between."""
    head = document.data[:SAMPLE_BYTES].lstrip(b"\xef\xbb\xbf\r\n").partition(b"\n")[0]
    return head.decode("utf-8", "replace").strip().split(",")


def _csv_rows(document: Document, settings: Settings) -> Iterator[tuple[int, object]]:
    longest = settings.max_article_chars * 4
    # The limit belongs to the csv module, not to a reader; ours is the larger of what anyone has asked for.
    csv.field_size_limit(max(csv.field_size_limit(), longest))
    cut: list[bool] = []  # a mark for each line that was longer than a row may be, until its row is told of
    lines = _closed_lines(document, longest, cut)
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=head.count)
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if not names_a_text(names):
        refuse_list_of_links(names, document.origin)
        raise LoadError(document.origin, "No column of it is named as the text of an article.", _name_the_fields())
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, _row_failure(document, number, "its quotation marks do not match")
            continue
        if cut:
            cut.clear()
            yield number, _row_failure(document, number, "it is longer than an article may be")
        elif not any(map(str.strip, cells)):
            number -= 1
        elif len(cells) > len(names):
            yield (
                number,
                _row_failure(document, number, f"it has {len(cells)} columns where the first has {len(names)}"),
            )
        elif _SURROGATE.search("".join(cells)):
            yield number, _row_failure(document, number, "its characters are damaged")
        else:
            yield number, dict(zip(names, cells, strict=False))
