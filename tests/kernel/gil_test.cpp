// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/board/gil.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace timeslice {
namespace {

using namespace std::chrono_literals;

struct Shared {
    explicit Shared(unsigned workers, const GilRules &rules = {})
        : board(std::move(*Board::createAnonymous({.workers = workers, .gilEvents = 1 << 16})))
        , gil(rules)
    { }
    std::vector<GilEvent> eventsOf(unsigned worker) const
    {
        std::vector<GilEvent> events;
        std::uint64_t next = 0;
        EXPECT_EQ(board.gilLog(worker).read(next, events), 0U);
        return events;
    }
    Board board;
    Gil gil;
};

// Holds the lock and works, with a checkpoint after each step, until `enough`.
template <typename Enough>
void hold(Shared &shared, unsigned worker, std::atomic<int> &holders, Enough enough)
{
    GilSeat seat(shared.gil, shared.board, worker);
    std::atomic<int> work{0};
    seat.take();
    while (!enough()) {
        EXPECT_EQ(++holders, 1);
        for (int i = 0; i < 200; ++i)
            work.store(i, std::memory_order_relaxed);
        --holders;
        seat.reached();
    }
    seat.release();
}

std::size_t countOf(const std::vector<GilEvent> &events, GilEventKind kind)
{
    return static_cast<std::size_t>(std::ranges::count(events, kind, &GilEvent::kind));
}

TEST(Gil, isHeldByOneThreadAtATime)
{
    constexpr unsigned kThreads = 4;
    Shared shared(kThreads, {.interval = 50us});
    std::atomic<int> holders{0};
    {
        std::vector<std::jthread> threads;
        for (unsigned worker = 0; worker < kThreads; ++worker)
            threads.emplace_back([&, worker] {
                int steps = 0;
                hold(shared, worker, holders, [&] { return ++steps > 5'000; });
            });
    }
    for (unsigned worker = 0; worker < kThreads; ++worker) {
        const auto events = shared.eventsOf(worker);
        // Each time it got the lock it gave it up again, and the log says so in order.
        EXPECT_EQ(
            countOf(events, GilEventKind::Take),
            countOf(events, GilEventKind::Drop) + countOf(events, GilEventKind::Release));
        EXPECT_TRUE(std::ranges::is_sorted(events, {}, &GilEvent::timeNs));
        ASSERT_FALSE(events.empty());
        EXPECT_EQ(events.back().kind, GilEventKind::Release);
        EXPECT_EQ(shared.board.slot(worker).waitingForGil.load(), 0U);
    }
}

TEST(Gil, aWaiterGetsItFromAHolderThatNeverWaits)
{
    Shared shared(2, {.interval = 1ms});
    std::atomic<int> holders{0};
    std::atomic<bool> isHeld{false};
    std::atomic<bool> hadItsTurn{false};
    std::jthread holder([&] {
        hold(shared, 0, holders, [&] {
            isHeld = true;
            return hadItsTurn.load();
        });
    });
    while (!isHeld)
        std::this_thread::yield();
    hold(shared, 1, holders, [&] { return hadItsTurn.exchange(true); });
    holder.join();
    EXPECT_GE(countOf(shared.eventsOf(0), GilEventKind::Drop), 1U);
    EXPECT_GE(countOf(shared.eventsOf(1), GilEventKind::Wait), 1U);
    // It asked only after it had waited for the interval.
    EXPECT_GE(shared.board.slot(1).gilWaitNs.load(), 1'000'000U);
}

TEST(Gil, aHolderThatGaveUpOnRequestDoesNotGetItBackAtOnce)
{
    Shared shared(2, {.interval = 100us, .forcesSwitch = true});
    std::atomic<int> holders{0};
    std::atomic<int> atWork{2};
    {
        std::vector<std::jthread> threads;
        for (unsigned worker = 0; worker < 2; ++worker)
            threads.emplace_back([&, worker] {
                int steps = 0;
                hold(shared, worker, holders, [&] { return ++steps > 20'000; });
                --atWork;
            });
    }
    for (unsigned worker = 0; worker < 2; ++worker) {
        const auto mine = shared.eventsOf(worker);
        const auto others = shared.eventsOf(1 - worker);
        for (std::size_t i = 0; i + 1 < mine.size(); ++i) {
            if (mine[i].kind != GilEventKind::Drop)
                continue;
            const auto back =
                std::find_if(mine.begin() + static_cast<std::ptrdiff_t>(i), mine.end(), [](auto &e) {
                    return e.kind == GilEventKind::Take;
                });
            ASSERT_NE(back, mine.end());
            EXPECT_TRUE(std::ranges::any_of(others, [&](const GilEvent &e) {
                return e.kind == GilEventKind::Take && e.timeNs >= mine[i].timeNs && e.timeNs <= back->timeNs;
            }));
        }
    }
}

TEST(Gil, isGivenUpDuringWaitsWhereTheRulesSaySo)
{
    for (const bool releases : {true, false}) {
        Shared shared(1, {.releasesOnWaits = releases});
        std::atomic<std::uint32_t> word{static_cast<std::uint32_t>(RunState::Go)};
        GilSeat seat(shared.gil, shared.board, 0);
        const auto token = StopToken(word).with(&seat);
        seat.take();
        EXPECT_TRUE(token.sleepUntil(MonotonicClock::now() + 1ms));
        EXPECT_EQ(token.blocking([] { return 7; }), 7);
        seat.release();
        EXPECT_EQ(countOf(shared.eventsOf(0), GilEventKind::Release), releases ? 3U : 1U);
        EXPECT_EQ(countOf(shared.eventsOf(0), GilEventKind::Take), releases ? 3U : 1U);
        EXPECT_EQ(countOf(shared.eventsOf(0), GilEventKind::Wait), 0U); // nobody else had it
    }
}

} // namespace
} // namespace timeslice
