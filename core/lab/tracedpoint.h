// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/series.h"
#include "core/observe/timelineview.h"

namespace timeslice {

/// Puts into a point what the switch records know better than the sampler: whose each core was, also of tasks
/// that came and went between two samples, and every switch in the interval in which it happened. Where
/// records of the interval were lost, the sampler's figures stay, and the share of that core is not known;
/// so does what others used while the point's last second reaches back before the trace.
///
/// \param view      Knows all of the point's time.
/// \param untraced  What a process of the run used that was there before the trace (the local server). On
///                  which cores is not known: it is in no core's share, but the run's all the same.
/// Thread: any. Cost: some microseconds for each core.
void fillFromTrace(SeriesPoint &point, const TimelineView &view, const ProcessCores &untraced = {});

} // namespace timeslice
