# SPDX-License-Identifier: GPL-3.0-or-later
"""Add up one slice of a huge list of numbers that lies in shared memory."""

from __future__ import annotations

import struct

from ..gates import Stop
from ..worker import Run

BLOCK = 64 * 1024  # numbers between two looks at the stop
LANES = 16
DEFAULT_SLICES = 64


def add_strict(total: float, numbers: memoryview) -> float:
    """From left to right. Not `sum()`: that corrects rounding errors from 3.12 on and gives other bits."""
    for number in numbers:
        total += number
    return total


def add_simd(total: float, numbers: memoryview) -> float:
    """Sixteen running sums, number k added to sum k mod 16, that are then added in halves. In C++ this order lets the
    processor add several numbers in one instruction; Python gains nothing, but has the same bits."""
    lanes = [add_strict(0.0, numbers[lane::LANES]) for lane in range(LANES)]
    half = LANES // 2
    while half > 0:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return total + lanes[0]


class Sum:
    def __init__(self, numbers: memoryview, slices: int, simd: bool) -> None:
        self._numbers = numbers
        self._slices = slices
        self._add = add_simd if simd else add_strict

    def carry_out(self, item: int, stop: Stop) -> int:
        first, last = self._slice(item % self._slices)
        total = 0.0
        for begin in range(first, last, BLOCK):
            stop.check()
            total = self._add(total, self._numbers[begin : min(begin + BLOCK, last)])
        return int.from_bytes(struct.pack("<d", total), "little")  # the bits of the sum

    def _slice(self, index: int) -> "tuple[int, int]":
        """Parts that differ by at most one number; the last ones take the remainder."""
        small, large = divmod(len(self._numbers), self._slices)
        first_large = self._slices - large
        first = index * small + max(0, index - first_large)
        return first, first + small + (1 if index >= first_large else 0)


def make(run: Run, worker: int) -> Sum:
    slices = run.plan.items if run.plan.items is not None else DEFAULT_SLICES
    return Sum(run.data.cast("d"), max(1, slices), run.plan.params["loop"] == "simd")
