"""Requests to Milvus, in pages that it takes, and its errors in words that help."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import CollectionGone, LibraryBusy, LibraryError
from qa.storage.milvus.address import Address

if TYPE_CHECKING:
    from pymilvus import MilvusClient

Row = dict[str, Any]

KEYS = 1000  # asked for in one request
REQUEST_ROWS = 1000
REQUEST_BYTES = 16_000_000  # well below what one request may hold
CONNECT_SECONDS = 10.0
_RARE_PINGS = {"grpc.keepalive_time_ms": 600_000}  # milvus-lite takes the client's usual ones for an attack
_NO_COLLECTION = 100  # Milvus' code
_STUB = [0.0, 0.0]  # Milvus wants a vector in every collection


class Client:
    """One connection, for all threads. Every failure leaves as a LibraryError that names the address."""

    def __init__(self, address: Address, token: str = "") -> None:
        self.address = address
        self._milvus = _connected(address, address.token or token)
        self._closed = False

    def close(self) -> None:
        """Close the connection. It may be called again."""
        if not self._closed:
            self._closed = True
            _disconnect(self.address, self._milvus)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        if self._closed:
            raise LibraryError(f"The library at {self.address.shown} is closed. Open it again to use it.")
        try:
            yield
        except (MilvusException, RpcError) as error:
            kind = CollectionGone if getattr(error, "code", None) == _NO_COLLECTION else LibraryError
            raise kind(f"Milvus at {self.address.shown} refuses: {_told(error)}. {_CHECK}") from error

    # collections

    def names(self, prefix: str) -> list[str]:
        """The collections whose names begin so."""
        with self._reported():
            return sorted(name for name in self._milvus.list_collections() if name.startswith(prefix))

    def create(self, collection: str, schema: Any, indexes: Any, properties: Mapping[str, str]) -> None:
        """Make it with its indexes, or what of that is missing, and load it; others may be doing the same."""
        with self._reported():
            if not self._milvus.has_collection(collection):
                try:
                    self._milvus.create_collection(collection, schema=schema, properties=dict(properties))
                except Exception:
                    if not self._milvus.has_collection(collection):
                        raise
            for index in indexes:
                self._create_index(collection, index)
            self._milvus.load_collection(collection)

    def _create_index(self, collection: str, index: Any) -> None:
        if index.field_name in self._milvus.list_indexes(collection):
            return
        wanted = self._milvus.prepare_index_params()
        wanted.append(index)
        try:
            self._milvus.create_index(collection, wanted, sync=False)  # it is empty: nothing to wait for
        except Exception:
            if index.field_name not in self._milvus.list_indexes(collection):
                raise

    def load(self, collection: str) -> None:
        """Bring a collection into Milvus' memory, where it can be searched."""
        with self._reported():
            self._milvus.load_collection(collection)

    def drop(self, collection: str) -> None:
        """Delete a collection; one that is not there is no error."""
        with self._reported(), suppress(CollectionGone):
            if self._milvus.has_collection(collection):
                self._milvus.drop_collection(collection)

    def aliased(self, alias: str) -> str | None:
        """The collection that the alias stands for."""
        with self._reported():
            try:
                return str(self._milvus.describe_alias(alias)["collection_name"])
            except Exception:
                if self._milvus.has_collection(alias):
                    raise
                return None

    def point(self, alias: str, collection: str) -> None:
        """Make the alias stand for another collection, at once for everybody."""
        with self._reported():
            self._milvus.alter_alias(collection, alias)

    def create_alias(self, alias: str, collection: str) -> bool:
        """Whether it is ours: false when somebody else has just made it."""
        with self._reported():
            try:
                self._milvus.create_alias(collection, alias)
            except Exception:
                if not self._milvus.has_collection(alias):
                    raise
                return False
            return True

    # rows

    def query(self, collection: str, filter_: str, fields: Sequence[str], *, strong: bool = False) -> list[Row]:
        """All rows that the filter lets through, where they are known to be few."""
        with self._reported():
            found = self._milvus.query(
                collection, filter=filter_, output_fields=list(fields), consistency_level=_level(strong=strong)
            )
            return [dict(row) for row in found]

    def among(
        self, collection: str, field: str, values: Collection[str | int], fields: Sequence[str], more: str = "",
        *, strong: bool = False,
    ) -> list[Row]:  # fmt: skip
        """The rows whose `field` has one of these values, with `more` as a further condition."""
        given = list(dict.fromkeys(values))
        rows: list[Row] = []
        for first in range(0, len(given), KEYS):
            condition = one_of(field, given[first : first + KEYS])
            rows += self.query(
                collection, f"{condition} and {more}" if more else condition, [*fields, field], strong=strong
            )
        return rows

    def rows(self, collection: str, filter_: str, fields: Sequence[str], *, strong: bool = False) -> Iterator[Row]:
        """All rows that the filter lets through, however many, by key."""
        with self._reported():
            pages = self._milvus.query_iterator(
                collection,
                batch_size=REQUEST_ROWS,
                filter=filter_,
                output_fields=list(fields),
                consistency_level=_level(strong=strong),
            )
        try:
            while True:
                with self._reported():
                    page = [dict(row) for row in pages.next()]
                if not page:
                    return
                yield from page
        finally:
            pages.close()

    def count(self, collection: str, filter_: str = "", *, strong: bool = False) -> int:
        """The number of rows that the filter lets through."""
        return int(self.query(collection, filter_, ["count(*)"], strong=strong)[0]["count(*)"])

    def upsert(self, collection: str, rows: Iterable[Row], *, stub: bool = False) -> None:
        """Write rows in the place of those with the same keys; `stub`: where the collection is not for searching."""
        for page in _pages(rows):
            with self._reported():
                self._milvus.upsert(collection, [{**row, "stub": _STUB} for row in page] if stub else page)

    def delete(self, collection: str, field: str, values: Collection[str | int]) -> None:
        """Delete the rows whose field has one of these values."""
        given = list(dict.fromkeys(values))
        for first in range(0, len(given), KEYS):
            with self._reported():
                self._milvus.delete(collection, filter=one_of(field, given[first : first + KEYS]))

    def search(
        self, collection: str, field: str, wanted: str | list[float], k: int, filter_: str, fields: Sequence[str]
    ) -> list[tuple[Row, float]]:
        """The `k` best rows with their scores, best first, higher is better."""
        with self._reported():
            [hits] = self._milvus.search(
                collection,
                data=[wanted],
                anns_field=field,
                limit=k,
                filter=filter_,
                output_fields=list(fields),
                consistency_level=_level(strong=False),
            )
            # milvus-lite gives BM25 scores with a minus before them
            sign = -1.0 if isinstance(wanted, str) and any(hit["distance"] < 0 for hit in hits) else 1.0
            return [({**hit["entity"], "id": hit["id"]}, sign * float(hit["distance"])) for hit in hits]


def quoted(text: str) -> str:
    """A value in a filter. What is not ours to choose is encoded or hashed before it comes here."""
    return json.dumps(text)


def one_of(field: str, values: Sequence[str | int]) -> str:
    """A filter: the field has one of these values."""
    return f"{field} in [{', '.join(quoted(value) if isinstance(value, str) else str(value) for value in values)}]"


def _level(*, strong: bool) -> str:
    """Strong: all that anybody has written. Session: all that this process has, and of others what has arrived."""
    return "Strong" if strong else "Session"


def _pages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    page: list[Row] = []
    size = 0
    for row in rows:
        needs = sum(_bytes(value) for value in row.values())
        if page and (len(page) >= REQUEST_ROWS or size + needs > REQUEST_BYTES):
            yield page
            page, size = [], 0
        page.append(row)
        size += needs
    if page:
        yield page


def _bytes(value: Any) -> int:
    return 4 * len(value) if isinstance(value, str | list) else 8


# A milvus-lite file is served from within this process, to all that have it open here, until the last of them closes.
_serving: Counter[str] = Counter()
_guard = threading.Lock()


def _connected(address: Address, token: str) -> MilvusClient:
    try:
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException

        if address.is_file:
            import milvus_lite  # noqa: F401
    except ImportError as error:
        raise LibraryError(
            f"The library {address.shown} needs a package that is not installed ({error.name}): "
            "pip install 'article-qa[milvus]'"
        ) from error
    for noisy in ("pymilvus", "milvus_lite"):  # each error is told once, by us
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    if address.is_file:
        Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
    try:
        with _guard:
            milvus = MilvusClient(
                uri=address.uri,
                token=token,
                timeout=CONNECT_SECONDS,
                grpc_options=_RARE_PINGS if address.is_file else {},
            )
            _serving[address.uri] += 1
    except MilvusException as error:
        if address.is_file:
            raise LibraryBusy(
                f"The library {address.shown} cannot be opened ({_told(error)}). A file serves one process at a time: "
                "if another one has it open, end that, or put a server between (`milvus-lite server`, or Milvus)."
            ) from error
        raise LibraryError(f"There is no Milvus to be reached at {address.shown} ({_told(error)}). {_CHECK}") from error
    return milvus


def _disconnect(address: Address, milvus: MilvusClient) -> None:
    with _guard:
        milvus.close()
        _serving[address.uri] -= 1
        if address.is_file and not _serving[address.uri]:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(address.uri)


def _told(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split()).rstrip(".")[:300]


_CHECK = "Check that it is running, the address, and ARTICLE_QA_MILVUS_TOKEN if it asks for one."
