// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace timeslice {

/// How far apart two words must lie so that writing one does not disturb the other: two cache lines, because
/// processors fetch lines in pairs.
inline constexpr std::size_t kApart = 128;

/// The arena of a workload (Needs::arenaBytes) seen as one Head and one Slot for each worker.
///
/// Both consist of lock-free atomics, all zero at first, and are aligned to kApart so that workers do not
/// disturb each other. A value; the memory outlives it. Thread: any.
/// \tparam Byte  std::byte for workers, const std::byte for those who only read.
template <typename Head, typename Slot, typename Byte = std::byte>
class Arena {
    static_assert(alignof(Head) <= kApart && alignof(Slot) == kApart);
    template <typename T>
    using Seen = std::conditional_t<std::is_const_v<Byte>, const T, T>;

public:
    [[nodiscard]] static constexpr std::size_t bytesFor(std::size_t slots) noexcept
    {
        return kHeadBytes + slots * sizeof(Slot);
    }

    /// \return Nothing when the memory is too small for that many slots.
    [[nodiscard]] static std::optional<Arena> on(std::span<Byte> memory, std::size_t slots) noexcept
    {
        const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
        if (memory.size() < bytesFor(slots) || address % kApart != 0)
            return std::nullopt;
        return Arena(memory.data(), slots);
    }

    [[nodiscard]] Seen<Head> &head() const noexcept { return *reinterpret_cast<Seen<Head> *>(m_memory); }
    [[nodiscard]] std::span<Seen<Slot>> slots() const noexcept
    {
        return {reinterpret_cast<Seen<Slot> *>(m_memory + kHeadBytes), m_slots};
    }

private:
    static constexpr std::size_t kHeadBytes = (sizeof(Head) + kApart - 1) / kApart * kApart;

    Arena(Byte *memory, std::size_t slots) noexcept
        : m_memory(memory)
        , m_slots(slots)
    { }

    Byte *m_memory;
    std::size_t m_slots;
};

} // namespace timeslice
