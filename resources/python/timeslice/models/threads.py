# SPDX-License-Identifier: GPL-3.0-or-later
"""`threading`: N threads take the next item from a counter that they share.

Under the GIL only one of them runs Python code at any moment; the others wait until it blocks, or until it has
had the GIL for the switch interval.
"""

from __future__ import annotations

import threading
from typing import List, Optional

from ..errors import RunFailed
from ..worker import Run, Taker, Worker


class WorkerThread(threading.Thread):
    """A thread whose `join` raises what its work raised, as a future does."""

    def __init__(self, run: Run, index: int, work: "SharedWork") -> None:
        super().__init__(name=f"worker {index}")
        self._run = run
        self._index = index
        self._work = work
        self._error: Optional[BaseException] = None

    def run(self) -> None:
        worker = Worker(self._run, self._index)
        try:
            worker.enter()
            if worker.wait_for_go():
                worker.carry_out_all(self._work.take())
        except Exception as error:
            self._error = error
            self._run.stop.request()
        finally:
            worker.leave()

    def join(self, timeout: Optional[float] = None) -> None:
        super().join(timeout)
        if self._error is not None:
            raise self._error


class SharedWork:
    """The one source of items for all threads; its limits are read when the run has begun."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._taker: Optional[Taker] = None

    def take(self) -> Taker:
        with self._lock:
            if self._taker is None:
                self._taker = Taker(self._run)
            return self._taker


def carry_out(run: Run) -> None:
    work = SharedWork(run)
    threads = [WorkerThread(run, index, work) for index in range(run.plan.workers)]
    join_all(run, threads)


def join_all(run: Run, threads: List[WorkerThread]) -> None:
    """Starts the threads and waits for all of them; raises the first failure among them."""
    error: Optional[BaseException] = None
    started = 0
    for thread in threads:
        try:
            thread.start()
        except RuntimeError as refusal:
            error = RunFailed("threads", f"only {started} of {len(threads)} could be started: {refusal}")
            run.stop.request()
            break
        started += 1
    for thread in threads[:started]:
        try:
            thread.join()
        except Exception as failure:
            error = error or failure
    if error is not None:
        raise error
