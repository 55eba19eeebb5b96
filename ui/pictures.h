// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QImage>
#include <QString>

class QWidget;

namespace timeslice {

/// Sides of a picture that can be saved, in pixels.
inline constexpr int kMinPictureSide = 16;
inline constexpr int kMaxPictureSide = 16'384;

/// The widget as it stands, `scale` pixels for each of its own.
/// \return Null when the picture would be larger than kMaxPictureSide.
[[nodiscard]] QImage pictureOf(QWidget &widget, double scale);

/// Saves as PNG, with the resolution that a picture of this scale has on paper (96 dpi times the scale). The
/// file is complete or as it was before.
/// \error  Unsupported for an empty picture; System, Denied or Gone with the path.
[[nodiscard]] Result<void> savePng(QImage picture, const QString &path, double scale);

} // namespace timeslice
