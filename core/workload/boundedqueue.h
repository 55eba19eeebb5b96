// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/arena.h"
#include "core/workload/futexmutex.h"

#include <cstdint>
#include <optional>
#include <span>

namespace timeslice {

/// A queue of bounded length in shared memory: producers wait while it is full, consumers while it is empty.
///
/// Both may be threads of any process. It closes from both ends: once every producer has left, consumers take
/// what is in it and get nothing more; once every consumer has left, producers get rid of nothing more. It
/// keeps an account of itself while it is used. A value; the memory, zeroed at first, outlives it.
class BoundedQueue {
public:
    struct Size {
        std::uint32_t capacity = 1;
        std::uint32_t producers = 1; ///< Who must leave before the queue is closed.
        std::uint32_t consumers = 1;
    };
    struct Entry {
        std::uint64_t item = 0;
        std::uint64_t value = 0;
    };

    [[nodiscard]] static std::size_t bytesFor(const Size &size) noexcept;
    /// \return Nothing when the memory is too small.
    [[nodiscard]] static std::optional<BoundedQueue>
    on(std::span<std::byte> memory, const Size &size) noexcept;

    /// Waits for room. \return false when the run was stopped or all consumers have left.
    [[nodiscard]] bool push(const Entry &entry, const StopToken &stop) const noexcept;
    /// Waits for an entry. \return Nothing when the run was stopped, or all producers have left and it is
    /// empty.
    [[nodiscard]] std::optional<Entry> pop(const StopToken &stop) const noexcept;

    /// Each producer and each consumer calls theirs once.
    void leaveAsProducer() const noexcept;
    void leaveAsConsumer() const noexcept;

    /// What went on in it so far.
    struct Account {
        std::uint64_t passed = 0; ///< Entries taken out.
        std::uint32_t longest = 0;
        double meanLength = 0; ///< Over the time from the first change to the last.
        double meanSeconds = 0; ///< From in to out, over all that passed.
        double producersWaited = 0; ///< Seconds, added up over those whose wait has ended.
        double consumersWaited = 0;
    };
    /// Thread: any, also while it is used; the numbers may then be of slightly different moments.
    [[nodiscard]] static std::optional<Account>
    account(std::span<const std::byte> memory, const Size &size) noexcept;
    /// How it stands at this moment.
    struct State {
        std::uint32_t length = 0; ///< Entries in it.
        std::uint32_t producersWaiting = 0;
        std::uint32_t consumersWaiting = 0;
    };
    /// Thread: as `account`. \return Nothing when the memory is too small.
    [[nodiscard]] static std::optional<State>
    state(std::span<const std::byte> memory, const Size &size) noexcept;

private:
    using Number = std::atomic<std::uint64_t>;
    using Word = std::atomic<std::uint32_t>;

    // One side of the queue: what its waiters sleep on, and their account.
    struct alignas(kApart) Side {
        Word changes; ///< Goes up with each change that this side's waiters wait for.
        Word sleepers;
        Word gone;
        Number waitedNs;
    };
    struct Head {
        FutexMutex mutex; ///< Protects `length` to `transitNs` and the cells.
        Word length;
        Word longest;
        Number first; ///< Index of the oldest entry, without end.
        Number beganNs; ///< First change; 0: none yet.
        Number changedNs; ///< Last change.
        Number entryNs; ///< Length times time, up to the last change.
        Number transitNs; ///< Time in the queue, of all that have left it.
        Side producers;
        Side consumers;
    };
    // A few words for each place, so that they do not take a cache line each: Arena's slots would.
    struct Cell {
        Number item;
        Number value;
        Number pushedNs;
    };
    struct alignas(kApart) Cells {
        Cell cells[5];
    };
    using Memory = Arena<Head, Cells>;
    using View = Arena<Head, Cells, const std::byte>;

    BoundedQueue(const Memory &memory, const Size &size) noexcept
        : m_memory(memory)
        , m_size(size)
    { }
    [[nodiscard]] static std::size_t cellGroups(const Size &size) noexcept;
    [[nodiscard]] Cell &cellAt(std::uint64_t index) const noexcept;
    void changeLength(std::uint32_t length, std::uint64_t nowNs) const noexcept;
    static void announce(Side &side) noexcept;
    static void leave(Side &own, Side &others, std::uint32_t all) noexcept;
    [[nodiscard]] bool sleep(Side &side, std::uint32_t seen, const StopToken &stop) const noexcept;

    Memory m_memory;
    Size m_size;
};

} // namespace timeslice
