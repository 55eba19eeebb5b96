// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/chartspec.h"
#include "ui/charts/timeaxis.h"
#include "ui/charts/valueaxis.h"

#include <QLineF>
#include <QPolygonF>
#include <QSizeF>

#include <span>
#include <vector>

namespace timeslice {

/// A line as it is drawn: pieces with nothing between them where something was not measured. Coordinates are
/// pixels of the plot, from its top left corner, y down.
struct PlotLine {
    SeriesStyle style;
    QColor fill; ///< Of the area below; invalid for none.
    QString endLabel; ///< Empty for none.
    QList<QPolygonF> pieces;
};

struct PlotGridLine {
    double y = 0;
    QString label; ///< The unit stands at the top one.
};

struct PlotTimeTick {
    double x = 0;
    QString label;
};

/// Everything inside one chart's frame, prepared: painting it needs no knowledge of what it means.
struct PlotContent {
    std::vector<PlotLine> lines;
    QList<QPolygonF> hatchedAreas; ///< Closed polygons.
    std::vector<PlotGridLine> grid; ///< From bottom to top.
    std::vector<PlotTimeTick> timeTicks;
    std::optional<double> referenceY; ///< The header names it.
    QString emptyText; ///< Set when there is nothing to draw.
};

/// What all charts of a stack look at: the same samples, the same part of time.
struct TimeWindow {
    const SampleColumns *columns = nullptr; ///< Never null in use; outlives the window.
    TimeAxis axis;
    double origin = 0; ///< Time 0 of the axis, in seconds of CLOCK_MONOTONIC.
    /// The picture changes several times a second, so it has to be cheap: dense samples are drawn a little
    /// coarser.
    bool isMoving = false;

    [[nodiscard]] double toX(std::size_t row, double width) const
    {
        return axis.toX(columns->times()[row] - origin, width);
    }
};

/// Rows that a window needs: those inside, and the next one on each side.
struct RowRange {
    std::size_t first = 0;
    std::size_t last = 0; ///< One past the last.
};
[[nodiscard]] RowRange rowsInView(const TimeWindow &window);
/// Only those inside.
[[nodiscard]] RowRange rowsInside(const TimeWindow &window);

/// One column as pieces of line, cut at holes and at the plot's left and right edge.
///
/// Where samples are denser than the eye sees, each few pixels keep only their smallest and largest value;
/// then points that lie on the line between others (within a fraction of a pixel) are left out. No peak is
/// lost. The buckets are tied to time and not to the window, so a sliding picture does not shimmer. A piece
/// begins where the interval of its first value begins, so even a single value between two holes is a line.
/// \param top   The value at the plot's upper edge.
/// \param size  Of the plot in pixels.
/// \param crowded  One line among many: coarser while it moves.
/// Thread: any; pure. Cost: O(rows in view).
[[nodiscard]] QList<QPolygonF> linePieces(
    const TimeWindow &window, std::span<const float> values, double top, QSizeF size, bool crowded = false);

/// The area between a piece and the plot's lower edge.
[[nodiscard]] QPolygonF areaBelow(const QPolygonF &piece, double bottom);

/// The parts of a line that a dash pattern leaves standing. Dashes are measured along x and begin at x = 0,
/// whatever the line does, so they stand still while it moves.
/// \param dash  Lengths on, off, on, off in pixels, not all 0.
[[nodiscard]] QList<QLineF> dashesAlong(const QPolygonF &piece, const QList<qreal> &dash, double scale);

/// All of a chart of lines.
/// \param size  Of the plot (inside of its margins), pixels.
/// \param card  The colour under the plot, for fills.
[[nodiscard]] PlotContent layoutLines(
    const ChartSpec &spec, const TimeWindow &window, const ValueTicks &ticks, QSizeF size,
    const QColor &card);

/// The grid and time ticks alone, which every form of chart has.
[[nodiscard]] PlotContent
layoutFrame(const ChartSpec &spec, const TimeAxis &axis, const ValueTicks &ticks, QSizeF size);

/// The grid of a chart of shares: 0, 50 and 100 %.
[[nodiscard]] ValueTicks shareTicks();

} // namespace timeslice
