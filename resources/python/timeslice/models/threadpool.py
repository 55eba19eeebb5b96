# SPDX-License-Identifier: GPL-3.0-or-later
"""`concurrent.futures.ThreadPoolExecutor`: items are submitted, and each result is asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from .. import poolworker
from ..worker import Run
from .futures import submit_all


def carry_out(run: Run) -> None:
    with ThreadPoolExecutor(
        run.plan.workers, thread_name_prefix="worker", initializer=poolworker.arrive, initargs=(run.plan,)
    ) as executor:
        submit_all(executor, run)
