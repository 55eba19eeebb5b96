# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand a ball to a partner thread and wait until it is back, many times.

Both players are threads of one interpreter: under its GIL the one that is woken up also has to get the lock from the
one that woke it, so a round trip is more than two context switches.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any, Callable, NamedTuple, Optional, Tuple

from ..arena import APART, Arena
from ..board import Histogram
from ..checksum import MASK, item_word
from ..gates import Stop
from ..layout import HISTOGRAM_BYTES
from ..worker import Run

# The arena: each worker's round trips. Its other half is in core/workload/pingpong.cpp.
HEAD_BYTES = APART
SLOT_BYTES = (HISTOGRAM_BYTES + APART - 1) // APART * APART

AT_WORKER, AT_PARTNER, OVER = range(3)


class ConditionTable:
    """The ball lies on one of two sides; who waits for it sleeps on a condition variable."""

    def __init__(self) -> None:
        self._moved = threading.Condition(threading.Lock())  # protects _ball
        self._ball = AT_WORKER

    def _pass(self, ball: int) -> None:
        with self._moved:
            self._ball = ball
            self._moved.notify()

    def to_partner(self) -> None:
        self._pass(AT_PARTNER)

    def await_partner(self) -> None:
        with self._moved:
            while self._ball == AT_PARTNER:
                self._moved.wait()

    def to_worker(self) -> None:
        with self._moved:
            if self._ball == AT_PARTNER:
                self._ball = AT_WORKER
            self._moved.notify()

    def await_worker(self) -> bool:
        """False when the game is over."""
        with self._moved:
            while self._ball == AT_WORKER:
                self._moved.wait()
            return self._ball == AT_PARTNER

    def end(self) -> None:
        self._pass(OVER)

    def close(self) -> None:
        pass


Way = Tuple[int, int]  # where the ball is read from, and where it is written to


class FileTable:
    """Each side has a file to read the ball from."""

    def __init__(self, make_way: Callable[[], Way], token: bytes) -> None:
        self._token = token
        self._there = make_way()
        self._back = make_way()
        self._is_over = False

    def to_partner(self) -> None:
        os.write(self._there[1], self._token)

    def await_partner(self) -> None:
        os.read(self._back[0], len(self._token))

    def to_worker(self) -> None:
        os.write(self._back[1], self._token)

    def await_worker(self) -> bool:
        os.read(self._there[0], len(self._token))
        return not self._is_over

    def end(self) -> None:
        self._is_over = True
        self.to_partner()

    def close(self) -> None:
        for fd in {*self._there, *self._back}:
            os.close(fd)


def make_event_fd() -> Way:
    if not hasattr(os, "eventfd"):
        raise RuntimeError("an eventfd needs Python 3.10 or newer")
    fd: int = os.eventfd(0, os.EFD_CLOEXEC)
    return fd, fd


def make_table(via: str) -> Any:
    if via == "pipe":
        return FileTable(os.pipe, b"1")
    if via == "eventfd":
        return FileTable(make_event_fd, (1).to_bytes(8, "little"))  # it is a 64-bit counter
    return ConditionTable()


class Seats(NamedTuple):
    """The CPUs of a worker and its partner."""

    worker: int
    partner: int


def seats_for(placement: str, worker: int) -> Optional[Seats]:
    """None: anywhere."""
    if placement == "free":
        return None
    cpus = sorted(os.sched_getaffinity(0))
    if placement == "same":
        return Seats(cpus[worker % len(cpus)], cpus[worker % len(cpus)])
    if len(cpus) < 2:
        raise RuntimeError(
            f"another core needs a second CPU, and the worker may run on CPU {cpus[0]} only "
            '(taskset, cgroup or the run\'s own "pin")'
        )
    return Seats(cpus[worker % len(cpus)], cpus[(worker + 1) % len(cpus)])


class Partner(threading.Thread):
    """The other player: gives the ball back, until the game is over."""

    def __init__(self, table: Any, worker: int, cpu: Optional[int]) -> None:
        try:
            super().__init__(name=f"partner {worker}", daemon=True)
        except RuntimeError:  # an interpreter of a pool allows none; `close` ends this one
            super().__init__(name=f"partner {worker}")
        self.number = 0  # what is written on the ball; for the player who has it
        self._table = table
        self._cpu = cpu

    def run(self) -> None:
        if self._cpu is not None:
            os.sched_setaffinity(0, {self._cpu})
        await_worker, to_worker = self._table.await_worker, self._table.to_worker
        while await_worker():
            self.number = (self.number + 1) & MASK
            to_worker()


class PingPong:
    def __init__(self, run: Run, worker: int) -> None:
        self._seed = run.plan.seed
        self._round_trips: int = run.plan.params["round_trips"]
        arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        self._trips = Histogram(arena.u64, arena.slot(worker))
        self._cpus_before = os.sched_getaffinity(0)
        seats = seats_for(run.plan.params["placement"], worker)
        self._table = make_table(run.plan.params["via"])
        if seats is not None:
            os.sched_setaffinity(0, {seats.worker})
        self._partner = Partner(self._table, worker, seats.partner if seats is not None else None)
        self._partner.start()

    def carry_out(self, item: int, stop: Stop) -> int:
        partner, check, clock, record = self._partner, stop.check, time.monotonic_ns, self._trips.record
        to_partner, await_partner = self._table.to_partner, self._table.await_partner
        partner.number = item_word(self._seed, item)
        last = clock()
        try:
            for _ in range(self._round_trips):
                check()
                to_partner()
                await_partner()  # no stop ends this wait, and none need: the partner does nothing but answer
                now = clock()
                record(now - last)
                last = now
        finally:
            self._trips.publish()
        return partner.number

    def close(self) -> None:
        self._table.end()
        self._partner.join()
        self._table.close()
        os.sched_setaffinity(0, self._cpus_before)  # the thread may live on


def make(run: Run, worker: int) -> PingPong:
    return PingPong(run, worker)
