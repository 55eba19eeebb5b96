# SPDX-License-Identifier: GPL-3.0-or-later
"""What items add to the run's checksum: the same numbers as in C++, for any order of items."""

from __future__ import annotations

from array import array
from typing import Sequence

MASK = 0xFFFF_FFFF_FFFF_FFFF
_GAMMA = 0x9E37_79B9_7F4A_7C15
_FIRST = 0xBF58_476D_1CE4_E5B9
_SECOND = 0x94D0_49BB_1331_11EB


def mix_bits(value: int) -> int:
    """Spreads the bits of a 64-bit number (splitmix64's finaliser)."""
    value = (value + _GAMMA) & MASK
    value = ((value ^ (value >> 30)) * _FIRST) & MASK
    value = ((value ^ (value >> 27)) * _SECOND) & MASK
    return value ^ (value >> 31)


def item_word(seed: int, item: int) -> int:
    """A number that stands for one item: for workloads whose items are all the same work."""
    return mix_bits(mix_bits(seed) ^ item)


def checksum_share(item: int, result: int) -> int:
    """What one item adds."""
    return mix_bits(mix_bits(item) ^ result)


# Many items at once: a long Python integer serves as a vector with one item in every 128 bits. Sums and
# products of 64-bit numbers stay within their 128 bits, so one operation of the interpreter does the work of
# a whole batch. An item costs 1 us above, a fifth of that here.
BATCH = 256
_LANE = 128
_ONES = sum(1 << (_LANE * lane) for lane in range(BATCH))
_ALL = _ONES * MASK
_GAMMAS = _ONES * _GAMMA


def _mix_lanes(lanes: int, mask: int) -> int:
    lanes = (lanes + _GAMMAS) & mask
    lanes = (((lanes ^ (lanes >> 30)) & mask) * _FIRST) & mask
    lanes = (((lanes ^ (lanes >> 27)) & mask) * _SECOND) & mask
    return (lanes ^ (lanes >> 31)) & mask


def _lanes_of(numbers: Sequence[int]) -> int:
    lanes = array("Q", bytes(16 * len(numbers)))
    lanes[::2] = array("Q", numbers)
    return int.from_bytes(lanes.tobytes(), "little")


def _sum_of_lanes(lanes: int, count: int) -> int:
    """Adds the upper half to the lower one until one lane is left; 256 numbers of 64 bits need 72."""
    while count > 1:
        count = (count + 1) // 2
        width = _LANE * count
        upper = lanes >> width
        lanes = (lanes ^ (upper << width)) + upper
    return lanes & MASK


def _checksum_of_batch(items: Sequence[int], results: Sequence[int]) -> int:
    count = len(items)
    if count < 6:
        return sum(map(checksum_share, items, results))
    mask = _ALL if count == BATCH else _ALL & ((1 << (_LANE * count)) - 1)
    shares = _mix_lanes(_mix_lanes(_lanes_of(items), mask) ^ _lanes_of(results), mask)
    return _sum_of_lanes(shares, count)


def checksum_of(items: Sequence[int], results: Sequence[int]) -> int:
    """What these items add together, modulo 2^64."""
    if len(items) <= BATCH:
        return _checksum_of_batch(items, results) & MASK
    total = 0
    for first in range(0, len(items), BATCH):
        total += _checksum_of_batch(items[first : first + BATCH], results[first : first + BATCH])
    return total & MASK
