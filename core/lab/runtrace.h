// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/observe/gilhistory.h"
#include "core/observe/runsubject.h"
#include "core/observe/sampledtimeline.h"
#include "core/observe/timelinestore.h"
#include "core/perf/tracer.h"
#include "core/record/recording.h"

#include <memory>

namespace timeslice {

/// What kind of timeline a run is to have.
enum class TraceMode {
    Off, ///< None.
    Auto, ///< Exact where the kernel allows it, else sampled.
    Perf, ///< Exact or none.
    Sampled, ///< Sampled, even where an exact one were possible.
};

/// How a run's timeline is made.
struct TraceRequest {
    TraceMode mode = TraceMode::Off;
    TimelineLimits limits;
    TaskInfo bystander; ///< In an exact trace beside the run, see TracerOptions::bystander. A tid of 0: none.
    std::shared_ptr<PerfCalls> calls; ///< Empty: the real kernel calls.
};

/// Whose account the kernel keeps of a run.
enum class Accounted {
    Workers, ///< Each worker's, by itself, from go to its end.
    Descendants, ///< The engine's children and theirs together, those that were waited for: the model
                 ///< `command`.
};

/// The timeline of one run, from the engine's first moment to its last: tracer and store, or the sampled one,
/// or why there is none.
///
/// A thread of its own feeds it; the lab takes views of it.
/// Thread: the lab's.
class RunTrace {
public:
    /// A run for which none was wanted.
    RunTrace();
    /// Never fails: what cannot be had is said in `status`.
    /// \param tid      The engine's thread, which has created no worker yet.
    /// \param subject  What a sampled timeline looks at; its board knows the engine's pid.
    RunTrace(TraceRequest request, int tid, RunSubject subject);

    /// See Sampler::addRootPid.
    void addRootPid(int pid);
    /// The workers share an interpreter's lock, of which the board has logs.
    void watchLock(std::shared_ptr<const Board> board);
    /// Reads those logs; some ten times a second. Does nothing without a lock.
    void readLock();
    [[nodiscard]] std::optional<GilSummary> lockSummary() const;

    [[nodiscard]] TraceSource source() const { return m_result.source; }
    /// The newest view that is ready; nullptr without a timeline. Cost: a pointer.
    [[nodiscard]] TimelineViewPtr view() const;
    /// How it stands, with the newest view; without `check`, which is made of a trace that has ended.
    [[nodiscard]] TraceResult status() const;

    /// Ends the trace and says how it went. Blocks until the last record is read (some milliseconds). Later
    /// calls return the same.
    const TraceResult &finish();
    /// Compares a trace that has ended with the kernel's accounts on the board.
    /// \param stolen  What the hypervisor took meanwhile, all CPUs together.
    /// \return Nothing without an exact trace.
    [[nodiscard]] std::optional<SelfCheck>
    check(const Board &board, Accounted accounted, Nanoseconds stolen) const;

private:
    [[nodiscard]] bool openExact(TraceRequest request, TaskInfo traced);
    void openSampled(RunSubject subject, TimelineLimits limits);

    std::optional<GilReader> m_lock;
    std::shared_ptr<const GilHistory> m_lockHistory; ///< As last read.
    std::shared_ptr<TimelineStore> m_store;
    std::unique_ptr<SwitchTracer> m_tracer; ///< After the store it feeds: it must end first.
    std::unique_ptr<SampledTimeline> m_sampled;
    TraceResult m_result;
    bool m_isFinished = false;
};

} // namespace timeslice
