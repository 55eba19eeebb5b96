// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/rates.h"

#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace timeslice {

/// One point of the live charts and of a recording's time series. NaN where nothing could be measured.
struct SeriesPoint {
    MonotonicTime time{}; ///< End of the interval.
    double seconds = 0; ///< Its length.
    std::vector<int> cpus; ///< Kernel ids of the CPUs of `cpuBusy`.
    /// Busy share of each CPU in [0, 1], everything that ran there, over about the last second (/proc/stat
    /// counts in 10 ms steps, so shorter windows would show stairs).
    std::vector<double> cpuBusy;
    double busySeconds = 0; ///< Over how long exactly; shorter while the sampler is young.
    /// The share of each CPU, as `cpus`, that this run's tasks had within the interval, from the switch
    /// records: exact. Empty without an exact trace.
    std::vector<double> cpuOurs;
    double runCores =
        0; ///< CPU used by the run's tasks, in cores; from exact CPU clocks where there are some.
    double otherCores = 0; ///< Busy cores that were not the run's, over the same second as `cpuBusy`.
    double itemsPerSecond = 0;
    std::vector<double> workerItemsPerSecond;
    double voluntaryPerSecond = 0;
    double involuntaryPerSecond = 0;
    double observerShare = 0; ///< The sampler's thread, share of one core.
    std::optional<MemoryReading> memory;
    /// How late the run's event loop came to what was due, at worst within the interval, in seconds. A block
    /// that lasts counts with what it has come to. NaN without a loop.
    double loopLag = std::numeric_limits<double>::quiet_NaN();
    /// The longest time of which any part lies within the interval and for which the window did not come back
    /// to its event loop, in seconds. NaN for runs that do not work on the window's thread.
    double frameGap = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> gauges; ///< WorkloadInfo::gauges at the end of the interval; empty without a run.

    /// When the interval began.
    [[nodiscard]] MonotonicTime begin() const
    {
        return time - std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
    }
};

/// What one process of the run used, as sampled, in cores. NaN where that is not known.
struct ProcessCores {
    double inInterval = 0; ///< Over SeriesPoint::seconds.
    double inWindow = 0; ///< Over SeriesPoint::busySeconds.
};

/// Turns the sampler's snapshots into series points; remembers the last second of them.
/// Thread: one.
class SeriesBuilder {
public:
    /// \return The point from the previous snapshot to this one; nothing for the first snapshot, after a
    ///         suspend, and when this snapshot is the first of a run. Within a run, where that is less than
    ///         half as long as the interval before, the point is of both together: it tells again what the
    ///         point before told, and more.
    [[nodiscard]] std::optional<SeriesPoint> add(SnapshotPtr snapshot);

    /// \return For the point that `add` has just returned. 0 for a process that is not of the run.
    [[nodiscard]] ProcessCores coresOf(int pid) const;

private:
    [[nodiscard]] SnapshotPtr beginOf(const Snapshot &snapshot) const;

    std::deque<SnapshotPtr> m_window; ///< Oldest first; spans a little more than kWindow.
    SnapshotPtr m_since; ///< Where the interval of the newest point begins.
};

} // namespace timeslice
