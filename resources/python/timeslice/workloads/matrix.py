# SPDX-License-Identifier: GPL-3.0-or-later
"""Multiply two square matrices. C++ has Eigen for it, this is plain Python: as many steps, each of them longer.

Entries are whole numbers, so every sum is exact and the product the same, whatever the order of the additions.
"""

from __future__ import annotations

from operator import mul
from typing import Iterable, List, Sequence

from ..checksum import MASK, item_word, mix_bits
from ..gates import Stop
from ..worker import Run

BASE = 0x100_0000_01B3

ENTRY_OF = [float(half_byte - 8) for half_byte in range(16)]  # sixteen objects, however many entries there are
ENTRIES_PER_WORD = 16
WORDS_PER_CHECK = 256
COLUMNS_PER_CHECK = 64  # sums of up to 2,048 products: some 5 ms


def matrix_entries(seed: int, item: int, factor: int, count: int, stop: Stop) -> List[float]:
    """The entries, row by row, of one of an item's two factors (0: the left one): the half bytes of mixed words."""
    key = item_word(seed, 2 * item + factor)
    entries: List[float] = []
    for index in range((count + ENTRIES_PER_WORD - 1) // ENTRIES_PER_WORD):
        if index % WORDS_PER_CHECK == 0:
            stop.check()
        word = mix_bits(key ^ index)
        entries += [ENTRY_OF[word >> shift & 15] for shift in range(0, 64, 4)]
    del entries[count:]
    return entries


def matrix_fingerprint(entries: Iterable[float], before: int = 0) -> int:
    """The entries as digits of a number to the base BASE, modulo 2^64. `before` is that of the entries in front."""
    number = before
    for entry in entries:
        number = (number * BASE + int(entry)) & MASK
    return number


def times(row: Sequence[float], columns: Iterable[Sequence[float]]) -> List[float]:
    """One row of a product: the row of the left factor by each column of the right one."""
    return [sum(map(mul, row, column)) for column in columns]


class Matrix:
    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self._size = size

    def carry_out(self, item: int, stop: Stop) -> int:
        size = self._size
        left = matrix_entries(self._seed, item, 0, size * size, stop)
        right = matrix_entries(self._seed, item, 1, size * size, stop)
        columns = []
        for column in range(size):
            stop.check()
            columns.append(right[column::size])
        number = 0
        for first in range(0, size * size, size):
            row = left[first : first + size]
            for some in range(0, size, COLUMNS_PER_CHECK):
                stop.check()
                number = matrix_fingerprint(times(row, columns[some : some + COLUMNS_PER_CHECK]), number)
        return number


def make(run: Run, worker: int) -> Matrix:
    return Matrix(run.plan.seed, run.plan.params["size"])
