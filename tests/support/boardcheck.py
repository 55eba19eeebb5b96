# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes to a board everything that a worker in Python writes, for a test that reads it in C++:
boardcheck.py PACKAGE BOARD."""

import random
import sys

sys.path.insert(0, sys.argv[1])

from timeslice import layout as at
from timeslice.board import Board, bucket_of
from timeslice.checksum import BATCH, MASK, checksum_of, checksum_share
from timeslice.usage import Usage, own_usage

board = Board(sys.argv[2])
assert board.workers == 3
assert board.go_ns > 0 and board.deadline_ns > board.go_ns and board.item_limit == 77
assert len(board.arena) == 100

slot = board.slot(1)
board.i32[(slot + at.S_PID) // 4] = 101
board.i32[(slot + at.S_TID) // 4] = 102
board.set_phase(1, at.WORKING)
for offset, value in (
    (at.S_ITEMS_DONE, 103),
    (at.S_ITEMS_FAILED, 104),
    (at.S_GIL_WAIT_NS, 105),
    (at.S_CHECKSUM, 0xFEDC_BA98_7654_3210),
    (at.S_LAST_ITEM_NS, 107),
):
    board.u64[(slot + offset) // 8] = value
Usage(201, 202, 203, 204, at.UNKNOWN, 206).store(board, slot + at.S_AT_GO)
Usage(211, 212, 213, 214, 215, 216).store(board, slot + at.S_AT_END)

# One latency at each edge of each bucket.
edges = [0, 1, 15, 16, 17, 31, 32, 33]
edges += [value + delta for shift in range(6, 50) for value in [1 << shift] for delta in (-1, 0, 1)]
edges += [random.Random(1).getrandbits(bits) for bits in range(1, 52) for _ in range(20)]
histogram = board.histogram(1)
for latency in edges:
    histogram.record(latency)
histogram.publish()
lag = board.loop_lag()
lag.record(1234)
lag.publish()
board.expect_beat(1235)
board.note_lag(1236)
board.note_lag(1)  # not the worst
print("EDGES", *edges)
assert bucket_of(-5) == 0

board.set_error(2, "é" * 200)  # two bytes each: cut between two of them
board.set_error(2, "a second one is not kept")
board.arena[99] = 42

# A batch is the sum of its items, whatever its length.
numbers = random.Random(2)
for length in (1, 2, 3, 5, 6, 7, 63, 100, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 5):
    items = [numbers.getrandbits(40) for _ in range(length)]
    results = [numbers.getrandbits(64) for _ in range(length)]
    assert checksum_of(items, results) == sum(map(checksum_share, items, results)) & MASK, length
print("SHARE", checksum_share(12345, 0xDEAD_BEEF_0BAD_CAFE))

mine = own_usage()
assert mine.at_ns > 0 and mine.cpu_ns > 0
