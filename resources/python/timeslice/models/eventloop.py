# SPDX-License-Identifier: GPL-3.0-or-later
"""`asyncio`: one thread, many items under way. What waits is awaited; what computes keeps everybody waiting."""

from __future__ import annotations

import asyncio
import time
from typing import Awaitable, Callable, List

from ..errors import Cancelled, ItemFailed
from ..worker import Run, Taker, Worker

LAG_PERIOD_NS = 5_000_000


async def watch_lag(run: Run) -> None:
    """Publishes how late the loop comes to what is due, and while it is late, since when."""
    board = run.board
    lag = board.loop_lag()
    try:
        while True:
            due = time.monotonic_ns() + LAG_PERIOD_NS
            board.expect_beat(due)
            try:
                await asyncio.sleep(LAG_PERIOD_NS / 1e9)
            finally:  # also what was due when the last item was done
                late = time.monotonic_ns() - due
                if late > 0:
                    lag.record(late)
                    lag.publish()
                    board.note_lag(late)
    finally:
        board.expect_beat(0)


async def run_together(run: Run, bodies: List[Callable[[], Awaitable[None]]]) -> None:
    """Runs all of them at once until they are done, one fails, or the run stops: then none is left behind."""
    loop = asyncio.get_running_loop()
    lag = loop.create_task(watch_lag(run))
    tasks = [loop.create_task(body()) for body in bodies]  # type: ignore[arg-type]

    def cancel_all() -> None:
        loop.remove_reader(run.stop.fd)  # it stays readable
        for task in tasks:
            task.cancel()

    loop.add_reader(run.stop.fd, cancel_all)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        failure = next((t.exception() for t in done if not t.cancelled() and t.exception()), None)
    finally:
        loop.remove_reader(run.stop.fd)
        for task in [*tasks, lag]:
            task.cancel()
        await asyncio.gather(*tasks, lag, return_exceptions=True)
    if failure is not None:
        raise failure


class Loop:
    """The items of one worker as coroutines."""

    def __init__(self, run: Run, worker: Worker) -> None:
        self._run = run
        self._worker = worker
        self._take = Taker(run)
        self._await_item = getattr(worker.items, "carry_out_async", None)

    async def carry_out_some(self) -> None:
        """Takes items until there are none; as many of these are under way as there may be items."""
        await_item, items, stop = self._await_item, self._worker.items, self._run.stop
        while (item := self._take(time.monotonic_ns())) is not None:
            begin = time.monotonic_ns()
            try:
                result = items.carry_out(item, stop) if await_item is None else await await_item(item)
                self._worker.account(item, result, begin, time.monotonic_ns())
            except Cancelled:
                return
            except Exception as error:
                # What fails on purpose is accounted for already.
                failed = error if isinstance(error, ItemFailed) else self._worker.note_failure(item, error)
                if self._run.plan.stops_on_failure:
                    self._run.fail(failed)
            if await_item is None:
                await asyncio.sleep(0)  # the others' turn


def carry_out(run: Run) -> None:
    worker = Worker(run, 0)
    worker.enter()
    try:
        if worker.wait_for_go():
            loop = Loop(run, worker)
            concurrency = run.plan.params["concurrency"]
            if run.plan.items is not None:
                concurrency = min(concurrency, run.plan.items)
            asyncio.run(run_together(run, [loop.carry_out_some] * concurrency))
    finally:
        worker.leave()
