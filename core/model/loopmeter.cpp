// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/loopmeter.h"

namespace timeslice {

void LoopMeter::begin(MonotonicTime now)
{
    m_next = now + kBeat;
    m_state.nextBeatNs.store(toBoardNs(m_next), std::memory_order_relaxed);
}

void LoopMeter::count(MonotonicTime now)
{
    if (m_next > now)
        return;
    const auto worst = static_cast<std::uint64_t>((now - m_next).count());
    for (; m_next <= now; m_next += kBeat)
        m_histogram.record(now - m_next);
    auto known = m_state.worstLagNs.load(std::memory_order_relaxed);
    while (known < worst
           && !m_state.worstLagNs.compare_exchange_weak(known, worst, std::memory_order_relaxed))
        ;
}

void LoopMeter::beat(MonotonicTime now)
{
    count(now);
    m_state.nextBeatNs.store(toBoardNs(m_next), std::memory_order_relaxed);
}

void LoopMeter::end(MonotonicTime now)
{
    count(now);
    m_state.nextBeatNs.store(0, std::memory_order_relaxed);
}

} // namespace timeslice
