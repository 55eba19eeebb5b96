// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/database.h"

#include "core/base/mapping.h"
#include "core/workload/arena.h"
#include "core/workload/databasefile.h"
#include "core/workload/matrix.h"

#include <algorithm>
#include <atomic>

namespace timeslice {

namespace {

// Up to 250,000 multiplications: some 100 us.
constexpr std::uint64_t kRowsPerCheck = 16;

// As many as WorkloadInfo::extraFiles says.
constexpr unsigned kMaxDatabases = 16;

// The numbers of all databases of a run together: some 100 MiB of files, made in a second or two. A row costs
// as much as this many numbers besides those in it.
constexpr std::uint64_t kMaxNumbers = 48 * 1024 * 1024;
constexpr std::uint64_t kNumbersPerRow = 8;

struct Nothing { };

struct alignas(kApart) Own {
    std::atomic<std::uint64_t> queryNs; ///< Of finished items; by the clock.
    std::atomic<std::uint64_t> transformNs;
};

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

struct Plan {
    DatabaseShape shape;
    std::uint64_t databases = 1;
    std::uint64_t transformed = 1; ///< Columns of the product.
};

Plan planOf(const WorkSpec &spec)
{
    const auto number = [&](const char *id) { return static_cast<std::uint64_t>(spec.params.integer(id)); };
    return {
        .shape =
            {.seed = spec.seed,
             .rows = number("rows"),
             .series = number("series"),
             .columns = number("columns")},
        .databases = number("databases"),
        .transformed = number("transform")};
}

std::uint64_t numbersOf(const Plan &plan)
{
    return plan.databases * plan.shape.rows * plan.shape.series * (plan.shape.columns + kNumbersPerRow);
}

// One writer per slot.
void add(std::atomic<std::uint64_t> &sum, Nanoseconds time)
{
    sum.store(
        sum.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(time.count()),
        std::memory_order_relaxed);
}

class DatabaseItems final : public WorkerItems {
public:
    DatabaseItems(const Plan &plan, Own &own, std::string directory, Mapping rows)
        : m_plan(plan)
        , m_own(own)
        , m_directory(std::move(directory))
        , m_memory(std::move(rows))
        , m_readers(plan.databases)
        , m_factor(plan.shape.columns * plan.transformed)
        , m_product(plan.transformed)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (stop.requested())
            return stopped();
        const auto begin = MonotonicClock::now();
        const auto reader = readerOf(item % m_plan.databases);
        if (!reader)
            return std::unexpected(reader.error());
        const auto series = databaseSeries(m_plan.shape.seed, item, m_plan.shape.series);
        if (const auto queried = (*reader)->query(series, rows(), stop); !queried)
            return std::unexpected(queried.error());
        const auto between = MonotonicClock::now();
        const auto number = transform(item, stop);
        if (number) {
            add(m_own.queryNs, between - begin);
            add(m_own.transformNs, MonotonicClock::now() - between);
        }
        return number;
    }

private:
    static std::unexpected<Error> stopped()
    {
        return fail(ErrorKind::Cancelled, "database", "stopped within its item");
    }

    [[nodiscard]] std::span<double> rows() const
    {
        return {
            reinterpret_cast<double *>(m_memory.bytes().data()), m_memory.bytes().size() / sizeof(double)};
    }

    // Opened when it is first asked, on this worker's thread.
    Result<const DatabaseReader *> readerOf(std::uint64_t database)
    {
        auto &reader = m_readers[database];
        if (!reader) {
            auto opened = DatabaseReader::open(databasePath(m_directory, database), m_plan.shape);
            if (!opened)
                return std::unexpected(opened.error());
            reader = std::move(*opened);
        }
        return &*reader;
    }

    Result<std::uint64_t> transform(std::uint64_t item, const StopToken &stop)
    {
        const auto columns = m_plan.shape.columns;
        for (std::uint64_t i = 0; i < m_factor.size(); ++i)
            m_factor[i] = matrixEntry(m_plan.shape.seed, item, 0, i);
        const auto *reading = rows().data();
        std::uint64_t number = 0;
        for (std::uint64_t row = 0; row < m_plan.shape.rows; ++row) {
            if (row % kRowsPerCheck == 0 && stop.requested())
                return stopped();
            std::ranges::fill(m_product, 0);
            const auto *factor = m_factor.data();
            for (std::uint64_t column = 0; column < columns; ++column, factor += m_product.size()) {
                const double value = *reading++;
                for (std::size_t i = 0; i < m_product.size(); ++i)
                    m_product[i] += value * factor[i];
            }
            number = matrixFingerprint(m_product, number);
        }
        return number;
    }

    Plan m_plan;
    Own &m_own;
    std::string m_directory;
    Mapping m_memory; // of the rows; mapped and not allocated: too many are an Error and no exception
    std::vector<std::optional<DatabaseReader>> m_readers;
    std::vector<double> m_factor;
    std::vector<double> m_product; ///< One row of it.
};

class Database final : public Workload {
public:
    explicit Database(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_plan(planOf(spec))
    { }

    Needs needs() const override { return {.arenaBytes = Slots::bytesFor(m_workers), .directory = true}; }

    Result<void> fillDirectory(const std::string &directory, const StopToken &stop) const override
    {
        for (std::uint64_t database = 0; database < m_plan.databases; ++database) {
            const auto path = databasePath(directory, database);
            if (auto made = makeDatabase(path, m_plan.shape, database, stop); !made)
                return made;
        }
        return {};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots || resources.directory.empty())
            return fail(ErrorKind::Unsupported, "database", "the worker was given no databases");
        auto rows = Mapping::anonymous(m_plan.shape.rows * m_plan.shape.columns * sizeof(double));
        if (!rows)
            return std::unexpected(rows.error());
        return std::make_unique<DatabaseItems>(
            m_plan, slots->slots()[resources.index], resources.directory, std::move(*rows));
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto slots = SlotsView::on(facts.arena, m_workers);
        if (!slots)
            return {};
        Nanoseconds query{};
        Nanoseconds transform{};
        for (const auto &own : slots->slots()) {
            query += Nanoseconds(own.queryNs.load(std::memory_order_relaxed));
            transform += Nanoseconds(own.transformNs.load(std::memory_order_relaxed));
        }
        ResultValue rowsPerSecond;
        if (facts.wallSeconds > 0)
            rowsPerSecond =
                static_cast<double>(facts.items) * static_cast<double>(m_plan.shape.rows) / facts.wallSeconds;
        return {rowsPerSecond, toSeconds(query), toSeconds(transform)};
    }

private:
    unsigned m_workers;
    Plan m_plan;
};

Result<void> checkSpec(const WorkSpec &spec)
{
    const auto numbers = numbersOf(planOf(spec));
    if (numbers <= kMaxNumbers)
        return {};
    return fail(
        ErrorKind::Malformed, "/params/rows",
        "with these databases, series and columns would make " + std::to_string(numbers)
            + " numbers; there may be " + std::to_string(kMaxNumbers));
}

} // namespace

std::string databasePath(const std::string &directory, std::uint64_t database)
{
    return directory + "/database-" + std::to_string(database) + ".sqlite";
}

WorkloadInfo databaseWorkload()
{
    return {
        .id = "database",
        .title = "Query databases",
        .kind = "mixed",
        .item =
            "Query one of several SQLite databases, each of them a file, and transform the rows as a matrix. "
            "The query is the work of a C library, the transformation that of the language.",
        .parameters =
            {
                Parameter::integer(
                    "databases", "Databases", "files",
                    "How many databases there are; the items ask one after the other.", 6, 1, kMaxDatabases),
                Parameter::integer(
                    "rows", "Rows of a query", "rows", "How many rows each query gives.", 2'000, 1, 100'000),
                Parameter::integer(
                    "series", "Series in a table", "series",
                    "A query reads the rows of all series and gives those of one; more series are more work "
                    "for the database.",
                    5, 1, 1'000),
                Parameter::integer("columns", "Columns", "columns", "How many numbers a row has.", 16, 1, 64),
                Parameter::integer(
                    "transform", "Transformed to", "columns",
                    "How many columns the rows have after they were multiplied by a matrix; more columns are "
                    "more arithmetic.",
                    32, 1, 256),
            },
        .defaultItems = 600,
        .results =
            {{.id = "rows_per_s",
              .title = "Rows",
              .unit = "rows/s",
              .help = "Rows that were queried and transformed, all workers together."},
             {.id = "query_s",
              .title = "Querying",
              .unit = "s",
              .help = "Time that workers spent on queries, all together."},
             {.id = "transform_s",
              .title = "Transforming",
              .unit = "s",
              .help = "Time that workers spent on transforming the rows, all together."}},
        .extraFiles = kMaxDatabases,
        .check = checkSpec,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Database>(spec);
        },
    };
}

} // namespace timeslice
