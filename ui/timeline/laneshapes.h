// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinecolours.h"

class QPainter;

namespace timeslice {

/// Paints the lanes of a draw list as shapes, for pictures that are scaled (SVG) and for legends. The same
/// content as LaneRaster's; parts of a column lie beside each other instead of being blended. Patterns are
/// lines, since not every viewer knows patterns. Thread: GUI, or any for an image.
class LaneShapes {
public:
    LaneShapes(const Theme &theme, double scale)
        : m_theme(theme)
        , m_scale(scale)
    { }

    void paint(QPainter &painter, const DrawList &list) const;
    /// A state in its shape; the rectangle is a lane's body. \param colour  See DrawPiece.
    void paintRole(QPainter &painter, const QRectF &body, TimelineRole role, int colour = kColourState) const;

private:
    void paintHeat(QPainter &painter, const DrawList &list, const DrawRow &row) const;
    void paintMixed(QPainter &painter, const DrawList &list, const DrawPiece &piece) const;
    void paintStacked(QPainter &painter, const DrawList &list, const DrawPiece &piece) const;
    void paintHatch(QPainter &painter, const QRectF &area, TimelineRole role) const;

    const Theme &m_theme;
    double m_scale;
};

} // namespace timeslice
