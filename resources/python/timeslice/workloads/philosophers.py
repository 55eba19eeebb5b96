# SPDX-License-Identifier: GPL-3.0-or-later
"""Think, take the two forks shared with the neighbours, eat, and put them back.

The forks are Python's own locks, of threads or of processes. Who holds and who wants which stands on the same table in
shared memory as in C++, so that a circle of waits is found in the same way.
"""

from __future__ import annotations

import time
from typing import Any

from ..arena import APART, Arena
from ..checksum import item_word, mix_bits
from ..gates import Stop
from ..plan import Plan
from ..worker import Run

# The arena; its other half is core/workload/philosopherstable.h. The head is the waiter, with the same two words as a
# fork; the first of them is the mutex of C++.
HEAD_BYTES = APART
SLOT_BYTES = 2 * APART
LOCK_HOLDER = 4
SEAT_EPOCH = APART
SEAT_WANTS = APART + 8
SEAT_MEALS = APART + 16
SEAT_LONGEST_HUNGER_NS = APART + 24
SEAT_PUT_BACK = APART + 32

# Python has no wait for a lock that something else could end as well, so a waiter looks at the stop this often.
PATIENCE = 0.02  # seconds
STEPS_PER_LOOK = 20  # of thinking with a busy core, between two looks at the clock
LEAST_RETREAT_NS = 20_000


def share(plan: Plan, primitives: Any) -> Any:
    """A fork for each philosopher, and the waiter."""
    return [primitives.Lock() for _ in range(plan.workers + 1)]


class Table:
    """The table as one philosopher uses it. Locks have numbers: the forks', then the waiter's."""

    def __init__(self, run: Run, philosopher: int) -> None:
        self._locks = run.shared
        self._waiter = run.plan.workers
        self._me = philosopher + 1
        self._arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        self._u64, self._u32 = self._arena.u64, self._arena.u32
        self._seat = self._arena.slot(philosopher)

    def add(self, what: int, amount: int) -> None:
        """To one of the philosopher's own numbers."""
        self._u64[(self._seat + what) // 8] += amount

    def raise_to(self, what: int, value: int) -> None:
        at = (self._seat + what) // 8
        self._u64[at] = max(self._u64[at], value)

    def _set_wants(self, value: int) -> None:
        self._u32[(self._seat + SEAT_WANTS) // 4] = value

    def _set_holder(self, lock: int, value: int) -> None:
        of_lock = 0 if lock == self._waiter else self._arena.slot(lock)
        self._u32[(of_lock + LOCK_HOLDER) // 4] = value

    def take(self, lock: int, stop: Stop) -> None:
        """Waits until the lock is this philosopher's. When the run stops (Cancelled) it is still wanted."""
        if not self._locks[lock].acquire(False):
            self.add(SEAT_EPOCH, 1)
            self._set_wants(lock + 1)
            while not self._locks[lock].acquire(True, PATIENCE):
                stop.check()
        self._note_taken(lock)

    def try_take(self, lock: int) -> bool:
        taken: bool = self._locks[lock].acquire(False)
        if taken:
            self._note_taken(lock)
        return taken

    def _note_taken(self, lock: int) -> None:
        self.add(SEAT_EPOCH, 1)
        self._set_wants(0)  # first: nobody waits for themselves
        self._set_holder(lock, self._me)

    def put_back(self, lock: int) -> None:
        self.add(SEAT_EPOCH, 1)
        self._set_holder(lock, 0)  # before somebody else can write theirs
        self._locks[lock].release()


class Philosopher:
    def __init__(self, run: Run, number: int) -> None:
        params = run.plan.params
        self._seed = run.plan.seed
        self._strategy: str = params["strategy"]
        self._thinking_ns = int(params["think_ms"] * 1e6)
        self._eating_ns = int(params["eat_ms"] * 1e6)
        self._pause_ns = int(params["pause_ms"] * 1e6)
        self._busy: bool = params["busy"]
        self._table = Table(run, number)
        self._left = number
        self._right = (number + 1) % run.plan.workers
        self._waiter = run.plan.workers
        self._random = 0

    def carry_out(self, item: int, stop: Stop) -> int:
        """A meal. What is held when the run stops stays held: the table then shows how it was, and nobody eats."""
        self._random = item_word(self._seed, item)
        self._spend(self._varied(self._thinking_ns), stop)
        hungry = time.monotonic_ns()
        self._take_forks(stop)
        self._table.raise_to(SEAT_LONGEST_HUNGER_NS, time.monotonic_ns() - hungry)
        self._spend(self._varied(self._eating_ns), stop)
        self._table.put_back(self._left)
        self._table.put_back(self._right)
        self._table.add(SEAT_MEALS, 1)
        return item_word(self._seed, item)

    def _take_forks(self, stop: Stop) -> None:
        if self._strategy == "ordered":
            self._take_both(min(self._left, self._right), max(self._left, self._right), stop)
        elif self._strategy == "try-lock":
            self._try_until_both(stop)
        elif self._strategy == "arbitrator":
            self._table.take(self._waiter, stop)
            self._take_both(self._left, self._right, stop)
            self._table.put_back(self._waiter)
        else:
            self._take_both(self._left, self._right, stop)

    def _take_both(self, first: int, second: int, stop: Stop) -> None:
        self._table.take(first, stop)
        self._spend(self._pause_ns, stop)
        self._table.take(second, stop)

    def _try_until_both(self, stop: Stop) -> None:
        while True:
            self._table.take(self._left, stop)
            self._spend(self._pause_ns, stop)
            if self._table.try_take(self._right):
                return
            self._table.put_back(self._left)
            self._table.add(SEAT_PUT_BACK, 1)
            # Of different length for each, or all of them would come back at the same time.
            stop.sleep(self._varied(max(self._pause_ns, LEAST_RETREAT_NS)) / 1e9)

    def _varied(self, length_ns: int) -> int:
        """From half the length to one and a half times that."""
        self._random = mix_bits(self._random)
        return length_ns // 2 + length_ns // 1024 * (self._random >> 54)

    def _spend(self, length_ns: int, stop: Stop) -> None:
        if not self._busy:
            stop.sleep(length_ns / 1e9)
            return
        end = time.monotonic_ns() + length_ns
        thought = self._left
        while True:
            stop.check()
            for _ in range(STEPS_PER_LOOK):
                thought = mix_bits(thought)
            if time.monotonic_ns() >= end:
                return


def make(run: Run, worker: int) -> Philosopher:
    return Philosopher(run, worker)
