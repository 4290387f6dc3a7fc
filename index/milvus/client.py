"""The one door to pymilvus: a connection that is made when it is needed, and its errors in words."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from index.errors import LibraryError, LibraryUnreadable
from index.milvus.address import Address

TOKEN = "CITELINE_MILVUS_TOKEN"
"""Environment variable with "user:password" or a token, for a server that wants one."""
PATIENCE_S = 8.0
"""Seconds for which what only reads is tried again while the server is away or starting."""
CALL_S = 60.0
"""Longest time for one call that writes."""
_PAUSE_S = 0.3
_CHANNEL = {"grpc.max_reconnect_backoff_ms": 2000, "grpc.use_local_subchannel_pool": 1}
"""Else a server that was away is looked for again only after up to two minutes, by every connection to it."""
_MISSING = 100
"""Milvus' code for a collection that does not exist."""
_NOT_LOADED = 101
_PAGE = 8000

Row = dict[str, Any]


class Gone(Exception):
    """A collection is not there (any more)."""


class Client:
    """Calls to one server. Safe to use from several threads."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client: Any = None
        self._lock = threading.Lock()

    # --- reading: tried again for a while ---------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Return the names of all collections."""
        return [str(each) for each in self._read(lambda client: client.list_collections(timeout=PATIENCE_S))]

    def query(
        self,
        name: str,
        expression: str,
        fields: Sequence[str],
        is_strong: bool = True,
        patience: float = PATIENCE_S,
    ) -> list[Row]:
        """Return the rows that an expression describes, in no order. Raises Gone.

        What was written before by anyone is seen if `is_strong`, else what was written a few seconds ago.
        """
        level = "Strong" if is_strong else "Bounded"

        def ask(client: Any) -> Any:
            return client.query(
                name, filter=expression, output_fields=list(fields), consistency_level=level, timeout=patience
            )

        return [dict(each) for each in self._read(ask, name, patience)]

    def query_all(self, name: str, fields: Sequence[str]) -> list[Row]:
        """Return every row, by its key "id", a text; however many there are. Raises Gone."""
        found: list[Row] = []
        last = ""
        while True:

            def ask(client: Any, after: str = last) -> Any:
                return client.query(
                    name, filter=f'id > "{after}"', output_fields=list(fields), limit=_PAGE,
                    consistency_level="Strong", timeout=PATIENCE_S,
                )  # fmt: skip

            page = [dict(each) for each in self._read(ask, name)]
            found += page
            if len(page) < _PAGE:
                return found
            last = max(str(row["id"]) for row in page)

    def count(self, name: str) -> int:
        """Return the number of rows. Raises Gone."""
        return int(self.query(name, "", ["count(*)"])[0]["count(*)"])

    def index_of(self, name: str) -> str:
        """Return how the vectors of a collection are indexed, such as "FLAT". Raises Gone."""
        found = self._read(lambda client: client.describe_index(name, "vector", timeout=PATIENCE_S), name)
        return str((found or {}).get("index_type", ""))

    def search(
        self, name: str, vector: Sequence[float], k: int, expression: str, params: Row
    ) -> list[tuple[int, float]]:
        """Return the ids of the k rows with the highest products and the products as the server works them out.

        Raises Gone.
        """

        def ask(client: Any) -> Any:
            return client.search(
                name, data=[vector], limit=k, filter=expression, search_params={"metric_type": "IP", "params": params},
                consistency_level="Eventually", timeout=PATIENCE_S,
            )  # fmt: skip

        return [(int(each["id"]), float(each["distance"])) for each in self._read(ask, name)[0]]

    # --- writing: tried once ----------------------------------------------------------------------------------------

    def create(self, name: str, fields: Sequence[tuple[str, str, Row]], index: Row) -> None:
        """Create a collection of these fields (name, type, its options), the first its key, and load it."""

        def make(client: Any) -> None:
            from pymilvus import DataType

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            for n, (field, kind, options) in enumerate(fields):
                schema.add_field(field, getattr(DataType, kind), is_primary=n == 0, **options)
            params = client.prepare_index_params()
            params.add_index("vector", metric_type="IP", **index)
            client.create_collection(
                name, schema=schema, index_params=params, consistency_level="Strong", timeout=CALL_S
            )

        self._write(make)

    def insert(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows, durably once it returns. Raises LibraryUnreadable, and then perhaps some were added."""
        self._write(lambda client: client.insert(name, list(rows), timeout=CALL_S))

    def upsert(self, name: str, rows: Sequence[Row]) -> None:
        """Replace the rows of the same keys, or add them."""
        self._write(lambda client: client.upsert(name, list(rows), timeout=PATIENCE_S))

    def flush(self, name: str) -> None:
        """Seal what was inserted, so that it is indexed and found by everyone."""
        self._write(lambda client: client.flush(name, timeout=CALL_S))

    def delete(self, name: str, ids: Sequence[str]) -> None:
        if ids:
            self._write(lambda client: client.delete(name, ids=list(ids), timeout=CALL_S))

    def drop(self, name: str) -> None:
        """Remove a collection if it exists."""
        self._write(lambda client: client.drop_collection(name, timeout=CALL_S))

    # ----------------------------------------------------------------------------------------------------------------

    def _read(self, ask: Callable[[Any], Any], name: str = "", patience: float = PATIENCE_S) -> Any:
        until = time.monotonic() + patience
        while True:
            try:
                return ask(self._connected(until))
            except _errors() as error:
                code = getattr(error, "code", None)
                if name and code == _MISSING:
                    raise Gone(name) from None
                if time.monotonic() >= until or _is_refusal(error):
                    raise self._away(error) from None
                if name and code == _NOT_LOADED:
                    self._load(name)
            time.sleep(_PAUSE_S)

    def _write(self, change: Callable[[Any], Any]) -> Any:
        try:
            return change(self._connected(time.monotonic() + PATIENCE_S))
        except _errors() as error:
            raise self._away(error) from None

    def _load(self, name: str) -> None:
        """Load a collection that a server has forgotten to load when it started."""
        try:
            self._connected(time.monotonic() + PATIENCE_S).load_collection(name, timeout=1.0)
        except _errors():
            return

    def _connected(self, until: float) -> Any:
        with self._lock:
            if self._client is None:
                pymilvus = _pymilvus()
                self._client = pymilvus.MilvusClient(
                    self.address.uri,
                    token=os.environ.get(TOKEN, ""),
                    timeout=max(1.0, until - time.monotonic()),
                    dedicated=True,
                    grpc_options=_CHANNEL,
                )
            return self._client

    def _away(self, error: Exception) -> LibraryUnreadable:
        why = _first_line(error)
        return LibraryUnreadable(
            f"the Milvus server at {self.address.server} does not answer as it should: {why}. Nothing is lost: make "
            f"sure that it runs (and {TOKEN} is right if it wants one), then try again",
            why,
        )


def _pymilvus() -> Any:
    try:
        import pymilvus
    except ImportError:
        raise LibraryError(
            "a library in Milvus needs pymilvus, which is not installed: type pip install 'citeline[milvus]'"
        ) from None
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)  # it prints what it raises as well
    return pymilvus


def _errors() -> tuple[type[Exception], ...]:
    """Return what pymilvus raises for a server that is away or refuses."""
    _pymilvus()
    import grpc
    from pymilvus.exceptions import MilvusException

    return (MilvusException, grpc.RpcError, grpc.FutureTimeoutError)


def _is_refusal(error: Exception) -> bool:
    """Return whether waiting does not help: who asks is not let in."""
    code = getattr(error, "code", None)
    return "UNAUTHENTICATED" in str(code() if callable(code) else code) or "auth check failure" in str(error)


def _first_line(error: Exception) -> str:
    details = getattr(error, "details", None)  # of gRPC, whose own text begins with the name of a class
    said = details() if callable(details) else getattr(error, "message", "")
    text = str(said or error) or type(error).__name__
    line = next((each for each in text.split("\n") if each.strip()), type(error).__name__)
    return "".join(each for each in line if each.isprintable())[:200].strip().rstrip(".")
