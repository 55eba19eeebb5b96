// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/series.h"
#include "core/observe/timelineview.h"

namespace timeslice {

/// Puts into a point what the switch records know better than the sampler: whose each core was, also of tasks
/// that came and went between two samples, and every switch in the interval in which it happened. Where
/// records of the interval were lost, the sampler's figures stay, and the share of that core is not known.
///
/// \param view  Knows all of the point's time. Thread: any. Cost: some microseconds for each core.
void fillFromTrace(SeriesPoint &point, const TimelineView &view);

} // namespace timeslice
