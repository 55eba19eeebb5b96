// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"
#include "ui/charts/extraspecs.h"
#include "ui/charts/plotlayout.h"

#include <optional>
#include <vector>

namespace timeslice {

/// What the charts have in common and in which they may differ: the choices of the user, and what the run
/// that is shown has.
struct ChartChoices {
    bool perWorker = false;
    std::optional<ReferenceLine> baseline;
    bool hasExactCores = false; ///< A run is shown, and what it had of each core is known from its trace.
    ExtraQuantities extra = {};
};

/// All charts in their order: cores, throughput, context switches, then what only this run has.
[[nodiscard]] std::vector<ChartSpec>
chartSpecs(const SampleColumns &columns, const Theme &theme, const ChartChoices &choices);

/// Whether any of them labels its lines at their ends, so that all leave the room.
[[nodiscard]] bool needEndLabels(const std::vector<ChartSpec> &specs);

/// A finished run as the charts show it.
struct FinishedRun {
    SampleColumns columns;
    TimeAxis axis;
    double origin = 0; ///< Its go, in seconds of CLOCK_MONOTONIC.

    /// \return A window on all of it; valid while this object stays where it is.
    [[nodiscard]] TimeWindow window() const { return {&columns, axis, origin, false}; }
};

/// \param machine  What is known of the time before it; a little of that is shown, if there is enough.
/// \return Nothing for a run that never reached go.
[[nodiscard]] std::optional<FinishedRun>
finishedRun(const Recording &recording, const SampleColumns &machine);

} // namespace timeslice
