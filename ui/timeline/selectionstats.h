// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinescene.h"

#include <QString>

#include <vector>

namespace timeslice {

/// What happened on one lane, or on several together, within the measured range.
struct LaneStats {
    QString name; ///< "worker 0", or "2 workers".
    RangeStats stats; ///< Together: sums; the longest waits are the longest of any.
    bool knowsLock = false; ///< The workers say when they wait for the interpreter's lock.
    QString longestRunnableOn; ///< Together: whose that was.

    /// Time in which it was there; of several, added up.
    [[nodiscard]] std::uint64_t presentNs() const { return stats.sums.totalNs() - stats.sums.absentNs; }
    /// A part of that; NaN when it was not there at all.
    [[nodiscard]] double share(std::uint64_t ns) const;
};

struct SelectionStats {
    TimeSpan span;
    std::vector<LaneStats> lanes;
    LaneStats together;
};

/// The order of the lanes is kept. Thread: any; pure. Cost: O(lanes * blocks in the span).
[[nodiscard]] SelectionStats
selectionStats(const TimelineView &view, TimeSpan span, const MeasuredLanes &measured);

/// One statistic for people.
struct StatCell {
    QString name;
    QString value; ///< "not measured" for what is not known.
    QString unit;
    QString help;
};

/// Shares by state, switches, migrations, longest waits: the same cells for every lane.
[[nodiscard]] std::vector<StatCell> statCells(const LaneStats &lane);

/// Tab-separated: a line of names, one for each lane, and one for all together when there are several.
[[nodiscard]] QString statsAsText(const SelectionStats &stats);

} // namespace timeslice
