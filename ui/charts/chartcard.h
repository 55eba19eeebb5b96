// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/chartheader.h"
#include "ui/charts/plotlook.h"

#include <QElapsedTimer>
#include <QWidget>

#include <optional>
#include <utility>

namespace timeslice {

class BandLayer;
class CrosshairLayer;
class HeatMap;
class LineChart;

/// Where a crosshair is drawn: the time, and a dot on each line.
struct Crosshair {
    struct Dot {
        QPointF at; ///< In the plot.
        QColor color;
    };
    double x = 0;
    std::vector<Dot> dots;
};

/// One chart on its card: header, plot, crosshair. It draws what it is given and says where the user points.
///
/// Arrow keys, Home and End move the crosshair; the context menu asks for the table.
/// Thread: GUI.
class ChartCard : public QWidget {
    Q_OBJECT

public:
    enum class Step { Back, Forward, First, Last };
    Q_ENUM(Step)

    explicit ChartCard(QWidget *parent = nullptr);
    ~ChartCard() override;

    void setLook(const PlotLook &look);
    void setTimeShown(bool shown);
    /// A line of small print below the plot, for pictures that leave the program.
    void setCaption(const QString &caption);
    void setNote(const QString &note);

    /// Keeps so much of the header's line free at its right, for a control that is not the card's.
    void setHeaderRoom(double width);
    /// What is kept free, in this widget's coordinates.
    [[nodiscard]] QRectF headerRoom() const;

    /// Where data is drawn, in this widget's coordinates.
    [[nodiscard]] QRectF plotRect() const;

    /// Draws a chart at the current size. What is passed is read only during the call.
    void show(const ChartSpec &spec, const TimeWindow &window, const ValueTicks &ticks);
    using QWidget::show;

    void setCrosshair(const std::optional<Crosshair> &crosshair);
    /// Tints a part of the plot: from where to where along its width, as shares in [0, 1].
    void setBand(const std::optional<std::pair<double, double>> &band);
    /// Rewrites what a screen reader says, at most once a second.
    void describe(const QString &words);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The pointer is over the plot; coordinates are the plot's.
    void hovered(QPointF at);
    void hoverEnded();
    void stepped(timeslice::ChartCard::Step step);
    void focused();
    void tableRequested();
    void doubleClicked();
    /// The plot has another size: what was laid out for the old one is stale.
    void resized();

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    [[nodiscard]] QRectF headerRect() const;
    [[nodiscard]] QWidget *plotWidget() const;
    void layOut();

    PlotLook m_look;
    ChartHeader m_header;
    QString m_note;
    QString m_caption;
    LineChart *m_lines; ///< Children; one of the two is visible.
    HeatMap *m_heat; ///< Made when first needed.
    BandLayer *m_band;
    CrosshairLayer *m_crosshair;
    QElapsedTimer m_described;
    bool m_timeShown = false;
    double m_headerRoom = 0;
};

} // namespace timeslice
