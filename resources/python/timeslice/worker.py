# SPDX-License-Identifier: GPL-3.0-or-later
"""One worker's life: enter, wait for go, carry out items, leave. The same in every model."""

from __future__ import annotations

import functools
import importlib
import itertools
import mmap
import os
import sys
import threading
import time
from array import array
from typing import Any, Callable, Optional

from . import layout as at
from .board import Board
from .checksum import MASK, checksum_of
from .errors import Cancelled, ItemFailed, in_words
from .gates import Stop
from .plan import Plan
from .usage import own_usage

# Publishing costs 50 us after so much else was done that nothing of it is in a cache. Short items are therefore
# accounted for together, this often: several times between two looks of the laboratory. Longer ones are accounted
# for each on its own.
PUBLISH_NS = 10_000_000

TakeItem = Callable[[int], Optional[int]]


def workload_of(plan: Plan) -> Any:
    """The module of the run's workload."""
    name = plan.workload.replace("-", "_")
    return importlib.import_module("." + name, __package__ + ".workloads")


def shared_by_workers(plan: Plan, primitives: Any) -> Any:
    """What the workload's workers wait on for one another, made once for all of them; None where they do not.
    `primitives` makes locks and conditions: the module `threading`, or a context of `multiprocessing`."""
    share = getattr(workload_of(plan), "share", None)
    return None if share is None else share(plan, primitives)


class Run:
    """What all workers in one process share: the plan, the board, the stop, the input data, and what they wait on for
    one another (`shared`), which comes from the parent where the workers are processes."""

    def __init__(self, plan: Plan, shared: Any = None) -> None:
        self.plan = plan
        self.shared = shared_by_workers(plan, threading) if shared is None else shared
        self.board = Board(plan.board_path)
        self.stop = Stop(self.board, plan.run_directory)
        self.data = self._map_data()
        if "switch_interval_us" in plan.params and hasattr(sys, "setswitchinterval"):
            sys.setswitchinterval(plan.params["switch_interval_us"] / 1e6)

    def _map_data(self) -> memoryview:
        if not self.plan.data_path:
            return memoryview(b"")
        fd = os.open(self.plan.data_path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            mapped = mmap.mmap(fd, self.plan.data_bytes, prot=mmap.PROT_READ)
        finally:
            os.close(fd)
        return memoryview(mapped)

    def make_items(self, worker: int) -> Any:
        """The items of the run's workload as one worker carries them out."""
        return workload_of(self.plan).make(self, worker)

    def fail(self, error: ItemFailed) -> None:
        """An item has failed and that ends the run."""
        self.stop.request()
        raise error

    def all_are(self, phase: int) -> bool:
        """Whether every worker has come at least that far."""
        return all(self.board.phase(worker) >= phase for worker in range(self.plan.workers))


class Taker:
    """Hands out the items of a run, each once, until there are no more or the time is up."""

    def __init__(self, run: Run, count: Optional[Callable[[], int]] = None) -> None:
        """`count` gives 0, 1, 2, ...; by default to the threads of this process."""
        self._state = run.board.state
        self._deadline = run.board.deadline_ns
        self._limit = run.board.item_limit
        self._count = count or thread_counter()

    def __call__(self, now: int) -> Optional[int]:
        """The next item; None when there is none, the time is up or the run stops."""
        if self._state[0] == at.STOP or now >= self._deadline:
            return None
        item = self._count()
        return item if item < self._limit else None


def thread_counter() -> Callable[[], int]:
    """A function that gives 0, 1, 2, ... to any number of threads, no number twice."""
    count = itertools.count()
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return count.__next__  # one call into C: the GIL is not given up within it
    lock = threading.Lock()

    def locked() -> int:
        with lock:
            return next(count)

    return locked


class Worker:
    """One worker. All calls come from the thread that carries out its items."""

    def __init__(self, run: Run, index: int, publishes: bool = True) -> None:
        self.run = run
        self.index = index
        self.items: Any = None
        self._publishes = publishes  # False only to measure what publishing costs
        self._fail_every: int = run.plan.params["fail_every"]
        board = run.board
        self._board = board
        self._words = board.u64
        self._slot = board.slot(index)
        self._histogram = board.histogram(index)
        # What has been done since it was last published: machine words, because a thousand objects of Python would
        # take the caches from the items.
        self._done = array("Q")
        self._results = array("Q")
        self._publish_at = 0

    def enter(self) -> None:
        """Registers with pid and tid, binds the thread to its core and makes the items ready."""
        board = self._board
        board.i32[(self._slot + at.S_PID) // 4] = os.getpid()
        board.i32[(self._slot + at.S_TID) // 4] = threading.get_native_id()
        try:
            cpu = self.run.plan.cpu_for(self.index)
            if cpu is not None:
                os.sched_setaffinity(0, {cpu})  # 0 is the calling thread
            self.items = self.run.make_items(self.index)
        except Exception as error:
            board.set_error(self.index, in_words(error))
            raise
        board.set_phase(self.index, at.READY)

    def wait_for_go(self) -> bool:
        """Blocks until the run begins. False when it was stopped before."""
        if not self.run.stop.wait_for_go():
            return False
        own_usage().store(self._board, self._slot + at.S_AT_GO)
        self._board.set_phase(self.index, at.WORKING)
        return True

    def carry_out_all(self, take: TakeItem) -> None:
        """Carries out one item after another. Raises the failure that ends the run."""
        stops = self.run.plan.stops_on_failure
        fail_every = self._fail_every
        carry_out, stop, publishes = self.items.carry_out, self.run.stop, self._publishes
        clock = time.monotonic_ns
        draw = getattr(self.items, "next", None)
        if draw is not None:  # items reach this worker in another way
            take = functools.partial(draw, take)
        # What follows an item takes its share of the throughput of short ones: one comparison and no call for most.
        add_item, add_result = self._done.append, self._results.append
        histogram = self._histogram
        latencies, bucket_by_ns, common = histogram.counts, histogram.table, histogram.common
        publish_at = clock() + PUBLISH_NS
        end = clock()
        while True:
            item = take(end)
            if item is None:
                break
            begin = end if draw is None else clock()
            try:
                result = carry_out(item, stop)
                if fail_every and (item + 1) % fail_every == 0:
                    raise ItemFailed(item, "failed on purpose (fail_every)")
            except Cancelled:
                break
            except Exception as error:
                end = clock()
                failure = self._note_failure(item, error, end)
                if stops:
                    self.publish(end)
                    self.run.fail(failure)
                continue
            end = clock()
            if publishes:
                add_item(item)
                add_result(result)
                latency = end - begin
                if latency <= common:
                    latencies[bucket_by_ns[latency]] += 1
                else:
                    histogram.record(latency)
                    common = histogram.common
                if end >= publish_at:
                    self.publish(end)
                    end = clock()
                    publish_at = end + PUBLISH_NS

    def carry_out(self, item: int) -> None:
        """Carries out one item that somebody else waits for; raises what went wrong."""
        begin = time.monotonic_ns()
        if self._board.stopped or begin >= self._board.deadline_ns:
            return
        try:
            result = self.items.carry_out(item, self.run.stop)
        except Cancelled:
            return
        except Exception as error:
            raise self._note_failure(item, error, time.monotonic_ns()) from error
        self.account(item, result, begin, time.monotonic_ns())

    def account(self, item: int, result: int, begin: int, end: int) -> None:
        """Accounts for an item that is done. The failure on purpose comes here: after the work, as a bug in
        its last line would."""
        if self._fail_every and (item + 1) % self._fail_every == 0:
            raise self._note_failure(item, ItemFailed(item, "failed on purpose (fail_every)"), end)
        self._done.append(item)
        self._results.append(result)
        self._histogram.record(end - begin)
        if end >= self._publish_at:
            self.publish(end)
            self._publish_at = end + PUBLISH_NS

    def note_failure(self, item: int, error: BaseException) -> ItemFailed:
        """Accounts for an item that failed, for models that carry it out themselves."""
        return self._note_failure(item, error, time.monotonic_ns())

    def _note_failure(self, item: int, error: BaseException, end: int) -> ItemFailed:
        failure = error if isinstance(error, ItemFailed) else ItemFailed(item, in_words(error))
        self._board.set_error(self.index, str(failure))
        self._words[(self._slot + at.S_LAST_ITEM_NS) // 8] = end
        self._words[(self._slot + at.S_ITEMS_FAILED) // 8] += 1
        return failure

    def publish(self, end: int) -> None:
        """Puts all that was done on the board."""
        done = self._done
        if not done:
            return
        words, slot = self._words, self._slot // 8
        checksum = slot + at.S_CHECKSUM // 8
        share = checksum_of(done, self._results)
        words[checksum] = (words[checksum] + share) & MASK
        self._histogram.publish()
        words[slot + at.S_LAST_ITEM_NS // 8] = end
        words[slot + at.S_ITEMS_DONE // 8] += len(done)
        del done[:]
        del self._results[:]

    def leave(self) -> None:
        """Publishes what is left and what the kernel charged this thread."""
        self.publish(time.monotonic_ns())
        close = getattr(self.items, "close", None)
        self.items = None
        if close is not None:  # of those with a thread, a pool or a process of their own
            close()
        own_usage().store(self._board, self._slot + at.S_AT_END)
        self._board.set_phase(self.index, at.FINISHED)
