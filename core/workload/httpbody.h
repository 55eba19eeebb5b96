// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

#include <algorithm>

namespace timeslice {

/// What the workloads `http` and `https` and the local server have agreed on.
///
///     GET /item/<item>?delay_ms=<0..10000>&bytes=<1..65536>&seed=<seed> HTTP/1.1
///     Host: 127.0.0.1:<port>
///     X-Timeslice-Token: <the run's token>
///
/// is answered after the delay with 200 and exactly that many bytes: `httpBody(seed, item, bytes)`.
inline constexpr char kHttpTokenHeader[] = "X-Timeslice-Token";
inline constexpr std::uint64_t kHttpMaxDelayMs = 10'000;
inline constexpr std::uint64_t kHttpMaxBodyBytes = 65'536;

/// The bytes that the server answers for an item: words of a sequence that seed and item begin,
/// little-endian.
/// \param bytes  At most kHttpMaxBodyBytes.
/// Thread: any; pure.
[[nodiscard]] inline std::vector<std::byte>
httpBody(std::uint64_t seed, std::uint64_t item, std::size_t bytes)
{
    std::vector<std::byte> body(bytes);
    const auto start = mixBits(mixBits(seed) ^ item);
    for (std::size_t at = 0; at < bytes; at += 8) {
        const auto word = mixBits(start + at / 8);
        for (std::size_t i = at; i < std::min(at + 8, bytes); ++i)
            body[i] = static_cast<std::byte>(word >> (8 * (i - at)));
    }
    return body;
}

} // namespace timeslice
