// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace timeslice {

/// The candidate that was probably meant: the one with the smallest edit distance (a swap of two neighbours
/// counts as one edit), if that is small for the word's length. Upper and lower case count as equal.
/// \return Empty when nothing is near.
/// Thread: any; pure. Cost: O(candidates * length^2); words above 64 bytes are near to nothing.
/// Source: optimal string alignment distance.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// `; did you mean "sum"?` for a word that is near to a candidate, else empty.
[[nodiscard]] std::string didYouMean(std::string_view word, std::span<const std::string> candidates);

/// "sum, primes, hash"
[[nodiscard]] std::string joined(std::span<const std::string> words);

} // namespace timeslice
