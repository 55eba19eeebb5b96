// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/records.h"

#include <memory>

namespace timeslice {

/// The switch records of all CPUs for a stretch of time, merged. Immutable once handed out.
///
/// Order: `records` are sorted by time; records of one CPU, and records of one task, never change their
/// order, in a chunk or from chunk to chunk. Chunks follow each other: what is in this one is later than the
/// previous one's `horizonNs`, but for `late` records at most (a CPU that stood still between stamping a
/// record and publishing it).
struct SwitchChunk {
    std::uint64_t traceBeginNs = 0; ///< Since when nothing is missing; the same in every chunk of a trace.
    std::uint64_t horizonNs = 0; ///< Everything up to here is in this chunk or an earlier one.
    std::vector<SwitchRecord> records;
    std::vector<TaskName> names; ///< Sorted by time as well.
    std::uint64_t late = 0; ///< Records that are older than the previous horizon.
    bool last = false; ///< The trace ended at `horizonNs`; no chunk follows.
};

using SwitchChunkPtr = std::shared_ptr<const SwitchChunk>;

} // namespace timeslice
