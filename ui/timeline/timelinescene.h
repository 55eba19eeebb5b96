// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/layout.h"
#include "ui/timeline/viewport.h"

#include <utility>
#include <vector>

namespace timeslice {

/// What is shown of which timeline, without size and look: the state that screen and saved pictures share. A
/// value; copying it shares the slices.
struct TimelineScene {
    TimelineViewPtr view; ///< May be null: nothing to show.
    std::vector<TaskLabel> labels;
    LaneOptions options;
    Viewport viewport;
    std::vector<LaneId> chosen; ///< Lanes the user has chosen; of `view`.
    std::optional<std::uint64_t> originNs; ///< What times count from; nothing: the trace's beginning.
    std::vector<LaneEntry> entries; ///< Kept by `arrange`.
    std::vector<TaskLook> looks;

    /// Whether there is anything to draw.
    [[nodiscard]] bool isEmpty() const { return view == nullptr || entries.empty(); }
    [[nodiscard]] std::uint64_t origin() const;
    /// Brings entries and looks up to date, after view, labels or options changed.
    void arrange();
    /// See layoutTimeline; `isEmpty` is false.
    [[nodiscard]] DrawList layout(QSizeF size, double scroll, const TimelineMetrics &metrics) const;
    /// The tasks whose statistics are shown: the chosen ones, or all that have a lane, with their names.
    [[nodiscard]] std::vector<std::pair<LaneId, QString>> statLanes() const;
    /// All lanes as they are arranged, closed processes' threads included; the chosen ones if there are any.
    [[nodiscard]] std::vector<std::pair<LaneId, QString>> tableLanes() const;
};

} // namespace timeslice
