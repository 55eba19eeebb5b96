// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/stop.h"
#include "core/board/board.h"

#include <condition_variable>
#include <mutex>

namespace timeslice {

/// How a simulated interpreter lock behaves; the defaults are CPython's.
struct GilRules {
    Nanoseconds interval{5'000'000}; ///< How long a waiter waits before it asks the holder to give up.
    bool forcesSwitch = true; ///< Whoever gave up on request waits until another thread had its turn.
    bool releasesOnWaits = true; ///< The lock is given up before anything that blocks.
};

/// A global interpreter lock after CPython's algorithm: one thread runs, the others wait for it.
///
/// A waiter sleeps for the interval. When it slept that long and the lock did not change hands meanwhile, it
/// asks the holder to give up, which that does at its next checkpoint. Which of several waiters comes next is
/// the kernel's choice. Source: the algorithm described at the head of CPython's ceval_gil.c, since 3.2.
/// Thread: any number of seats, one for each thread.
class Gil {
public:
    explicit Gil(const GilRules &rules)
        : m_rules(rules)
    { }

    [[nodiscard]] const GilRules &rules() const { return m_rules; }

private:
    friend class GilSeat;

    const GilRules m_rules;
    std::mutex m_mutex;
    std::condition_variable m_freed;
    bool m_isHeld = false;
    std::uint64_t m_switches = 0; ///< How often it changed hands.
    const void *m_lastHolder = nullptr;
    std::mutex m_switchMutex; ///< Taken inside m_mutex, or alone.
    std::condition_variable m_switched;
    alignas(64) std::atomic<bool> m_isDropAsked{false};
};

/// One thread's way to the lock. Publishes waits and hand-overs on the worker's slot and log.
/// Thread: the worker's. The referred-to objects outlive it.
class GilSeat final : public Checkpoint {
public:
    GilSeat(Gil &gil, const Board &board, unsigned worker);

    /// Blocks until this thread holds the lock.
    void take() noexcept;
    /// Gives it up for good, or until the next `take`.
    void release() noexcept { giveUp(GilEventKind::Release); }

    /// Hands the lock over if another thread has asked for it.
    void reached() noexcept override
    {
        if (m_gil.m_isDropAsked.load(std::memory_order_relaxed))
            handOver();
    }
    void beginWait() noexcept override
    {
        if (m_gil.m_rules.releasesOnWaits)
            release();
    }
    void endWait() noexcept override
    {
        if (m_gil.m_rules.releasesOnWaits)
            take();
    }

private:
    void handOver() noexcept;
    void giveUp(GilEventKind kind) noexcept;
    void note(GilEventKind kind, MonotonicTime time) const noexcept;

    Gil &m_gil;
    WorkerSlot &m_slot;
    const GilLog m_log;
};

} // namespace timeslice
