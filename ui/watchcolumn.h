// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QScrollArea;

namespace timeslice {

class ChartStack;
class ThemeController;

/// The window's middle column: the charts, and below them the timeline and whatever stands beside it.
///
/// Each chart has the same part of the height against what is below, however many there are; but none is
/// lower than can be read, as long as the part below can be read as well. Where even that does not fit, the
/// charts scroll. Thread: GUI.
class WatchColumn : public QWidget {
    Q_OBJECT

public:
    /// \param charts, lower  Become children.
    WatchColumn(ThemeController *themes, ChartStack *charts, QWidget *lower, QWidget *parent);

    [[nodiscard]] QSize minimumSizeHint() const override;
    bool eventFilter(QObject *watched, QEvent *event) override;

protected:
    bool event(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void place();

    ThemeController *m_themes;
    ChartStack *m_charts;
    QScrollArea *m_scroll; ///< Around the charts.
    QWidget *m_lower;
};

} // namespace timeslice
