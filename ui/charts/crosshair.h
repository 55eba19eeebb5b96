// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/chartcard.h"

#include <QWidget>

namespace timeslice {

/// The range that another view shows or measures, as a layer above the plot.
class BandLayer : public QWidget {
public:
    explicit BandLayer(QWidget *parent);

    /// \param band  Where it begins and ends in this widget, in pixels.
    void show(const std::optional<QRectF> &band, const PlotLook &look);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    std::optional<QRectF> m_band;
    PlotLook m_look;
};

/// The crosshair of one plot, as a layer above it: moving it repaints two narrow strips of the plot and no
/// more.
class CrosshairLayer : public QWidget {
public:
    explicit CrosshairLayer(QWidget *parent);

    /// \param plot  In this widget's coordinates.
    void show(const std::optional<Crosshair> &crosshair, const QRectF &plot, const PlotLook &look);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QRect strip() const;

    std::optional<Crosshair> m_crosshair;
    QRectF m_plot;
    PlotLook m_look;
};

/// What the crosshair stands on: the time, and under each chart's title every value with its unit. A small
/// card that keeps beside the pointer.
class Readout : public QWidget {
public:
    struct Row {
        SeriesStyle style;
        bool hatched = false;
        QString name;
        QString value;
    };
    struct Section {
        QString title;
        std::vector<Row> rows;
    };

    explicit Readout(QWidget *parent);

    /// \param beside  The crosshair in the parent's coordinates; the card keeps clear of it and inside of the
    /// parent.
    void show(const QString &title, std::vector<Section> sections, QPointF beside, const PlotLook &look);
    /// All that is shown, line by line; for tests and screen readers.
    [[nodiscard]] QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Measures;
    [[nodiscard]] Measures measure() const;

    QString m_title;
    std::vector<Section> m_sections;
    PlotLook m_look;
};

} // namespace timeslice
