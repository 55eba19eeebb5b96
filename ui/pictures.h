// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>

class QWidget;

namespace timeslice {

/// Sides of a picture that can be saved, in pixels.
inline constexpr int kMinPictureSide = 16;
inline constexpr int kMaxPictureSide = 16'384;

/// The widget as it stands, `scale` pixels for each of its own.
/// \return Null when the picture would be larger than kMaxPictureSide.
[[nodiscard]] QImage pictureOf(QWidget &widget, double scale);

/// All that a window contains, laid out in another size than the window has. The window itself keeps its
/// size, nothing of this is seen on the screen, and when it returns everything is where it was: columns, what
/// is scrolled, the focus.
/// \param page    A visible child of the window; the window's layout contains nothing else.
/// \param size    At scale 1.
/// \param settle  Called when all widgets have their new size and again when they have their old one: brings
///                up to date what otherwise waits for the event loop.
/// \return Null when the page cannot be as small, and when the picture would be larger than kMaxPictureSide.
[[nodiscard]] QImage pictureOf(QWidget &page, QSize size, double scale, const std::function<void()> &settle);

/// Saves as PNG, with the resolution that a picture of this scale has on paper (96 dpi times the scale). The
/// file is complete or as it was before.
/// \error  Unsupported for an empty picture; System, Denied or Gone with the path.
[[nodiscard]] Result<void> savePng(QImage picture, const QString &path, double scale);

} // namespace timeslice
