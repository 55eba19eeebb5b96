// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `sum`: an item adds up one slice of a list of doubles that really lies in memory.
///
/// The list is cut into as many slices as the run has items (kDefaultSumSlices when it goes by duration);
/// item i is slice i modulo that. The result is the bits of the sum. Two loops:
///
/// `strict` goes from left to right, and each addition waits for the one before. That is bound by computing,
/// so two cores do twice the work.
///
/// `simd` goes in blocks of 64 Ki numbers: number k of a block is added to running sum k mod 16, the sixteen
/// are added in halves (8 + 8, 4 + 4, ...) and the blocks from left to right. That is bound by the memory,
/// which the cores share: the lesson.
///
/// Both are fixed orders of IEEE additions, so the bits are the same under every model.
[[nodiscard]] WorkloadInfo sumWorkload();

inline constexpr std::uint64_t kDefaultSumSlices = 64;

/// The two loops over numbers that lie in memory, as an item runs them: `total` plus the sum of the numbers.
/// Thread: any; pure. A workload never gives them more than kSumBlock numbers at once.
[[nodiscard]] double addStrict(double total, std::span<const double> numbers);
[[nodiscard]] double addSimd(double total, std::span<const double> numbers);

/// The most a worker reads between two looks at the stop flag, and the most it asks of a pipe at once.
inline constexpr std::uint64_t kSumBlock = 64 * 1024;

/// A range of the list, in numbers.
struct SumSlice {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    friend bool operator==(const SumSlice &, const SumSlice &) = default;
};

/// Slice `index` of a list of `numbers` cut into `slices` parts that differ by at most one number; the last
/// ones take the remainder. Empty where there are more slices than numbers.
/// \param index  Below `slices`, which is not 0.
[[nodiscard]] SumSlice sumSlice(std::uint64_t numbers, std::uint64_t slices, std::uint64_t index);

/// Number `position` of the list for a seed, in [0, 1); any part of the list can be made without the rest.
[[nodiscard]] double sumNumber(std::uint64_t seed, std::uint64_t position);

} // namespace timeslice
