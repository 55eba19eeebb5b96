// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinestore.h"
#include "core/record/recording.h"

#include <cstddef>
#include <vector>

namespace timeslice {

/// How much of finished runs is kept.
struct KeptLimits {
    std::size_t recordings = 200;
    std::size_t timelineBytes = TimelineLimits().bytes; ///< As for one run's.
    std::size_t canvasBytes = 64 << 20;
    std::size_t seriesBytes = 128 << 20;
};

/// The finished runs of this process, within bounds: of all of them together the timelines, the pictures and
/// the time series take what the limits say, or only the newest one's are kept. An older recording then is
/// replaced by one without that part, which says so; whoever still shows the whole one keeps it.
/// Thread: the lab's.
class KeptRecordings {
public:
    explicit KeptRecordings(KeptLimits limits)
        : m_limits(limits)
    { }

    void add(RecordingPtr recording);
    /// Counts from the next one that is added.
    void setTimelineBytes(std::size_t bytes) { m_limits.timelineBytes = bytes; }

    /// Oldest first.
    [[nodiscard]] const std::vector<RecordingPtr> &all() const { return m_all; }
    /// nullptr as long as there is none.
    [[nodiscard]] RecordingPtr newest() const { return m_all.empty() ? nullptr : m_all.back(); }
    /// See Lab::baselineOf.
    [[nodiscard]] RecordingPtr baselineOf(const Recording &recording) const;

private:
    KeptLimits m_limits;
    std::vector<RecordingPtr> m_all;
};

} // namespace timeslice
