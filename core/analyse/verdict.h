// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <optional>

namespace timeslice {

/// Why no speed-up can be claimed.
enum class NoSpeedup {
    NoBaseline, ///< No sequential run of this workload yet.
    NoSuchBaseline, ///< This work cannot be done by one worker alone.
    IsBaseline, ///< This run is the baseline itself.
    NotCompleted, ///< One of the two did not complete or did not finish an item.
    UnevenItems, ///< Items cost different amounts of work, and runs by duration do different ones.
    DifferentWork, ///< Items, seed or workload parameters differ, or an item failed.
    DifferentChecksum, ///< The same items gave other results: something is wrong.
    TooShort, ///< Too little was measured to tell (below 50 ms, or fewer than 3 items).
};

/// This run against its baseline.
struct Speedup {
    double ratio = 0; ///< Throughput over the baseline's.
    double noise = 0; ///< Relative uncertainty of the ratio, two standard errors; at least 0.02.
    bool isClear = false; ///< 1 lies outside of ratio * (1 ± noise).
    double possible = 0; ///< min(workers, allowed CPUs, quota): the most that cores alone can give.
};

/// What happened in a run, as meaning; ui turns it into a sentence.
enum class Happening {
    Failed,
    Stopped,
    NothingMeasured, ///< No item ended.
    CoresBusy, ///< CPU-bound, and workers kept all cores they could have.
    CoresShared, ///< CPU-bound with more workers than cores: they took turns.
    CoresTaken, ///< CPU-bound, and others (programs, a hypervisor) had a good part of the cores.
    WorkRanOut, ///< CPU-bound, but some workers ended long before others: the work was not shared out evenly.
    OneCoreOnly, ///< CPU-bound with several workers, but all on one core (pinned or one allowed).
    LockShared, ///< The workers took turns on an interpreter's lock: one computed at a time.
    LockCrowded, ///< So many waited for an interpreter's lock that their asking for it took the cores.
    Waiting, ///< Most of the workers' time was blocked: cores would not help, more in flight would.
    Mixed, ///< Neither.
    Throttled, ///< The CPU quota stopped it for a notable share of the time.
};

/// The numbers of the verdict panel. Nothing where not measured.
struct Verdict {
    Happening happening = Happening::NothingMeasured;
    std::optional<double> itemsPerSecond;
    std::optional<double> coresUsed; ///< cpu / wall, workers only.
    std::optional<double>
        efficiency; ///< Share of the cores it could have used that it used: coresUsed / possible.
    std::optional<double> voluntaryPerSecond;
    std::optional<double> involuntaryPerSecond;
    std::optional<double> runnableShare; ///< Of the workers' time.
    std::optional<double> blockedShare; ///< On something else than a core and the interpreter's lock.
    std::optional<double> lockShare; ///< Waiting for that lock; nothing for models without one.
    double possibleCores = 1; ///< min(workers, allowed CPUs (1 when pinned to one), quota).
    std::expected<Speedup, NoSpeedup> speedup = std::unexpected(NoSpeedup::NoBaseline);
};

/// \param baseline  The sequential run to compare with, or nullptr.
/// Thread: any; pure.
[[nodiscard]] Verdict judge(const Recording &recording, const Recording *baseline);

/// Whether `candidate` is a completed run of the model that `recording` is compared with, of the same work
/// and, in Python, by the same interpreter. Thread: any; pure.
[[nodiscard]] bool isBaselineOf(const Recording &candidate, const Recording &recording);

/// Whether the two did the same work, so that their throughputs may be compared at all: same workload,
/// workload parameters, seed, and items (or, for runs by duration, both by duration).
[[nodiscard]] bool sameWork(const Recording &a, const Recording &b);

/// Whether the throughputs of two completed runs may stand side by side: the same work with the same results,
/// done in the same language, and no item failed. Thread: any; pure.
[[nodiscard]] bool isComparable(const Recording &a, const Recording &b);

/// Relative uncertainty (two standard errors) of a run's mean throughput, from the spread of its series; at
/// least 0.02. Intervals that reach beyond the run (before go, behind the last item) do not count. Nothing
/// for fewer than 3 points.
[[nodiscard]] std::optional<double> throughputNoise(const Recording &recording);

} // namespace timeslice
