// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/rates.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// A suspend lasts longer; the two clocks it is told from are read within microseconds of each other.
constexpr Nanoseconds kLeastSuspend = 50ms;
/// Start times are in ticks of 10 ms, rounded down.
constexpr Nanoseconds kStartResolution = 10ms;

/// What a counter has grown by. NaN when it went backwards.
double growth(std::uint64_t before, std::uint64_t after)
{
    return after < before ? kUnknown : static_cast<double>(after - before);
}

double busyShare(const CpuTicks &before, const CpuTicks &after)
{
    const double busy = growth(before.user, after.user) + growth(before.nice, after.nice)
        + growth(before.system, after.system) + growth(before.irq, after.irq)
        + growth(before.softirq, after.softirq) + growth(before.steal, after.steal);
    // The kernel documents that iowait may decrease: it is kept per CPU, but tasks wake up on another one.
    const double iowait = after.iowait < before.iowait ? 0 : growth(before.iowait, after.iowait);
    const double all = busy + growth(before.idle, after.idle) + iowait;
    return all > 0 ? busy / all : kUnknown; // a NaN in any part is not above 0, either
}

std::vector<double> busyShares(const std::vector<CpuTicks> &before, const std::vector<CpuTicks> &after)
{
    std::vector<double> shares;
    shares.reserve(after.size());
    for (const auto &row : after) {
        const auto old = std::ranges::lower_bound(before, row.cpu, {}, &CpuTicks::cpu);
        const bool wasOnline = old != before.end() && old->cpu == row.cpu;
        shares.push_back(wasOnline ? busyShare(*old, row) : kUnknown);
    }
    return shares;
}

/// A task of the later snapshot and what it was in the earlier one.
struct Pair {
    const TaskReading *before; ///< nullptr when it is not there.
    const TaskReading *after;
};

auto identity(const TaskReading *task)
{
    return std::tuple(task->tid, task->pid, task->started);
}

std::vector<Pair> pairTasks(const std::vector<TaskReading> &before, const std::vector<TaskReading> &after)
{
    std::vector<const TaskReading *> sorted;
    sorted.reserve(before.size());
    for (const auto &task : before)
        sorted.push_back(&task);
    std::ranges::sort(sorted, {}, identity);
    std::vector<Pair> pairs;
    pairs.reserve(after.size());
    for (const auto &task : after) {
        const auto old = std::ranges::lower_bound(sorted, identity(&task), {}, identity);
        const bool isKnown = old != sorted.end() && identity(*old) == identity(&task);
        pairs.push_back({isKnown ? *old : nullptr, &task});
    }
    return pairs;
}

/// Growth of one counter over all tasks. One that cannot be told makes the sum unknown: a part is not the
/// whole.
double sumOfGrowth(
    const std::vector<Pair> &pairs, std::optional<std::uint64_t> TaskReading::*counter, MonotonicTime since)
{
    double sum = 0;
    for (const auto &[before, after] : pairs) {
        const auto &now = after->*counter;
        if (before) {
            const auto &then = before->*counter;
            const bool hadEnded = !before->alive && !after->alive;
            if (then && now)
                sum += growth(*then, *now);
            else if (!hadEnded)
                sum = kUnknown;
        } else if (now && (*now == 0 || after->started + kStartResolution >= since)) {
            sum += static_cast<double>(*now); // began in between: all of it is new
        } else {
            sum = kUnknown; // was there before, but not observed
        }
    }
    return sum;
}

void addProgress(Rates &rates, const Snapshot &before, const Snapshot &after)
{
    rates.itemsPerSecond = 0;
    for (std::size_t worker = 0; worker < after.workers.size(); ++worker) {
        const auto &then = before.workers[worker];
        const auto &now = after.workers[worker];
        const double items = growth(then.itemsDone, now.itemsDone) / rates.seconds;
        rates.workerItemsPerSecond.push_back(items);
        rates.itemsPerSecond += items;
    }
}

void addTasks(Rates &rates, const Snapshot &before, const Snapshot &after)
{
    const auto pairs = pairTasks(before.tasks, after.tasks);
    const auto perSecond = [&](std::optional<std::uint64_t> TaskReading::*counter) {
        return sumOfGrowth(pairs, counter, before.begin) / rates.seconds;
    };
    rates.runCores = perSecond(&TaskReading::cpuNs) / 1e9;
    rates.voluntaryPerSecond = perSecond(&TaskReading::voluntary);
    rates.involuntaryPerSecond = perSecond(&TaskReading::involuntary);
}

} // namespace

Result<Rates> rates(const Snapshot &before, const Snapshot &after)
{
    if (after.begin <= before.begin)
        return fail(ErrorKind::Malformed, "rates", "the second snapshot is not later than the first");
    if (after.suspended - before.suspended >= kLeastSuspend)
        return fail(ErrorKind::Unsupported, "rates", "the machine slept between the two snapshots");

    Rates result;
    result.time = after.begin;
    result.seconds = toSeconds(after.begin - before.begin);
    result.cpuBusy = busyShares(before.cpus, after.cpus);
    result.observerShare = growth(before.observerCpuNs, after.observerCpuNs) / 1e9 / result.seconds;

    const bool hasRun = after.run != 0 && after.run == before.run;
    result.runCores = result.voluntaryPerSecond = result.involuntaryPerSecond = kUnknown;
    result.itemsPerSecond = kUnknown;
    if (hasRun)
        addTasks(result, before, after);
    if (hasRun && before.workers.size() == after.workers.size())
        addProgress(result, before, after);

    result.otherCores = result.cpuBusy.empty() ? kUnknown : 0;
    for (const double busy : result.cpuBusy)
        result.otherCores += busy;
    // While no run is observed, all that runs is others'. Between two runs nobody knows.
    if (after.run != 0 || before.run != 0)
        result.otherCores -= result.runCores;
    // The run's share is exact, the sum comes in ticks of 10 ms: their difference may fall short of 0.
    if (result.otherCores < 0)
        result.otherCores = 0;
    return result;
}

} // namespace timeslice
