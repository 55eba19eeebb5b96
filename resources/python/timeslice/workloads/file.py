# SPDX-License-Identifier: GPL-3.0-or-later
"""Write one file, have it put on the disk, read it back if wanted, and remove it.

The GIL is given up for each write, fsync and read. None of them can be awaited: an event loop stands still meanwhile.
"""

from __future__ import annotations

import os
import time
from array import array
from contextlib import suppress

from ..arena import APART, Arena
from ..board import bucket_of
from ..checksum import item_word
from ..gates import Stop
from ..layout import BUCKETS, HISTOGRAM_BYTES
from ..worker import Run

CHUNK = 64 * 1024  # bytes between two looks at the stop

# The arena; its other half is in core/workload/file.cpp.
FILE_SYSTEM = 0
HEAD_BYTES = APART
OWN_SYNCS = 0  # a latency histogram
SLOT_BYTES = (HISTOGRAM_BYTES + APART - 1) // APART * APART


def file_system_number(path: str) -> int:
    """What statfs(2) says a directory lies on; 0: not known."""
    try:
        import ctypes  # not every interpreter has been built with it
    except ImportError:
        return 0
    about = (ctypes.c_long * 64)()  # more than a struct statfs, of which the type comes first
    if ctypes.CDLL(None).statfs(os.fsencode(path), about) != 0:
        return 0
    return int(about[0])


class File:
    def __init__(self, run: Run, worker: int) -> None:
        params = run.plan.params
        self._seed = run.plan.seed
        self._bytes: int = params["kib"] * 1024
        self._sync: bool = params["fsync"]
        self._reads_back: bool = params["read_back"]
        self._directory = os.path.join(run.plan.run_directory, f"files-{worker}")
        with suppress(FileExistsError):
            os.mkdir(self._directory, 0o700)
        # What a file consists of, over and over: the item's word, and then what is the same for one seed.
        words = array("Q", (item_word(self._seed, index) for index in range(0, CHUNK, 8)))
        self._block = memoryview(bytearray(words.tobytes()))
        arena = Arena(run.board, HEAD_BYTES, SLOT_BYTES)
        self._words = arena.u64
        self._syncs = (arena.slot(worker) + OWN_SYNCS) // 8
        self._words[FILE_SYSTEM // 8] = file_system_number(self._directory)

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.check()
        word = item_word(self._seed, item)
        self._block[:8] = word.to_bytes(8, "little")
        path = os.path.join(self._directory, str(item))
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._write(fd, stop)
            if self._sync:
                self._put_on_disk(fd, stop)
            if self._reads_back:
                self._read_back(fd, path, stop)
        finally:
            os.close(fd)
            os.unlink(path)
        return word

    def _content_at(self, offset: int) -> memoryview:
        """The bytes of the file from there on, one chunk of them at most."""
        return self._block[: min(CHUNK, self._bytes - offset)]

    def _write(self, fd: int, stop: Stop) -> None:
        for done in range(0, self._bytes, CHUNK):
            rest = self._content_at(done)
            while rest:
                stop.check()
                rest = rest[os.write(fd, rest) :]

    def _put_on_disk(self, fd: int, stop: Stop) -> None:
        stop.check()
        begin = time.monotonic_ns()
        os.fsync(fd)
        self._note_sync(time.monotonic_ns() - begin)

    def _note_sync(self, ns: int) -> None:
        self._words[self._syncs + bucket_of(ns)] += 1
        if ns > self._words[self._syncs + BUCKETS]:
            self._words[self._syncs + BUCKETS] = ns

    def _read_back(self, fd: int, path: str, stop: Stop) -> None:
        # So that it comes from the disk and not from the page cache; a hint, which tmpfs cannot follow.
        with suppress(OSError):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        for done in range(0, self._bytes, CHUNK):
            expected = self._content_at(done)
            got = b""
            while len(got) < len(expected):
                stop.check()
                some = os.pread(fd, len(expected) - len(got), done + len(got))
                if not some:
                    raise RuntimeError(f"{path}: is shorter than what was written")
                got += some
            if got != expected:
                raise RuntimeError(f"{path}: holds other bytes than were written")

    def close(self) -> None:
        with suppress(OSError):
            os.rmdir(self._directory)


def make(run: Run, worker: int) -> File:
    return File(run, worker)
