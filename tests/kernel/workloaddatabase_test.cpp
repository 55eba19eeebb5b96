// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/database.h"
#include "core/workload/databasefile.h"
#include "core/workload/matrix.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <cerrno>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace testing_support;

namespace fs = std::filesystem;

struct Size {
    std::int64_t databases = 1;
    std::int64_t rows = 20;
    std::int64_t series = 3;
    std::int64_t columns = 6;
    std::int64_t transform = 4;
};

WorkSpec databaseSpec(const Size &size)
{
    return specOf(
        databaseWorkload(),
        {{"databases", size.databases},
         {"rows", size.rows},
         {"series", size.series},
         {"columns", size.columns},
         {"transform", size.transform}});
}

DatabaseShape shapeOf(const Size &size, std::uint64_t seed = 1)
{
    const auto number = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
    return {
        .seed = seed,
        .rows = number(size.rows),
        .series = number(size.series),
        .columns = number(size.columns)};
}

// What an item is, without a database: the rows as they were put in, and three loops.
std::uint64_t plainItem(const Size &size, std::uint64_t seed, std::uint64_t item)
{
    const auto shape = shapeOf(size, seed);
    const auto transform = static_cast<std::uint64_t>(size.transform);
    const auto database = item % static_cast<std::uint64_t>(size.databases);
    std::vector<double> product;
    for (std::uint64_t i = 0; i < shape.rows; ++i) {
        const auto row = i * shape.series + databaseSeries(seed, item, shape.series);
        for (std::uint64_t column = 0; column < transform; ++column) {
            double sum = 0;
            for (std::uint64_t k = 0; k < shape.columns; ++k)
                sum += databaseReading(shape, database, row, k)
                    * matrixEntry(seed, item, 0, k * transform + column);
            product.push_back(sum);
        }
    }
    return matrixFingerprint(product);
}

Result<std::uint64_t> carryOutOne(PreparedWorkload &prepared, std::uint64_t item)
{
    auto worker = prepared.workload().makeWorker(prepared.resources(0));
    if (!worker)
        return std::unexpected(worker.error());
    RunWord word;
    return (*worker)->carryOut(item, word.token());
}

// In the place of database 0, which is there already. The only item is 0.
class ChangedDatabase : public ::testing::Test {
protected:
    Error errorOfItem()
    {
        const auto result = carryOutOne(m_prepared, 0);
        EXPECT_FALSE(result);
        return result ? Error{} : result.error();
    }
    void execute(const char *text)
    {
        sqlite3 *connection = nullptr;
        EXPECT_EQ(sqlite3_open(m_path.c_str(), &connection), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(connection, text, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(connection);
    }

    PreparedWorkload m_prepared{databaseWorkload(), databaseSpec({})};
    std::string m_path = databasePath(m_prepared.directory(), 0);
};

TEST(DatabaseWorkload, isThePlainProductOfTheRowsThatWerePutIn)
{
    // One of everything, and edges of the words that readings and matrices are cut from.
    for (const auto &size :
         {Size{.rows = 1, .series = 1, .columns = 1, .transform = 1},
          Size{.databases = 4, .rows = 17, .series = 5, .columns = 5, .transform = 3},
          Size{.databases = 2, .rows = 33, .series = 1, .columns = 11, .transform = 17},
          Size{.databases = 3, .rows = 16, .series = 9, .columns = 64, .transform = 256}}) {
        for (const std::uint64_t seed : {1U, 9U}) {
            auto spec = databaseSpec(size);
            spec.seed = seed;
            PreparedWorkload prepared(databaseWorkload(), spec);
            for (const std::uint64_t item : {0U, 1U, 2U, 3U, 77U}) {
                const auto result = carryOutOne(prepared, item);
                ASSERT_TRUE(result) << describe(result.error());
                EXPECT_EQ(*result, plainItem(size, seed, item)) << size.columns << " columns, item " << item;
            }
        }
    }
}

TEST(DatabaseWorkload, hasReadingsOfEveryKindThatDifferBetweenDatabasesAndSeeds)
{
    const DatabaseShape shape{.seed = 1, .rows = 1'000, .series = 1, .columns = 6};
    double lowest = 0;
    double highest = 0;
    std::uint64_t same = 0;
    for (std::uint64_t row = 0; row < shape.rows; ++row) {
        for (std::uint64_t column = 0; column < shape.columns; ++column) {
            const auto reading = databaseReading(shape, 0, row, column);
            lowest = std::min(lowest, reading);
            highest = std::max(highest, reading);
            auto other = shape;
            other.seed = 2;
            same += reading == databaseReading(shape, 1, row, column) ? 1 : 0;
            same += reading == databaseReading(other, 0, row, column) ? 1 : 0;
        }
    }
    EXPECT_GE(lowest, -2048);
    EXPECT_LT(lowest, -2000);
    EXPECT_LE(highest, 2047);
    EXPECT_GT(highest, 2000);
    EXPECT_LT(same, 50U); // of 12,000, by chance
}

TEST(DatabaseWorkload, doesNotMindTheOrderOfItemsNorWhoDoesThem)
{
    const Size size{.databases = 5, .rows = 30};
    PreparedWorkload prepared(databaseWorkload(), databaseSpec(size));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    RunWord word;
    std::vector<std::uint64_t> forwards;
    for (std::uint64_t item = 0; item < 20; ++item)
        forwards.push_back(*worker->carryOut(item, word.token()));
    for (std::uint64_t item = 20; item-- > 0;)
        EXPECT_EQ(*worker->carryOut(item, word.token()), forwards[item]);

    auto spec = databaseSpec(size);
    spec.workers = 4;
    PreparedWorkload shared(databaseWorkload(), spec);
    const auto outcome = carryOutOnThreads(shared, 20, 4);
    EXPECT_EQ(outcome.failures, std::vector<std::string>{});
    std::uint64_t expected = 0;
    for (std::uint64_t item = 0; item < 20; ++item)
        expected += checksumShare(item, forwards[item]);
    EXPECT_EQ(outcome.checksum, expected);
}

TEST(DatabaseWorkload, onlyReadsItsFilesAndPutsNothingBesideThem)
{
    auto spec = databaseSpec({.databases = 3});
    spec.workers = 2;
    PreparedWorkload prepared(databaseWorkload(), spec);
    const auto written = fs::last_write_time(databasePath(prepared.directory(), 0));
    EXPECT_TRUE(carryOutOnThreads(prepared, 12, 2).failures.empty());
    EXPECT_EQ(fs::last_write_time(databasePath(prepared.directory(), 0)), written);
    EXPECT_EQ(std::distance(fs::directory_iterator(prepared.directory()), fs::directory_iterator()), 3);
}

TEST(DatabaseWorkload, saysHowManyRowsAndWhereTheTimeWent)
{
    auto spec = databaseSpec({.rows = 500});
    spec.workers = 2;
    PreparedWorkload prepared(databaseWorkload(), spec);
    EXPECT_EQ(prepared.results(0), (std::vector<ResultValue>{0.0, 0.0, 0.0}));
    const auto before = MonotonicClock::now();
    const auto outcome = carryOutOnThreads(prepared, 8, 2);
    const auto together = 2 * toSeconds(MonotonicClock::now() - before);
    const auto results = prepared.results(outcome.done);
    EXPECT_DOUBLE_EQ(std::get<double>(results.at(0)), 4'000); // within the one second of these tests
    EXPECT_GT(std::get<double>(results.at(1)), 0);
    EXPECT_GT(std::get<double>(results.at(2)), 0);
    EXPECT_LE(std::get<double>(results.at(1)) + std::get<double>(results.at(2)), together);
}

TEST(DatabaseWorkload, stopsWhileItsDatabasesAreMade)
{
    const testing::TempTree directory;
    const auto info = databaseWorkload();
    const auto workload = info.make(databaseSpec({.databases = 16, .rows = 2'000, .series = 100}));
    RunWord stopped;
    stopped.stop();
    const auto none = workload->fillDirectory(directory.path(), stopped.token());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::Cancelled);

    // In the middle of one: at least the last of them is never begun.
    const testing::TempTree second;
    RunWord word;
    std::thread stopper([&] {
        while (!fs::exists(databasePath(second.path(), 0)))
            std::this_thread::yield();
        word.stop();
    });
    const auto some = workload->fillDirectory(second.path(), word.token());
    stopper.join();
    ASSERT_FALSE(some);
    EXPECT_EQ(some.error().kind, ErrorKind::Cancelled);
    EXPECT_FALSE(fs::exists(databasePath(second.path(), 15)));
}

TEST(DatabaseWorkload, neverOverwritesAFile)
{
    const testing::TempTree directory;
    const auto workload = databaseWorkload().make(databaseSpec({}));
    RunWord word;
    ASSERT_TRUE(workload->fillDirectory(directory.path(), word.token()));
    const auto again = workload->fillDirectory(directory.path(), word.token());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().where, databasePath(directory.path(), 0));
    EXPECT_NE(again.error().what.find("already exists"), std::string::npos) << again.error().what;
}

TEST(DatabaseWorkload, saysWhereItCannotMakeItsFiles)
{
    const auto workload = databaseWorkload().make(databaseSpec({}));
    RunWord word;
    const auto filled = workload->fillDirectory("/nonexistent", word.token());
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().kind, ErrorKind::Gone);
    EXPECT_EQ(filled.error().errnoValue, ENOENT);
    EXPECT_EQ(filled.error().where, "/nonexistent/database-0.sqlite");
    EXPECT_NE(filled.error().what.find("unable to open database file"), std::string::npos);
}

TEST(DatabaseWorkload, refusesMoreNumbersThanItMakesInASecondOrTwo)
{
    const auto check = databaseWorkload().check;
    ASSERT_NE(check, nullptr);
    EXPECT_TRUE(check(specOf(databaseWorkload())));
    EXPECT_TRUE(check(databaseSpec({.databases = 16, .rows = 100'000, .series = 1, .columns = 16})));
    const auto refused = check(
        databaseSpec({.databases = 16, .rows = 100'000, .series = 1'000, .columns = 64, .transform = 256}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Malformed);
    EXPECT_EQ(refused.error().where, "/params/rows");
    EXPECT_NE(refused.error().what.find("115200000000 numbers"), std::string::npos) << refused.error().what;
}

TEST_F(ChangedDatabase, thatIsMissingIsNamed)
{
    fs::remove(m_path);
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Gone);
    EXPECT_EQ(error.where, m_path);
    EXPECT_NE(error.what.find("unable to open database file"), std::string::npos) << error.what;
    EXPECT_FALSE(fs::exists(m_path)); // reading makes no empty one in its place
}

TEST_F(ChangedDatabase, thatIsNoDatabaseIsNamed)
{
    std::ofstream(m_path, std::ios::trunc) << std::string(10'000, 'x');
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Malformed);
    EXPECT_EQ(error.where, m_path);
    EXPECT_NE(error.what.find("file is not a database"), std::string::npos) << error.what;
}

TEST_F(ChangedDatabase, thatIsEmptyIsNamed)
{
    std::ofstream(m_path, std::ios::trunc).flush();
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Malformed);
    EXPECT_NE(error.what.find("no such table: readings"), std::string::npos) << error.what;
}

TEST_F(ChangedDatabase, thatIsCutShortIsNamed)
{
    fs::remove(m_path);
    RunWord word;
    ASSERT_TRUE(makeDatabase(m_path, shapeOf({.rows = 20'000}), 0, word.token()));
    fs::resize_file(m_path, fs::file_size(m_path) / 2);
    PreparedWorkload prepared(databaseWorkload(), databaseSpec({.rows = 20'000}));
    fs::copy_file(m_path, databasePath(prepared.directory(), 0), fs::copy_options::overwrite_existing);
    const auto result = carryOutOne(prepared, 0);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Malformed);
    EXPECT_NE(result.error().what.find("malformed"), std::string::npos) << result.error().what;
}

TEST_F(ChangedDatabase, withOtherRowsIsNamed)
{
    execute("DELETE FROM readings WHERE id < 6");
    const auto fewer = errorOfItem();
    EXPECT_EQ(fewer.kind, ErrorKind::Malformed);
    EXPECT_NE(fewer.what.find("fewer rows"), std::string::npos) << fewer.what;

    execute("INSERT INTO readings SELECT id + 1000, series, c0, c1, c2, c3, c4, c5 FROM readings");
    const auto more = errorOfItem();
    EXPECT_EQ(more.kind, ErrorKind::Malformed);
    EXPECT_NE(more.what.find("more rows"), std::string::npos) << more.what;
}

TEST_F(ChangedDatabase, withOtherColumnsIsNamed)
{
    execute("ALTER TABLE readings RENAME COLUMN c3 TO other");
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Malformed);
    EXPECT_NE(error.what.find("no such column: c3"), std::string::npos) << error.what;
}

TEST_F(ChangedDatabase, withTextInThePlaceOfNumbersIsNamed)
{
    execute("UPDATE readings SET c3 = 'much'");
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Malformed);
    EXPECT_EQ(error.where, m_path);
    EXPECT_NE(error.what.find("something else"), std::string::npos) << error.what;
}

TEST_F(ChangedDatabase, whoseFileMayNotBeReadIsNamed)
{
    if (::geteuid() == 0)
        GTEST_SKIP() << "root may read everything";
    fs::permissions(m_path, fs::perms::none);
    const auto error = errorOfItem();
    EXPECT_EQ(error.kind, ErrorKind::Denied);
    EXPECT_EQ(error.where, m_path);
}

TEST_F(ChangedDatabase, isAskedAgainAfterAFailure)
{
    const auto aside = m_path + ".aside";
    fs::rename(m_path, aside);
    auto worker = *m_prepared.workload().makeWorker(m_prepared.resources(0));
    RunWord word;
    EXPECT_FALSE(worker->carryOut(0, word.token()));
    fs::rename(aside, m_path);
    const auto result = worker->carryOut(0, word.token());
    ASSERT_TRUE(result) << describe(result.error());
    EXPECT_EQ(*result, plainItem({}, 1, 0));
}

// The lock of a simulated interpreter, as a worker's checkpoint sees it.
class Lock final : public Checkpoint {
public:
    void reached() noexcept override { EXPECT_TRUE(m_isHeld); }
    void beginWait() noexcept override
    {
        EXPECT_TRUE(m_isHeld);
        m_isHeld = false;
        ++m_waits;
    }
    void endWait() noexcept override { m_isHeld = true; }

    [[nodiscard]] unsigned waits() const { return m_waits; }

private:
    bool m_isHeld = true;
    unsigned m_waits = 0;
};

TEST(DatabaseWorkload, givesUpALockForEachStepOfItsQueryAndNotToTransform)
{
    PreparedWorkload prepared(databaseWorkload(), databaseSpec({.rows = 50}));
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    RunWord word;
    Lock lock;
    EXPECT_TRUE(worker->carryOut(0, word.token().with(&lock)));
    EXPECT_EQ(lock.waits(), 51U); // the last one says that there are no more rows
}

} // namespace
} // namespace timeslice
