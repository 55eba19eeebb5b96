// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/drawlist.h"
#include "ui/timeline/lanecolours.h"

#include <QImage>

namespace timeslice {

class StackRaster;

/// Paints the lanes of a draw list into an image, column by column. The mean of a lane's pixels is the mean
/// of its states' colours, weighed by their time: no slice is too short to count.
///
/// It writes pixels itself: a painter would take a call for each of thousands of columns. Nothing is painted
/// where a task is not there, nor beside bands and lines, so that a grid below stays visible.
/// Thread: one at a time; any.
class LaneRaster {
public:
    /// \param scale  The user's factor. \param pixelRatio  Device pixels of the image per pixel of the list.
    LaneRaster(const Theme &theme, double scale, double pixelRatio);

    /// \param image  Format_RGB32, as large as the picture the list was laid out for, in device pixels. What
    /// lies beside and below the heat strip and the rows is not touched.
    void paint(QImage &image, const DrawList &list) const;

private:
    /// A row's body in device pixels, and what of it is in view.
    struct Body {
        int left = 0;
        int top = 0;
        int height = 0;
        int clipTop = 0;
        int clipBottom = 0;
        bool isCore = false;
    };
    [[nodiscard]] QRgb background(const Body &body) const
    {
        return body.isCore ? m_colours.empty : m_colours.card;
    }
    void paintHeat(QImage &image, const DrawList &list, const DrawRow &row) const;
    void paintSolid(QImage &image, const DrawPiece &piece, const Body &body) const;
    void
    paintMixed(QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares) const;
    void paintStacked(
        QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares,
        StackRaster &stack) const;

    LaneColours m_colours;
    double m_pixelRatio;
};

} // namespace timeslice
