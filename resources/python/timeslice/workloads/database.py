# SPDX-License-Identifier: GPL-3.0-or-later
"""Query one of several SQLite databases and transform the rows as a matrix.

The module sqlite3 calls the same C library as the workload in C++. It gives up the GIL for each step of a query, which
is one row, and wants it back for the next; the transformation is plain Python and keeps it. Nothing here can be
awaited: an event loop stands still for a query.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Dict, List, Sequence

from ..arena import APART, Arena
from ..checksum import item_word
from ..errors import in_words
from ..gates import Stop
from ..worker import Run
from .matrix import matrix_entries, matrix_fingerprint, times

# The arena; its other half is in core/workload/database.cpp.
HEAD_BYTES = APART
OWN_QUERY_NS = 0
OWN_TRANSFORM_NS = 8
SLOT_BYTES = APART

ROWS_PER_CHECK = 64  # of up to 64 columns: less than 1 ms

Rows = List[Sequence[float]]


class Database:
    def __init__(self, run: Run, worker: int) -> None:
        params = run.plan.params
        self._seed = run.plan.seed
        self._directory = run.plan.run_directory
        self._databases: int = params["databases"]
        self._rows: int = params["rows"]
        self._series: int = params["series"]
        self._columns: int = params["columns"]
        self._transform: int = params["transform"]
        columns = ", ".join(f"c{column}" for column in range(self._columns))
        self._text = f"SELECT {columns} FROM readings WHERE series = ? ORDER BY id"
        # Opened when they are first asked, on this worker's thread; sqlite3 lets no other one use them.
        self._connections: Dict[int, sqlite3.Connection] = {}
        arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        own = arena.slot(worker)
        self._words = arena.u64
        self._query_ns = (own + OWN_QUERY_NS) // 8
        self._transform_ns = (own + OWN_TRANSFORM_NS) // 8

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.check()
        begin = time.monotonic_ns()
        rows = self._query(item, stop)
        between = time.monotonic_ns()
        number = self._transformed(rows, item, stop)
        self._words[self._query_ns] += between - begin
        self._words[self._transform_ns] += time.monotonic_ns() - between
        return number

    def _query(self, item: int, stop: Stop) -> Rows:
        database = item % self._databases
        path = os.path.join(self._directory, f"database-{database}.sqlite")
        rows: Rows = []
        try:
            series = item_word(self._seed, item) % self._series
            with closing(self._connection(database, path).execute(self._text, (series,))) as cursor:
                while some := cursor.fetchmany(ROWS_PER_CHECK):
                    stop.check()
                    rows += some
        except sqlite3.Error as error:  # which names no file
            raise RuntimeError(f"{path}: {in_words(error)}") from error
        if len(rows) != self._rows:
            raise RuntimeError(f"{path}: has {len(rows)} rows instead of the {self._rows} that were put into it")
        return rows

    def _connection(self, database: int, path: str) -> sqlite3.Connection:
        connection = self._connections.get(database)
        if connection is None:
            connection = sqlite3.connect(Path(path).as_uri() + "?mode=ro", uri=True)
            self._connections[database] = connection
        return connection

    def _transformed(self, rows: Rows, item: int, stop: Stop) -> int:
        transform = self._transform
        factor = matrix_entries(self._seed, item, 0, self._columns * transform, stop)
        columns = [factor[column::transform] for column in range(transform)]
        number = 0
        for row in rows:
            stop.check()
            number = matrix_fingerprint(times(row, columns), number)
        return number

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


def make(run: Run, worker: int) -> Database:
    return Database(run, worker)
