// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace timeslice {

// How `payload` knows that its bytes arrived: one byte in every page is marked. That touches all of them as
// whoever uses them would, and costs little beside passing them. The other half of this is
// resources/python/timeslice/workloads/payload.py.

inline constexpr std::size_t kMarkEvery = 4096;

[[nodiscard]] constexpr std::uint8_t markOf(std::uint64_t word, std::size_t page)
{
    return static_cast<std::uint8_t>(word >> (8 * (page % 8)));
}

/// The worker's part before: the eight bytes of `word`, over and over.
constexpr void putMarks(std::span<std::byte> bytes, std::uint64_t word)
{
    for (std::size_t at = 0, page = 0; at < bytes.size(); at += kMarkEvery, ++page)
        bytes[at] = std::byte{markOf(word, page)};
}

/// The partner's part: adds 1 to each, modulo 256.
constexpr void raiseMarks(std::span<std::byte> bytes)
{
    for (std::size_t at = 0; at < bytes.size(); at += kMarkEvery)
        bytes[at] = std::byte(static_cast<std::uint8_t>(std::to_integer<unsigned>(bytes[at]) + 1));
}

/// The worker's part after. \return Their sum; nothing when one is not what the partner should have made of
/// it.
[[nodiscard]] constexpr std::optional<std::uint64_t>
sumOfMarks(std::span<const std::byte> bytes, std::uint64_t word)
{
    std::uint64_t sum = 0;
    for (std::size_t at = 0, page = 0; at < bytes.size(); at += kMarkEvery, ++page) {
        const auto raised = static_cast<std::uint8_t>(markOf(word, page) + 1);
        if (std::to_integer<std::uint8_t>(bytes[at]) != raised)
            return std::nullopt;
        sum += raised;
    }
    return sum;
}

} // namespace timeslice
