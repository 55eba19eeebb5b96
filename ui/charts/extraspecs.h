// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"
#include "core/workload/workload.h"
#include "ui/charts/chartspec.h"

#include <vector>

namespace timeslice {

/// What a run has to chart beside what every run has. A value.
struct ExtraQuantities {
    bool hasLoopLag = false;
    bool hasFrameGap = false;
    std::vector<Gauge> gauges; ///< Of its workload.
    std::optional<ReferenceLine> bound; ///< What the first gauge never exceeds.
};

/// Of a run on the window's thread it is the frame gap that is charted: its event loop is the window's.
/// \param experiment  Validated. An unknown workload or model has nothing.
[[nodiscard]] ExtraQuantities extraQuantities(const Experiment &experiment);

/// A chart each of them: how late the event loop is, how long the window is away, the workload's gauges in
/// one, which are counts.
/// \param columns  See coresSpec.
[[nodiscard]] std::vector<ChartSpec>
extraSpecs(const SampleColumns &columns, const Theme &theme, const ExtraQuantities &extra);

} // namespace timeslice
