// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"

namespace timeslice {

/// CPU time that a thread of this process has used; exact at any moment, also while it runs on another core.
/// \error  Gone when this process has no such thread.
/// Thread: any. Cost: one system call, 0.3 us.
/// Source: clock_getcpuclockid(3); the number is MAKE_THREAD_CPUCLOCK(tid, CPUCLOCK_SCHED) of the kernel.
[[nodiscard]] Result<Nanoseconds> threadCpuClock(int tid);

/// CPU time that all threads of a process have used, those that have ended, too.
///
/// Of another process it is exact only while none of its threads runs: the kernel adds up what schedstat
/// says, which is brought up to date once per tick (measured: a busy child's clock moves in steps of 4 ms at
/// HZ=250). So it serves to see that nothing has run, not as a better schedstat.
/// \error  Gone when there is no such process.
/// Thread: any. Cost: one system call, 0.3 us.
[[nodiscard]] Result<Nanoseconds> processCpuClock(int pid);

} // namespace timeslice
