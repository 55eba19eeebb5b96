# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared page of a run: state, limits, and one slot per worker; written through `mmap`.

A single element of a memoryview that was cast to a machine word is stored at once, so readers in other
processes see the old number or the new one and nothing between. Each slot has one writer: its worker.
"""

from __future__ import annotations

import mmap
import os
from array import array
from typing import Optional

from . import layout as at

# Buckets of all latencies up to 131 us, so that a short item costs a look-up and no arithmetic. All fit into a byte.
SHORT_NS = 1 << 17
_table: Optional[bytes] = None


def bucket_of(ns: int) -> int:
    """Bucket of a latency histogram for a latency in nanoseconds, known within 1/16."""
    if ns < 0:
        return 0
    width = ns.bit_length()
    if width <= at.SUB_BITS:
        return ns
    if width > at.MAX_BITS:
        return at.BUCKETS - 1
    shift = width - at.SUB_BITS - 1
    return ((shift + 1) << at.SUB_BITS) + ((ns >> shift) - (1 << at.SUB_BITS))


def _bucket_table() -> bytes:
    global _table
    if _table is None:
        table = bytearray()
        while len(table) < SHORT_NS:
            bucket = bucket_of(len(table))
            shift = max(0, len(table).bit_length() - at.SUB_BITS - 1)
            table.extend(bytes([bucket]) * (1 << shift))
        _table = bytes(table)
    return _table


class Histogram:
    """A latency histogram in shared memory; one writer. It counts in a list of its own, which takes a third of the
    time, until it is published."""

    def __init__(self, words: memoryview, offset: int) -> None:
        self.counts = [0] * at.BUCKETS
        self.table = _bucket_table()  # bucket of each short latency
        self.largest = 0
        self._words = words[offset // 8 : offset // 8 + at.BUCKETS + 1]

    @property
    def common(self) -> int:
        """A latency of 0 up to this is looked up in the table and counted; nothing else is to be done."""
        return min(self.largest, SHORT_NS - 1)

    def record(self, ns: int) -> None:
        """Counts one latency."""
        try:
            self.counts[self.table[ns]] += 1
        except IndexError:
            self.counts[bucket_of(ns)] += 1
        if ns > self.largest:
            self.largest = ns

    def publish(self) -> None:
        """Shows what was counted so far."""
        used = bucket_of(self.largest) + 1
        self._words[:used] = array("Q", self.counts[:used])
        self._words[at.BUCKETS] = self.largest


class Board:
    """A board that the laboratory made, mapped for reading and writing."""

    def __init__(self, path: str) -> None:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            self._map = mmap.mmap(fd, 0)
        finally:
            os.close(fd)
        view = memoryview(self._map)
        self.bytes = view
        self.u64 = view.cast("Q")
        self.u32 = view.cast("I")
        self.i32 = view.cast("i")
        self._check(path)
        self.workers = self.u32[at.H_WORKERS // 4]
        self._slots = self._header(at.H_SLOTS_OFFSET)
        self._histograms = self._header(at.H_HISTOGRAMS_OFFSET)
        self._errors = self._header(at.H_ERRORS_OFFSET)
        # The state alone, so that a kernel's look at it is one subscript.
        self.state = self.u32[at.H_STATE // 4 : at.H_STATE // 4 + 1]

    def _header(self, offset: int) -> int:
        return self.u64[offset // 8]

    def _check(self, path: str) -> None:
        if self._header(at.H_MAGIC) != at.MAGIC:
            raise ValueError(f"{path} is not a board")
        if self.u32[at.H_VERSION // 4] != at.VERSION:
            raise ValueError(f"{path} is a board of another version")
        if (
            self._header(at.H_SLOT_STRIDE) != at.SLOT_BYTES
            or self._header(at.H_HISTOGRAM_STRIDE) != at.HISTOGRAM_BYTES
            or self._header(at.H_TOTAL_BYTES) != len(self.bytes)
        ):
            raise ValueError(f"{path} is a damaged board")

    @property
    def stopped(self) -> bool:
        return self.state[0] == at.STOP

    def stop(self) -> None:
        """Ends the run: no worker takes another item."""
        self.state[0] = at.STOP

    @property
    def go_ns(self) -> int:
        """When the run began, on the monotonic clock; 0 before."""
        return self._header(at.H_GO_NS)

    @property
    def deadline_ns(self) -> int:
        """No item is taken after this time."""
        return self._header(at.H_DEADLINE_NS) or at.UNLIMITED

    @property
    def item_limit(self) -> int:
        return self._header(at.H_ITEM_LIMIT)

    @property
    def arena(self) -> memoryview:
        """Memory that all workers of the workload share."""
        first = self._header(at.H_ARENA_OFFSET)
        return self.bytes[first : first + self._header(at.H_ARENA_BYTES)]

    def slot(self, worker: int) -> int:
        """Offset of a worker's slot, in bytes."""
        return self._slots + worker * at.SLOT_BYTES

    def phase(self, worker: int) -> int:
        return self.u32[(self.slot(worker) + at.S_PHASE) // 4]

    def set_phase(self, worker: int, phase: int) -> None:
        self.u32[(self.slot(worker) + at.S_PHASE) // 4] = phase

    def histogram(self, worker: int) -> Histogram:
        return Histogram(self.u64, self._histograms + worker * at.HISTOGRAM_BYTES)

    def loop_lag(self) -> Histogram:
        """How late an event loop came to what was due; it lies behind the last worker's latencies."""
        return self.histogram(self.workers)

    def expect_beat(self, ns: int) -> None:
        """When the event loop should look at its clock next, on the monotonic clock; 0: it turns no more."""
        self.u64[at.H_NEXT_BEAT_NS // 8] = ns

    def note_lag(self, ns: int) -> None:
        """Keeps the worst lag of an event loop for the reader, who takes it and leaves 0.

        A lag that is taken between the look and the store was the same reader's, and no smaller: what gets lost
        is never the worst.
        """
        word = at.H_WORST_LAG_NS // 8
        if ns > self.u64[word]:
            self.u64[word] = ns

    def set_error(self, worker: int, text: str) -> None:
        """Keeps the first error of a worker, cut to what fits."""
        entry = self._errors + worker * at.ERROR_BYTES
        if self.u32[(entry + at.E_SIZE) // 4] != 0 or not text:
            return
        encoded = text.encode("utf-8", "replace")[: at.MAX_ERROR_TEXT]
        encoded = encoded.decode("utf-8", "ignore").encode("utf-8")  # no half of a character
        self.bytes[entry + at.E_TEXT : entry + at.E_TEXT + len(encoded)] = encoded
        self.u32[(entry + at.E_SIZE) // 4] = len(encoded)

    def error(self, worker: int) -> str:
        entry = self._errors + worker * at.ERROR_BYTES
        size = min(self.u32[(entry + at.E_SIZE) // 4], at.MAX_ERROR_TEXT)
        return bytes(self.bytes[entry + at.E_TEXT : entry + at.E_TEXT + size]).decode("utf-8", "replace")
