# SPDX-License-Identifier: GPL-3.0-or-later
"""One module for each workload, named as it is.

`make(run, worker)` gives the items as one worker carries them out: an object with

    carry_out(item, stop) -> int

which returns what the same item returns in C++, calls `stop.check()` at least each 10 ms of its work, and never
blocks in anything that a stop cannot end. Items that wait may also have

    async carry_out_async(item) -> int

for event loops: any number of them are under way at once, and a stop cancels them. Those that keep a thread, a pool
or a process have

    close()

which ends it, called once when the worker leaves.
"""
