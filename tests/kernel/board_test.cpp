// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/board.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <numeric>
#include <thread>
#include <vector>

namespace timeslice {
namespace {

using namespace std::chrono_literals;

// A private directory that is gone after the test.
class BoardFile : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "timeslice-board-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        m_directory = name;
    }
    void TearDown() override { std::filesystem::remove_all(m_directory); }

    [[nodiscard]] std::filesystem::path path() const { return m_directory / "board"; }
    void write(const std::string &bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
    // Overwrites bytes of the file from an offset on.
    void patch(std::size_t offset, const std::string &bytes) const
    {
        std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(offset));
        file << bytes;
    }

private:
    std::filesystem::path m_directory;
};

TEST_F(BoardFile, isSeenByWhoeverOpensIt)
{
    const auto made = Board::create(path(), {.workers = 3, .arenaBytes = 1000});
    ASSERT_TRUE(made);
    const auto opened = Board::open(path());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->workers(), 3U);
    EXPECT_EQ(opened->arena().size(), 1000U);
    EXPECT_EQ(opened->state(), RunState::Preparing);

    made->slot(2).itemsDone.store(42);
    made->latency(2).record(5ms);
    made->arena()[999] = std::byte{9};
    made->setEnginePid(77);
    made->setItemLimit(5);
    made->setErrorText(1, "broke");
    made->go(1s);
    EXPECT_EQ(opened->slot(2).itemsDone.load(), 42U);
    EXPECT_EQ(opened->slot(1).itemsDone.load(), 0U);
    EXPECT_EQ(opened->latency(2).max(), 5ms);
    EXPECT_EQ(opened->arena()[999], std::byte{9});
    EXPECT_EQ(opened->enginePid(), 77);
    EXPECT_EQ(opened->itemLimit(), 5U);
    EXPECT_EQ(opened->errorText(1), "broke");
    EXPECT_EQ(opened->state(), RunState::Go);
    ASSERT_TRUE(opened->goTime() && opened->deadline());
    EXPECT_EQ(*opened->deadline() - *opened->goTime(), 1s);
}

TEST_F(BoardFile, beginsEmpty)
{
    const auto board = Board::create(path(), {.workers = 2, .arenaBytes = 64});
    ASSERT_TRUE(board);
    EXPECT_FALSE(board->goTime());
    EXPECT_FALSE(board->deadline());
    EXPECT_FALSE(board->itemLimit());
    EXPECT_EQ(board->enginePid(), 0);
    EXPECT_EQ(board->errorText(0), "");
    EXPECT_FALSE(board->slot(0).atGo.load());
    EXPECT_EQ(board->slot(1).phase.load(), static_cast<std::uint32_t>(WorkerPhase::Absent));
    EXPECT_TRUE(std::ranges::all_of(board->arena(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(BoardFile, isForItsOwnerOnly)
{
    ASSERT_TRUE(Board::create(path(), {.workers = 1}));
    EXPECT_EQ(
        std::filesystem::status(path()).permissions(),
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(BoardFile, isNeverMadeOverAnotherFile)
{
    write("precious");
    const auto board = Board::create(path(), {.workers = 1});
    ASSERT_FALSE(board);
    EXPECT_EQ(board.error().errnoValue, EEXIST);
    EXPECT_EQ(board.error().where, path().string());
}

TEST_F(BoardFile, isNotFollowedThroughASymbolicLink)
{
    const auto target = path().parent_path() / "target";
    ASSERT_TRUE(Board::create(target, {.workers = 1}));
    std::filesystem::create_symlink(target, path());
    EXPECT_FALSE(Board::open(path()));
    EXPECT_FALSE(Board::create(path(), {.workers = 1}));
}

TEST_F(BoardFile, thatIsMissingIsGone)
{
    const auto board = Board::open(path());
    ASSERT_FALSE(board);
    EXPECT_EQ(board.error().kind, ErrorKind::Gone);
}

TEST_F(BoardFile, thatIsTooShortIsMalformed)
{
    for (const std::size_t size : {0U, 1U, 4095U}) {
        write(std::string(size, '\0'));
        const auto board = Board::open(path());
        ASSERT_FALSE(board);
        EXPECT_EQ(board.error().kind, ErrorKind::Malformed);
    }
}

TEST_F(BoardFile, ofAnotherKindIsMalformed)
{
    write(std::string(8192, 'x'));
    const auto board = Board::open(path());
    ASSERT_FALSE(board);
    EXPECT_EQ(board.error().kind, ErrorKind::Malformed);
    EXPECT_EQ(board.error().what, "is not a board");
}

TEST_F(BoardFile, ofAnotherVersionIsMalformed)
{
    ASSERT_TRUE(Board::create(path(), {.workers = 1}));
    patch(8, std::string("\x63\0\0\0", 4));
    const auto board = Board::open(path());
    ASSERT_FALSE(board);
    EXPECT_EQ(board.error().what, "is a board of another version");
}

TEST_F(BoardFile, whoseOffsetsLeadElsewhereIsMalformed)
{
    for (const std::streamoff field : {24, 32, 40, 48, 56, 64, 72}) {
        std::filesystem::remove(path());
        ASSERT_TRUE(Board::create(path(), {.workers = 2, .arenaBytes = 64}));
        patch(static_cast<std::size_t>(field), std::string("\x00\x00\x00\x40\x00\x00\x00\x00", 8));
        const auto board = Board::open(path());
        ASSERT_FALSE(board) << field;
        EXPECT_EQ(board.error().what, "is a damaged board");
    }
}

TEST_F(BoardFile, thatWasCutIsMalformed)
{
    ASSERT_TRUE(Board::create(path(), {.workers = 4}));
    std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 4096);
    const auto board = Board::open(path());
    ASSERT_FALSE(board);
    EXPECT_EQ(board.error().kind, ErrorKind::Malformed);
}

TEST_F(BoardFile, hasAtLeastOneWorkerAndNotTooMany)
{
    for (const unsigned workers : {0U, Board::kMaxWorkers + 1}) {
        const auto board = Board::createAnonymous({.workers = workers});
        ASSERT_FALSE(board);
        EXPECT_EQ(board.error().kind, ErrorKind::Unsupported);
    }
}

TEST(Board, keepsWorkersApart)
{
    constexpr unsigned kWorkers = 70;
    const auto board = Board::createAnonymous({.workers = kWorkers, .arenaBytes = 10'000});
    ASSERT_TRUE(board);
    std::ranges::fill(board->arena(), std::byte{0xff});
    for (unsigned i = 0; i < kWorkers; ++i) {
        board->slot(i).itemsDone.store(i + 1);
        board->latency(i).record(Nanoseconds(i + 1));
        board->setErrorText(i, std::string(Board::kMaxErrorText, static_cast<char>('0' + i)));
    }
    for (unsigned i = 0; i < kWorkers; ++i) {
        EXPECT_EQ(board->slot(i).itemsDone.load(), i + 1);
        EXPECT_EQ(board->slot(i).itemsFailed.load(), 0U);
        EXPECT_EQ(board->latency(i).max(), Nanoseconds(i + 1));
        EXPECT_EQ(board->errorText(i), std::string(Board::kMaxErrorText, static_cast<char>('0' + i)));
    }
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&board->slot(1)) % 64, 0U);
}

TEST(Board, keepsTheFirstErrorTextAndCutsIt)
{
    const auto board = Board::createAnonymous({.workers = 1});
    ASSERT_TRUE(board);
    board->setErrorText(0, "");
    EXPECT_EQ(board->errorText(0), "");
    board->setErrorText(0, std::string(1000, 'a'));
    board->setErrorText(0, "later");
    EXPECT_EQ(board->errorText(0), std::string(Board::kMaxErrorText, 'a'));
}

TEST(Board, storesWhatTheKernelCharged)
{
    const auto board = Board::createAnonymous({.workers = 1});
    ASSERT_TRUE(board);
    ThreadUsage usage{.atNs = 5, .cpuNs = 4, .voluntary = 3, .involuntary = 2};
    usage.migrations = 1;
    board->slot(0).atEnd.store(usage);
    const auto read = board->slot(0).atEnd.load();
    ASSERT_TRUE(read);
    EXPECT_EQ(read->atNs, 5U);
    EXPECT_EQ(read->cpuNs, 4U);
    EXPECT_EQ(read->voluntary, 3U);
    EXPECT_EQ(read->involuntary, 2U);
    EXPECT_EQ(read->queueWaitNs, ThreadUsage::kUnknown);
    EXPECT_EQ(read->migrations, 1U);
}

// Takes items on several threads until there are none; what each got.
std::vector<std::vector<std::uint64_t>> takeAll(const Board &board, unsigned threads)
{
    std::vector<std::vector<std::uint64_t>> taken(threads);
    std::vector<std::thread> workers;
    for (auto &mine : taken) {
        workers.emplace_back([&board, &mine] {
            while (const auto item = board.takeItem(MonotonicClock::now()))
                mine.push_back(*item);
        });
    }
    for (auto &worker : workers)
        worker.join();
    return taken;
}

TEST(Board, givesEachItemToExactlyOneWorker)
{
    constexpr std::uint64_t kItems = 20'000;
    const auto board = Board::createAnonymous({.workers = 4});
    ASSERT_TRUE(board);
    board->setItemLimit(kItems);
    board->go(std::nullopt);
    std::vector<std::uint64_t> all;
    for (const auto &mine : takeAll(*board, 4)) {
        EXPECT_TRUE(std::ranges::is_sorted(mine));
        all.insert(all.end(), mine.begin(), mine.end());
    }
    std::ranges::sort(all);
    std::vector<std::uint64_t> expected(kItems);
    std::iota(expected.begin(), expected.end(), 0U);
    EXPECT_EQ(all, expected);
    EXPECT_FALSE(board->takeItem(MonotonicClock::now()));
}

TEST(Board, givesNoItemAfterTheDeadline)
{
    const auto board = Board::createAnonymous({.workers = 4});
    ASSERT_TRUE(board);
    board->go(5ms);
    takeAll(*board, 4); // ends because the deadline comes; there is no limit
    EXPECT_GE(MonotonicClock::now(), *board->deadline());
    EXPECT_FALSE(board->takeItem(*board->deadline()));
    EXPECT_TRUE(board->takeItem(*board->deadline() - 1ns));
}

TEST(Board, givesNoItemOnceStopped)
{
    const auto board = Board::createAnonymous({.workers = 4});
    ASSERT_TRUE(board);
    board->go(std::nullopt);
    std::thread stopper([&board] {
        std::this_thread::sleep_for(2ms);
        board->stop();
    });
    takeAll(*board, 4); // ends because of the stop; there is neither limit nor deadline
    stopper.join();
    EXPECT_EQ(board->state(), RunState::Stop);
    board->go(std::nullopt);
    EXPECT_FALSE(board->takeItem(MonotonicClock::now()));
}

TEST(Board, withAnItemLimitOfZeroHasNothingToDo)
{
    const auto board = Board::createAnonymous({.workers = 1});
    ASSERT_TRUE(board);
    board->setItemLimit(0);
    board->go(std::nullopt);
    EXPECT_FALSE(board->takeItem(MonotonicClock::now()));
    board->setItemLimit(std::nullopt);
    EXPECT_FALSE(board->itemLimit());
}

} // namespace
} // namespace timeslice
