# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel charged the calling thread so far."""

from __future__ import annotations

import os
import resource
import time
from typing import NamedTuple

from . import layout as at
from .board import Board


class Usage(NamedTuple):
    """Cumulative since the thread began; `layout.UNKNOWN` where the kernel does not tell."""

    at_ns: int
    cpu_ns: int
    voluntary: int
    involuntary: int
    queue_wait_ns: int  # runnable, but not running
    migrations: int

    def store(self, board: Board, offset: int) -> None:
        """Puts it on the board; the time comes last, so whoever sees it sees the rest."""
        words = board.u64
        words[(offset + at.U_CPU_NS) // 8] = self.cpu_ns
        words[(offset + at.U_VOLUNTARY) // 8] = self.voluntary
        words[(offset + at.U_INVOLUNTARY) // 8] = self.involuntary
        words[(offset + at.U_QUEUE_WAIT_NS) // 8] = self.queue_wait_ns
        words[(offset + at.U_MIGRATIONS) // 8] = self.migrations
        words[(offset + at.U_AT_NS) // 8] = self.at_ns


def _switches() -> "tuple[int, int]":
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_nvcsw, used.ru_nivcsw


def _read(path: str) -> bytes:
    """A small file, in three calls: each lets go of the GIL, and hundreds of threads may leave at once."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 8192)
    finally:
        os.close(fd)


def _queue_wait_ns() -> int:
    try:
        _, wait, slices = map(int, _read("/proc/thread-self/schedstat").split())
    except (OSError, ValueError):
        return at.UNKNOWN
    return wait if slices > 0 else at.UNKNOWN  # a thread that runs was given a core at least once


def _migrations() -> int:
    try:
        for line in _read("/proc/thread-self/sched").splitlines():
            if line.startswith(b"se.nr_migrations"):
                return int(line.partition(b":")[2])
    except (OSError, ValueError):
        pass
    return at.UNKNOWN


def own_usage() -> Usage:
    """The calling thread's account now."""
    # Clock and counters have to be of one moment: a switch between two readings would be in one and not in
    # the other.
    for _ in range(100):
        switches = _switches()
        now = time.monotonic_ns()
        cpu = time.clock_gettime_ns(time.CLOCK_THREAD_CPUTIME_ID)
        if _switches() == switches:
            break
    return Usage(now, cpu, *switches, _queue_wait_ns(), _migrations())
