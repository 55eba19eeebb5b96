// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/board.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace timeslice {
namespace {

Board boardFor(std::size_t events)
{
    return std::move(*Board::createAnonymous({.workers = 2, .gilEvents = events}));
}

TEST(GilLog, givesEachWorkersEventsInTheOrderWritten)
{
    const auto board = boardFor(8);
    ASSERT_EQ(board.gilLog(1).capacity(), 8U);
    board.gilLog(0).write({.timeNs = 10, .kind = GilEventKind::Wait});
    board.gilLog(1).write({.timeNs = 15, .kind = GilEventKind::Release});
    board.gilLog(0).write({.timeNs = 20, .kind = GilEventKind::Take});
    std::uint64_t next = 0;
    std::vector<GilEvent> events;
    EXPECT_EQ(board.gilLog(0).read(next, events), 0U);
    const std::vector<GilEvent> expected{
        {.timeNs = 10, .kind = GilEventKind::Wait}, {.timeNs = 20, .kind = GilEventKind::Take}};
    EXPECT_EQ(events, expected);
    EXPECT_EQ(board.gilLog(0).read(next, events), 0U);
    EXPECT_EQ(events.size(), 2U);
}

TEST(GilLog, tellsHowManyItMissed)
{
    const auto board = boardFor(4);
    const auto log = board.gilLog(1);
    for (std::uint64_t i = 0; i < 11; ++i)
        log.write({.timeNs = i, .kind = GilEventKind::Drop});
    std::uint64_t next = 2;
    std::vector<GilEvent> events;
    // 2 to 6 are overwritten, and 7 may be at any moment.
    EXPECT_EQ(log.read(next, events), 6U);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events.front().timeNs, 8U);
    EXPECT_EQ(events.back().timeNs, 10U);
    EXPECT_EQ(next, 11U);
}

TEST(GilLog, withoutMemoryKeepsNothing)
{
    const auto board = boardFor(0);
    const auto log = board.gilLog(0);
    log.write({.timeNs = 1, .kind = GilEventKind::Take});
    std::uint64_t next = 0;
    std::vector<GilEvent> events;
    EXPECT_EQ(log.read(next, events), 0U);
    EXPECT_TRUE(events.empty());
}

TEST(GilLog, losesNothingUnseenWhileItIsWritten)
{
    constexpr std::uint64_t kEvents = 50'000;
    const auto board = boardFor(64);
    const auto log = board.gilLog(0);
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (std::uint64_t i = 1; i <= kEvents; ++i)
            log.write({.timeNs = i, .kind = static_cast<GilEventKind>(1 + i % 4)});
        done = true;
    });
    std::uint64_t next = 0;
    std::uint64_t lost = 0;
    std::vector<GilEvent> events;
    while (!done)
        lost += log.read(next, events);
    lost += log.read(next, events);
    EXPECT_EQ(next, kEvents);
    EXPECT_EQ(events.size() + lost, kEvents);
    std::uint64_t last = 0;
    for (const auto &event : events) {
        ASSERT_EQ(static_cast<std::uint64_t>(event.kind), 1 + event.timeNs % 4); // never half of another
        ASSERT_GT(event.timeNs, last);
        last = event.timeNs;
    }
}

} // namespace
} // namespace timeslice
