# SPDX-License-Identifier: GPL-3.0-or-later
"""`loop.run_in_executor`: an event loop awaits items that a pool of threads or processes carries out."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from typing import List

from .. import poolworker
from ..errors import ItemFailed
from ..worker import Run, Taker
from .eventloop import run_together
from .futures import broken
from .processpool import make_executor as make_process_pool

IN_FLIGHT = 4  # items that the loop has handed out, per worker


def make_executor(run: Run) -> Executor:
    if run.plan.params["executor"] == "process":
        return make_process_pool(run)
    return ThreadPoolExecutor(
        run.plan.workers, thread_name_prefix="worker", initializer=poolworker.arrive, initargs=(run.plan,)
    )


async def await_items(run: Run, executor: Executor) -> None:
    loop = asyncio.get_running_loop()
    take = Taker(run)
    broken_by: List[BrokenExecutor] = []

    async def await_some() -> None:
        while not broken_by and (item := take(time.monotonic_ns())) is not None:
            try:
                await loop.run_in_executor(executor, poolworker.carry_out, item)
            except ItemFailed as error:
                if run.plan.stops_on_failure:
                    run.fail(error)
            except BrokenExecutor as error:
                # Not raised from here: that would cancel the others' futures, and the pool's own thread, which is
                # about to tell each of them, would stop at one that is cancelled and leave its processes behind.
                broken_by.append(error)

    await run_together(run, [await_some] * (IN_FLIGHT * run.plan.workers))
    if broken_by:
        raise broken_by[0]


def carry_out(run: Run) -> None:
    with make_executor(run) as executor:
        try:
            if poolworker.begin_all(executor, run):
                try:
                    asyncio.run(await_items(run, executor))
                except ItemFailed:
                    poolworker.leave_all(executor, run)
                    raise
            poolworker.leave_all(executor, run)
        except BrokenExecutor as error:
            raise broken(run, error) from error
