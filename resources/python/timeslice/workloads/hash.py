# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 of a block of memory. hashlib calls OpenSSL, and lets go of the GIL for more than 2,047 bytes at once."""

from __future__ import annotations

import hashlib

from ..gates import Stop
from ..worker import Run

CHUNK = 256 * 1024  # bytes between two looks at the stop


def make_block(seed: int, size: int) -> bytearray:
    """SHA-256(seed) repeated to the end, and over its first 16 bytes the seed and the item."""
    digest = hashlib.sha256(seed.to_bytes(8, "little")).digest()
    block = bytearray((digest * (size // len(digest) + 1))[:size])
    block[0:8] = seed.to_bytes(8, "little")
    block[8:16] = bytes(8)
    return block


class Hash:
    def __init__(self, seed: int, size: int) -> None:
        self._block = memoryview(make_block(seed, size))

    def carry_out(self, item: int, stop: Stop) -> int:
        self._block[8:16] = item.to_bytes(8, "little")
        sha = hashlib.sha256()
        for begin in range(0, len(self._block), CHUNK):
            stop.check()
            sha.update(self._block[begin : begin + CHUNK])
        return int.from_bytes(sha.digest()[:8], "little")


def make(run: Run, worker: int) -> Hash:
    return Hash(run.plan.seed, run.plan.params["block_kib"] * 1024)
