# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that lives in somebody else's pool: an executor's thread, process or interpreter.

A pool knows functions and no workers, so what belongs to one is kept with its thread. A worker begins in the pool's
initializer, which each of them calls once. It ends in a task, one per worker: these wait for one another, so that
no worker gets two.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from concurrent.futures import Executor
from typing import Any, Dict, Optional

from . import layout as at
from .plan import Plan
from .worker import Run, Worker

# By thread, and not in a threading.local: of that, an interpreter of a pool forgets everything between two tasks.
_workers: Dict[int, Worker] = {}
_run: Optional[Run] = None
_run_lock = threading.Lock()

_POLL_SECONDS = 0.001
_LEAVE_SECONDS = 2.0


def _shared_run(plan: Plan, shared: Any) -> Run:
    """One for all threads of a process (of an interpreter, where there are several)."""
    global _run
    with _run_lock:
        if _run is None or _run.plan != plan:
            _run = Run(plan, shared)
        return _run


def _claim_slot(plan: Plan) -> int:
    """The next free slot on the board, for threads, processes and interpreters alike."""
    path = os.path.join(plan.run_directory, "slots")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        index = int(os.pread(fd, 20, 0) or b"0")
        os.pwrite(fd, str(index + 1).encode("ascii"), 0)
    finally:
        os.close(fd)  # unlocks it
    return index


def arrive(plan: Plan, shared: Any = None) -> None:
    """The pool's initializer: makes ready and waits until the run begins. `shared` is the run's, for processes."""
    run = _shared_run(plan, shared)
    index = _claim_slot(plan)
    if index >= plan.workers:
        raise RuntimeError("the pool has started another worker in the place of one that died")
    worker = _workers[threading.get_ident()] = Worker(run, index)
    worker.enter()
    worker.wait_for_go()


def nothing() -> None:
    """A pool starts a worker when there is a task that nobody has time for."""


def carry_out(item: int) -> None:
    """One item; raises what went wrong, which is how it arrives at `future.result()`."""
    _workers[threading.get_ident()].carry_out(item)


def leave(plan: Plan) -> None:
    """Accounts, and waits until the others have."""
    worker = _workers[threading.get_ident()]
    worker.leave()
    end = time.monotonic() + _LEAVE_SECONDS
    while not worker.run.all_are(at.FINISHED) and time.monotonic() < end:
        time.sleep(_POLL_SECONDS)


def begin_all(executor: Executor, run: Run) -> bool:
    """Brings up all workers of a pool and waits with them for go. False when the run was stopped before."""
    waiting: Any = [executor.submit(nothing) for _ in range(run.plan.workers)]
    for future in waiting:
        future.result()
    return run.board.go_ns != 0


def leave_all(executor: Executor, run: Run) -> None:
    """Lets all workers of a pool account."""
    leaving: Any = [executor.submit(leave, run.plan) for _ in range(run.plan.workers)]
    for future in leaving:
        future.result()
