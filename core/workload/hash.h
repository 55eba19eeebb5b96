// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/digest.h"
#include "core/workload/workload.h"

namespace timeslice {

/// `hash`: an item is the SHA-256 of one block; the result is the digest's first word.
///
/// The block lies in the worker's own memory: SHA-256(seed) repeated to its end, and over its first 16 bytes
/// the seed and the item (little-endian words), written anew for each item. So a program in any language
/// makes the same block quickly.
[[nodiscard]] WorkloadInfo hashWorkload();

/// Fills a block for a seed, as item 0. \param block  At least 32 bytes. \error As of Sha256.
[[nodiscard]] Result<void> fillHashBlock(std::span<std::byte> block, std::uint64_t seed, Sha256 &sha);

} // namespace timeslice
