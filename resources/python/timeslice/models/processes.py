# SPDX-License-Identifier: GPL-3.0-or-later
"""`multiprocessing`: N processes take the next item from a counter in shared memory.

Each process has an interpreter and a GIL of its own. The parent waits for all of them at once, so that one that was
killed ends the run: whoever waits for a lock that it held would wait for ever.
"""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing import connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Callable, List, Optional

from ..errors import ItemFailed, RunFailed
from ..plan import Plan
from ..worker import Run, Taker, Worker, shared_by_workers


def process_counter(shared: Any) -> Callable[[], int]:
    """A function that gives 0, 1, 2, ... to any number of processes, no number twice."""

    def count() -> int:
        with shared.get_lock():
            number: int = shared.value
            shared.value = number + 1
        return number

    return count


def work(plan: Plan, index: int, shared: Any, counter: Any, failures: Any) -> None:
    """What a worker process does."""
    run = Run(plan, shared)
    worker = Worker(run, index)
    try:
        worker.enter()
        if worker.wait_for_go():
            worker.carry_out_all(Taker(run, process_counter(counter)))
    except ItemFailed as error:
        failures.put(error)
    finally:
        worker.leave()


def context_of(plan: Plan) -> BaseContext:
    """What processes are started with. Always chosen, never left to the default, which changed in 3.14."""
    method = plan.start_method or "fork"
    if method not in multiprocessing.get_all_start_methods():
        raise RunFailed(plan.model, f"this interpreter cannot start processes by {method}")
    return multiprocessing.get_context(method)


def how_it_ended(process: BaseProcess) -> Optional[str]:
    """In words; None for a process that ended by itself."""
    code = process.exitcode
    if code is None or code == 0:
        return None
    if code > 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def carry_out(run: Run) -> None:
    context: Any = context_of(run.plan)
    shared = shared_by_workers(run.plan, context)
    counter = context.Value("Q", 0)
    failures = context.SimpleQueue()
    processes: List[BaseProcess] = []
    try:
        for index in range(run.plan.workers):
            process = context.Process(target=work, args=(run.plan, index, shared, counter, failures))
            process.start()
            processes.append(process)
        wait_for_all(processes)
    finally:
        run.stop.request()
        for process in processes:
            process.join(0.05)
            if process.is_alive():
                process.kill()
                process.join()
    if not failures.empty():
        raise failures.get()


def wait_for_all(processes: List[BaseProcess]) -> None:
    """Returns when all have ended; raises as soon as one of them did not end by itself."""
    running = {process.sentinel: (index, process) for index, process in enumerate(processes)}
    while running:
        for sentinel in connection.wait(list(running)):
            index, process = running.pop(sentinel)  # type: ignore[call-overload]
            process.join()
            words = how_it_ended(process)
            if words is not None:
                raise RunFailed(f"worker {index}", words)
