# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the run to begin and for its stop, in any number of threads and processes at once.

A gate is a named pipe in the run's directory. It opens for good, for all who wait, when the laboratory closes
the other end, or when somebody writes to it: then it is readable, and nobody ever reads.
"""

from __future__ import annotations

import os
import select
import time
from typing import Any, Optional

from . import layout as at
from .board import Board
from .errors import Cancelled


class Gate:
    """One process's view of a gate; its threads share it."""

    def __init__(self, run_directory: str, name: str) -> None:
        self._path = os.path.join(run_directory, name)
        self.fd = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def wait(self, seconds: Optional[float] = None) -> bool:
        """Whether it is open, now or within that time."""
        readable, _, _ = select.select([self.fd], [], [], seconds)
        return bool(readable)

    def open(self) -> None:
        """Opens it for all processes."""
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.write(fd, b"!")
            os.close(fd)
        except OSError:
            pass  # full: it is open; without a reader: nobody waits


class Stop:
    """How a worker learns that the run is to end. Every workload asks at least each 10 ms of its work."""

    def __init__(self, board: Board, run_directory: str) -> None:
        self._state = board.state
        self._board = board
        self._go = Gate(run_directory, "go")
        self._gate = Gate(run_directory, "stop")

    def check(self) -> None:
        """Raises Cancelled once the run is stopped."""
        if self._state[0] == at.STOP:
            raise Cancelled

    @property
    def fd(self) -> int:
        """Becomes readable when the run stops."""
        return self._gate.fd

    def sleep(self, seconds: float) -> None:
        """As time.sleep, but a stop ends it (Cancelled)."""
        end = time.monotonic() + seconds
        while True:
            self.check()
            rest = end - time.monotonic()
            if rest <= 0:
                return
            if self._gate.wait(rest):
                self.check()
                raise Cancelled  # the laboratory is gone

    def await_readable(self, file: Any, seconds: float) -> bool:
        """Waits for a socket: False when it has nothing to say in that time. A stop ends it (Cancelled)."""
        poll = select.poll()
        poll.register(file, select.POLLIN)
        poll.register(self._gate.fd, select.POLLIN)
        self.check()
        ready = [fd for fd, _ in poll.poll(max(0.0, seconds) * 1000)]
        self.check()
        if self._gate.fd in ready:
            raise Cancelled
        return bool(ready)

    def wait_for_go(self) -> bool:
        """Blocks until the run begins. False when it was stopped before."""
        while self._state[0] == at.PREPARING:
            self._go.wait()
            if self._state[0] == at.PREPARING:  # the state is set before the gate opens
                return False
        return self._board.go_ns != 0

    def request(self) -> None:
        """Stops the run for every worker, also those that sleep."""
        self._board.stop()
        self._gate.open()
        self._go.open()
