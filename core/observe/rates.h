// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/snapshot.h"

#include <vector>

namespace timeslice {

/// What changed between two snapshots, per second or as a share. NaN marks what could not be measured.
struct Rates {
    MonotonicTime time{}; ///< Of the later snapshot.
    double seconds = 0; ///< Wall time between the two.
    /// Busy share of each CPU of the later snapshot, in its order, in [0, 1]; everything that ran on it.
    std::vector<double> cpuBusy;
    double runCores = 0; ///< CPU the run's tasks used, in cores (2.0 = two cores all the time). NaN: no run.
    double otherCores = 0; ///< Busy cores that were not the run's; never below 0. NaN: one is not known.
    double itemsPerSecond = 0; ///< NaN: no run.
    std::vector<double> workerItemsPerSecond; ///< By worker index.
    double voluntaryPerSecond = 0; ///< Over the run's tasks. NaN: no run.
    double involuntaryPerSecond = 0;
    double observerShare = 0; ///< The sampler's thread, share of one core.
};

/// What happened between two snapshots of one sampler, next to each other or any time apart. /proc/stat
/// counts in ticks of 10 ms: shares of cores over less than about a second come in visible steps, so lines of
/// cores pass a `before` that is as old.
///
/// \param before, after  Two snapshots of one sampler, `before` the earlier.
/// \error  Malformed when `after` is not later; Unsupported when the machine slept in between. When the two
///         observe different runs, only the task and item fields are NaN.
/// Thread: any; pure. Cost: O(CPUs + tasks log tasks), a handful of allocations.
///
/// A CPU is NaN when it was not online in both, when a counter of it went backwards (it went away and came
/// back) and when no tick has passed. A sum over tasks is NaN when one of them cannot be told: unreadable,
/// gone backwards, or there before `before` but not observed then (a process that joined the run late).
/// Source: proc_stat(5): busy = user + nice + system + irq + softirq + steal; idle = idle + iowait, which may
/// decrease.
[[nodiscard]] Result<Rates> rates(const Snapshot &before, const Snapshot &after);

} // namespace timeslice
