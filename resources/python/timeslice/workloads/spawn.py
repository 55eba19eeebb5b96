# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a thread or a process that does nothing, and wait until it has ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from typing import Any, Callable, List, Optional

from ..arena import own_histograms
from ..checksum import item_word
from ..errors import Cancelled
from ..gates import Stop
from ..models.processes import context_of, how_it_ended
from ..worker import Run

# Starts it, waits for its end and says when its first instruction ran, if that can be known.
StartAndJoin = Callable[[Stop], Optional[int]]

NO_MORE = "no further one can be started: this user or this container may have no more (RLIMIT_NPROC, pids.max)"
LOOK = 0.05  # seconds


def await_end(stop: Stop, file: Any) -> None:
    """Waits for a file that becomes readable when something ends. A stop ends it (Cancelled)."""
    while not stop.await_readable(file, LOOK):
        pass


def thread(stop: Stop) -> int:
    begin: List[int] = []
    started = threading.Thread(target=lambda: begin.append(time.monotonic_ns()))
    started.start()
    started.join()
    return begin[0]


class PoolTask:
    """A pool of one thread, which is there before the first task."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._pool.submit(time.monotonic_ns).result()

    def __call__(self, stop: Stop) -> int:
        return self._pool.submit(time.monotonic_ns).result()

    def close(self) -> None:
        self._pool.shutdown()


def nothing(begin: Any, is_forked: bool) -> None:
    """What a process does."""
    begin.send_bytes(time.monotonic_ns().to_bytes(8, "little"))
    if is_forked:
        # As multiprocessing does a moment later. Before that it would wait for the threads of the pools that it has
        # copies of, and one of these is the thread that it is itself.
        os._exit(0)


# multiprocessing looks after the children of all threads whenever it starts one, and two threads that reap one child
# at a time lose how it ended.
_one_reaps = threading.Lock()


class Process:
    """A process of multiprocessing, by the model's start method."""

    def __init__(self, run: Run) -> None:
        self._context: Any = context_of(run.plan)
        method = self._context.get_start_method()
        self._is_forked = method == "fork"
        if method == "forkserver":
            forkserver.ensure_running()  # it is there before the first item
        self._begin, self._says_begin = self._context.Pipe(duplex=False)

    def __call__(self, stop: Stop) -> int:
        arguments = (self._says_begin, self._is_forked)
        process = self._context.Process(target=nothing, args=arguments, daemon=True)
        try:
            with _one_reaps:
                process.start()
        except BlockingIOError as error:
            raise RuntimeError("process: " + NO_MORE) from error
        try:
            await_end(stop, process.sentinel)
        except Cancelled:
            process.kill()
            raise
        finally:
            with _one_reaps:
                process.join()
        # Also of one that failed: what it said is not the next one's.
        begin = int.from_bytes(self._begin.recv_bytes(), "little") if self._begin.poll() else None
        words = how_it_ended(process)
        process.close()
        if words is not None or begin is None:
            raise RuntimeError(f"the process {words or 'did not say when it began'}")
        return begin


def interpreter(stop: Stop) -> None:
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", "pass"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    except BlockingIOError as error:
        raise RuntimeError("process: " + NO_MORE) from error
    fd = os.pidfd_open(process.pid)
    try:
        await_end(stop, fd)
    except Cancelled:
        process.kill()
        raise
    finally:
        os.close(fd)
        process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the interpreter ended with code {process.returncode}")


def starter(run: Run) -> StartAndJoin:
    what: str = run.plan.params["what"]
    if what == "pool-task":
        return PoolTask()
    if what == "process":
        return Process(run)
    if what == "interpreter":
        return interpreter
    return thread


class Spawn:
    def __init__(self, run: Run, worker: int) -> None:
        self._seed = run.plan.seed
        self._start_and_join = starter(run)
        self._starts, self._spawns = own_histograms(run.board, worker, 2)

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.check()
        call = time.monotonic_ns()
        begin = self._start_and_join(stop)
        self._spawns.record(time.monotonic_ns() - call)
        if begin is not None:
            self._starts.record(begin - call)
        return item_word(self._seed, item)

    def close(self) -> None:
        self._starts.publish()
        self._spawns.publish()
        close = getattr(self._start_and_join, "close", None)
        if close is not None:
            close()


def make(run: Run, worker: int) -> Spawn:
    return Spawn(run, worker)
