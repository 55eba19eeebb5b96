// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/gilhistory.h"
#include "core/observe/timelinelane.h"
#include "core/observe/timelinelosses.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace timeslice {

/// The whole timeline, frozen at one moment: tasks, cores, their lanes, and what was lost. Made by
/// TimelineStore.
///
/// The statistics tell known time only: where records of any CPU were lost, a task that was not seen running
/// on another one is Unknown, and a core's lane is Unknown where its own records were lost. Nothing is
/// interpolated, but where only summaries are left (`coarse`, `detailFromNs`). Thread: any; immutable, all
/// functions const and pure. Holding a view keeps its slices in memory.
class TimelineView {
public:
    struct Data {
        std::uint64_t version = 0;
        TimeSpan known; ///< From the beginning of the trace up to where everything is known.
        bool isFinished = false; ///< The trace has ended.
        std::size_t bytes = 0; ///< Memory of the store.
        std::uint64_t tasksWithoutLane =
            0; ///< Tasks beyond TimelineLimits::taskLanes; on the cores' lanes only.
        std::shared_ptr<const std::vector<TaskInfo>> tasks; ///< Never null, as are the next two.
        std::shared_ptr<const std::vector<int>> cores;
        std::shared_ptr<const TimelineLosses> losses;
        std::vector<std::shared_ptr<const TimelineLane>> taskLanes; ///< As `tasks`.
        std::vector<std::shared_ptr<const TimelineLane>> coreLanes; ///< As `cores`.
        std::shared_ptr<const GilHistory> gil; ///< nullptr for models without a lock.
    };

    explicit TimelineView(Data data)
        : m_data(std::move(data))
    { }

    /// Grows with the store's contents; equal versions of one store are equal views, but for the horizon.
    [[nodiscard]] std::uint64_t version() const { return m_data.version; }
    [[nodiscard]] TimeSpan known() const { return m_data.known; }
    [[nodiscard]] bool isFinished() const { return m_data.isFinished; }
    [[nodiscard]] std::size_t bytes() const { return m_data.bytes; }
    [[nodiscard]] std::uint64_t tasksWithoutLane() const { return m_data.tasksWithoutLane; }

    /// Tasks in the order in which they were first seen; an index stays the same from view to view.
    [[nodiscard]] const std::vector<TaskInfo> &tasks() const { return *m_data.tasks; }
    /// The latest task with this tid.
    [[nodiscard]] std::optional<LaneId> laneOfTid(int tid) const;
    /// The kernel's ids of the CPUs on which something was seen, in that order; indices stay the same.
    [[nodiscard]] const std::vector<int> &cores() const { return *m_data.cores; }
    [[nodiscard]] const TimelineLosses &losses() const { return *m_data.losses; }

    /// The same view, with what the board says of an interpreter's lock. Cost: some pointers.
    [[nodiscard]] std::shared_ptr<const TimelineView> with(std::shared_ptr<const GilHistory> gil) const;
    /// nullptr for models without a lock.
    [[nodiscard]] const GilHistory *gil() const { return m_data.gil.get(); }

    /// Time by state in each of `out.size()` equal columns; the columns add up to the whole, exactly.
    /// Cost: O(columns * log slices), some 30 ns each; more where records were lost.
    void columns(LaneId lane, TimeSpan span, std::span<StateSums> out) const;
    /// See TimelineLane::dominantKeys.
    void dominantKeys(LaneId lane, TimeSpan span, std::span<std::uint32_t> out) const;
    /// The stretch that contains the moment. Waits are cut where records were lost.
    [[nodiscard]] Segment segmentAt(LaneId lane, std::uint64_t timeNs) const;
    /// Appends the stretches that overlap the span, in order, at most `limit` of them.
    /// \return Where to go on: the end of the last one, or `span.endNs` when all were appended.
    std::uint64_t segments(LaneId lane, TimeSpan span, std::size_t limit, std::vector<Segment> &into) const;
    /// Sums and counts over a span. Waits that were cut by lost records count with what is known of them.
    [[nodiscard]] RangeStats stats(LaneId lane, TimeSpan span) const;
    /// What each core did for us between two moments; indices as cores().
    [[nodiscard]] std::vector<StateSums> coreSums(TimeSpan span) const;
    /// From here on every single slice of the lane is kept; before, summaries.
    [[nodiscard]] std::uint64_t detailFromNs(LaneId lane) const;

private:
    [[nodiscard]] const TimelineLane &at(LaneId lane) const;
    [[nodiscard]] std::span<const TimeSpan> lossesOf(LaneId lane, TimeSpan span) const;
    void applyLosses(LaneId lane, TimeSpan span, std::span<StateSums> out) const;
    [[nodiscard]] const GilHistory::Worker *gilWorker(LaneId lane) const;
    void applyGil(LaneId lane, TimeSpan span, std::span<StateSums> out) const;

    Data m_data;
};

using TimelineViewPtr = std::shared_ptr<const TimelineView>;

} // namespace timeslice
