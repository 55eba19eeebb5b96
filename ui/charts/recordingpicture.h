// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "ui/charts/chartsource.h"
#include "ui/charts/valueaxis.h"
#include "ui/theme.h"

#include <QImage>

namespace timeslice {

/// One chart as a picture, with its time axis and a caption below. A null image for an empty size.
/// \param behind  The colour outside of the card's round corners.
/// \param pixels  Of the picture; \param scale  How many of them make one of the screen's.
[[nodiscard]] QImage paintChart(
    std::size_t chart, const std::vector<ChartSpec> &specs, const TimeWindow &window, const ValueTicks &ticks,
    const Theme &theme, const QString &caption, const QColor &behind, QSize pixels, double scale);

/// "Count primes · Qt threads, 2": what ran, for captions.
[[nodiscard]] QString experimentCaption(const Experiment &experiment);
/// The same with what ran its workers, where that was an interpreter.
[[nodiscard]] QString experimentCaption(const Recording &recording);

/// Machine, program version and date on one line.
[[nodiscard]] QString recordingCaption(const Recording &recording);

/// Both: what ran where and when, on one line under every picture that leaves the program.
[[nodiscard]] QString pictureCaption(const Recording &recording);

/// See `ChartStack::renderRecording`.
[[nodiscard]] QImage paintRecording(
    const Recording &recording, const Theme &theme, QSize pixels, double scale, const Verdict *verdict);

} // namespace timeslice
