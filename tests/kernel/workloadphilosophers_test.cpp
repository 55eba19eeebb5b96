// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/philosophers.h"
#include "core/workload/philosopherstable.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

namespace timeslice {

namespace {

using namespace testing_support;

WorkSpec philosophersSpec(const char *strategy, double pauseMs, unsigned workers)
{
    auto spec = specOf(
        philosophersWorkload(),
        {{"strategy", std::string(strategy)}, {"think_ms", 0.0}, {"eat_ms", 0.02}, {"pause_ms", pauseMs}});
    spec.workers = workers;
    return spec;
}

// A table as a test wants it to be.
class TableTest : public ::testing::Test {
protected:
    static constexpr unsigned kSeats = 5;

    TableTest()
        : m_memory(*Mapping::anonymous(PhilosophersTable::Memory::bytesFor(kSeats)))
        , m_table(*PhilosophersTable::Memory::on(m_memory.bytes(), kSeats))
    { }
    [[nodiscard]] std::optional<std::vector<unsigned>> cycle() const
    {
        return waitCycle(m_memory.bytes(), kSeats);
    }
    // As one does whose wait is cut short.
    void waitInVain(unsigned philosopher, unsigned lock)
    {
        RunWord word;
        word.stop();
        EXPECT_FALSE(m_table.take(philosopher, lock, word.token()));
    }
    void take(unsigned philosopher, unsigned lock)
    {
        RunWord word;
        EXPECT_TRUE(m_table.take(philosopher, lock, word.token()));
    }

    Mapping m_memory;
    PhilosophersTable m_table;
};

TEST_F(TableTest, hasNoCircleUntilTheLastOneWaits)
{
    EXPECT_EQ(cycle(), std::nullopt);
    for (unsigned i = 0; i < kSeats; ++i)
        take(i, i);
    EXPECT_EQ(cycle(), std::nullopt);
    for (unsigned i = 0; i < kSeats; ++i) {
        EXPECT_EQ(cycle(), std::nullopt) << i << " wait";
        waitInVain(i, (i + 1) % kSeats);
    }
    EXPECT_EQ(cycle(), (std::vector<unsigned>{0, 1, 2, 3, 4}));
}

TEST_F(TableTest, findsACircleWhereverItBegins)
{
    // 4 waits for 2, and 2 and 3 for each other: whoever only leads into the circle is not part of it.
    take(2, 2);
    take(3, 3);
    waitInVain(4, 2);
    EXPECT_EQ(cycle(), std::nullopt);
    waitInVain(2, 3);
    EXPECT_EQ(cycle(), std::nullopt);
    waitInVain(3, 2);
    EXPECT_EQ(cycle(), (std::vector<unsigned>{2, 3}));
    // A fork put back opens it.
    m_table.putBack(3, 3);
    EXPECT_EQ(cycle(), std::nullopt);
}

TEST_F(TableTest, includesTheWaiter)
{
    take(0, kSeats);
    take(1, 1);
    waitInVain(0, 1);
    EXPECT_EQ(cycle(), std::nullopt);
    waitInVain(1, kSeats);
    EXPECT_EQ(cycle(), (std::vector<unsigned>{0, 1}));
}

TEST_F(TableTest, believesNothingThatLiesOutsideOfIt)
{
    EXPECT_EQ(waitCycle({}, kSeats), std::nullopt);
    EXPECT_EQ(waitCycle(m_memory.bytes().first(64), kSeats), std::nullopt);
    m_table.seat(0).wants = 4'000'000'000;
    EXPECT_EQ(cycle(), std::nullopt);
    m_table.seat(0).wants = 2;
    m_table.seat(1).fork.holder = 4'000'000'000;
    EXPECT_EQ(cycle(), std::nullopt);
}

// Forks change hands all the time, in an order in which no circle can close: none may ever be seen.
TEST_F(TableTest, seesNoCircleInPicturesOfDifferentMoments)
{
    RunWord word;
    std::vector<std::thread> philosophers;
    for (unsigned i = 0; i < 3; ++i) {
        philosophers.emplace_back([&, i] {
            const auto stop = word.token();
            const unsigned locks[] = {i == 2 ? 0U : i, i == 2 ? 2U : i + 1};
            while (m_table.take(i, locks[0], stop) && m_table.take(i, locks[1], stop)) {
                m_table.putBack(i, locks[0]);
                m_table.putBack(i, locks[1]);
                if (stop.requested())
                    break;
            }
        });
    }
    const auto end = MonotonicClock::now() + std::chrono::milliseconds(300);
    std::optional<std::vector<unsigned>> seen;
    while (!seen && MonotonicClock::now() < end)
        seen = cycle();
    word.stop();
    for (auto &philosopher : philosophers)
        philosopher.join();
    EXPECT_EQ(seen, std::nullopt);
}

TEST(Philosophers, tellACircleInWords)
{
    EXPECT_EQ(cycleText({0, 2}), "0 -> 2 -> 0");
    EXPECT_EQ(
        cycleSentence({0, 1, 2}),
        "worker 0 waits for worker 1, which waits for worker 2, which waits for worker 0");
    EXPECT_EQ(
        cycleSentence({0, 1, 2, 3, 4, 5, 6, 7}),
        "worker 0 waits for worker 1, which waits for worker 2, which waits for worker 3, which waits for "
        "worker 4, and so on to worker 7, which waits for worker 0");
}

TEST(Philosophers, eatUnlessTheyAreNaive)
{
    for (const char *const strategy : {"ordered", "try-lock", "arbitrator"}) {
        for (const unsigned philosophers : {2U, 5U}) {
            PreparedWorkload prepared(philosophersWorkload(), philosophersSpec(strategy, 0.05, philosophers));
            const auto outcome = carryOutOnThreads(prepared, 60, philosophers);
            EXPECT_EQ(outcome.failures, std::vector<std::string>{}) << strategy;
            EXPECT_EQ(outcome.done, 60U);
            EXPECT_EQ(prepared.workload().diagnose(prepared.arena()), std::nullopt);
            const auto results = prepared.results(outcome.done);
            EXPECT_TRUE(std::holds_alternative<std::monostate>(results.at(0)));
            const auto fewest = std::get<double>(results.at(1));
            const auto most = std::get<double>(results.at(2));
            EXPECT_LE(fewest * philosophers, 60);
            EXPECT_GE(most * philosophers, 60);
            EXPECT_GE(std::get<double>(results.at(3)), 0);
            EXPECT_EQ(std::holds_alternative<double>(results.at(4)), strategy == std::string("try-lock"));
        }
    }
}

TEST(Philosophers, starveTogetherWhenTheyAreNaive)
{
    PreparedWorkload prepared(philosophersWorkload(), philosophersSpec("naive", 5, 3));
    RunWord word;
    std::vector<std::thread> philosophers;
    for (unsigned i = 0; i < 3; ++i) {
        philosophers.emplace_back([&, i] {
            auto worker = *prepared.workload().makeWorker(prepared.resources(i));
            for (std::uint64_t item = i;; item += 3) {
                const auto eaten = worker->carryOut(item, word.token());
                if (!eaten) {
                    EXPECT_EQ(eaten.error().kind, ErrorKind::Cancelled);
                    return;
                }
            }
        });
    }
    const auto end = MonotonicClock::now() + std::chrono::seconds(60);
    std::optional<Error> stuck;
    while (!stuck && MonotonicClock::now() < end)
        stuck = prepared.workload().diagnose(prepared.arena());
    word.stop();
    for (auto &philosopher : philosophers)
        philosopher.join();
    ASSERT_TRUE(stuck);
    EXPECT_EQ(stuck->kind, ErrorKind::Deadlock);
    EXPECT_EQ(stuck->what, "worker 0 waits for worker 1, which waits for worker 2, which waits for worker 0");
    EXPECT_EQ(std::get<std::string>(prepared.results(0).at(0)), "0 -> 1 -> 2 -> 0") << "still to be seen";
}

} // namespace
} // namespace timeslice
