// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/layout.h"
#include "ui/timeline/viewport.h"

#include <utility>
#include <vector>

namespace timeslice {

/// Tasks whose statistics are told.
struct MeasuredLanes {
    std::vector<std::pair<LaneId, QString>> lanes; ///< With their names.
    QString together; ///< What is counted, in words: "4 workers", "worker 1".
};

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
    /// Brings the order "busiest first" up to date, after another part of time became visible or more of it
    /// known; does nothing in other orders. While a run is under way, lanes that differ by little keep their
    /// places: they would swap to and fro.
    /// \return Whether any lane has another place now.
    bool arrangeBusiest();
    /// See layoutTimeline; `isEmpty` is false.
    [[nodiscard]] DrawList layout(QSizeF size, double scroll, const TimelineMetrics &metrics) const;
    /// The tasks whose statistics are told: the chosen ones; else the workers, because the engine, which
    /// waits for them, would pass for blocked work; without workers the tasks of the user's program; all of
    /// them when the options say so. A bystander only when it is chosen. Only those that have a lane, unless
    /// none has.
    [[nodiscard]] MeasuredLanes measuredLanes() const;
    /// All tasks that have a lane, those of closed groups included, with their names.
    [[nodiscard]] std::vector<std::pair<LaneId, QString>> taskLanes() const;
    /// All lanes as they are arranged, those of closed groups included; the chosen ones if there are any.
    [[nodiscard]] std::vector<std::pair<LaneId, QString>> tableLanes() const;
    /// Time by state of an entry in what is visible; of a group all its lanes together.
    [[nodiscard]] StateSums visibleSums(const LaneEntry &entry) const;
    /// Lanes that are hidden although they are in the view.
    [[nodiscard]] std::size_t hiddenLanes() const;
};

} // namespace timeslice
