// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QFontMetricsF>
#include <QHash>
#include <QStaticText>

#include <limits>
#include <utility>

class QPainter;

namespace timeslice {

/// Draws short texts of one font. Each is shaped once and kept: the same few stand in every frame of a
/// timeline, and shaping them anew would cost more than many lanes. Thread: GUI.
class ShapedTexts {
public:
    explicit ShapedTexts(const QFont &font);

    [[nodiscard]] const QFontMetricsF &metrics() const { return m_metrics; }

    /// In the painter's pen. Its font is another one afterwards.
    /// \param room  Longer texts are shortened by dots.
    void draw(
        QPainter &painter, QPointF topLeft, const QString &text,
        double room = std::numeric_limits<double>::infinity(), Qt::TextElideMode mode = Qt::ElideRight);

private:
    static constexpr qsizetype kMost = 512; ///< Then all are forgotten: a ruler's numbers are ever new.

    QFont m_font;
    QFontMetricsF m_metrics;
    QHash<std::pair<QString, double>, QStaticText> m_shaped; ///< By text and room.
};

} // namespace timeslice
