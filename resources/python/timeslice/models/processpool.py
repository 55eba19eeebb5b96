# SPDX-License-Identifier: GPL-3.0-or-later
"""`concurrent.futures.ProcessPoolExecutor`: each item is pickled, sent to a process, and its result sent back.

A worker that dies breaks the whole pool: whoever waits for a result gets BrokenProcessPool.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import Any

from .. import poolworker
from ..worker import Run, shared_by_workers
from .futures import submit_all
from .processes import context_of


def make_executor(run: Run) -> ProcessPoolExecutor:
    context: Any = context_of(run.plan)
    shared = shared_by_workers(run.plan, context)
    return ProcessPoolExecutor(
        run.plan.workers, mp_context=context, initializer=poolworker.arrive, initargs=(run.plan, shared)
    )


def carry_out(run: Run) -> None:
    with make_executor(run) as executor:
        submit_all(executor, run)
