// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `database`: an item queries one of several SQLite databases and transforms the rows as a matrix.
///
/// The databases are files that are made for the run (DatabaseShape) and only read by its workers, each over
/// connections of its own that it opens in its own thread, when it first needs them, and keeps. Item i asks
/// database i % `databases` for the rows of one series and multiplies them, as a matrix, by one of the item's
/// own, which has the entries of the left factor of `matrix` (matrixEntry). The result is the
/// matrixFingerprint of that product.
///
/// SQLite is called directly, because its C library is what CPython's sqlite3 module calls: the query is the
/// same code in both languages, and what differs between two runs is the model. All numbers are whole ones,
/// stored as doubles, so every sum is exact in any language.
[[nodiscard]] WorkloadInfo databaseWorkload();

/// Where database number `database` of a run lies.
[[nodiscard]] std::string databasePath(const std::string &directory, std::uint64_t database);

/// Which series of its database an item asks for, of `series`.
[[nodiscard]] constexpr std::uint64_t
databaseSeries(std::uint64_t seed, std::uint64_t item, std::uint64_t series)
{
    return itemWord(seed, item) % series;
}

} // namespace timeslice
