# SPDX-License-Identifier: GPL-3.0-or-later
"""What items add to the run's checksum: the same numbers as in C++, for any order of items."""

from __future__ import annotations

from array import array
from typing import List

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


def checksum_share(item: int, result: int) -> int:
    """What one item adds."""
    return mix_bits(mix_bits(item) ^ result)


# Many items at once: a long Python integer serves as a vector with one item in every 128 bits. Sums and
# products of 64-bit numbers stay within their 128 bits, so one operation of the interpreter does the work of
# a whole batch. A single item costs 1 us above, a sixth of that here.
BATCH = 256
_LANE = 128
_ONES = sum(1 << (_LANE * lane) for lane in range(BATCH))
_ALL = _ONES * MASK
_GAMMAS = _ONES * _GAMMA
_LANE_SUM = (1 << _LANE) - 1


def _mix_lanes(lanes: int, mask: int) -> int:
    lanes = (lanes + _GAMMAS) & mask
    lanes = (((lanes ^ (lanes >> 30)) & mask) * _FIRST) & mask
    lanes = (((lanes ^ (lanes >> 27)) & mask) * _SECOND) & mask
    return (lanes ^ (lanes >> 31)) & mask


def _lanes_of(numbers: List[int]) -> int:
    lanes = array("Q", bytes(16 * len(numbers)))
    lanes[::2] = array("Q", numbers)
    return int.from_bytes(lanes.tobytes(), "little")


def checksum_of(items: List[int], results: List[int]) -> int:
    """What at most BATCH items add together, modulo 2^64."""
    if len(items) < 4:
        return sum(map(checksum_share, items, results)) & MASK
    mask = _ALL & ((1 << (_LANE * len(items))) - 1)
    shares = _mix_lanes(_mix_lanes(_lanes_of(items), mask) ^ _lanes_of(results), mask)
    return (shares % _LANE_SUM) & MASK  # 2^128 is 1 modulo 2^128 - 1: the remainder is the sum of all lanes
