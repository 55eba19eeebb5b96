# SPDX-License-Identifier: GPL-3.0-or-later
"""`concurrent.futures.InterpreterPoolExecutor` (3.14): threads, each with an interpreter and a GIL of its own."""

from __future__ import annotations

import concurrent.futures
import os
import pickle
from typing import Any

from ..plan import Plan
from ..worker import Run
from .futures import submit_all


def arrival(plan: Plan) -> str:
    """What a new interpreter does first. As source, because it knows nothing of this package: not even where it is."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return (
        f"import pickle, sys; sys.path.insert(0, {package!r})\n"
        "from timeslice import poolworker\n"
        f"poolworker.arrive(pickle.loads({pickle.dumps(plan)!r}))\n"
    )


def carry_out(run: Run) -> None:
    pool: Any = getattr(concurrent.futures, "InterpreterPoolExecutor")
    with pool(run.plan.workers, initializer=exec, initargs=(arrival(run.plan), {})) as executor:
        submit_all(executor, run)
