// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinestore.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace timeslice::testing {

// Shorthand for records of one process (pid 1).
[[nodiscard]] SwitchRecord in(std::uint64_t timeNs, int tid, unsigned cpu);
[[nodiscard]] SwitchRecord out(std::uint64_t timeNs, int tid, unsigned cpu);
[[nodiscard]] SwitchRecord preempted(std::uint64_t timeNs, int tid, unsigned cpu);
[[nodiscard]] SwitchRecord forked(std::uint64_t timeNs, int parentTid, int tid, unsigned cpu);
[[nodiscard]] SwitchRecord exited(std::uint64_t timeNs, int tid, unsigned cpu);
[[nodiscard]] SwitchRecord lost(std::uint64_t timeNs, std::uint32_t count, unsigned cpu);

/// A chunk of a trace that began at 0 ns... or at `beginNs`, complete up to `horizonNs`.
[[nodiscard]] SwitchChunk
chunkOf(std::uint64_t beginNs, std::uint64_t horizonNs, std::vector<SwitchRecord> records, bool last = true);

/// The view of a store that was given these records of a trace from 100 ns on.
[[nodiscard]] TimelineViewPtr viewOf(std::uint64_t horizonNs, std::vector<SwitchRecord> records);

/// One lane as text: "absent [0,100) blocked [100,150) run0 [150,180)preempted ..." up to the horizon.
[[nodiscard]] std::string textOf(const TimelineView &view, LaneId lane);
/// All lanes, a line each: "tid 5: ...", then "cpu 0: ...".
[[nodiscard]] std::string textOf(const TimelineView &view);

} // namespace timeslice::testing
