# SPDX-License-Identifier: GPL-3.0-or-later
"""One module for each execution model. `MODULES` says which one a model's name stands for."""

from __future__ import annotations

MODULES = {
    "cpython-sequential": "sequential",
    "cpython-threading": "threads",
    "cpython-thread-pool": "threadpool",
    "cpython-multiprocessing": "processes",
    "cpython-process-pool": "processpool",
    "cpython-asyncio": "eventloop",
    "cpython-asyncio-executor": "executor",
    "cpython-interpreters": "interpreters",
    "pyqt-qthread": "qthreads",
}
