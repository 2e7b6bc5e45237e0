"""The collections of a library, their fields, and filters on them.

What users choose (file names, publishers) enters a filter only encoded, so that no quote, wildcard or sign of another
script can mean anything in it: `=5F` for `_`, and so on, byte by byte; the beginning of a name encodes to the beginning
of the encoded name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from qa.datatypes import Where
from qa.storage.filters import require_no_tags
from qa.storage.milvus.client import Client, one_of, quoted
from qa.text.display import host_of

if TYPE_CHECKING:
    from pymilvus import CollectionSchema

MAX_BYTES = 65_000  # of a text field; Milvus allows 65,535
KEY_CHARS = 64
SHORT_CHARS = 128
MAX_QUESTION_TERMS = 100
_ID = re.compile(r"[0-9a-f]{1,64}")

_ARTICLES = ("id", "title", "source", "url", "authors", "site", "language", "digest", "site_key", "host_key", "sources")
RECORD_FIELDS = ("key", "kind", "name", "origin_key", "origin", "place", "article_id", "digest", "body")


@dataclass(frozen=True, slots=True)
class Names:
    """The collections of one library."""

    library: str

    @property
    def articles(self) -> str:
        """The collection of articles without their texts."""
        return f"{self.library}_articles"

    @property
    def texts(self) -> str:
        """The collection of texts, in pieces."""
        return f"{self.library}_texts"

    @property
    def records(self) -> str:
        """The collection of records: sources, files, failures."""
        return f"{self.library}_records"

    @property
    def passages(self) -> str:
        """An alias; the generations that it may stand for have a number behind the name."""
        return f"{self.library}_passages"


def create_collections(client: Client, names: Names) -> None:
    """The three that every generation shares; those that are there stay."""
    _create(client, names.articles, _ARTICLES, ("published", "characters", "pieces"), ("published",))
    _create(client, names.texts, ("key", "article_id", "text"), (), ("article_id",))
    _create(client, names.records, RECORD_FIELDS, (), ("kind", "origin_key", "article_id"))


def _create(client: Client, name: str, texts: Sequence[str], numbers: Sequence[str], filtered: Sequence[str]) -> None:
    from pymilvus import DataType, MilvusClient

    schema = _text_schema(texts, numbers)
    schema.add_field("stub", DataType.FLOAT_VECTOR, dim=2)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("stub", index_name="stub", index_type="FLAT", metric_type="L2")
    for field in filtered:
        indexes.add_index(field, index_name=field, index_type="INVERTED")
    # nothing here is searched by vector, so it need not stay in the memory of the query nodes
    client.create(name, schema, indexes, {"mmap.enabled": "true"})


def _text_schema(texts: Sequence[str], numbers: Sequence[str]) -> CollectionSchema:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(texts[0], DataType.VARCHAR, is_primary=True, max_length=KEY_CHARS)
    for field in texts[1:]:
        length = SHORT_CHARS if field in ("article_id", "kind", "origin_key", "digest") else 65_535
        schema.add_field(field, DataType.VARCHAR, max_length=length)
    for field in numbers:
        schema.add_field(field, DataType.INT64)
    return schema


def create_passages(client: Client, name: str, dimension: int) -> None:
    """A generation: vectors, and the terms that Milvus scores by BM25."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    for field in ("article_id", "digest"):
        schema.add_field(field, DataType.VARCHAR, max_length=SHORT_CHARS)
    for field in ("start", "end", "siblings", "published"):
        schema.add_field(field, DataType.INT64)
    for field in ("site_key", "host_key", "sources"):
        schema.add_field(field, DataType.VARCHAR, max_length=65_535)
    plain = {"tokenizer": "standard", "filter": ["lowercase"]}  # what reaches it is analysed already, see `indexed`
    schema.add_field("terms", DataType.VARCHAR, max_length=65_535, enable_analyzer=True, analyzer_params=plain)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["terms"],
            output_field_names=["sparse"],
        )
    )
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("dense", index_name="dense", index_type="AUTOINDEX", metric_type="IP")
    indexes.add_index("sparse", index_name="sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    for field in ("article_id", "published", "host_key"):
        indexes.add_index(field, index_name=field, index_type="INVERTED")
    client.create(name, schema, indexes, {})


# values as they are stored


def key(kind: str, *names: str) -> str:
    """The key of a record, from what names it."""
    digest = hashlib.sha256("\0".join(names).encode(errors="surrogatepass")).hexdigest()
    return f"{kind}-{digest[:40]}"


def passage_id(article_id: str, start: int, end: int) -> int:
    """From the article and the place in it, 63 bits: whoever writes the passage, it is the same row."""
    digest = hashlib.sha256(f"{article_id} {start} {end}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def encoded(text: str) -> str:
    """`text` in letters, digits and `/:.-=~`, a prefix as a prefix."""
    return quote(text.encode(errors="surrogatepass"), safe="/:").replace("%", "=").replace("_", "=5F")


def site_key(site: str | None) -> str:
    """A publisher without regard to the case of ASCII letters."""
    return encoded((site or "").encode(errors="surrogatepass").lower().decode(errors="surrogatepass"))


def host_key(url: str | None) -> str:
    """The host of a url from its end, `org.example.www.`, so that what lies below a host begins as it does."""
    host = host_of(url)
    return _reversed(host) if host else ""


def _reversed(host: str) -> str:
    return encoded(".".join(reversed(host.split("."))) + ".")


def place(origin: str) -> str:
    """A file or URL, to be found by the beginning of its path."""
    return cut(encoded(origin.replace("\\", "/")))


def joined(sources: Iterable[str]) -> str:
    """All sources of an article in one field; beyond what a field holds, filters do not see them."""
    found = "|"
    for source in sorted(map(encoded, sources)):
        if len(found) + len(source) < MAX_BYTES:
            found += source + "|"
    return found


def day(published: date | None) -> int:
    """20250512; 0 for an undated article."""
    return published.year * 10_000 + published.month * 100 + published.day if published else 0


def published(number: int) -> date | None:
    """The day of a number that `day` made; None for 0."""
    return date(number // 10_000, number // 100 % 100, number % 100) if number else None


def cut(text: str, limit: int = MAX_BYTES) -> str:
    """As much of `text` as a field holds."""
    data = text.encode(errors="surrogatepass")
    return text if len(data) <= limit else data[:limit].decode(errors="ignore")


def pieces(text: str) -> list[str]:
    """A text of any length in parts that a field holds."""
    longest = MAX_BYTES // 4  # characters of at most four bytes
    return [text[first : first + longest] for first in range(0, len(text), longest)] or [""]


# terms


def indexed(title: str, text: str, language: str | None = None) -> str:
    """The terms of a passage, analysed as the library of one machine does, for a Milvus that only splits at spaces."""
    from qa.storage.local.lexical import terms_in

    return cut(" ".join(_plain([*terms_in(title, language), *terms_in(text, language)])))


def asked(question: str) -> str:
    """The distinct terms of a question; "" when there are none."""
    from qa.storage.local.lexical import asked_terms

    return " ".join(dict.fromkeys(_plain(asked_terms(question))))


def _plain(words: list[str]) -> Iterable[str]:
    """Stems of ASCII letters and digits, which every tokenizer leaves whole; others in hexadecimal."""
    from qa.storage.local.lexical import analyzer

    for stem in analyzer().analyze(" ".join(words)):
        yield stem if stem.isascii() and stem.isalnum() else "x" + stem.encode().hex()


# filters


def condition(where: Where | None, id_field: str) -> str:
    """The filter as an expression over articles (`id`) or passages (`article_id`); "" when it lets all through."""
    if where is None:
        return ""
    require_no_tags(where)
    conditions = []
    if where.published_from:
        conditions.append(f"published >= {day(where.published_from)}")
    if where.published_to:
        conditions.append(f"published > 0 and published <= {day(where.published_to)}")
    if where.article_ids:
        ids = [each for each in where.article_ids if _ID.fullmatch(each)] or ["-"]  # no article has that id
        conditions.append(one_of(id_field, ids))
    if alternatives := [_from_source(source) for source in where.sources if source]:
        conditions.append(f"({' or '.join(alternatives)})")
    return " and ".join(conditions)


def _from_source(source: str) -> str:
    """A publisher, a host with what is below it, or the beginning of any of the article's sources."""
    host = _reversed(source.lower().removeprefix("www."))
    begins = f"%|{encoded(source)}%"
    return (
        f"site_key == {quoted(site_key(source))} or host_key like {quoted(host + '%')} or sources like {quoted(begins)}"
    )
