// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyse/verdict.h"

#include "core/model/catalogue.h"
#include "core/record/timeshares.h"
#include "core/workload/catalogue.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

// Thresholds of what happened, as shares of the workers' time; between the two a run is Mixed.
constexpr double kCpuBoundBlocked = 0.25; // blocked less than this: the workers wanted cores
constexpr double kWaitingBlocked = 0.6; // blocked more than this: they waited for something else
constexpr double kCoresKept = 0.7; // share of the possible cores that counts as "kept busy"
constexpr double kOneCoreLeast = 0.75; // cores used by workers of which only one computes at a time
constexpr double kOneCoreMost = 1.2;
constexpr double kTakenShare = 0.1; // of the workers' time: queueing that turns do not explain, or blocked
constexpr double kThrottledShare = 0.1; // of the quota's periods

constexpr double kLockBound = 0.2; // two workers that take turns wait half of their time
// Waits for the lock that end because the interval is over, not because it is free: a share of what all
// workers could have, and so many that they take a good part of a core at some microseconds each.
constexpr double kCrowdedShare = 0.1;
constexpr double kCrowdedPerSecond = 30'000;
constexpr double kCrowdedCores = 0.5;
constexpr double kLeastNoise = 0.02; // what two runs of the same differ by on a quiet machine
constexpr double kUnknownNoise = 0.1; // assumed of a run too short to show its own spread
constexpr double kShortestRun = 0.05; // seconds
constexpr std::uint64_t kFewestItems = 3;

double possibleCores(const Recording &recording)
{
    const auto &machine = recording.machine;
    const auto &cpus = machine.cpusAllowed.empty() ? machine.cpusOnline : machine.cpusAllowed;
    // A foreign program creates as many threads as it likes.
    double cores = recording.command.isEmpty() ? std::max(1U, recording.experiment.workers)
                                               : static_cast<double>(std::max<std::size_t>(1, cpus.size()));
    if (!cpus.empty())
        cores = std::min(cores, static_cast<double>(cpus.size()));
    if (recording.experiment.pin == Pin::One)
        cores = 1;
    if (machine.cpuQuota && *machine.cpuQuota > 0)
        cores = std::min(cores, *machine.cpuQuota);
    return cores;
}

std::optional<double> perSecond(const std::optional<std::uint64_t> &count, double seconds)
{
    if (!count || !(seconds > 0))
        return std::nullopt;
    return static_cast<double>(*count) / seconds;
}

bool wasThrottled(const Recording &recording)
{
    const auto &throttle = recording.throttle;
    return throttle && throttle->periods > 0
        && static_cast<double>(throttle->throttledPeriods)
        >= kThrottledShare * static_cast<double>(throttle->periods);
}

/// Whether several workers under one GIL computed as much as one alone, and had more than one core to do so
/// on.
bool wasLockShared(const Recording &recording, const Verdict &verdict)
{
    const auto *const model = findModel(recording.experiment.model);
    return model != nullptr && model->sharesGil && recording.interpreter && recording.interpreter->gilEnabled
        && verdict.possibleCores > kOneCoreMost && verdict.coresUsed && *verdict.coresUsed >= kOneCoreLeast
        && *verdict.coresUsed <= kOneCoreMost && verdict.blockedShare.value_or(0) >= kCpuBoundBlocked;
}

/// Whether threads that wait for the lock took a good part of the cores by waking up to ask for it, once each
/// interval.
bool wasLockCrowded(const Recording &recording, const Verdict &verdict)
{
    const auto *const model = findModel(recording.experiment.model);
    const bool isUnderLock = model != nullptr && model->sharesGil && recording.interpreter
        && recording.interpreter->gilEnabled && recording.interpreter->switchIntervalSeconds;
    if (!isUnderLock || !verdict.voluntaryPerSecond)
        return false;
    const double most = recording.experiment.workers / *recording.interpreter->switchIntervalSeconds;
    return most >= kCrowdedPerSecond && verdict.coresUsed.value_or(0) >= kCrowdedCores
        && *verdict.voluntaryPerSecond >= std::max(kCrowdedPerSecond, kCrowdedShare * most);
}

/// How CPU-bound workers shared the cores.
Happening ofCpuBound(const Recording &recording, const Verdict &verdict)
{
    const auto workers = recording.experiment.workers;
    const auto allowed = recording.machine.cpusAllowed.size();
    if (workers > 1 && (recording.experiment.pin == Pin::One || allowed == 1))
        return Happening::OneCoreOnly;
    const bool tookTurns = static_cast<double>(workers) > verdict.possibleCores;
    if (verdict.efficiency && *verdict.efficiency >= kCoresKept)
        return tookTurns ? Happening::CoresShared : Happening::CoresBusy;
    if (!verdict.runnableShare || !verdict.efficiency)
        return Happening::Mixed;
    const double fromTurns = std::max(0.0, 1 - verdict.possibleCores / std::max(1U, workers));
    if (*verdict.runnableShare > fromTurns + kTakenShare)
        return Happening::CoresTaken;
    // They neither waited nor queued, and yet cores stood idle: some were there for a part of the run only.
    return workers > 1 && verdict.blockedShare.value_or(1) < kTakenShare ? Happening::WorkRanOut
                                                                         : Happening::Mixed;
}

Happening happeningOf(const Recording &recording, const Verdict &verdict)
{
    if (recording.outcome == Outcome::Failed)
        return Happening::Failed;
    if (recording.outcome == Outcome::Stopped)
        return Happening::Stopped;
    if (recording.items == 0)
        return Happening::NothingMeasured;
    if (wasThrottled(recording))
        return Happening::Throttled;
    if ((verdict.lockShare && *verdict.lockShare > kLockBound) || wasLockShared(recording, verdict))
        return Happening::LockShared;
    if (wasLockCrowded(recording, verdict))
        return Happening::LockCrowded;
    if (verdict.blockedShare) {
        if (*verdict.blockedShare < kCpuBoundBlocked)
            return ofCpuBound(recording, verdict);
        return *verdict.blockedShare > kWaitingBlocked ? Happening::Waiting : Happening::Mixed;
    }
    // Without schedstat "runnable" cannot be told from "blocked": only full or idle cores are clear.
    if (!verdict.efficiency)
        return Happening::NothingMeasured;
    if (*verdict.efficiency >= kCoresKept)
        return ofCpuBound(recording, verdict);
    return *verdict.efficiency < 1 - kWaitingBlocked ? Happening::Waiting : Happening::Mixed;
}

std::string baselineModelOf(const Recording &recording)
{
    const auto *const model = findModel(recording.experiment.model);
    return model != nullptr ? model->baseline : "sequential";
}

/// Whether both ran in one interpreter, or neither in any.
bool isSameInterpreter(const Recording &a, const Recording &b)
{
    if (!a.interpreter || !b.interpreter)
        return a.interpreter.has_value() == b.interpreter.has_value();
    return a.interpreter->path == b.interpreter->path && a.interpreter->version == b.interpreter->version
        && a.interpreter->gilEnabled == b.interpreter->gilEnabled;
}

bool isComplete(const Recording &recording)
{
    return recording.outcome == Outcome::Completed && recording.items > 0 && recording.itemsPerSecond
        && *recording.itemsPerSecond > 0;
}

bool isTooShort(const Recording &recording)
{
    return recording.wallSeconds < kShortestRun || recording.items < kFewestItems;
}

/// By duration two runs do different items, which says nothing where items differ in what they cost.
bool hasUnevenLength(const Recording &recording)
{
    const auto *const workload = findWorkload(recording.experiment.workload);
    return !recording.experiment.items && (workload == nullptr || workload->hasUnevenItems);
}

std::expected<Speedup, NoSpeedup>
compare(const Recording &recording, const Recording *baseline, double possible)
{
    if (hasUnevenLength(recording))
        return std::unexpected(NoSpeedup::UnevenItems);
    if (recording.experiment.model == baselineModelOf(recording) || baseline == &recording)
        return std::unexpected(NoSpeedup::IsBaseline);
    if (baseline == nullptr)
        return std::unexpected(
            whyNot(recording.experiment.workload, baselineModelOf(recording)) ? NoSpeedup::NoSuchBaseline
                                                                              : NoSpeedup::NoBaseline);
    if (!isComplete(recording) || !isComplete(*baseline))
        return std::unexpected(NoSpeedup::NotCompleted);
    if (!sameWork(recording, *baseline) || recording.itemsFailed > 0 || baseline->itemsFailed > 0)
        return std::unexpected(NoSpeedup::DifferentWork);
    // Runs by duration end after different items, so their checksums say nothing about each other.
    if (recording.experiment.items && recording.checksum != baseline->checksum)
        return std::unexpected(NoSpeedup::DifferentChecksum);
    if (isTooShort(recording) || isTooShort(*baseline))
        return std::unexpected(NoSpeedup::TooShort);

    Speedup speedup;
    speedup.ratio = *recording.itemsPerSecond / *baseline->itemsPerSecond;
    // Relative errors of independent factors add in quadrature.
    const double noise = std::hypot(
        throughputNoise(recording).value_or(kUnknownNoise),
        throughputNoise(*baseline).value_or(kUnknownNoise));
    speedup.noise = std::max(kLeastNoise, noise);
    // The noise is the ratio's own: 1 must lie outside of ratio * (1 +- noise).
    speedup.isClear = std::abs(speedup.ratio - 1) > speedup.noise * speedup.ratio;
    speedup.possible = possible;
    return speedup;
}

/// Intervals that begin before go or end behind the last item hold time in which there was nothing to do.
bool isWithinRun(const Recording &recording, const SeriesPoint &point)
{
    if (!recording.go)
        return true;
    const double end = toSeconds(point.time - *recording.go);
    return end - point.seconds >= 0 && end <= recording.wallSeconds;
}

} // namespace

Verdict judge(const Recording &recording, const Recording *baseline)
{
    Verdict verdict;
    verdict.possibleCores = possibleCores(recording);
    verdict.itemsPerSecond = recording.itemsPerSecond;
    if (recording.cpuSeconds && recording.wallSeconds > 0) {
        verdict.coresUsed = *recording.cpuSeconds / recording.wallSeconds;
        verdict.efficiency = *verdict.coresUsed / verdict.possibleCores;
    }
    verdict.voluntaryPerSecond = perSecond(recording.switches.voluntary, recording.wallSeconds);
    verdict.involuntaryPerSecond = perSecond(recording.switches.involuntary, recording.wallSeconds);
    if (const auto shares = timeShares(recording.states)) {
        verdict.runnableShare = shares->runnable;
        verdict.blockedShare = shares->blocked;
        if (recording.states.gilWait)
            verdict.lockShare = shares->gilWait;
    }
    verdict.happening = happeningOf(recording, verdict);
    verdict.speedup = compare(recording, baseline, verdict.possibleCores);
    return verdict;
}

bool isBaselineOf(const Recording &candidate, const Recording &recording)
{
    return candidate.id != recording.id && candidate.experiment.model == baselineModelOf(recording)
        && candidate.outcome == Outcome::Completed && sameWork(candidate, recording)
        && isSameInterpreter(candidate, recording);
}

bool isComparable(const Recording &a, const Recording &b)
{
    return isComplete(a) && isComplete(b) && sameWork(a, b) && a.itemsFailed == 0 && b.itemsFailed == 0
        && baselineModelOf(a) == baselineModelOf(b) && !hasUnevenLength(a)
        && (!a.experiment.items || a.checksum == b.checksum);
}

bool sameWork(const Recording &a, const Recording &b)
{
    const auto &left = a.experiment;
    const auto &right = b.experiment;
    if (left.workload != right.workload || left.seed != right.seed || left.items != right.items
        || left.durationSeconds.has_value() != right.durationSeconds.has_value())
        return false;
    const auto *const workload = findWorkload(left.workload);
    if (workload == nullptr)
        return false;
    // The model's own parameters may differ: that is what is compared.
    return std::ranges::all_of(workload->parameters, [&](const Parameter &parameter) {
        const auto *const one = left.params.find(parameter.id);
        const auto *const other = right.params.find(parameter.id);
        return (one == nullptr) == (other == nullptr) && (one == nullptr || *one == *other);
    });
}

std::optional<double> throughputNoise(const Recording &recording)
{
    // Points are weighted by their length: the last one may be a sliver.
    double length = 0;
    double squares = 0;
    double items = 0;
    std::size_t points = 0;
    const auto isMeasured = [&](const SeriesPoint &point) {
        return std::isfinite(point.itemsPerSecond) && point.seconds > 0 && isWithinRun(recording, point);
    };
    for (const auto &point : recording.series) {
        if (!isMeasured(point))
            continue;
        ++points;
        length += point.seconds;
        squares += point.seconds * point.seconds;
        items += point.itemsPerSecond * point.seconds;
    }
    if (points < 3 || !(items > 0))
        return std::nullopt;
    const double mean = items / length;
    double spread = 0;
    for (const auto &point : recording.series) {
        if (isMeasured(point))
            spread += point.seconds * (point.itemsPerSecond - mean) * (point.itemsPerSecond - mean);
    }
    // Kish's effective sample size takes the place of n for unequal weights.
    const double effective = length * length / squares;
    if (!(effective > 1))
        return kUnknownNoise;
    const double variance = spread / length * effective / (effective - 1);
    return std::max(kLeastNoise, 2 * std::sqrt(variance / effective) / mean);
}

} // namespace timeslice
