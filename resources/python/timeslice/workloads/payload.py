# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand a block of bytes to a partner, who changes one in every page, and get it back."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Optional

from ..arena import own_histograms
from ..checksum import MASK, item_word
from ..gates import Stop
from ..models.processes import context_of, how_it_ended
from ..worker import Run

# One byte in every page is marked, so that both sides know that all of them arrived (core/workload/payloadmarks.h).
MARK_EVERY = 4096
_RAISED = bytes((byte + 1) % 256 for byte in range(256))
LOOK = 0.05  # seconds: waiting does not end when the partner dies
CHUNK = 1 << 20  # bytes between two looks at the stop

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
        self._thread = threading.Thread(target=self._answer, name=f"partner {worker}")
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

    def __init__(self, run: Run, answer: Any, *arguments: Any) -> None:
        self._process = context_of(run.plan).Process(target=answer, args=arguments, daemon=True)  # type: ignore
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
    try:
        while True:
            for begin in range(0, size, CHUNK):
                there.recv_bytes_into(view[begin : begin + CHUNK])
            raise_marks(block)
            for begin in range(0, size, CHUNK):
                back.send_bytes(view[begin : begin + CHUNK])
    except (EOFError, BrokenPipeError):
        pass


def answer_pickle(there: Any, back: Any) -> None:
    try:
        while True:
            block = there.recv()
            raise_marks(block)
            back.send(block)
    except (EOFError, BrokenPipeError):
        pass


class PipePartner(ProcessPartner):
    """The block through a pipe and back through another one, as it is or pickled."""

    def __init__(self, run: Run, worker: int) -> None:
        size: int = run.plan.params["bytes"]
        self.block: Any = bytearray(size)
        self._pickles = run.plan.params["way"] == "pickle"
        context: Any = context_of(run.plan)
        with _one_at_a_time:
            theirs, self._there = context.Pipe(duplex=False)
            self._back, back = context.Pipe(duplex=False)
            try:
                if self._pickles:
                    super().__init__(run, answer_pickle, theirs, back)
                else:
                    super().__init__(run, answer_bytes, theirs, back, size)
            finally:
                theirs.close()
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
    view = memoryview(block).cast("B")
    while True:
        there.acquire()
        raise_marks(view)
        back.release()


class SharedPartner(ProcessPartner):
    """The block lies in memory that both have; a semaphore for each side says whose turn it is."""

    def __init__(self, run: Run, worker: int) -> None:
        context: Any = context_of(run.plan)
        shared = context.RawArray("B", run.plan.params["bytes"])
        self.block: Any = memoryview(shared).cast("B")
        self._there = context.Semaphore(0)
        self._back = context.Semaphore(0)
        super().__init__(run, answer_in_place, shared, self._there, self._back)

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
