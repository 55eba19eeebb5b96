# SPDX-License-Identifier: GPL-3.0-or-later
"""Add 1 to one counter that all workers share, many times.

The counter is the same word of shared memory as in C++, whether the workers are threads or processes. `words[at] += 1`
reads it, adds, and writes it back: three steps of the interpreter, as `counter += 1` takes with anything that threads
share. Under the GIL a thread is interrupted only where a function is entered or a loop begins its next turn (Python 3.10
and newer), which is never between these three: so threads lose nothing, by luck and not by right. A call between
reading and writing is enough to lose what another thread adds meanwhile, for as long as that one has the lock.
Processes, and threads without a GIL, lose either way.
"""

from __future__ import annotations

from typing import Any, Callable

from ..arena import APART, Arena
from ..checksum import MASK, item_word
from ..gates import Stop
from ..plan import Plan
from ..worker import Run

# The arena; its other half is in core/workload/counter.cpp.
COUNTER = 0
HEAD_BYTES = 2 * APART  # the second part is the mutex of C++
OWN_COUNTER = 0
OWN_INCREMENTS = 8
SLOT_BYTES = APART

INCREMENTS_PER_CHECK = 1024

AddMany = Callable[[int], None]


def share(plan: Plan, primitives: Any) -> Any:
    """The one mutex."""
    return primitives.Lock()


def unprotected(words: memoryview, at: int) -> AddMany:
    def add(count: int) -> None:
        for _ in range(count):
            words[at] += 1

    return add


def same(value: int) -> int:
    return value


def with_call(words: memoryview, at: int) -> AddMany:
    def add(count: int) -> None:
        for _ in range(count):
            words[at] = same(words[at]) + 1

    return add


def by_mutex(words: memoryview, at: int, mutex: Any) -> AddMany:
    def add(count: int) -> None:
        for _ in range(count):
            with mutex:
                words[at] += 1

    return add


class Counter:
    def __init__(self, run: Run, worker: int) -> None:
        params = run.plan.params
        self._seed = run.plan.seed
        self._increments: int = params["increments"]
        arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        own = arena.slot(worker)
        self._words = arena.u64
        self._made = (own + OWN_INCREMENTS) // 8
        self._add = self._way(params["mode"], own // 8, run.shared)

    def _way(self, mode: str, own: int, mutex: Any) -> AddMany:
        if mode == "call":
            return with_call(self._words, COUNTER // 8)
        if mode == "mutex":
            return by_mutex(self._words, COUNTER // 8, mutex)
        if mode == "sharded":
            return unprotected(self._words, own + OWN_COUNTER // 8)
        return unprotected(self._words, COUNTER // 8)

    def carry_out(self, item: int, stop: Stop) -> int:
        for done in range(0, self._increments, INCREMENTS_PER_CHECK):
            stop.check()
            count = min(INCREMENTS_PER_CHECK, self._increments - done)
            self._add(count)
            self._words[self._made] += count
        return (item_word(self._seed, item) + self._increments) & MASK


def make(run: Run, worker: int) -> Counter:
    return Counter(run, worker)
