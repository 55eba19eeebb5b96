// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/perf/switchchunk.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace timeslice {

/// Puts the records of several CPUs in the order of time, up to a horizon; keeps the later ones for the next
/// time.
///
/// The horizon must have been read from the clock before any of the rings: then, if a record is at or before
/// it, so is every record that caused it on another CPU already here. A task's switch-out on one CPU is
/// therefore never behind its switch-in on the next. Thread: one at a time.
class SwitchMerge {
public:
    explicit SwitchMerge(std::size_t cpus);

    /// Where a CPU's newly read records are appended.
    [[nodiscard]] RingRecords &input(std::size_t cpu) { return m_inputs[cpu].records; }

    /// Moves everything at or before the horizon into the chunk, whose vectors are empty, and sets its
    /// `horizonNs` and `late`. Horizons only grow. Cost: O(records * log CPUs), less when one CPU has many in
    /// a row.
    void take(std::uint64_t horizonNs, SwitchChunk &into);

private:
    struct Input {
        RingRecords records;
        std::size_t next = 0; ///< First switch not yet taken, while merging.
        std::size_t end = 0; ///< First switch behind the horizon.
    };
    struct Head {
        std::uint64_t timeNs;
        std::uint32_t input;
    };

    void takeSwitches(std::uint64_t horizonNs, SwitchChunk &into);
    static void mergeTwo(const Input &first, const Input &second, std::vector<SwitchRecord> &into);
    void takeNames(std::uint64_t horizonNs, SwitchChunk &into);

    std::vector<Input> m_inputs;
    std::vector<Head> m_heads; ///< Heap: the earliest unread record of each CPU.
    std::uint64_t m_horizonNs = 0;
};

} // namespace timeslice
