// SPDX-License-Identifier: GPL-3.0-or-later
// What workers say of their interpreter's lock, and what becomes of it on the timeline.
#include "core/observe/gilhistory.h"
#include "tests/support/timelinetesting.h"

#include <gtest/gtest.h>

namespace timeslice {
namespace {

using namespace testing;

TEST(SpanLog, sumsWhatASpanCovers)
{
    SpanLog log;
    for (std::uint64_t i = 0; i < 10'000; ++i) // several chunks
        log.append({100 * i, 100 * i + 30});
    EXPECT_EQ(log.size(), 10'000U);
    EXPECT_EQ(log.coveredNs({0, 1'000'000}), 300'000U);
    EXPECT_EQ(log.coveredNs({10, 20}), 10U);
    EXPECT_EQ(log.coveredNs({30, 100}), 0U);
    EXPECT_EQ(log.coveredNs({20, 410'000 + 5}), 10U + 4'099 * 30 + 5U);
    EXPECT_EQ(log.at(129), (TimeSpan{100, 130}));
    EXPECT_FALSE(log.at(130));
    EXPECT_FALSE(SpanLog().at(5));
    EXPECT_EQ(SpanLog().coveredNs({0, 10}), 0U);
}

TEST(SpanLog, aCopyStaysAsItIs)
{
    SpanLog log;
    log.append({0, 10});
    const auto copy = log;
    log.append({20, 30});
    EXPECT_EQ(copy.size(), 1U);
    EXPECT_EQ(copy.coveredNs({0, 100}), 10U);
    EXPECT_EQ(log.coveredNs({0, 100}), 20U);
}

// Two workers, tids 5 and 6: 5 holds the lock until 200, 6 waits for it from 120 on, and so on.
struct Lock {
    Lock()
        : board(std::make_shared<const Board>(
              std::move(*Board::createAnonymous({.workers = 2, .gilEvents = 64}))))
    {
        board->slot(0).tid = 5;
        board->slot(1).tid = 6;
    }
    void say(unsigned worker, std::uint64_t timeNs, GilEventKind kind) const
    {
        board->gilLog(worker).write({.timeNs = timeNs, .kind = kind});
    }
    std::shared_ptr<const Board> board;
};

TEST(GilReader, makesHoldsAndWaitsOfEvents)
{
    const Lock lock;
    lock.say(0, 100, GilEventKind::Take);
    lock.say(1, 120, GilEventKind::Wait);
    GilReader reader(lock.board);
    reader.read();
    {
        const auto history = reader.history();
        ASSERT_NE(history->ofTid(6), nullptr);
        EXPECT_EQ(GilHistory::waitedNs(*history->ofTid(6), {0, 150}), 30U); // it waits still
        EXPECT_EQ(GilHistory::waitAt(*history->ofTid(6), 130), (TimeSpan{120, UINT64_MAX}));
        EXPECT_EQ(history->holderAt(150), 0U);
        EXPECT_EQ(history->ofTid(7), nullptr);
    }
    lock.say(0, 200, GilEventKind::Drop);
    lock.say(1, 210, GilEventKind::Take);
    lock.say(0, 205, GilEventKind::Wait);
    lock.say(1, 260, GilEventKind::Release);
    lock.say(0, 270, GilEventKind::Take);
    reader.read();
    const auto history = reader.history();
    EXPECT_EQ(GilHistory::waitAt(*history->ofTid(6), 130), (TimeSpan{120, 210}));
    EXPECT_EQ(GilHistory::waitedNs(*history->ofTid(5), {0, 1'000}), 65U);
    EXPECT_EQ(history->holderAt(150), 0U);
    EXPECT_EQ(history->holderAt(250), 1U);
    EXPECT_FALSE(history->holderAt(265));
    EXPECT_EQ(history->holderAt(900), 0U);
    const auto summary = reader.summary();
    EXPECT_EQ(summary.handOvers, 2U);
    EXPECT_EQ(summary.asked, 1U);
    EXPECT_EQ(summary.lost, 0U);
    ASSERT_TRUE(summary.hold && summary.wait);
    EXPECT_EQ(summary.hold->max.count(), 100);
    EXPECT_EQ(summary.wait->max.count(), 90);
}

TEST(GilReader, tellsWhatItDidNotSee)
{
    const Lock lock;
    GilReader reader(lock.board);
    for (std::uint64_t i = 0; i < 200; ++i)
        lock.say(0, 10 * i, i % 2 == 0 ? GilEventKind::Take : GilEventKind::Release);
    reader.read();
    EXPECT_GT(reader.summary().lost, 100U);
}

TEST(TimelineView, tellsWaitingForTheLockFromOtherBlocking)
{
    const auto plain = viewOf(
        500,
        {forked(101, 5, 6, 0), out(120, 5, 0), in(130, 6, 1), out(200, 6, 1), in(300, 6, 1), out(400, 6, 1)});
    EXPECT_EQ(plain->gil(), nullptr);
    const Lock lock;
    lock.say(1, 195, GilEventKind::Wait); // said before it blocks,
    lock.say(1, 305, GilEventKind::Take); // and after it runs again
    GilReader reader(lock.board);
    reader.read();
    const auto view = plain->with(reader.history());
    const LaneId lane{LaneId::Kind::Task, 1};
    EXPECT_EQ(
        textOf(*view, lane),
        " absent [0,101) runnable [101,130) run1 [130,200)blocks gil-wait [200,300) run1 [300,400)blocks "
        "blocked "
        "[400,500)+");
    const auto sums = view->stats(lane, view->known()).sums;
    // The worker's own account is a little longer than the block itself, and cut to what was blocked.
    EXPECT_EQ(sums.gilWaitNs, 110U);
    EXPECT_EQ(sums.blockedNs, 90U);
    EXPECT_EQ(sums.totalNs(), plain->stats(lane, plain->known()).sums.totalNs());
    std::vector<StateSums> columns(8);
    view->columns(lane, view->known(), columns);
    std::uint64_t waited = 0;
    for (const auto &column : columns) {
        EXPECT_EQ(column.totalNs(), 50U);
        waited += column.gilWaitNs;
    }
    EXPECT_GE(waited, 100U);
    EXPECT_LE(waited, 110U);
}

} // namespace
} // namespace timeslice
