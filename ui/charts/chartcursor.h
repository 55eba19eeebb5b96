// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/chartcard.h"
#include "ui/charts/chartsource.h"
#include "ui/charts/crosshair.h"

namespace timeslice {

/// Where the user points: at a place of the plot (the pointer; the time under it moves on with the picture)
/// or at a time (the keyboard; it stays with its sample). A value.
class ChartCursor {
public:
    /// \param share  Of the plot's width, in [0, 1].
    void pointAt(double share);
    void clear() { *this = {}; }
    /// Moves from sample to sample within the axis; from nowhere, Back and Last begin at the newest, the
    /// others at the oldest. Does nothing without samples in view.
    void step(ChartCard::Step step, const TimeWindow &window);

    /// The row it stands on: the nearest that lies within the axis. Nothing when it points nowhere, or
    /// further than one interval from any sample.
    [[nodiscard]] std::optional<std::size_t> row(const TimeWindow &window) const;

private:
    std::optional<double> m_share;
    std::optional<double> m_time; ///< Seconds of CLOCK_MONOTONIC.
};

/// The crosshair on one chart, with a dot where each line is known.
[[nodiscard]] Crosshair
crosshairAt(std::size_t row, const ChartSpec &spec, const TimeWindow &window, double top, QSizeF size);

/// All values of a row, chart by chart; "not measured" where there is a hole. A heat map gives the track
/// under the pointer, where there is one, and its mean and largest.
/// \param heatRows  By chart, as far as there are any.
[[nodiscard]] std::vector<Readout::Section> readoutAt(
    std::size_t row, const std::vector<ChartSpec> &specs,
    const std::vector<std::optional<std::size_t>> &heatRows);

} // namespace timeslice
