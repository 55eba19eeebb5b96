// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/tracedpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace timeslice {

namespace {

TimeSpan spanUntil(MonotonicTime end, double seconds)
{
    constexpr double kNsPerSecond = 1e9;
    const auto endNs = toBoardNs(end);
    return {endNs - static_cast<std::uint64_t>(seconds * kNsPerSecond), endNs};
}

// What the run had of each of these CPUs; NaN where records were lost.
std::vector<double> sharesOfCpus(const TimelineView &view, const std::vector<int> &cpus, TimeSpan span)
{
    const auto sums = view.coreSums(span);
    std::vector<double> shares(cpus.size(), 0.0); // a core of which there is no record ran none of ours
    for (std::size_t core = 0; core < sums.size(); ++core) {
        const auto cpu = std::ranges::find(cpus, view.cores()[core]);
        if (cpu == cpus.end())
            continue;
        shares[static_cast<std::size_t>(cpu - cpus.begin())] = sums[core].unknownNs > 0
            ? std::numeric_limits<double>::quiet_NaN()
            : static_cast<double>(sums[core].runningNs) / static_cast<double>(span.lengthNs());
    }
    return shares;
}

double sum(const std::vector<double> &shares)
{
    return std::reduce(shares.begin(), shares.end());
}

} // namespace

void fillFromTrace(SeriesPoint &point, const TimelineView &view, const ProcessCores &untraced)
{
    const auto span = spanUntil(point.time, point.seconds);
    point.cpuOurs = sharesOfCpus(view, point.cpus, span);
    const auto window = spanUntil(point.time, point.busySeconds);
    const double others =
        sum(point.cpuBusy) - sum(sharesOfCpus(view, point.cpus, window)) - untraced.inWindow;
    // Before this trace the cores may have been another run's, of which it knows nothing.
    if (std::isfinite(others) && window.beginNs >= view.known().beginNs)
        point.otherCores = std::max(0.0, others); // two clocks: the difference may fall short of 0 by a tick
    const double ours = sum(point.cpuOurs) + untraced.inInterval;
    if (!std::isfinite(ours))
        return;
    point.runCores = ours;
    // Every switch ends a slice on some core: a handful of lanes, however many tasks there are.
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;
    for (std::uint32_t core = 0; core < view.cores().size(); ++core) {
        const auto stats = view.stats({LaneId::Kind::Core, core}, span);
        voluntary += stats.voluntary;
        involuntary += stats.involuntary;
    }
    point.voluntaryPerSecond = static_cast<double>(voluntary) / point.seconds;
    point.involuntaryPerSecond = static_cast<double>(involuntary) / point.seconds;
}

} // namespace timeslice
