# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a set time and do nothing else."""

from __future__ import annotations

import asyncio

from ..gates import Stop
from ..worker import Run


class Sleep:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.sleep(self._seconds)
        return item

    async def carry_out_async(self, item: int) -> int:
        await asyncio.sleep(self._seconds)
        return item


def make(run: Run, worker: int) -> Sleep:
    return Sleep(run.plan.params["sleep_ms"] / 1000)
