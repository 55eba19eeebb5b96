// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace timeslice {

/// What a worker did with a global interpreter lock.
enum class GilEventKind : std::uint8_t {
    Wait = 1, ///< It asked for the lock and did not get it at once.
    Take = 2, ///< It holds the lock from now on.
    Drop = 3, ///< It gave the lock up because another worker asked for it.
    Release = 4, ///< It gave the lock up by itself: before it blocks, or because it ends.
};

struct GilEvent {
    std::uint64_t timeNs = 0; ///< CLOCK_MONOTONIC.
    GilEventKind kind = GilEventKind::Wait;

    friend bool operator==(const GilEvent &, const GilEvent &) = default;
};

/// One worker's newest events, in order; a ring in shared memory.
///
/// One writer, the worker; readers come often enough or learn how many they missed. Writing is three plain
/// stores. Thread: any. The memory outlives the value.
class GilLog {
public:
    /// \param memory  `bytesFor(n)` zeroed bytes, or none for a log that keeps nothing.
    explicit GilLog(std::span<std::byte> memory) noexcept;

    [[nodiscard]] static std::size_t bytesFor(std::size_t events) noexcept;
    [[nodiscard]] std::size_t capacity() const noexcept { return m_capacity; }

    void write(const GilEvent &event) const noexcept;

    /// Appends what was written since `next` to `into` and moves `next` behind it.
    /// \return How many events were overwritten before they could be read.
    std::uint64_t read(std::uint64_t &next, std::vector<GilEvent> &into) const;

private:
    struct Entry {
        std::atomic<std::uint64_t> timeNs;
        std::atomic<std::uint64_t> kind;
    };
    struct Head {
        std::atomic<std::uint64_t> next; ///< Events written so far; stored behind the event, with release.
        std::uint64_t reserved[7];
    };

    Head *m_head = nullptr;
    Entry *m_entries = nullptr;
    std::size_t m_capacity = 0;
};

} // namespace timeslice
