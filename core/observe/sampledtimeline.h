// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/observe/runsubject.h"
#include "core/observe/timelinestore.h"

#include <memory>
#include <thread>

namespace timeslice {

/// How a sampled timeline is going.
struct SampledStatus {
    std::uint64_t samples = 0;
    std::uint64_t missed = 0; ///< Deadlines that passed without a reading.
    Nanoseconds period{}; ///< From one reading to the next, as it is now.
    Nanoseconds readerCpu{}; ///< CPU the reading thread has used.
};

/// The timeline of a machine on which switches cannot be recorded: every task of a run is asked 100 times a
/// second how long it has run, how long it waited for a core, and how often it was switched.
///
/// What comes out are shares for each interval and no slices: which core a task had, and where exactly it
/// stopped, is not known, and the view has no cores. Counters come from the same reader as the charts' (exact
/// CPU clocks for threads of this process and for workers that have accounted, schedstat and status for the
/// rest), so sums over a lane equal what the task was charged; a reading that lags by a scheduler tick moves
/// time to the next interval. Where a task cannot be read its time is Unknown. With so many tasks that a
/// reading costs more than a twentieth of the period, the period grows.
///
/// Thread: construct, destroy, `stop` and `addRootPid` from one; `view` and `status` from any.
class SampledTimeline {
public:
    static constexpr Nanoseconds kPeriod = std::chrono::milliseconds(10);

    /// Takes a first reading on the caller's thread, so that whatever comes next is in the timeline.
    /// \throws std::system_error when the thread cannot be created.
    explicit SampledTimeline(RunSubject subject, TimelineLimits limits = {});
    ~SampledTimeline();
    SampledTimeline(const SampledTimeline &) = delete;
    SampledTimeline &operator=(const SampledTimeline &) = delete;

    /// See Sampler::addRootPid.
    void addRootPid(int pid);
    /// Takes a last reading and ends. Later calls do nothing.
    void stop();

    /// The newest view that is ready, and a request for a newer one. Cost: a pointer.
    [[nodiscard]] TimelineViewPtr view() const;
    [[nodiscard]] SampledStatus status() const;

private:
    class Reader;

    std::unique_ptr<Reader> m_reader;
    std::jthread m_thread; ///< Last: it must end before what it uses.
};

} // namespace timeslice
