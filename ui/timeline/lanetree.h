// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelineview.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace timeslice {

/// A lane, or a process with its threads and the processes that it created.
struct LaneNode {
    std::uint32_t task =
        0; ///< The lane's; of a process the one that names it, its main thread if it was seen.
    int pid = 0; ///< Of a process; 0 for the traced one, the root.
    std::vector<LaneNode> children; ///< Of a process.
    std::uint32_t first = 0; ///< The lane that it is sorted by; at first the one seen first.

    [[nodiscard]] bool isLane() const { return children.empty(); }
};

/// The tasks of a trace as a tree under the traced process. There too is what nobody is known to have
/// created, and a bystander. Children are in the order in which they were seen.
/// \param isShown  By task. Others are left out, and processes without any; a process that is only one
/// thread,
///                 or has only one child left, is that.
/// Thread: any; pure. Cost: O(tasks * log tasks).
[[nodiscard]] LaneNode laneTree(const TimelineView &view, const std::vector<bool> &isShown);

/// All lanes of a node, in their order.
void collectLanes(const LaneNode &node, std::vector<LaneId> &into);

} // namespace timeslice
