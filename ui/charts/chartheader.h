// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/chartspec.h"

#include <QFont>
#include <QString>

#include <vector>

class QPainter;

namespace timeslice {

/// One entry of a legend: how a line looks, and its name.
struct LegendEntry {
    QString name;
    SeriesStyle style;
    enum class Swatch { Line, Hatched, Reference };
    Swatch swatch = Swatch::Line;

    friend bool operator==(const LegendEntry &a, const LegendEntry &b)
    {
        return a.name == b.name && a.style.color == b.style.color && a.style.dash == b.style.dash
            && a.swatch == b.swatch;
    }
};

/// A chart's first line: title, what is plotted, and the legend at the right; on a line of its own where it
/// does not fit beside the title. A value: compared to see whether it has to be painted again.
class ChartHeader {
public:
    ChartHeader() = default;
    explicit ChartHeader(const ChartSpec &spec);

    /// A short word after the subtitle ("paused"); empty for none.
    void setNote(const QString &note) { m_note = note; }

    /// Height that `paint` will use in this width.
    [[nodiscard]] double height(double width, double scale) const;
    void paint(QPainter &painter, const QRectF &area, const Theme &theme, double scale) const;

    friend bool operator==(const ChartHeader &, const ChartHeader &) = default;

private:
    [[nodiscard]] double legendWidth(double scale) const;
    [[nodiscard]] bool isLegendBelow(double width, double scale) const;
    void paintLegend(QPainter &painter, QRectF area, const Theme &theme, double scale) const;

    QString m_title;
    QString m_subtitle;
    QString m_note;
    std::vector<LegendEntry> m_entries; ///< Empty for one line alone, which the title names.
    bool m_isHeatMap = false;
    QString m_heatLow;
    QString m_heatHigh;
};

} // namespace timeslice
