# SPDX-License-Identifier: GPL-3.0-or-later
"""What publishing on the board costs a worker in Python: bench_python_publishing.py PACKAGE BOARD_DIRECTORY ROUNDS
[MICROSECONDS...].

The same loop over the same items, with and without publishing, in short turns; both read the clock for the deadline and
look at the stop. By the CPU clock, so that others on the machine do not count. Prints lines of numbers: what
publishes ("board" without the checksum of the items' results, or "all"), the item's own time in microseconds, and
the share of the throughput that was lost, per round.
"""

import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])

import timeslice.worker
from timeslice.plan import Plan
from timeslice.worker import Run, Taker, Worker

SECONDS = 0.05


class Spin:
    """An item of pure Python arithmetic; nothing else, so that its length hardly varies."""

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def carry_out(self, item: int, stop: object) -> int:
        value = item
        for _ in range(self._turns):
            value = (value * 31 + 7) & 0xFFFF_FFFF
        return value


def items_per_second(run: Run, items: Spin, count: int, publishes: bool) -> float:
    worker = Worker(run, 0, publishes)
    worker.items = items
    numbers = iter(range(count))
    take = Taker(run, lambda: next(numbers, 1 << 63))
    take._limit = 1 << 62
    begin = time.thread_time()
    worker.carry_out_all(take)
    worker.publish(time.monotonic_ns())
    return count / (time.thread_time() - begin)


def turns_for(microseconds: float) -> int:
    spin = Spin(20_000)
    best = min(timed(spin) for _ in range(20))
    return max(1, round(20_000 * microseconds * 1e-6 / best))


def timed(spin: Spin) -> float:
    begin = time.thread_time()
    spin.carry_out(1, None)
    return time.thread_time() - begin


def main() -> None:
    plan = Plan(
        run_directory=sys.argv[2], workload="primes", model="", workers=1, items=None, seed=1, pin="none",
        params={"on_failure": "stop", "fail_every": 0}, cpus=[],
    )
    run = Run(plan)
    for microseconds in map(float, sys.argv[4:] or (10, 20, 100)):
        spin = Spin(turns_for(microseconds))
        count = int(SECONDS * 1e6 / microseconds)
        for what, checksum_of in (("board", lambda items, results: 0), ("all", timeslice.worker.checksum_of)):
            kept, timeslice.worker.checksum_of = timeslice.worker.checksum_of, checksum_of
            lost, alone = [], []
            for turn in range(int(sys.argv[3])):
                order = (True, False) if turn % 2 else (False, True)
                rate = {publishes: items_per_second(run, spin, count, publishes) for publishes in order}
                lost.append(1 - rate[True] / rate[False])
                alone.append(1e6 / rate[False])
            timeslice.worker.checksum_of = kept
            print(what, statistics.median(alone), *lost, flush=True)


main()
