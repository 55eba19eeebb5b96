// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/plotlook.h"

#include <QImage>
#include <QWidget>

namespace timeslice {

/// The data of a heat map as a picture: one pixel row per track, one column per pixel of the plot.
struct HeatCells {
    QImage image; ///< Transparent where nothing was measured. Null without tracks.
    double from = 0; ///< The part of the image that was observed, in its pixels; empty without rows.
    double to = 0;
};

/// A chart of many like quantities (cores, workers): one row each, time from left to right, the value as the
/// depth of one hue. Holes show the card, striped. The widget takes no mouse and no keys; its parent does.
/// Thread: GUI.
class HeatMap : public QWidget {
public:
    explicit HeatMap(QWidget *parent = nullptr);

    void setLook(const PlotLook &look);
    void setTimeShown(bool shown);
    [[nodiscard]] QRectF plotRect() const;

    /// \param cells   As `heatCells` made them for the width of `plotRect`.
    /// \param labels  Of rows: pairs of row and text, written beside the row.
    void show(PlotContent frame, HeatCells cells, std::vector<std::pair<std::size_t, QString>> labels);
    using QWidget::show;

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    PlotLook m_look;
    PlotPainter m_painter;
    PlotContent m_frame;
    HeatCells m_cells;
    std::vector<std::pair<std::size_t, QString>> m_labels;
    bool m_timeShown = false;
};

/// The tracks that are not hatched, from top to bottom, for a plot of `width` pixels. A pixel is the
/// time-weighted mean of the samples whose intervals it covers; transparent where there are none.
/// \param top  The value of the deepest colour.
/// Thread: any; pure. Cost: O(tracks * (rows in view + width)).
[[nodiscard]] HeatCells
heatCells(const ChartSpec &spec, const TimeWindow &window, double top, int width, const Theme &theme);

/// Row labels that fit into `height` pixels at `lineHeight` each, first and last included.
[[nodiscard]] std::vector<std::pair<std::size_t, QString>>
heatLabels(const ChartSpec &spec, double height, double lineHeight);

} // namespace timeslice
