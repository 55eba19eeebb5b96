// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace timeslice {

/// What the databases of the workload `database` hold, each other numbers.
///
/// One table, `readings (id INTEGER PRIMARY KEY, series INTEGER, c0 REAL, c1 REAL, ...)`, with ids from 0 on.
/// The series take turns: the row with id r is one of series r % `series`.
struct DatabaseShape {
    std::uint64_t seed = 1;
    std::uint64_t rows = 1; ///< Of each series.
    std::uint64_t series = 1;
    std::uint64_t columns = 1; ///< Readings in a row.
};

/// Reading `column` of the row with id `row` in database number `database`: a whole number from -2048 to
/// 2047, the same for one seed on every machine. Thread: any; pure.
[[nodiscard]] double
databaseReading(const DatabaseShape &shape, std::uint64_t database, std::uint64_t row, std::uint64_t column);

/// Makes database number `database` in a file that is not there yet. It is not put on the disk (no fsync, no
/// journal): it ends with the run.
/// \error  Cancelled, with half a file left; what the file system said; Malformed when the file
/// holds such a table already.
/// Thread: any. Cost: some 2 us for each row of 16 columns.
[[nodiscard]] Result<void> makeDatabase(
    const std::string &path, const DatabaseShape &shape, std::uint64_t database, const StopToken &stop);

/// Gives back what SQLite has made.
struct SqliteEnd {
    void operator()(sqlite3 *connection) const noexcept;
    void operator()(sqlite3_stmt *statement) const noexcept;
};

/// A connection of one worker's own to one database, with its query prepared.
///
/// It reads only, shares no cache and has no lock of SQLite's own (SQLITE_OPEN_NOMUTEX). Movable.
/// Thread: the one that opened it, until it is gone.
class DatabaseReader {
public:
    /// \error  Gone, Denied or System for a file that cannot be opened; Malformed for one that is no such
    /// database; each with the file's name and SQLite's words.
    [[nodiscard]] static Result<DatabaseReader> open(std::string path, const DatabaseShape &shape);

    /// The rows of one series, by id. Each step of the query goes through StopToken::blocking, as CPython's
    /// sqlite3 gives up its lock for it, and reads at most `series` rows of the table.
    /// \param rows  Room for DatabaseShape's rows x columns readings; one row after another.
    /// \error  Cancelled; Malformed for other rows than those that were put in; what SQLite or the file
    /// system said.
    [[nodiscard]] Result<void>
    query(std::uint64_t series, std::span<double> rows, const StopToken &stop) const;

private:
    DatabaseReader() = default;

    std::string m_path;
    DatabaseShape m_shape;
    std::unique_ptr<sqlite3, SqliteEnd> m_connection;
    std::unique_ptr<sqlite3_stmt, SqliteEnd> m_query; ///< Gone before its connection.
};

} // namespace timeslice
