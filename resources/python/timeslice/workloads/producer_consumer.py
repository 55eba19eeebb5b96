# SPDX-License-Identifier: GPL-3.0-or-later
"""Put something into a queue of bounded length, and take it out at the other end.

The queue lies in shared memory, as in C++, and keeps the same account of itself. What protects it, and what both sides
wait on, is Python's own: a lock and two conditions on it, of threads or of processes, as in `queue.Queue`.
"""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple, Optional

from ..arena import APART, Arena
from ..checksum import item_word, mix_bits
from ..errors import Cancelled
from ..gates import Stop
from ..plan import Plan
from ..worker import Run

# The arena; its other half is core/workload/boundedqueue.h. The words that C++ waits on are left alone.
LENGTH = 4
LONGEST = 8
FIRST = 16
BEGAN_NS = 24
CHANGED_NS = 32
ENTRY_NS = 40
TRANSIT_NS = 48
PRODUCERS = APART
CONSUMERS = 2 * APART
SIDE_SLEEPERS = 4
SIDE_GONE = 8
SIDE_WAITED_NS = 16
HEAD_BYTES = 3 * APART
CELLS_PER_SLOT = 5
CELL_BYTES = 24
CELL_ITEM = 0
CELL_VALUE = 8
CELL_PUSHED_NS = 16
SLOT_BYTES = APART

# Python has no wait on a condition that something else could end as well, so a waiter looks at the stop this often.
PATIENCE = 0.02  # seconds
STEPS_PER_CHECK = 4096


class Shared(NamedTuple):
    """What all workers use to take turns. Both conditions are those of the one lock."""

    lock: Any
    has_room: Any  # what producers wait for
    has_entry: Any  # what consumers wait for


def share(plan: Plan, primitives: Any) -> Shared:
    lock = primitives.Lock()
    return Shared(lock, primitives.Condition(lock), primitives.Condition(lock))


class Entry(NamedTuple):
    item: int
    value: int


class Queue:
    """One worker's view of the queue."""

    def __init__(self, run: Run) -> None:
        self._shared: Shared = run.shared
        self._capacity: int = run.plan.params["capacity"]
        self._producers: int = run.plan.params["producers"]
        self._consumers = run.plan.workers - self._producers
        self._arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        self._u64, self._u32 = self._arena.u64, self._arena.u32
        self._stop = run.stop

    def push(self, entry: Entry) -> bool:
        """Waits for room. False when all consumers have left."""
        u64, u32 = self._u64, self._u32
        with self._shared.lock:
            while u32[LENGTH // 4] >= self._capacity and not self._is_gone(CONSUMERS, self._consumers):
                self._wait(self._shared.has_room, PRODUCERS)
            if self._is_gone(CONSUMERS, self._consumers):
                return False
            now = time.monotonic_ns()
            length = u32[LENGTH // 4]
            cell = self._cell(u64[FIRST // 8] + length)
            u64[cell + CELL_ITEM // 8] = entry.item
            u64[cell + CELL_VALUE // 8] = entry.value
            u64[cell + CELL_PUSHED_NS // 8] = now
            self._change_length(length + 1, now)
            self._shared.has_entry.notify()
        return True

    def pop(self) -> Optional[Entry]:
        """Waits for an entry. None when all producers have left and it is empty."""
        u64, u32 = self._u64, self._u32
        with self._shared.lock:
            while u32[LENGTH // 4] == 0:
                if self._is_gone(PRODUCERS, self._producers):
                    return None
                self._wait(self._shared.has_entry, CONSUMERS)
            now = time.monotonic_ns()
            first = u64[FIRST // 8]
            cell = self._cell(first)
            entry = Entry(u64[cell + CELL_ITEM // 8], u64[cell + CELL_VALUE // 8])
            u64[TRANSIT_NS // 8] += now - u64[cell + CELL_PUSHED_NS // 8]
            u64[FIRST // 8] = first + 1
            self._change_length(u32[LENGTH // 4] - 1, now)
            self._shared.has_room.notify()
        return entry

    def leave_as_producer(self) -> None:
        self._leave(PRODUCERS, self._shared.has_entry)

    def leave_as_consumer(self) -> None:
        self._leave(CONSUMERS, self._shared.has_room)

    def _leave(self, side: int, others: Any) -> None:
        with self._shared.lock:
            self._u32[(side + SIDE_GONE) // 4] += 1
            others.notify_all()

    def _is_gone(self, side: int, count: int) -> bool:
        gone: int = self._u32[(side + SIDE_GONE) // 4]
        return gone >= count

    def _cell(self, index: int) -> int:
        """Index of its first word."""
        slot, place = divmod(index % self._capacity, CELLS_PER_SLOT)
        return (self._arena.slot(slot) + place * CELL_BYTES) // 8

    def _wait(self, condition: Any, side: int) -> None:
        """With the lock, which is free meanwhile."""
        u32, sleepers = self._u32, (side + SIDE_SLEEPERS) // 4
        begin = time.monotonic_ns()
        u32[sleepers] += 1
        try:
            condition.wait(PATIENCE)
        finally:
            u32[sleepers] -= 1
        self._u64[(side + SIDE_WAITED_NS) // 8] += time.monotonic_ns() - begin
        self._stop.check()

    def _change_length(self, length: int, now: int) -> None:
        u64, u32 = self._u64, self._u32
        if u64[BEGAN_NS // 8] == 0:
            u64[BEGAN_NS // 8] = now
        else:
            u64[ENTRY_NS // 8] += u32[LENGTH // 4] * (now - u64[CHANGED_NS // 8])
        u64[CHANGED_NS // 8] = now
        u32[LENGTH // 4] = length
        if length > u32[LONGEST // 4]:
            u32[LONGEST // 4] = length


def mixed(value: int, steps: int, stop: Stop) -> int:
    for done in range(0, steps, STEPS_PER_CHECK):
        stop.check()
        for _ in range(min(STEPS_PER_CHECK, steps - done)):
            value = mix_bits(value)
    return value


TakeItem = Callable[[int], Optional[int]]


class Producer:
    def __init__(self, run: Run, queue: Queue) -> None:
        self._queue = queue
        self._stop = run.stop
        self._seed = run.plan.seed
        self._steps: int = run.plan.params["produce_steps"]
        self._has_left = False

    def next(self, take: TakeItem, now: int) -> None:
        """Passes all its items on and keeps none."""
        try:
            while (item := take(now)) is not None:
                value = mixed(item_word(self._seed, item), self._steps, self._stop)
                if not self._queue.push(Entry(item, value)):
                    break
                now = time.monotonic_ns()
        except Cancelled:
            pass
        self.close()

    def carry_out(self, item: int, stop: Stop) -> int:
        raise RuntimeError("a producer finishes no items")

    def close(self) -> None:
        if not self._has_left:
            self._has_left = True
            self._queue.leave_as_producer()


class Consumer:
    def __init__(self, run: Run, queue: Queue) -> None:
        self._queue = queue
        self._stop = run.stop
        self._steps: int = run.plan.params["consume_steps"]
        self._entry: Optional[Entry] = None

    def next(self, take: TakeItem, now: int) -> Optional[int]:
        try:
            self._stop.check()
            self._entry = self._queue.pop()
        except Cancelled:
            return None
        return None if self._entry is None else self._entry.item

    def carry_out(self, item: int, stop: Stop) -> int:
        if self._entry is None or self._entry.item != item:
            raise RuntimeError("the item did not come from the queue")
        return mixed(self._entry.value, self._steps, stop)

    def close(self) -> None:
        self._queue.leave_as_consumer()


def make(run: Run, worker: int) -> Any:
    queue = Queue(run)
    return Producer(run, queue) if worker < run.plan.params["producers"] else Consumer(run, queue)
