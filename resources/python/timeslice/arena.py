# SPDX-License-Identifier: GPL-3.0-or-later
"""The arena of a workload seen as one head and one slot for each worker. The other half is core/workload/arena.h.

Its words are as C++ sees them, and are stored at once (`board`). To add to one takes three steps, so each has one
writer or is protected by a lock, but where losing something is the point.
"""

from __future__ import annotations

from .board import Board

APART = 128  # bytes; what different workers write never lies closer together


class Arena:
    """Words by index; `head` and `slot` say where they are. Offsets are in bytes, as in the C++ structures."""

    def __init__(self, board: Board, head_bytes: int, slot_bytes: int) -> None:
        self.u64 = board.arena.cast("Q")
        self.u32 = board.arena.cast("I")
        self._head_bytes = head_bytes
        self._slot_bytes = slot_bytes

    def slot(self, index: int) -> int:
        """Offset of a slot; the head's is 0."""
        return self._head_bytes + index * self._slot_bytes
