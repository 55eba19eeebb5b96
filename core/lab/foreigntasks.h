// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelineview.h"

#include <vector>

namespace timeslice {

/// The tasks of a foreign program in a run's trace, as indices of its tasks: all but the engine's own
/// threads, and but copies of the engine that never became a program (a program that could not be started).
/// Thread: any; pure.
[[nodiscard]] std::vector<std::uint32_t> foreignTasks(const TimelineView &view, int enginePid);

} // namespace timeslice
