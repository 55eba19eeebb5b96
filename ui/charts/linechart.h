// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/plotlook.h"

#include <QWidget>

#include <memory>

namespace timeslice {

/// A plot of lines, drawn by Qt Charts; this file pair is the only one that knows it.
///
/// Qt Charts gets finished pixel coordinates on axes that never move: in 6.4 a changed range or a label costs
/// a full relayout, so grid, labels and areas are painted here instead, and each line is replaced once per
/// update. The widget takes no mouse and no keys; its parent does. Thread: GUI.
class LineChart : public QWidget {
public:
    explicit LineChart(QWidget *parent = nullptr);
    ~LineChart() override;

    void setLook(const PlotLook &look);
    /// Whether there are time labels below the plot.
    void setTimeShown(bool shown);

    /// Where data is drawn, in this widget's coordinates; `PlotContent` is relative to its top left corner.
    [[nodiscard]] QRectF plotRect() const;

    /// Shows this instead of what was shown. Laid out for the current `plotRect`.
    void show(PlotContent content);
    using QWidget::show;
    /// Takes over the widget's size at once; a resize event does the same, but comes only once it is shown.
    void layOut();

    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    class View;
    View *m_view; ///< Child widget.
};

} // namespace timeslice
