// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/databasefile.h"

#include "core/workload/workload.h"

#include <sqlite3.h>

#include <cassert>

namespace timeslice {

namespace {

// Some 100 us while a database is made.
constexpr std::uint64_t kRowsPerCheck = 64;

// As many as there are bits for in a mixed word.
constexpr std::uint64_t kReadingsPerWord = 5;
constexpr unsigned kReadingBits = 12;

// What SQLite said, with its words, and the system's where it could not do with the file what it wanted.
std::unexpected<Error> failSqlite(sqlite3 *connection, const std::string &path, const std::string &what)
{
    const auto words = what + ": " + ::sqlite3_errmsg(connection);
    switch (::sqlite3_errcode(connection)) {
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_FULL:
        if (const int code = ::sqlite3_system_errno(connection); code != 0)
            return failErrno(code, path, words);
        return fail(ErrorKind::System, path, words);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return fail(ErrorKind::Denied, path, words);
    case SQLITE_ERROR: // no such table
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail(ErrorKind::Malformed, path, words);
    default:
        return fail(ErrorKind::System, path, words);
    }
}

using Connection = std::unique_ptr<sqlite3, SqliteEnd>;
using Statement = std::unique_ptr<sqlite3_stmt, SqliteEnd>;

Result<Connection> connect(const std::string &path, int flags)
{
    sqlite3 *opened = nullptr;
    const int code = ::sqlite3_open_v2(
        path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nullptr);
    Connection connection(opened); // there is one even after a failure, to ask why
    if (code != SQLITE_OK)
        return failSqlite(connection.get(), path, "cannot open the database");
    return connection;
}

Result<Statement> prepare(sqlite3 *connection, const std::string &path, const std::string &text)
{
    sqlite3_stmt *prepared = nullptr;
    if (::sqlite3_prepare_v2(connection, text.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
        return failSqlite(connection, path, "cannot use the database");
    return Statement(prepared);
}

// "c0, c1, c2", each followed by `type`.
std::string columnList(std::uint64_t columns, const std::string &type = {})
{
    std::string list;
    for (std::uint64_t column = 0; column < columns; ++column)
        list += (column > 0 ? ", c" : "c") + std::to_string(column) + type;
    return list;
}

std::uint64_t wordsPerRow(const DatabaseShape &shape)
{
    return (shape.columns + kReadingsPerWord - 1) / kReadingsPerWord;
}

std::uint64_t
readingsWord(const DatabaseShape &shape, std::uint64_t database, std::uint64_t row, std::uint64_t column)
{
    return mixBits(itemWord(shape.seed, database) ^ (row * wordsPerRow(shape) + column / kReadingsPerWord));
}

double readingIn(std::uint64_t word, std::uint64_t column)
{
    const auto bits = word >> (column % kReadingsPerWord * kReadingBits) & ((1U << kReadingBits) - 1);
    return static_cast<double>(static_cast<int>(bits) - (1 << (kReadingBits - 1)));
}

Result<void> insertRows(
    sqlite3 *connection, const std::string &path, const DatabaseShape &shape, std::uint64_t database,
    const StopToken &stop)
{
    std::string values = "?, ?";
    for (std::uint64_t column = 0; column < shape.columns; ++column)
        values += ", ?";
    const auto insert = prepare(connection, path, "INSERT INTO readings VALUES (" + values + ")");
    if (!insert)
        return std::unexpected(insert.error());
    for (std::uint64_t row = 0; row < shape.rows * shape.series; ++row) {
        if (row % kRowsPerCheck == 0 && stop.requested())
            return fail(ErrorKind::Cancelled, path, "stopped while the database was made");
        ::sqlite3_bind_int64(insert->get(), 1, static_cast<sqlite3_int64>(row));
        ::sqlite3_bind_int64(insert->get(), 2, static_cast<sqlite3_int64>(row % shape.series));
        std::uint64_t word = 0;
        for (std::uint64_t column = 0; column < shape.columns; ++column) {
            if (column % kReadingsPerWord == 0)
                word = readingsWord(shape, database, row, column);
            ::sqlite3_bind_double(insert->get(), static_cast<int>(column) + 3, readingIn(word, column));
        }
        // Of the two calls the latter gives a failure of the former once more.
        ::sqlite3_step(insert->get());
        if (::sqlite3_reset(insert->get()) != SQLITE_OK)
            return failSqlite(connection, path, "cannot fill the database");
    }
    return {};
}

// Ends a query however it went, and with it the lock on the file.
class ResetLater {
public:
    explicit ResetLater(sqlite3_stmt *statement)
        : m_statement(statement)
    { }
    ~ResetLater() { ::sqlite3_reset(m_statement); }
    ResetLater(const ResetLater &) = delete;
    ResetLater &operator=(const ResetLater &) = delete;

private:
    sqlite3_stmt *m_statement;
};

} // namespace

void SqliteEnd::operator()(sqlite3 *connection) const noexcept
{
    ::sqlite3_close_v2(connection);
}

void SqliteEnd::operator()(sqlite3_stmt *statement) const noexcept
{
    ::sqlite3_finalize(statement);
}

double
databaseReading(const DatabaseShape &shape, std::uint64_t database, std::uint64_t row, std::uint64_t column)
{
    return readingIn(readingsWord(shape, database, row, column), column);
}

Result<void> makeDatabase(
    const std::string &path, const DatabaseShape &shape, std::uint64_t database, const StopToken &stop)
{
    const auto connection = connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (!connection)
        return std::unexpected(connection.error());
    const auto execute = [&](const std::string &text) -> Result<void> {
        if (::sqlite3_exec(connection->get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            return failSqlite(connection->get(), path, "cannot make the database");
        return {};
    };
    // Without a journal the file is one that readers just read: no log beside it (WAL), nothing to roll back.
    if (auto begun = execute(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE readings (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, "
            + columnList(shape.columns, " REAL NOT NULL") + ")");
        !begun)
        return begun;
    if (auto filled = insertRows(connection->get(), path, shape, database, stop); !filled)
        return filled;
    return execute("COMMIT");
}

Result<DatabaseReader> DatabaseReader::open(std::string path, const DatabaseShape &shape)
{
    auto connection = connect(path, SQLITE_OPEN_READONLY);
    if (!connection)
        return std::unexpected(connection.error());
    auto query = prepare(
        connection->get(), path,
        "SELECT " + columnList(shape.columns) + " FROM readings WHERE series = ? ORDER BY id");
    if (!query)
        return std::unexpected(query.error());
    DatabaseReader reader;
    reader.m_path = std::move(path);
    reader.m_shape = shape;
    reader.m_connection = std::move(*connection);
    reader.m_query = std::move(*query);
    return reader;
}

Result<void> DatabaseReader::query(std::uint64_t series, std::span<double> rows, const StopToken &stop) const
{
    assert(rows.size() == m_shape.rows * m_shape.columns);
    auto *const query = m_query.get();
    const ResetLater reset(query);
    ::sqlite3_bind_int64(query, 1, static_cast<sqlite3_int64>(series));
    auto *reading = rows.data();
    for (std::uint64_t row = 0;; ++row) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, m_path, "stopped within its query");
        const int code = stop.blocking([&] { return ::sqlite3_step(query); });
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            return failSqlite(m_connection.get(), m_path, "cannot read the database");
        if ((code == SQLITE_DONE) != (row == m_shape.rows))
            return fail(
                ErrorKind::Malformed, m_path,
                (row < m_shape.rows ? "has fewer rows than the " : "has more rows than the ")
                    + std::to_string(m_shape.rows) + " that were put into it for each series");
        if (code == SQLITE_DONE)
            return {};
        for (std::uint64_t column = 0; column < m_shape.columns; ++column) {
            if (::sqlite3_column_type(query, static_cast<int>(column)) != SQLITE_FLOAT)
                return fail(ErrorKind::Malformed, m_path, "holds something else than the readings");
            *reading++ = ::sqlite3_column_double(query, static_cast<int>(column));
        }
    }
}

} // namespace timeslice
