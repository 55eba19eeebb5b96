// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/affinity.h"
#include "core/workload/pingpong.h"
#include "core/workload/pingpongtable.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace timeslice {

namespace {

using namespace testing_support;

constexpr const char *kVias[] = {"futex", "pipe", "eventfd", "condition"};

WorkSpec pingPongSpec(const char *via, const char *placement, std::int64_t roundTrips, unsigned workers)
{
    auto spec = specOf(
        pingPongWorkload(),
        {{"via", std::string(via)}, {"placement", std::string(placement)}, {"round_trips", roundTrips}});
    spec.workers = workers;
    return spec;
}

std::size_t threadCount()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &task : std::filesystem::directory_iterator("/proc/self/task"))
        ++count;
    return count;
}

std::size_t openFiles()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &fd : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

TEST(PingPong, theBallComesBackEachTime)
{
    for (const char *const via : kVias) {
        PreparedWorkload prepared(pingPongWorkload(), pingPongSpec(via, "free", 100, 2));
        const auto outcome = carryOutOnThreads(prepared, 10, 2);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{}) << via;
        // Each item's result is the number it began with, and 1 for each time the partner had the ball.
        std::uint64_t expected = 0;
        for (std::uint64_t item = 0; item < 10; ++item)
            expected += checksumShare(item, itemWord(1, item) + 100);
        EXPECT_EQ(outcome.checksum, expected) << via;
    }
}

TEST(PingPong, measuresItsRoundTrips)
{
    PreparedWorkload prepared(pingPongWorkload(), pingPongSpec("futex", "free", 200, 2));
    EXPECT_TRUE(prepared.results(0).empty());
    const auto outcome = carryOutOnThreads(prepared, 10, 2);
    const auto results = prepared.results(outcome.done);
    const auto p50 = std::get<double>(results.at(0));
    EXPECT_GT(p50, 0);
    EXPECT_GE(std::get<double>(results.at(1)), p50);
}

TEST(PingPong, leavesNothingBehind)
{
    const auto threads = threadCount();
    const auto files = openFiles();
    const auto cpus = allowedCpus();
    for (const char *const via : kVias) {
        PreparedWorkload prepared(pingPongWorkload(), pingPongSpec(via, "same", 5, 1));
        RunWord word;
        auto worker = *prepared.workload().makeWorker(prepared.resources(0));
        EXPECT_EQ(threadCount(), threads + 1) << via;
        EXPECT_EQ(allowedCpus(), std::vector{cpus.front()}) << via;
        EXPECT_TRUE(worker->carryOut(0, word.token())) << via;
        word.stop();
        EXPECT_FALSE(worker->carryOut(1, word.token())) << via;
        worker.reset();
        EXPECT_EQ(openFiles(), files) << via;
        EXPECT_EQ(allowedCpus(), cpus) << via;
    }
    // A thread that was joined may stay listed for a moment.
    for (int i = 0; i < 1'000 && threadCount() > threads; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(threadCount(), threads);
}

TEST(PingPong, needsASecondCpuForTwoCores)
{
    const auto cpus = allowedCpus();
    ASSERT_FALSE(cpus.empty());
    PreparedWorkload prepared(pingPongWorkload(), pingPongSpec("futex", "other", 5, 1));
    if (cpus.size() > 1) {
        RunWord word;
        auto worker = *prepared.workload().makeWorker(prepared.resources(0));
        EXPECT_TRUE(worker->carryOut(0, word.token()));
    }
    ASSERT_TRUE(bindThread({&cpus.front(), 1}));
    const auto refused = prepared.workload().makeWorker(prepared.resources(0));
    ASSERT_TRUE(bindThread(cpus));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
    EXPECT_NE(refused.error().what.find("second CPU"), std::string::npos) << refused.error().what;
}

TEST(PingPongTable, endsTheGameWhoeverHasTheBall)
{
    for (const auto via :
         {PingPongVia::Futex, PingPongVia::Pipe, PingPongVia::EventFd, PingPongVia::ConditionVariable}) {
        for (const bool atPartner : {false, true}) {
            const auto table = *PingPongTable::make(via);
            if (atPartner)
                table->toPartner();
            table->end();
            EXPECT_FALSE(table->awaitWorker());
        }
    }
}

TEST(Affinity, namesTheCpusItCannotBindTo)
{
    const int none = 60'000;
    const auto bound = bindThread({&none, 1});
    ASSERT_FALSE(bound);
    EXPECT_NE(describe(bound.error()).find("60000"), std::string::npos);
}

} // namespace
} // namespace timeslice
