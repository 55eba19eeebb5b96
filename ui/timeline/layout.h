// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/drawlist.h"
#include "ui/timeline/rowlayout.h"
#include "ui/timeline/viewport.h"

#include <QSizeF>

#include <span>

namespace timeslice {

/// What a picture of a timeline is made of; all of it outlives the call.
struct TimelineContent {
    const TimelineView *view = nullptr; ///< Not null.
    std::span<const LaneEntry> entries; ///< From arrangeLanes.
    std::span<const TaskLook> looks; ///< From taskLooks.
    std::span<const LaneId> chosen; ///< Lanes the user has chosen.
    bool isColouredByCore = false;
    std::uint64_t originNs = 0; ///< What the ruler counts from.
};

/// Prepares a picture of what the viewport shows.
/// \param size    Of the whole: names, plot and ruler, in pixels.
/// \param scroll  Pixels that the rows are scrolled up.
/// Thread: any; pure. Cost: the rows in view times the columns, independent of the number of slices.
[[nodiscard]] DrawList layoutTimeline(
    const TimelineContent &content, const Viewport &viewport, QSizeF size, double scroll,
    const TimelineMetrics &metrics);

/// The selection alone, for a picture that is otherwise the same. \param plot  DrawList::plot.
[[nodiscard]] std::optional<SelectionMark> layoutSelection(const Viewport &viewport, const QRectF &plot);

/// The row at a height, heat strip included; nothing between and below them.
[[nodiscard]] std::optional<std::size_t> rowAt(const DrawList &list, double y);

} // namespace timeslice
