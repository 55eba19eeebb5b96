// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/histogram.h"
#include "core/model/interpreter.h"
#include "core/observe/gilhistory.h"
#include "core/observe/series.h"
#include "core/observe/timelineview.h"
#include "core/perf/selfcheck.h"
#include "core/procfs/topology.h"
#include "core/run/experiment.h"

#include <QDateTime>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace timeslice {

/// How a run ended; exactly one.
enum class Outcome { Completed, Stopped, Failed };

[[nodiscard]] const char *nameOf(Outcome outcome);

/// Where a task's time went, in seconds; a state that could not be measured is nothing, never 0. Of a worker
/// running + runnable + blocked = the time from go to its end; of a task of a foreign program, the time of
/// its life.
struct StateTimes {
    std::optional<double> running; ///< On a core: its CPU time.
    std::optional<double> runnable; ///< Waiting for a core (schedstat).
    std::optional<double> blocked; ///< Everything else: it waited for something.
    std::optional<double>
        gilWait; ///< Part of blocked, as the model reports it; nothing for models without a GIL.
};

struct SwitchCounts {
    std::optional<std::uint64_t> voluntary;
    std::optional<std::uint64_t> involuntary;
    std::optional<std::uint64_t> migrations;
};

/// One worker's account, from go to its end, as the kernel charged it. Of a task of a foreign program: over
/// its life, from the exact trace where there is one (`runnable` is then the time for which it was
/// preempted), else as last sampled.
struct WorkerResult {
    unsigned index = 0;
    std::string name;
    int pid = 0;
    int tid = 0;
    std::uint64_t items = 0;
    std::uint64_t itemsFailed = 0;
    std::optional<double> cpuSeconds;
    SwitchCounts switches;
    StateTimes states;
};

/// The cost and completeness of the observation itself.
struct ObserverResult {
    std::optional<double> cpuSeconds; ///< The sampler's thread and the trace's reader, over the run.
    std::uint64_t samples = 0;
    std::uint64_t missed = 0; ///< Sampling deadlines that passed without a reading.
};

/// Where the timeline of a run comes from.
enum class TraceSource {
    Off, ///< None was wanted.
    None, ///< It was refused; `reason` says why.
    Perf, ///< Every context switch, exactly, from PERF_RECORD_SWITCH.
    Sampled, ///< Shares, from each task's counters 100 times a second.
};

[[nodiscard]] const char *nameOf(TraceSource source);

/// The timeline of a run, where it comes from, and how far it can be trusted.
struct TraceResult {
    TraceSource source = TraceSource::Off;
    std::string
        reason; ///< Why it is not exact; a plain sentence without a full stop. Empty for Perf and Off.
    std::string remedy; ///< The one line that helps, to be printed and never run; may be empty.
    std::optional<std::uint64_t> records; ///< Only for Perf, as the next one.
    std::optional<std::uint64_t> lost; ///< Records the kernel could not store, or that could not be read.
    std::optional<std::uint64_t> malformed; ///< Of these, those that could not be read; 0 unless broken.
    bool hasUncountedLosses = false; ///< Besides, records contradict each other: `lost` is not all.
    std::optional<double> readerCpuSeconds; ///< What reading and storing cost; nothing without a timeline.
    std::optional<SelfCheck>
        check; ///< Trace against the kernel's own counters, worker by worker; only for Perf.
    std::optional<double> samplePeriodSeconds; ///< Only for Sampled: from one reading to the next.
    TimelineViewPtr timeline; ///< nullptr without one.
};

/// All that was observed of one run. Built while it runs, frozen when it ends, then shared as const.
struct Recording {
    std::uint64_t id = 0; ///< Number of the run in this process, from 1.
    Experiment experiment;
    QStringList command; ///< Of the model `command`: program and arguments; else empty.
    Machine machine;
    /// What ran the workers, as it said itself; nothing for models without an interpreter, or when it said
    /// nothing.
    std::optional<InterpreterReport> interpreter;
    QDateTime startedAt; ///< Wall-clock time, once, as a label.

    Outcome outcome = Outcome::Failed;
    std::optional<Error> error; ///< Set when failed.
    QStringList
        notes; ///< What was needed to end it ("killed after 350 ms"), throttling, suspend; for people, plain.
    QString output; ///< What the run's child processes wrote (standard error and output), cleaned and capped.

    std::optional<MonotonicTime> go; ///< Nothing when it failed before its first item.
    /// From go to the end of the last item; of a program of the user's to its last end, also where that came
    /// by force. 0 when no item ended.
    double wallSeconds = 0;
    std::optional<double> cpuSeconds; ///< Sum over the workers.
    std::uint64_t items = 0;
    std::uint64_t itemsFailed = 0;
    std::string itemError; ///< The first failed item's message; empty for none.
    std::optional<double> itemsPerSecond; ///< items / wallSeconds; nothing when no item ended.
    std::uint64_t checksum = 0; ///< Sum modulo 2^64 of checksumShare over all items.
    std::optional<LatencySummary> latency;
    std::optional<LatencySummary>
        loopLag; ///< How late the event loop came to what was due; nothing without a loop.
    std::optional<GilSummary> lock; ///< Of the interpreter's lock; nothing for models without one.
    /// What the workload measured beyond time, in the order of its WorkloadInfo::results.
    std::vector<ResultValue> results;
    /// Sums over the workers; nothing as soon as one worker's is unknown. Of the model `command` the kernel's
    /// account of the whole program, and what that does not tell as the sum over the tasks.
    SwitchCounts switches;
    StateTimes states;
    std::optional<MemoryReading> memoryPeak;
    /// One for each worker; of the model `command` one for each thread that was seen of the program and its
    /// children.
    std::vector<WorkerResult> workers;
    ObserverResult observer;
    TraceResult trace;
    /// What could not be measured meanwhile and why, each once, the first kMostGaps of them.
    std::vector<Gap> gaps;
    static constexpr std::size_t kMostGaps = 16;
    std::optional<ThrottleReading> throttle; ///< Over the run; nothing without a quota.
    /// What a hypervisor gave to others while cores of this machine had something to run, all together, in
    /// steps of 10 ms; nothing where it is not known.
    std::optional<double> stolenSeconds;

    std::vector<SeriesPoint> series; ///< From go to the end.
    std::vector<std::byte> canvas; ///< The finished picture (mandelbrotcanvas.h), empty for other workloads.
};

/// Each result of the recording with its field, in the catalogue's order; none for an unknown workload.
[[nodiscard]] std::vector<std::pair<const ResultField *, ResultValue>> resultsOf(const Recording &recording);

using RecordingPtr = std::shared_ptr<const Recording>;

} // namespace timeslice

Q_DECLARE_METATYPE(timeslice::RecordingPtr)
