// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"

namespace timeslice {

/// The same work done by one worker, one item after another: what `experiment` is compared with. Parameters
/// that belonged to its model alone are left out. Thread: any; pure.
[[nodiscard]] Experiment baselineFor(Experiment experiment);

} // namespace timeslice
