// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartfeed.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr double kKeepSeconds = kLiveSpan + 15; ///< A little more than is ever shown live.
constexpr double kLeastSamples = 10; ///< In a range that is shown.

double secondsOf(MonotonicTime time)
{
    return toSeconds(time.time_since_epoch());
}

} // namespace

ChartFeed::ChartFeed(MonotonicTime now)
    : m_now(secondsOf(now))
{ }

bool ChartFeed::add(const std::vector<SeriesPoint> &points)
{
    if (points.empty())
        return false;
    const bool wasThePast = showsThePast();
    for (const auto &point : points)
        m_live.append(point);
    m_live.forgetBefore(m_live.times().back() - kKeepSeconds);
    return !m_finished && !m_frozen && !(wasThePast && showsThePast());
}

void ChartFeed::beginRun(const Experiment &experiment)
{
    m_finished.reset();
    m_recording.reset();
    m_frozen.reset();
    m_live.forgetRun();
    m_experiment = experiment;
    m_isRunning = true;
    m_go.reset();
}

void ChartFeed::markGo(MonotonicTime go)
{
    m_go = secondsOf(go);
}

void ChartFeed::showRecording(const RecordingPtr &recording)
{
    m_frozen.reset();
    m_isRunning = false;
    m_finished = recording ? finishedRun(*recording, m_live) : std::nullopt;
    m_recording = m_finished ? recording : nullptr;
    m_experiment = m_finished ? std::optional(recording->experiment) : std::nullopt;
}

void ChartFeed::setPaused(bool paused)
{
    if (paused == isPaused())
        return;
    if (!paused) {
        m_frozen.reset();
        return;
    }
    const TimeWindow now = wholeWindow();
    m_frozen = Frozen{*now.columns, now.axis, now.origin};
}

std::optional<TimeAxis> ChartFeed::rangeAxis() const
{
    const auto whole = wholeWindow();
    if (!m_range || whole.columns->isEmpty())
        return std::nullopt;
    const double least = kLeastSamples * static_cast<double>(whole.columns->seconds().back());
    return partAxis(whole.axis, m_range->first - whole.origin, m_range->second - whole.origin, least);
}

TimeWindow ChartFeed::window() const
{
    auto window = wholeWindow();
    if (const auto range = m_isRangeWanted ? rangeAxis() : std::nullopt) {
        window.axis = *range;
        window.isMoving = false;
    }
    return window;
}

// All that is shown has been measured: what comes does not change the picture.
bool ChartFeed::showsThePast() const
{
    const auto range = m_isRangeWanted ? rangeAxis() : std::nullopt;
    return range && !m_live.isEmpty() && m_live.times().back() - wholeWindow().origin >= range->end;
}

TimeWindow ChartFeed::wholeWindow() const
{
    if (m_frozen)
        return {&m_frozen->columns, m_frozen->axis, m_frozen->origin, false};
    return m_finished ? m_finished->window() : liveWindow();
}

TimeWindow ChartFeed::liveWindow() const
{
    const double newest = m_live.isEmpty() ? m_now : m_live.times().back();
    if (!m_isRunning || !m_go)
        return {&m_live, machineAxis(), newest, true};
    const auto expected = m_experiment ? m_experiment->durationSeconds : std::nullopt;
    return {&m_live, liveAxis(std::max(0.0, newest - *m_go), expected), *m_go, true};
}

} // namespace timeslice
