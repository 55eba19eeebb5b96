// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/keptrecordings.h"

#include "core/analyse/verdict.h"
#include "core/observe/seriesthinning.h"

#include <ranges>

namespace timeslice {

namespace {

std::size_t timelineBytes(const Recording &recording)
{
    return recording.trace.timeline ? recording.trace.timeline->bytes() : 0;
}

void giveUpTimeline(Recording &recording)
{
    recording.trace.timeline.reset();
    recording.trace.reason = "it was given up to bound the memory that timelines take";
}

std::size_t canvasBytes(const Recording &recording)
{
    return recording.canvas.size();
}

void giveUpCanvas(Recording &recording)
{
    recording.canvas = {};
    recording.notes << QStringLiteral("Its picture was given up to bound the memory that older runs take.");
}

std::size_t seriesBytes(const Recording &recording)
{
    std::size_t bytes = 0;
    for (const auto &point : recording.series)
        bytes += bytesOf(point);
    return bytes;
}

void giveUpSeries(Recording &recording)
{
    recording.series = {};
    recording.notes << QStringLiteral(
        "Its time series was given up to bound the memory that older runs take.");
}

void bound(
    std::vector<RecordingPtr> &all, std::size_t most, std::size_t (*bytesIn)(const Recording &),
    void (*giveUp)(Recording &))
{
    std::size_t bytes = 0;
    for (auto &recording : all | std::views::reverse) {
        const auto own = bytesIn(*recording);
        bytes += own;
        if (own == 0 || bytes <= most || recording == all.back())
            continue;
        auto without = std::make_shared<Recording>(*recording);
        giveUp(*without);
        recording = std::move(without);
    }
}

} // namespace

void KeptRecordings::add(RecordingPtr recording)
{
    if (m_all.size() == m_limits.recordings)
        m_all.erase(m_all.begin());
    m_all.push_back(std::move(recording));
    bound(m_all, m_limits.timelineBytes, timelineBytes, giveUpTimeline);
    bound(m_all, m_limits.canvasBytes, canvasBytes, giveUpCanvas);
    bound(m_all, m_limits.seriesBytes, seriesBytes, giveUpSeries);
}

RecordingPtr KeptRecordings::baselineOf(const Recording &recording) const
{
    for (const auto &candidate : m_all | std::views::reverse) {
        if (isBaselineOf(*candidate, recording))
            return candidate;
    }
    return nullptr;
}

} // namespace timeslice
