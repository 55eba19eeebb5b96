// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runmonitor.h"

#include <cmath>
#include <utility>

namespace timeslice {

namespace {

constexpr double kAverageSeconds = 1.0;

} // namespace

void RunMonitor::begin(std::uint64_t run, const Experiment &experiment, std::shared_ptr<const Board> board)
{
    *this = {};
    m_run = run;
    m_experiment = experiment;
    m_board = std::move(board);
}

void RunMonitor::add(const Frame &frame)
{
    if (!frame.latest || frame.latest->run != m_run)
        return;
    m_items = 0;
    m_failed = 0;
    for (const WorkerReading &worker : frame.latest->workers) {
        m_items += worker.itemsDone;
        m_failed += worker.itemsFailed;
    }
    if (!m_firstMissed)
        m_firstMissed = frame.missed;
    m_lastMissed = frame.missed;

    const auto go = m_board ? m_board->goTime() : std::nullopt;
    for (const SeriesPoint &point : frame.points) {
        if (go && point.time > *go && std::isfinite(point.itemsPerSecond))
            m_recent.push_back({point.seconds, point.itemsPerSecond, point.runCores});
    }
    double span = 0;
    for (const Recent &recent : m_recent)
        span += recent.seconds;
    while (m_recent.size() > 1 && span - m_recent.front().seconds >= kAverageSeconds) {
        span -= m_recent.front().seconds;
        m_recent.pop_front();
    }
}

RunProgress RunMonitor::progress(LabState state, MonotonicTime now) const
{
    RunProgress progress;
    progress.state = state;
    progress.isProgram = m_experiment.model == kOwnProgram;
    progress.items = m_items;
    progress.itemsFailed = m_failed;
    progress.itemLimit = m_experiment.items;
    progress.duration = m_experiment.durationSeconds;
    if (const auto go = m_board ? m_board->goTime() : std::nullopt)
        progress.seconds = toSeconds(now - *go);

    double seconds = 0;
    double items = 0;
    double cores = 0;
    for (const Recent &recent : m_recent) {
        seconds += recent.seconds;
        items += recent.itemsPerSecond * recent.seconds;
        cores += recent.cores * recent.seconds;
    }
    if (seconds > 0) {
        progress.itemsPerSecond = items / seconds;
        if (std::isfinite(cores))
            progress.coresUsed = cores / seconds;
    }
    return progress;
}

std::uint64_t RunMonitor::missed() const
{
    return m_firstMissed ? m_lastMissed - *m_firstMissed : 0;
}

} // namespace timeslice
