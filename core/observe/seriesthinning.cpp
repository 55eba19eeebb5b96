// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/seriesthinning.h"

#include <cmath>
#include <utility>

namespace timeslice {

namespace {

// The end of one interval and the beginning of the next are one reading of the clock, told in doubles.
constexpr auto kSameMoment = std::chrono::microseconds(1);

bool canBeJoined(const SeriesPoint &earlier, const SeriesPoint &later)
{
    return std::chrono::abs(later.begin() - earlier.time) <= kSameMoment && earlier.cpus == later.cpus
        && earlier.cpuBusy.size() == later.cpuBusy.size() && earlier.cpuOurs.size() == later.cpuOurs.size()
        && earlier.workerItemsPerSecond.size() == later.workerItemsPerSecond.size();
}

} // namespace

SeriesPoint joined(const SeriesPoint &earlier, const SeriesPoint &later)
{
    SeriesPoint point = later;
    point.seconds = earlier.seconds + later.seconds;
    const double share = earlier.seconds / point.seconds;
    const auto join = [share](double &into, double before) { into = share * before + (1 - share) * into; };
    const auto joinAll = [&join](std::vector<double> &into, const std::vector<double> &before) {
        for (std::size_t i = 0; i < into.size(); ++i)
            join(into[i], before[i]);
    };
    joinAll(point.cpuBusy, earlier.cpuBusy);
    joinAll(point.cpuOurs, earlier.cpuOurs);
    joinAll(point.workerItemsPerSecond, earlier.workerItemsPerSecond);
    join(point.runCores, earlier.runCores);
    join(point.otherCores, earlier.otherCores);
    join(point.itemsPerSecond, earlier.itemsPerSecond);
    join(point.voluntaryPerSecond, earlier.voluntaryPerSecond);
    join(point.involuntaryPerSecond, earlier.involuntaryPerSecond);
    join(point.observerShare, earlier.observerShare);
    point.loopLag = std::fmax(earlier.loopLag, later.loopLag); // the worst, as within one interval
    point.frameGap = std::fmax(earlier.frameGap, later.frameGap);
    point.busySeconds = earlier.busySeconds + later.seconds; // back to where the earlier one looks
    return point;
}

void append(std::vector<SeriesPoint> &series, const SeriesPoint &point)
{
    const auto begin = point.begin();
    if (!series.empty() && series.back().time > begin + kSameMoment) {
        if (series.back().begin() < begin - kSameMoment)
            return;
        series.pop_back();
    }
    series.push_back(point);
}

void thin(std::vector<SeriesPoint> &series)
{
    std::size_t kept = 0;
    for (std::size_t next = 0; next < series.size(); ++kept) {
        const bool isPair = next + 1 < series.size() && canBeJoined(series[next], series[next + 1]);
        auto point = isPair ? joined(series[next], series[next + 1]) : std::move(series[next]);
        series[kept] = std::move(point);
        next += isPair ? 2 : 1;
    }
    series.resize(kept);
}

std::size_t bytesOf(const SeriesPoint &point)
{
    return sizeof point + point.cpus.capacity() * sizeof(int)
        + (point.cpuBusy.capacity() + point.cpuOurs.capacity() + point.workerItemsPerSecond.capacity()
           + point.gauges.capacity())
        * sizeof(double);
}

} // namespace timeslice
