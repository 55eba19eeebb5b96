// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "ui/timeline/timelineheader.h"

#include <QImage>

namespace timeslice {

/// A picture of a timeline that leaves the program: title and legend above, below it the statistics of the
/// selection, if there is one, and a caption.
struct TimelinePicture {
    TimelineScene scene;
    TimelineTitle title; ///< The legend's entries are found when it is painted.
    QString caption; ///< What ran where and when; may be empty.
    double scrolled = 0; ///< How much of the rows' height is above the first that is shown, in [0, 1).
    const Theme *theme = nullptr; ///< Not null.

    /// \param pixels  Of the picture. \param scale  How many of them make one of the screen's.
    /// \return Null for an empty size or when there is nothing to show. Thread: GUI.
    [[nodiscard]] QImage image(QSize pixels, double scale) const;

    /// As SVG for a path that ends so (in upper or lower case), else as PNG. The file is complete or as it
    /// was before.
    /// \error  Unsupported when there is nothing to show; System, Denied or Gone with the path.
    [[nodiscard]] Result<void> save(const QString &path, QSize pixels, double scale) const;

private:
    void paint(QPainter &painter, QSizeF size, double pixelRatio, bool asShapes) const;
    [[nodiscard]] Result<void> saveSvg(const QString &path, QSize pixels, double scale) const;
};

} // namespace timeslice
