// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `primes`: an item counts the primes of one range by trial division; the result is the count.
///
/// Items cost about the same wherever they lie: the range begins somewhere in [kPrimesLowest, 2 *
/// kPrimesLowest), drawn from seed and item. Trial division costs the square root of the number, so two
/// items of the default length differ by at most sqrt(2), and the longest (which reach three times
/// kPrimesLowest) by less than that.
[[nodiscard]] WorkloadInfo primesWorkload();

inline constexpr std::uint64_t kPrimesLowest = 10'000'000;

/// The first number of an item's range.
[[nodiscard]] std::uint64_t primesRangeStart(std::uint64_t seed, std::uint64_t item);

/// How many of `first`, `first + 1`, ..., `first + count - 1` are prime, each tried on its own.
/// \param first, count  Their sum is at most 2^32: the loop divides 32-bit numbers, which is much quicker
/// than 64-bit.
/// \error Cancelled.
/// Thread: any; pure. Looks at `stop` every 256 numbers (below 2 ms even if all were prime).
[[nodiscard]] Result<std::uint64_t>
countPrimes(std::uint64_t first, std::uint64_t count, const StopToken &stop);

} // namespace timeslice
