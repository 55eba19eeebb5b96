# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand a block of bytes to a partner, who changes one in every page, and get it back."""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
import time
from typing import Any, Optional

from ..arena import own_histograms
from ..checksum import MASK, item_word
from ..gates import Stop
from ..models.processes import how_it_ended
from ..worker import Run

# One byte in every page is marked, so that both sides know that all of them arrived (core/workload/payloadmarks.h).
MARK_EVERY = 4096
_RAISED = bytes((byte + 1) % 256 for byte in range(256))
LOOK = 0.05  # seconds: waiting does not end when the partner dies
CHUNK = 1 << 20  # bytes between two looks at the stop

# Whatever the model's start method is: how the partner began makes no difference to what passing data costs, and a
# forked one is there and gone soonest.
_fork: Any = multiprocessing.get_context("fork")

# A process that is forked while another's pipes are being made would have them open, and hide that other's end.
_one_at_a_time = threading.Lock()


def raise_marks(block: Any) -> None:
    """What a partner does: adds 1 to each mark."""
    block[::MARK_EVERY] = bytes(block[::MARK_EVERY]).translate(_RAISED)


class ReferencePartner:
    """A thread that is told where the block is."""

    def __init__(self, run: Run, worker: int) -> None:
        self.block: Any = bytearray(run.plan.params["bytes"])
        self._there: Any = queue.SimpleQueue()
        self._back: Any = queue.SimpleQueue()
        # Not waited for by an interpreter that ends because another worker could not begin.
        self._thread = threading.Thread(target=self._answer, name=f"partner {worker}", daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while (block := self._there.get()) is not None:
            raise_marks(block)
            self._back.put(block)

    def hand_over(self, stop: Stop) -> None:
        self._there.put(self.block)
        self.block = self._back.get()  # the partner does nothing but answer, so no stop need end this

    def close(self) -> None:
        self._there.put(None)
        self._thread.join()


class ProcessPartner:
    """What partners have in common that are processes."""

    def __init__(self, answer: Any, *arguments: Any) -> None:
        self._process: Any = _fork.Process(target=answer, args=arguments, daemon=True)
        self._process.start()

    def lost(self) -> RuntimeError:
        """What became of a partner that does not answer any more."""
        self._process.join()
        words = how_it_ended(self._process) or "ended before it had given the bytes back"
        return RuntimeError(f"the partner process {words}")

    def is_lost(self) -> bool:
        return not self._process.is_alive()

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def answer_bytes(there: Any, back: Any, size: int) -> None:
    block = bytearray(size)
    view = memoryview(block)
    while True:
        for begin in range(0, size, CHUNK):
            there.recv_bytes_into(view[begin : begin + CHUNK])
        raise_marks(block)
        for begin in range(0, size, CHUNK):
            back.send_bytes(view[begin : begin + CHUNK])


def answer_pickle(there: Any, back: Any, size: int) -> None:
    while True:
        block = there.recv()
        raise_marks(block)
        back.send(block)


def answer_pipe(answer: Any, there: Any, back: Any, size: int, workers_ends: Any) -> None:
    """What a partner behind pipes does until the worker has closed them or is gone."""
    for end in workers_ends:  # a forked process has these, too, and would wait for itself
        end.close()
    try:
        answer(there, back, size)
    except (EOFError, OSError):
        pass


class PipePartner(ProcessPartner):
    """The block through a pipe and back through another one, as it is or pickled."""

    def __init__(self, run: Run, worker: int) -> None:
        size: int = run.plan.params["bytes"]
        self.block: Any = bytearray(size)
        self._pickles = run.plan.params["way"] == "pickle"
        with _one_at_a_time:
            there, self._there = _fork.Pipe(duplex=False)
            self._back, back = _fork.Pipe(duplex=False)
            answer = answer_pickle if self._pickles else answer_bytes
            try:
                super().__init__(answer_pipe, answer, there, back, size, (self._there, self._back))
            finally:
                there.close()
                back.close()

    def hand_over(self, stop: Stop) -> None:
        try:
            if self._pickles:
                self._there.send(self.block)
                self._await(stop)
                self.block = self._back.recv()
                return
            view = memoryview(self.block)
            for begin in range(0, len(view), CHUNK):
                stop.check()
                self._there.send_bytes(view[begin : begin + CHUNK])
            for begin in range(0, len(view), CHUNK):
                self._await(stop)
                self._back.recv_bytes_into(view[begin : begin + CHUNK])
        except (EOFError, OSError) as error:
            raise self.lost() from error

    def _await(self, stop: Stop) -> None:
        while not stop.await_readable(self._back, LOOK):
            if self.is_lost():
                raise self.lost()


def answer_in_place(block: Any, there: Any, back: Any) -> None:
    """What a partner does that shares the worker's memory, until the worker is gone."""
    view = memoryview(block).cast("B")
    worker = os.getppid()
    while True:
        while not there.acquire(timeout=LOOK):
            if os.getppid() != worker:
                return
        raise_marks(view)
        back.release()


class SharedPartner(ProcessPartner):
    """The block lies in memory that both have; a semaphore for each side says whose turn it is."""

    def __init__(self, run: Run, worker: int) -> None:
        shared = _fork.RawArray("B", run.plan.params["bytes"])
        self.block: Any = memoryview(shared).cast("B")
        self._there = _fork.Semaphore(0)
        self._back = _fork.Semaphore(0)
        super().__init__(answer_in_place, shared, self._there, self._back)

    def hand_over(self, stop: Stop) -> None:
        if self.is_lost():
            raise self.lost()
        self._there.release()
        while not self._back.acquire(timeout=LOOK):
            stop.check()
            if self.is_lost():
                raise self.lost()


PARTNERS: Any = {
    "reference": ReferencePartner,
    "pipe": PipePartner,
    "pickle": PipePartner,
    "shared-memory": SharedPartner,
}


class Payload:
    def __init__(self, run: Run, worker: int) -> None:
        size: int = run.plan.params["bytes"]
        self._seed = run.plan.seed
        self._pages = (size + MARK_EVERY - 1) // MARK_EVERY
        self._partner: Optional[Any] = PARTNERS[run.plan.params["way"]](run, worker)
        self._partner.block[:] = b"\x5a" * size  # memory that is there before the first item
        (self._round_trips,) = own_histograms(run.board, worker, 1)

    def carry_out(self, item: int, stop: Stop) -> int:
        stop.check()
        partner: Any = self._partner
        word = item_word(self._seed, item)
        marks = (word.to_bytes(8, "little") * (self._pages // 8 + 1))[: self._pages]
        partner.block[::MARK_EVERY] = marks
        begin = time.monotonic_ns()
        partner.hand_over(stop)
        self._round_trips.record(time.monotonic_ns() - begin)
        raised = bytes(partner.block[::MARK_EVERY])
        if raised != marks.translate(_RAISED):
            raise RuntimeError("other bytes came back than were handed over")
        return (word + sum(raised)) & MASK

    def close(self) -> None:
        self._round_trips.publish()
        partner, self._partner = self._partner, None
        if partner is not None:
            partner.close()


def make(run: Run, worker: int) -> Payload:
    return Payload(run, worker)
