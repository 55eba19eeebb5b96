// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/series.h"

#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace timeslice {

namespace {

/// How far back the busy share of a CPU looks: long enough for 100 of the kernel's ticks.
constexpr auto kWindow = std::chrono::seconds(1);

/// Of the fastest sampling rate's interval (20 ms), with some room for late ticks.
constexpr double kShortest = 0.010;

/// Of all its tasks, those that have ended, too. A snapshot from before its run knows of none.
double cpuSecondsOf(const Snapshot &snapshot, int pid)
{
    double seconds = 0;
    for (const auto &task : snapshot.tasks) {
        if (task.pid == pid)
            seconds += task.cpuNs ? static_cast<double>(*task.cpuNs) / 1e9
                                  : std::numeric_limits<double>::quiet_NaN();
    }
    return seconds;
}

double coresBetween(const Snapshot &before, const Snapshot &after, int pid)
{
    return (cpuSecondsOf(after, pid) - cpuSecondsOf(before, pid)) / toSeconds(after.begin - before.begin);
}

} // namespace

// A run's last snapshot is taken at any time after a tick, and one after a late tick may come early: the few
// items that end within a very short interval say nothing about a rate.
SnapshotPtr SeriesBuilder::beginOf(const Snapshot &snapshot) const
{
    const auto &previous = m_window.back();
    if (m_window.size() < 2 || snapshot.run == 0)
        return previous;
    const auto &earlier = *std::next(m_window.rbegin());
    const bool isOneRun = earlier->run == snapshot.run && previous->run == snapshot.run;
    const bool isShort = 2 * (snapshot.begin - previous->begin) < previous->begin - earlier->begin;
    return isOneRun && isShort ? earlier : previous;
}

std::optional<SeriesPoint> SeriesBuilder::add(SnapshotPtr snapshot)
{
    assert(snapshot != nullptr);
    if (m_window.empty()) {
        m_window.push_back(std::move(snapshot));
        return std::nullopt;
    }
    const auto previous = m_window.back();
    const auto since = beginOf(*snapshot);
    const auto fresh = rates(*since, *snapshot);
    if (!fresh || snapshot->begin <= previous->begin) {
        // Not later than the one before: nothing new. A suspend: nothing before it may be compared with what
        // follows.
        if (!fresh && fresh.error().kind != ErrorKind::Malformed)
            m_window.assign(1, std::move(snapshot));
        return std::nullopt;
    }
    // Too short to divide by: clocks are not read at one moment, and schedstat lags by up to a tick.
    if (snapshot->run == previous->run && fresh->seconds < kShortest)
        return std::nullopt;
    while (m_window.size() > 1 && m_window[1]->begin + kWindow <= snapshot->begin)
        m_window.pop_front();
    m_window.push_back(snapshot);
    m_since = since;
    if (snapshot->run != 0 && snapshot->run != previous->run)
        return std::nullopt;

    SeriesPoint point;
    point.time = fresh->time;
    point.seconds = fresh->seconds;
    point.runCores = fresh->runCores;
    point.itemsPerSecond = fresh->itemsPerSecond;
    point.workerItemsPerSecond = fresh->workerItemsPerSecond;
    point.voluntaryPerSecond = fresh->voluntaryPerSecond;
    point.involuntaryPerSecond = fresh->involuntaryPerSecond;
    point.observerShare = fresh->observerShare;
    point.memory = snapshot->memory;
    if (snapshot->loopLag)
        point.loopLag = toSeconds(*snapshot->loopLag);
    if (since != previous && previous->loopLag) // the worst, as within one interval
        point.loopLag = std::fmax(point.loopLag, toSeconds(*previous->loopLag));
    point.gauges = snapshot->gauges;
    point.cpus.reserve(snapshot->cpus.size());
    for (const auto &cpu : snapshot->cpus)
        point.cpus.push_back(cpu.cpu);

    const auto overWindow = rates(*m_window.front(), *snapshot);
    point.cpuBusy = overWindow ? overWindow->cpuBusy : fresh->cpuBusy;
    point.busySeconds = overWindow ? overWindow->seconds : fresh->seconds;
    // What is not the run's can only be told within the run: back to its first snapshot in the window.
    auto first = m_window.rbegin();
    while (std::next(first) != m_window.rend() && (*std::next(first))->run == snapshot->run)
        ++first;
    const auto overRun = rates(**first, *snapshot);
    point.otherCores = overRun ? overRun->otherCores : std::numeric_limits<double>::quiet_NaN();
    return point;
}

ProcessCores SeriesBuilder::coresOf(int pid) const
{
    if (m_window.size() < 2)
        return {};
    const auto &last = *m_window.back();
    return {
        .inInterval = coresBetween(*m_since, last, pid),
        .inWindow = coresBetween(*m_window.front(), last, pid)};
}

} // namespace timeslice
