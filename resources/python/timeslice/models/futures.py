# SPDX-License-Identifier: GPL-3.0-or-later
"""What all executors have in common: submit items, and ask for each result."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Deque

from .. import poolworker
from ..errors import ItemFailed, RunFailed, in_words
from ..worker import Run, Taker

# Items that are submitted and not yet asked for, per worker: enough that no worker waits for the next one, even if
# the oldest takes a good deal longer than the others.
IN_FLIGHT = 64


def submit_all(executor: Executor, run: Run) -> None:
    """Carries out all items of the run."""
    try:
        if poolworker.begin_all(executor, run):
            submit_items(executor, run)
        poolworker.leave_all(executor, run)
    except BrokenExecutor as error:
        raise broken(run, error) from error


def submit_items(executor: Executor, run: Run) -> None:
    take = Taker(run)
    pending: Deque[Future[None]] = deque()
    try:
        while (item := take(time.monotonic_ns())) is not None:
            pending.append(executor.submit(poolworker.carry_out, item))
            if len(pending) >= IN_FLIGHT * run.plan.workers:
                ask_for(pending.popleft(), run)
        while pending and not run.board.stopped:
            ask_for(pending.popleft(), run)
    except ItemFailed:
        cancel_all(pending)
        poolworker.leave_all(executor, run)
        raise
    cancel_all(pending)


def cancel_all(pending: Deque[Future[None]]) -> None:
    """Takes back what no worker has begun, so that the pool is free to leave."""
    for future in pending:
        future.cancel()


def ask_for(future: Future[None], run: Run) -> None:
    """The result of an item: this is where its exception arrives."""
    try:
        future.result()
    except ItemFailed as error:
        if run.plan.stops_on_failure:
            run.fail(error)


def broken(run: Run, error: BrokenExecutor) -> RunFailed:
    """Why a pool does not work any more: what a worker said, or else what the pool says."""
    run.stop.request()
    for worker in range(run.plan.workers):
        if run.board.go_ns == 0 and run.board.error(worker):
            return RunFailed(f"worker {worker}", run.board.error(worker))
    return RunFailed(run.plan.model, in_words(error))
