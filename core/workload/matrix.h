// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `matrix`: an item multiplies two square matrices that are made from seed and item, with Eigen on one
/// thread.
///
/// Entries are whole numbers from -8 to 7, stored as doubles, so every sum is exact whatever the order and
/// whether or not the machine fuses multiplication and addition: a plain triple loop in any language gives
/// the same product. The result is matrixFingerprint of it.
[[nodiscard]] WorkloadInfo matrixWorkload();

/// Entry `index` (row by row) of one of an item's two factors: `factor` is 0 for the left one, 1 for the
/// right one. Sixteen neighbouring entries are the sixteen half bytes, lowest first, of one mixed word.
[[nodiscard]] constexpr int
matrixEntry(std::uint64_t seed, std::uint64_t item, unsigned factor, std::uint64_t index)
{
    const auto word = mixBits(itemWord(seed, 2 * item + factor) ^ (index / 16));
    return static_cast<int>((word >> (index % 16 * 4)) & 15) - 8;
}

/// The product's entries, row by row, as the digits of a number to the base 0x100000001b3 (the first entry is
/// the highest), modulo 2^64. \param before  That of the entries in front of these.
[[nodiscard]] std::uint64_t matrixFingerprint(std::span<const double> entries, std::uint64_t before = 0);

} // namespace timeslice
