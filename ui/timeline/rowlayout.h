// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/drawlist.h"

#include <QSizeF>

#include <span>
#include <utility>
#include <vector>

namespace timeslice {

/// Lengths in pixels of the widget; the picture's fonts decide them.
struct TimelineMetrics {
    double scale = 1; ///< The user's factor.
    double pixelRatio = 1; ///< Columns per pixel.
    double lineHeight = 17; ///< Of names.
    double quietHeight = 15; ///< Of details and numbers.
    double digitWidth = 7; ///< Of the numbers in blocks.
    double labelWidth = 120; ///< Left of the plot, for names.
};

/// Places rows from top to bottom: the heat strip first, which stays; then those in view of the rest. They
/// take what room there is; with less, details and air go first, then, with many lanes, names; then they
/// scroll.
///
/// Fills in plot (with `size` less names and ruler), rows, rowsTop, rowsHeight, contentHeight and scroll.
/// \param cores   Bands of the heat strip.
/// \param scroll  Wanted; is kept within what there is.
/// \return For each row that was placed the index of its entry. Thread: any; pure.
std::vector<std::size_t> layoutRows(
    std::span<const LaneEntry> entries, std::size_t cores, QSizeF size, double scroll,
    const TimelineMetrics &metrics, DrawList &into);

/// Where an entry that scrolls lies within the content, from the top of the first one: top and bottom.
[[nodiscard]] std::pair<double, double> entryPlace(
    std::span<const LaneEntry> entries, std::size_t cores, QSizeF size, const TimelineMetrics &metrics,
    std::size_t index);

/// Height of the ruler below the rows.
[[nodiscard]] double rulerHeight(const TimelineMetrics &metrics);

} // namespace timeslice
