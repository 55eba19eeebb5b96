// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/laneraster.h"
#include "ui/timeline/layout.h"
#include "ui/timeline/shapedtexts.h"
#include "ui/timeline/timelinecolours.h"

#include <QFont>
#include <QFontMetricsF>
#include <QImage>

class QPainter;

namespace timeslice {

/// Paints what surrounds the lanes of a timeline: grid, names, ruler, numbers, marks and the selection.
/// A value; made anew when theme or scale change. Thread: GUI; needs a QGuiApplication.
class TimelinePainter {
public:
    /// \param theme  Outlives the painter. \param pixelRatio  Of the device painted on.
    TimelinePainter(const Theme &theme, double scale, double pixelRatio);

    [[nodiscard]] const Theme &theme() const { return *m_theme; }
    [[nodiscard]] double scale() const { return m_scale; }
    [[nodiscard]] double pixelRatio() const { return m_pixelRatio; }
    /// Lengths for the layout; names get what they need, up to a quarter of `width`.
    [[nodiscard]] TimelineMetrics metrics(std::span<const LaneEntry> entries, double width) const;

    /// All but the selection. \param image  Made if it has not the right size: fresh memory is slow.
    void paintFrame(QImage &image, const DrawList &list, QSizeF size) const;
    /// The same with shapes only, for a picture that will be scaled.
    void paintShapes(QPainter &painter, const DrawList &list, QSizeF size) const;
    void paintSelection(QPainter &painter, const DrawList &list) const;

private:
    void paintBelow(QPainter &painter, const DrawList &list, QSizeF size) const;
    void paintAbove(QPainter &painter, const DrawList &list) const;
    void paintName(QPainter &painter, const DrawList &list, const DrawRow &row) const;
    void paintMarks(QPainter &painter, const DrawList &list) const;
    void paintNumbers(QPainter &painter, const DrawList &list) const;
    void paintRuler(QPainter &painter, const DrawList &list) const;

    const Theme *m_theme;
    double m_scale;
    double m_pixelRatio;
    QFont m_nameFont;
    QFont m_quietFont;
    QFont m_numberFont;
    LaneRaster m_raster;
    /// What was drawn before; nothing that can be seen depends on it.
    struct Texts {
        ShapedTexts name;
        ShapedTexts boldName;
        ShapedTexts quiet;
        ShapedTexts boldQuiet;
        ShapedTexts number;
    };
    mutable Texts m_texts;
};

} // namespace timeslice
