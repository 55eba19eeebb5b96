// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/stop.h"

#include <atomic>
#include <cstdint>

namespace timeslice {

/// A mutex of one word that threads of any process share, and whose wait ends when the run stops.
///
/// Zeroed memory is an unlocked one. Taking and giving back a free one costs one atomic operation each and no
/// system call. It is neither recursive nor fair, and one whose owner died stays locked: the run then fails
/// and stops, which ends the others' waits. Thread: any.
/// Source: U. Drepper, "Futexes are tricky", the second mutex.
class FutexMutex {
public:
    /// Waits until it is the caller's. \return false when the run was stopped first: then it is not.
    [[nodiscard]] bool lock(const StopToken &stop) noexcept;
    [[nodiscard]] bool tryLock() noexcept;
    /// Thread: the one that holds it.
    void unlock() noexcept;

private:
    enum : std::uint32_t { Free = 0, Locked = 1, LockedAndWanted = 2 };

    std::atomic<std::uint32_t> m_word;
};

} // namespace timeslice
