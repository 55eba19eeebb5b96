# SPDX-License-Identifier: GPL-3.0-or-later
"""One item after another, in a plain loop: what every other model in Python is compared with."""

from __future__ import annotations

from ..worker import Run, Taker, Worker


def carry_out(run: Run) -> None:
    worker = Worker(run, 0)
    worker.enter()
    try:
        if worker.wait_for_go():
            worker.carry_out_all(Taker(run))
    finally:
        worker.leave()
