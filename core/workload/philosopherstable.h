// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/arena.h"
#include "core/workload/futexmutex.h"

#include <optional>
#include <string>
#include <vector>

namespace timeslice {

/// One philosopher and the fork to the left; what is said about them is written by the philosopher alone, but
/// for the fork's.
struct alignas(kApart) PhilosopherSlot {
    /// A lock with the name of its holder on it.
    struct Lock {
        FutexMutex mutex;
        std::atomic<std::uint32_t> holder; ///< Worker + 1; 0: nobody.
    };
    Lock fork;
    alignas(
        kApart) std::atomic<std::uint64_t> epoch; ///< Goes up before each change of `wants` and of a holder.
    std::atomic<std::uint32_t> wants; ///< Number of the lock this worker waits for + 1; 0: none.
    std::atomic<std::uint64_t> meals;
    std::atomic<std::uint64_t> longestHungerNs; ///< From wanting to eat to eating.
    std::atomic<std::uint64_t> putBack; ///< Forks taken in vain.
};

/// The table in shared memory: a fork between each two neighbours, and the waiter whom some ask first.
///
/// Locks are numbered: fork i lies to the left of philosopher i, fork i + 1 (of the last: fork 0) to the
/// right; the waiter is lock number `philosophers`. Everybody publishes what they wait for and what they
/// hold, and leaves it standing when the run is stopped: so the table can be read while the run is under way
/// and afterwards. Thread: each philosopher uses their own seat number.
class PhilosophersTable {
public:
    struct Waiter {
        PhilosopherSlot::Lock lock;
    };
    using Memory = Arena<Waiter, PhilosopherSlot>;
    using View = Arena<Waiter, PhilosopherSlot, const std::byte>;

    explicit PhilosophersTable(const Memory &memory) noexcept
        : m_memory(memory)
    { }

    /// Waits until the lock is this philosopher's. \return false when the run was stopped: then it is not.
    [[nodiscard]] bool take(unsigned philosopher, unsigned lock, const StopToken &stop) const noexcept;
    /// The same without waiting. \return Whether it was free.
    [[nodiscard]] bool tryTake(unsigned philosopher, unsigned lock) const noexcept;
    void putBack(unsigned philosopher, unsigned lock) const noexcept;

    [[nodiscard]] PhilosopherSlot &seat(unsigned philosopher) const noexcept
    {
        return m_memory.slots()[philosopher];
    }

private:
    [[nodiscard]] PhilosopherSlot::Lock &lockOf(unsigned lock) const noexcept;
    void noteTaken(unsigned philosopher, PhilosopherSlot::Lock &lock) const noexcept;

    Memory m_memory;
};

/// Workers each of whom waits for a lock that the next one holds, the last one's next being the first: they
/// will wait for ever. Begins with the lowest number.
///
/// It is never a picture of different moments: what was read is compared with a second look, and every change
/// in between shows, so all of the circle's waits and holdings were there at one time. A change that comes in
/// between hides a circle until the next time it is asked for.
/// \return Nothing when there is no such circle, or the memory is no table for so many.
/// Thread: any, while the workers go on; pure. Cost: O(workers).
[[nodiscard]] std::optional<std::vector<unsigned>>
waitCycle(std::span<const std::byte> arena, unsigned workers);

/// "0 -> 2 -> 0"
[[nodiscard]] std::string cycleText(const std::vector<unsigned> &cycle);
/// "worker 0 waits for worker 2, which waits for worker 0"
[[nodiscard]] std::string cycleSentence(const std::vector<unsigned> &cycle);

} // namespace timeslice
