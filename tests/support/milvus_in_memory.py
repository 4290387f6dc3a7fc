"""What a Milvus server holds, in this process: the calls of `index.milvus.client.Client`, over rows in dictionaries."""

from __future__ import annotations

import operator
import re
import threading
from functools import lru_cache

import numpy as np

from index.errors import LibraryUnreadable
from index.milvus.client import Gone


class Server:
    """Collections by name. Calls that write can be made to fail, before or after they did what they were asked."""

    def __init__(self) -> None:
        self.collections = {}
        self.is_away = False
        self.writes = []
        self.on_write = lambda call, name, done: None
        self.lock = threading.RLock()


class MemoryClient:
    """A connection to such a server. Its products are a little off, as those of another machine may be."""

    OFF = 5e-6

    def __init__(self, address, server) -> None:
        self.address, self.server = address, server

    def names(self):
        self._require()
        return list(self.server.collections)

    def query(self, name, expression, fields, is_strong=True, patience=1.0):
        with self.server.lock:
            rows = self._rows(name)
            if fields == ["count(*)"]:
                return [{"count(*)": len(rows)}]
            return [{field: row[field] for field in fields} for row in rows.values() if meaning(expression)(row)]

    def query_all(self, name, fields):
        return self.query(name, "", fields)

    def count(self, name):
        return len(self._rows(name))

    def index_of(self, name):
        self._rows(name)
        return "FLAT"

    def search(self, name, vector, k, expression, params):
        with self.server.lock:
            rows = [row for row in self._rows(name).values() if meaning(expression)(row)]
            if not rows:
                return []
            table = np.array([row["vector"] for row in rows], dtype=np.float64)
            off = np.random.default_rng(k).uniform(-self.OFF, self.OFF, len(rows))
            products = (table @ np.array(vector)) + off
            order = np.argsort(-products)[:k]
            return [(rows[n]["id"], float(products[n])) for n in order]

    def create(self, name, fields, index):
        self._write("create", name, lambda: self.server.collections.setdefault(name, {}))

    def insert(self, name, rows):
        self._write("insert", name, lambda: self._rows(name).update({row["id"]: dict(row) for row in rows}))

    def upsert(self, name, rows):
        self._write("upsert", name, lambda: self._rows(name).update({row["id"]: dict(row) for row in rows}))

    def flush(self, name):
        self._write("flush", name, lambda: None)

    def delete(self, name, ids):
        if ids:
            self._write("delete", name, lambda: [self._rows(name).pop(each, None) for each in ids])

    def drop(self, name):
        self._write("drop", name, lambda: self.server.collections.pop(name, None))

    def _rows(self, name):
        self._require()
        if name not in self.server.collections:
            raise Gone(name)
        return self.server.collections[name]

    def _write(self, call, name, change):
        with self.server.lock:
            self._require()
            if call != "upsert":  # those beat in a thread of their own
                self.server.writes.append((call, name))
                self.server.on_write(call, name, done=False)
            change()
            if call != "upsert":
                self.server.on_write(call, name, done=True)

    def _require(self):
        if self.server.is_away:
            raise LibraryUnreadable(f"the Milvus server at {self.address.server} does not answer as it should: away")


@lru_cache(maxsize=64)
def meaning(expression):
    """A function that says whether a row is one that an expression describes: those that citeline writes."""
    if not expression:
        return lambda row: True
    if " or " in expression:
        parts = [meaning(each) for each in expression.split(" or ")]
        return lambda row: any(part(row) for part in parts)
    if " and " in expression:
        parts = [meaning(each) for each in expression.strip("()").split(" and ")]
        return lambda row: all(part(row) for part in parts)
    if found := re.fullmatch(r"(\w+) in \[(.*)\]", expression):
        values = {_value(each) for each in found[2].split(", ") if each}
        return lambda row: row[found[1]] in values
    field, compare, text = re.fullmatch(r"(\w+) (==|>=|<=|>) (.+)", expression).groups()
    right = _value(text)
    compared = {"==": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt}[compare]
    return lambda row: compared(row[field], right)


def _value(text):
    return text[1:-1] if text.startswith('"') else int(text)
