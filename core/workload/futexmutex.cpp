// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/futexmutex.h"

namespace timeslice {

bool FutexMutex::tryLock() noexcept
{
    std::uint32_t expected = Free;
    return m_word.compare_exchange_strong(
        expected, Locked, std::memory_order_acquire, std::memory_order_relaxed);
}

bool FutexMutex::lock(const StopToken &stop) noexcept
{
    if (tryLock())
        return true;
    // Whoever has waited cannot know whether others still do, so it takes the lock as a wanted one.
    while (m_word.exchange(LockedAndWanted, std::memory_order_acquire) != Free) {
        if (stop.waitOn(m_word, LockedAndWanted) == StopToken::Wait::Stopped)
            return false;
    }
    return true;
}

void FutexMutex::unlock() noexcept
{
    if (m_word.exchange(Free, std::memory_order_release) == LockedAndWanted)
        wakeOn(m_word, 1);
}

} // namespace timeslice
