# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory that all workers of a workload share, where it is one slot per worker (core/workload/arena.h)."""

from __future__ import annotations

from typing import List

from . import layout as at
from .board import Histogram
from .worker import Run

APART = 128  # bytes: slots begin at multiples of it, so that workers do not disturb each other


def own_histograms(run: Run, worker: int, count: int) -> List[Histogram]:
    """A worker's slot, which consists of latency histograms, behind a head without content."""
    size = (count * at.HISTOGRAM_BYTES + APART - 1) // APART * APART
    words = run.board.arena.cast("Q")
    first = APART + worker * size
    return [Histogram(words, first + index * at.HISTOGRAM_BYTES) for index in range(count)]
