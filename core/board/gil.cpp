// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/gil.h"

namespace timeslice {

GilSeat::GilSeat(Gil &gil, const Board &board, unsigned worker)
    : m_gil(gil)
    , m_slot(board.slot(worker))
    , m_log(board.gilLog(worker))
{ }

void GilSeat::note(GilEventKind kind, MonotonicTime time) const noexcept
{
    m_log.write({.timeNs = toBoardNs(time), .kind = kind});
}

void GilSeat::take() noexcept
{
    std::unique_lock lock(m_gil.m_mutex);
    if (m_gil.m_isHeld) {
        const auto begin = MonotonicClock::now();
        note(GilEventKind::Wait, begin);
        m_slot.waitingForGil.store(1, std::memory_order_relaxed);
        while (m_gil.m_isHeld) {
            const auto switches = m_gil.m_switches;
            const bool timedOut =
                m_gil.m_freed.wait_for(lock, m_gil.m_rules.interval) == std::cv_status::timeout;
            // Where it changed hands meanwhile, its new holder has not had its time yet.
            if (timedOut && m_gil.m_isHeld && m_gil.m_switches == switches)
                m_gil.m_isDropAsked.store(true, std::memory_order_relaxed);
        }
        const auto waited = static_cast<std::uint64_t>((MonotonicClock::now() - begin).count());
        m_slot.waitingForGil.store(0, std::memory_order_relaxed);
        m_slot.gilWaitNs.store(
            m_slot.gilWaitNs.load(std::memory_order_relaxed) + waited, std::memory_order_relaxed);
    }
    {
        const std::scoped_lock switching(m_gil.m_switchMutex);
        m_gil.m_isHeld = true;
        if (m_gil.m_lastHolder != this) {
            m_gil.m_lastHolder = this;
            ++m_gil.m_switches;
        }
        m_gil.m_switched.notify_one();
    }
    m_gil.m_isDropAsked.store(false, std::memory_order_relaxed);
    note(GilEventKind::Take, MonotonicClock::now());
}

void GilSeat::giveUp(GilEventKind kind) noexcept
{
    const std::scoped_lock lock(m_gil.m_mutex);
    m_gil.m_isHeld = false;
    note(kind, MonotonicClock::now());
    m_gil.m_freed.notify_one();
}

void GilSeat::handOver() noexcept
{
    giveUp(GilEventKind::Drop);
    if (m_gil.m_rules.forcesSwitch) {
        // Without this the kernel would often let this thread, which already runs, take the lock again at
        // once.
        std::unique_lock lock(m_gil.m_switchMutex);
        if (m_gil.m_lastHolder == this) {
            m_gil.m_isDropAsked.store(false, std::memory_order_relaxed);
            m_gil.m_switched.wait(lock, [this] { return m_gil.m_lastHolder != this; });
        }
    }
    take();
}

} // namespace timeslice
