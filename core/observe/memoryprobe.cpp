// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/memoryprobe.h"

#include "core/observe/taskprobe.h"
#include "core/procfs/keptfile.h"

#include <algorithm>
#include <utility>

namespace timeslice {

void MemoryProbe::begin()
{
    m_begin = MonotonicClock::now();
    m_total = {};
    m_processes = 0;
    m_failure.reset();
}

void MemoryProbe::add(const std::string &rollup, std::span<char> buffer)
{
    // Opened anew each time: an open file is bound to the memory that the process had before an exec.
    const auto text = readInto(buffer, rollup);
    const auto memory = text ? parseSmapsRollup(*text) : std::unexpected(text.error());
    if (memory) {
        ++m_processes;
        m_total.rssBytes += memory->rssBytes;
        m_total.pssBytes += memory->pssBytes;
        m_total.ussBytes += memory->ussBytes;
    } else if (memory.error().kind != ErrorKind::Gone) {
        m_failure = memory.error();
    }
}

void MemoryProbe::finish(std::vector<Gap> &gaps)
{
    using namespace std::chrono_literals;
    constexpr int kOnePartIn = 1000;
    if (m_failure) {
        m_reading.reset();
        if (!std::exchange(m_isFailureTold, true))
            addGap(gaps, "memory", *m_failure);
    } else if (m_processes > 0) {
        m_reading = m_total;
    }
    const auto now = MonotonicClock::now();
    m_due = now + std::clamp<Nanoseconds>((now - m_begin) * kOnePartIn, 1s, 10s);
}

} // namespace timeslice
