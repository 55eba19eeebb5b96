// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/plotlayout.h"
#include "ui/theme.h"

#include <QBrush>
#include <QFont>
#include <QHash>
#include <QRectF>
#include <QStaticText>

class QPainter;

namespace timeslice {

/// How a plot looks: theme, scale, fonts and margins. The same for all charts of a stack, so that their plots
/// begin and end at the same x.
class PlotLook {
public:
    /// \param endLabels   Leave room for labels at the lines' right end.
    /// \param pixelRatio  Of the device painted on.
    PlotLook(const Theme &theme, double scale, bool endLabels = false, double pixelRatio = 1);

    [[nodiscard]] const Theme &theme() const { return *m_theme; }
    [[nodiscard]] double scale() const { return m_scale; }
    [[nodiscard]] const QFont &font() const { return m_font; } ///< Of labels.
    [[nodiscard]] const QBrush &hatching() const { return m_hatching; }
    [[nodiscard]] bool hasEndLabels() const { return m_endLabels; }
    [[nodiscard]] double lineWidth() const { return 2 * m_scale; }
    [[nodiscard]] double timeHeight() const { return m_timeHeight; } ///< Of the time labels below a plot.

    /// Where the data is drawn in a widget of this size.
    /// \param withTime  Leave room for time labels below.
    [[nodiscard]] QRectF plotRect(QSizeF size, bool withTime) const;

private:
    const Theme *m_theme;
    double m_scale;
    bool m_endLabels;
    QFont m_font;
    QBrush m_hatching;
    double m_left;
    double m_right;
    double m_top;
    double m_bottom;
    double m_timeHeight;
};

/// Paints what surrounds and underlies the data. Labels are laid out once and reused: text layout is what
/// costs. Thread: GUI; one per plot.
class PlotPainter {
public:
    /// Card, hatched areas, fills, grid and labels.
    /// \param plot  The data's rectangle; `content` is relative to its top left corner.
    void paintBelow(
        QPainter &painter, const QRectF &all, const QRectF &plot, const PlotContent &content,
        const PlotLook &look, bool withTime);
    /// Reference line, end labels and the text of an empty plot: what lies over the lines.
    void paintAbove(QPainter &painter, const QRectF &plot, const PlotContent &content, const PlotLook &look);
    /// Drops laid out labels; after the font or scale changed.
    void forgetLabels() { m_labels.clear(); }

private:
    const QStaticText &label(const QString &text, const QFont &font);
    void
    paintEndLabels(QPainter &painter, const QRectF &plot, const PlotContent &content, const PlotLook &look);

    QHash<QString, QStaticText> m_labels;
};

} // namespace timeslice
