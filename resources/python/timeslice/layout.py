# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything lies on the board. The other half of this table is core/board/board.h.

Offsets and sizes are in bytes. They change together with `VERSION`, which is compared when a board is opened.
"""

MAGIC = 0x3144_524F_4253_5401  # "\1TSBORD1" in memory
VERSION = 2

# The header, from the beginning of the page.
H_MAGIC = 0
H_VERSION = 8
H_WORKERS = 12
H_STATE = 16
H_SLOTS_OFFSET = 24
H_SLOT_STRIDE = 32
H_HISTOGRAMS_OFFSET = 40
H_HISTOGRAM_STRIDE = 48
H_ERRORS_OFFSET = 56
H_ARENA_OFFSET = 64
H_ARENA_BYTES = 72
H_ITEM_LIMIT = 80
H_GO_NS = 88
H_DEADLINE_NS = 96
H_TOTAL_BYTES = 104
H_GIL_LOG_OFFSET = 112
H_GIL_EVENTS = 120
H_NEXT_BEAT_NS = 192
H_WORST_LAG_NS = 200

# A worker's slot, from its beginning.
SLOT_BYTES = 192
S_PID = 0
S_TID = 4
S_PHASE = 8
S_WAITING_FOR_GIL = 12
S_ITEMS_DONE = 16
S_ITEMS_FAILED = 24
S_GIL_WAIT_NS = 32
S_CHECKSUM = 40
S_LAST_ITEM_NS = 48
S_AT_GO = 64
S_AT_END = 128

# An account of the kernel's (`S_AT_GO`, `S_AT_END`), from its beginning. The time is stored last.
U_AT_NS = 0
U_CPU_NS = 8
U_VOLUNTARY = 16
U_INVOLUNTARY = 24
U_QUEUE_WAIT_NS = 32
U_MIGRATIONS = 40
UNKNOWN = 0xFFFF_FFFF_FFFF_FFFF  # the kernel does not tell

# A latency histogram: 16 linear buckets in each power of two, then the largest value.
SUB_BITS = 4
MAX_BITS = 48
BUCKETS = (MAX_BITS - SUB_BITS + 1) << SUB_BITS
HISTOGRAM_BYTES = (BUCKETS + 1) * 8

# A worker's first error: its length, then the text.
ERROR_BYTES = 256
E_SIZE = 0
E_TEXT = 8
MAX_ERROR_TEXT = 247

UNLIMITED = 0xFFFF_FFFF_FFFF_FFFF  # as the item limit: as many as the duration allows

# What the state word says.
PREPARING = 0
GO = 1
STOP = 2

# What a slot's phase says.
READY = 1
WORKING = 2
FINISHED = 3
