// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QColor>
#include <QFont>
#include <QPalette>
#include <QPen>
#include <QString>

#include <vector>

namespace timeslice {

/// The tokens of the look: every colour of the program is one of these. Colours with a meaning never stand
/// alone: a dash, a pattern or a label says the same.
struct Theme {
    bool dark = false;
    QColor ground; ///< Behind the cards.
    QColor card;
    QColor hairline; ///< Borders and grid lines.
    QColor text;
    QColor quietText; ///< Units, captions; at least 4.5:1 on the card and on the ground.
    QColor accent; ///< The one accent; the same as `running`.
    QColor onAccent; ///< Text on the accent.
    QColor running;
    QColor preempted; ///< Also involuntary switches; areas are striped, lines dashed.
    QColor voluntary;
    QColor gilWait;
    QColor blocked;
    QColor others; ///< Load that is not this run's; always hatched.
    QColor selection; ///< The accent, mostly transparent.
    QColor failed; ///< Words and marks of a failure.
    QColor heatLow; ///< Heat map: nothing ran here.
    QColor heatHigh; ///< Heat map: busy all the time.
    std::vector<QColor> series; ///< Lines of charts, in order; each at least 3:1 on the card.
};

[[nodiscard]] const Theme &lightTheme();
[[nodiscard]] const Theme &darkTheme();

/// The palette that native widgets take. One role (Disabled, AlternateBase) stays the system's on purpose: it
/// is how the theme controller sees whether the desktop is dark after this palette has been applied.
[[nodiscard]] QPalette paletteOf(const Theme &theme);

/// The application's style sheet: cards (`QFrame[card="true"]`), controls 32 px high with a radius of 6,
/// primary buttons (`[primary="true"]` on QPushButton or QToolButton), flat ones (`[flat="true"]`), quiet and
/// title labels
/// (`QLabel[role="quiet"]`, `[role="title"]`, `[role="failed"]`). Lengths grow with `scale`.
[[nodiscard]] QString styleSheetOf(const Theme &theme, double scale);

/// How one line of a chart is drawn.
struct SeriesStyle {
    QColor color;
    QList<qreal> dash; ///< Lengths on, off, on, off in pixels at scale 1; empty for a solid line.
};

/// The style of line `index` (0, 1, 2, ...) of a chart: sixteen different pairs of colour and dash, then
/// again.
[[nodiscard]] SeriesStyle seriesStyle(const Theme &theme, int index);
/// Switch rates have their own: voluntary solid, involuntary dashed.
[[nodiscard]] SeriesStyle voluntaryStyle(const Theme &theme);
[[nodiscard]] SeriesStyle involuntaryStyle(const Theme &theme);

/// A pen for small, still pictures of a line (legends); charts that move draw their dashes more cheaply.
[[nodiscard]] QPen penOf(const SeriesStyle &style, double width, double scale = 1);

/// The dotted line that is compared with.
[[nodiscard]] QPen referencePen(const Theme &theme, double scale = 1);

/// The colour of what worker `index` did, for areas (the mandelbrot picture, bars). Neighbours differ.
[[nodiscard]] QColor workerColour(const Theme &theme, int index);

/// The heat map's colour for a share in [0, 1]: one hue, from `heatLow` through the accent to `heatHigh`.
[[nodiscard]] QColor heatColour(const Theme &theme, double share);

/// `share` of `over` on `under`, as an opaque colour: what a transparent fill would look like, at the price
/// of a solid one.
[[nodiscard]] QColor mixed(const QColor &under, const QColor &over, double share);

/// Diagonal stripes of `color` on nothing, for areas that mean "not this run" or "preempted".
/// \param pixelRatio  Of the device painted on: with the right one the brush needs no scaling, which is slow.
[[nodiscard]] QBrush hatch(const QColor &color, double scale = 1, double pixelRatio = 1);

/// \return Contrast of two opaque colours as WCAG 2 defines it, 1 to 21.
[[nodiscard]] double contrast(const QColor &a, const QColor &b);
/// \return Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white).
[[nodiscard]] double luminance(const QColor &color);

/// Fonts, relative to the system's and to the user's scale factor (0.75 to 3).
/// Thread: GUI; needs a QGuiApplication.
[[nodiscard]] QFont bodyFont(double scale = 1); ///< The system's size ("13").
[[nodiscard]] QFont quietFont(double scale = 1); ///< Smaller ("11.5").
[[nodiscard]] QFont titleFont(double scale = 1); ///< Semibold ("14").
[[nodiscard]] QFont
numberFont(double scale = 1); ///< Semibold with figures of one width, for columns of numbers.
[[nodiscard]] QFont bigNumberFont(double scale = 1); ///< The one big number of a verdict ("40").

} // namespace timeslice
