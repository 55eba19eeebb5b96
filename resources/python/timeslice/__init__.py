# SPDX-License-Identifier: GPL-3.0-or-later
"""The laboratory's workers in Python: the same items as in C++, carried out by CPython's own means.

`models` has one module for each way to carry items out, `workloads` one for each kind of item. Both follow
the run on the board, a page of shared memory (`board`), on which each worker (`worker`) publishes what it does.
Standard library only, Python 3.9 or newer.
"""
