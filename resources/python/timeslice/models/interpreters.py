# SPDX-License-Identifier: GPL-3.0-or-later
"""`concurrent.futures.InterpreterPoolExecutor` (3.14): threads, each with an interpreter and a GIL of its own."""

from __future__ import annotations

import concurrent.futures
from typing import Any

from .. import poolworker
from ..worker import Run
from .futures import submit_all


def carry_out(run: Run) -> None:
    pool: Any = getattr(concurrent.futures, "InterpreterPoolExecutor")
    with pool(run.plan.workers, initializer=poolworker.arrive, initargs=(run.plan,)) as executor:
        submit_all(executor, run)
