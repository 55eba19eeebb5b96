// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/snapshot.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace timeslice {

/// Memory of a run's processes, read at most once a second, and carried over in between.
///
/// The kernel walks the page tables for it, which takes milliseconds for gigabytes: the more a reading costs,
/// the longer it is until the next, so that all of them stay below a thousandth of one core (or 10 s apart).
/// Thread: one at a time. A reading allocates only the words of a failure.
class MemoryProbe {
public:
    [[nodiscard]] bool isDue() const { return MonotonicClock::now() >= m_due; }

    /// Between `begin` and `finish`, `add` is called for each process; its path is that of smaps_rollup.
    void begin();
    void add(const std::string &rollup, std::span<char> buffer);
    void finish(std::vector<Gap> &gaps);

    /// Nothing before the first reading, and when a process could not be read. When none is left the last one
    /// stays.
    [[nodiscard]] const std::optional<MemoryReading> &reading() const { return m_reading; }

private:
    std::optional<MemoryReading> m_reading;
    MonotonicTime m_due{};
    MonotonicTime m_begin{};
    MemoryReading m_total; ///< Of the reading under way.
    unsigned m_processes = 0; ///< Likewise: those that have memory.
    std::optional<Error> m_failure; ///< Likewise.
    bool m_isFailureTold = false;
};

} // namespace timeslice
