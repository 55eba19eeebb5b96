// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/procfs/cgroup.h"
#include "core/procfs/cputimes.h"
#include "core/procfs/task.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace timeslice {

/// What could not be read, and why. Drawn as a hole, never as 0.
/// A failure that lasts is named once, in the snapshot where it begins.
struct Gap {
    std::string what; ///< "cpu 3", "tid 4711 status"
    Error error;
};

/// One task (thread) of the run at one moment; cumulative counters. After the task has vanished its last
/// values stay.
struct TaskReading {
    int pid = 0;
    int tid = 0;
    int worker = -1; ///< Which worker this task is; -1 for a helper (supervisor, server, pool manager).
    std::string name; ///< comm; up to 15 bytes of any value.
    MonotonicTime started{}; ///< Rounded down to 10 ms; with pid and tid the task's identity.
    bool alive = true; ///< False once it has ended or, as a worker, accounted on the board.
    /// The CPU clock for threads of this process, the worker's own account once it has ended, else schedstat.
    std::optional<std::uint64_t> cpuNs;
    /// True for the first two: exact at any moment. schedstat lags by up to one scheduler tick (1 to 10 ms)
    /// while the task runs, and so does the CPU clock of another process.
    bool cpuExact = false;
    std::optional<std::uint64_t> queueWaitNs; ///< schedstat: runnable, waiting for a core.
    /// Current, as long as not many more than 16 tasks have run since the last snapshot. Then they are read
    /// in turns, and those of a task are as old as its last turn; the last snapshot of a run has all of them.
    std::optional<std::uint64_t> voluntary;
    std::optional<std::uint64_t> involuntary;
};

/// One worker's progress as it stands on the board.
struct WorkerReading {
    std::uint64_t itemsDone = 0;
    std::uint64_t itemsFailed = 0;
    std::uint64_t gilWaitNs = 0;
};

/// One immutable reading of the system at one time: raw counters, never rates.
///
/// Made by the sampler, then only read. `rates` turns two of them into what charts show.
struct Snapshot {
    std::uint64_t sequence = 0; ///< 0, 1, 2, ... without holes for one sampler.
    std::uint64_t run = 0; ///< The run observed; 0 when none is. Counters of different runs are not compared.
    MonotonicTime begin{}; ///< Before the first file was read.
    MonotonicTime end{}; ///< After the last.
    std::uint64_t missed = 0; ///< Deadlines that passed without a reading, since the sampler began.
    Nanoseconds suspended{}; ///< BOOTTIME - MONOTONIC; a jump means that the machine slept.
    std::vector<CpuTicks> cpus; ///< Online CPUs in the kernel's order. Empty, with a gap, when unreadable.
    std::optional<std::uint64_t> forks; ///< Tasks that anybody has created since boot, threads too.
    std::vector<WorkerReading> workers; ///< By worker index; empty when no run is observed.
    /// How late the run's event loop was at worst since the reading before; while it is blocked, how late it
    /// is already. Nothing where there is no loop, or it does not turn.
    std::optional<Nanoseconds> loopLag;
    std::vector<double> gauges; ///< WorkloadInfo::gauges at this moment; NaN for one that is not known.
    std::vector<TaskReading> tasks; ///< The run's tasks, workers first in index order; ended ones stay.
    std::optional<MemoryReading> memory; ///< Carried over between readings (at most 1 Hz).
    std::optional<ThrottleReading> throttle; ///< Nothing where no CPU quota is set.
    /// CPU spent on sampling, exact and cumulative: the sampler's own thread, and the readings that `watch`
    /// and `unwatch` take on their caller's.
    std::uint64_t observerCpuNs = 0;
    std::vector<Gap> gaps;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

} // namespace timeslice
