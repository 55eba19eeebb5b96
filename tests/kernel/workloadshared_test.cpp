// SPDX-License-Identifier: GPL-3.0-or-later
// Workloads whose workers share memory and wait for each other.
#include "core/workload/counter.h"
#include "core/workload/falsesharing.h"
#include "core/workload/futexmutex.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace testing_support;

// Until something that is only likely has happened, or long after anybody would still believe in it.
template <typename Attempt>
bool happensSoon(Attempt attempt)
{
    const auto end = MonotonicClock::now() + std::chrono::seconds(60);
    while (!attempt()) {
        if (MonotonicClock::now() > end)
            return false;
    }
    return true;
}

TEST(FutexMutex, letsOneInAtATime)
{
    RunWord word;
    const auto stop = word.token();
    FutexMutex mutex{};
    std::uint64_t counter = 0; // plain: ThreadSanitizer would tell
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 5'000; ++n) {
                ASSERT_TRUE((n % 3 == 0 && mutex.tryLock()) || mutex.lock(stop));
                ++counter;
                if (n % 64 == 0)
                    std::this_thread::yield(); // so that others find it locked
                mutex.unlock();
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    EXPECT_EQ(counter, 20'000U);
    EXPECT_TRUE(mutex.tryLock());
    EXPECT_FALSE(mutex.tryLock());
}

TEST(FutexMutex, endsItsWaitWhenTheRunStops)
{
    RunWord word;
    FutexMutex mutex{};
    ASSERT_TRUE(mutex.tryLock());
    bool isTaken = true;
    std::thread waiter([&] { isTaken = mutex.lock(word.token()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    word.stop();
    waiter.join();
    EXPECT_FALSE(isTaken);
    mutex.unlock();
    EXPECT_TRUE(mutex.lock(word.token())) << "a free one can be taken even then";
}

WorkSpec counterSpec(const char *mode, std::int64_t increments, unsigned workers)
{
    auto spec = specOf(counterWorkload(), {{"mode", std::string(mode)}, {"increments", increments}});
    spec.workers = workers;
    return spec;
}

struct Counted {
    double increments = -1;
    double lost = -1;
    std::uint64_t checksum = 0;
};

Counted countOnThreads(const char *mode, std::int64_t increments, unsigned threads)
{
    const auto info = counterWorkload();
    PreparedWorkload prepared(info, counterSpec(mode, increments, threads));
    const auto outcome = carryOutOnThreads(prepared, 20, threads);
    const auto results = prepared.results(outcome.done);
    return {std::get<double>(results.at(0)), std::get<double>(results.at(1)), outcome.checksum};
}

TEST(Counter, losesNothingWhereItIsProtected)
{
    const auto checksum = countOnThreads("unprotected", 1'000, 1).checksum;
    for (const char *const mode : {"mutex", "atomic", "sharded"}) {
        for (const unsigned threads : {1U, 2U, 4U}) {
            const auto counted = countOnThreads(mode, 1'000, threads);
            EXPECT_EQ(counted.increments, 20'000) << mode;
            EXPECT_EQ(counted.lost, 0) << mode;
            EXPECT_EQ(counted.checksum, checksum) << mode;
        }
    }
}

TEST(Counter, losesNothingWhenItIsAlone)
{
    EXPECT_EQ(countOnThreads("unprotected", 5'000, 1).lost, 0);
    EXPECT_EQ(countOnThreads("call", 5'000, 1).lost, 0);
}

TEST(Counter, losesUpdatesWithoutProtection)
{
    const auto checksum = countOnThreads("atomic", 200'000, 1).checksum;
    for (const char *const mode : {"unprotected", "call"}) {
        EXPECT_TRUE(happensSoon([&] {
            const auto counted = countOnThreads(mode, 200'000, 2);
            EXPECT_EQ(counted.increments, 4'000'000);
            EXPECT_EQ(counted.checksum, checksum); // whatever was lost
            return counted.lost > 0;
        })) << mode;
    }
}

// Counts in two processes that share nothing but the arena.
double lostBetweenProcesses(const char *mode, std::int64_t increments)
{
    const auto info = counterWorkload();
    const auto workload = info.make(counterSpec(mode, increments, 2));
    const auto bytes = workload->needs().arenaBytes;
    void *const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(memory, MAP_FAILED);
    const std::span arena(static_cast<std::byte *>(memory), bytes);
    const auto count = [&](unsigned index) {
        RunWord word;
        auto worker = *workload->makeWorker({.index = index, .arena = arena});
        return worker->carryOut(index, word.token()).has_value();
    };
    const auto child = ::fork();
    if (child == 0)
        ::_exit(count(1) ? 0 : 1);
    EXPECT_TRUE(count(0));
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    const auto results = workload->results({.arena = arena, .workers = 2, .items = 2, .wallSeconds = 1});
    EXPECT_EQ(std::get<double>(results.at(0)), 2.0 * static_cast<double>(increments));
    ::munmap(memory, bytes);
    return std::get<double>(results.at(1));
}

TEST(Counter, countsAcrossProcesses)
{
    for (const char *const mode : {"mutex", "atomic", "sharded"})
        EXPECT_EQ(lostBetweenProcesses(mode, 50'000), 0) << mode;
    EXPECT_TRUE(happensSoon([] { return lostBetweenProcesses("unprotected", 5'000'000) > 0; }));
}

TEST(Counter, doesNotGuessWhatAKilledWorkerHadCounted)
{
    const auto info = counterWorkload();
    PreparedWorkload prepared(info, counterSpec("atomic", 100, 1));
    RunWord word;
    auto worker = *prepared.workload().makeWorker(prepared.resources(0));
    ASSERT_TRUE(worker->carryOut(0, word.token()));
    // One increment whose maker did not live to account for it.
    reinterpret_cast<std::atomic<std::uint64_t> *>(prepared.arena().data())->fetch_add(1);
    const auto results = prepared.results(1);
    EXPECT_EQ(std::get<double>(results.at(0)), 100);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(results.at(1)));
}

TEST(FalseSharing, measuresOneIncrement)
{
    for (const auto &[counters, add] :
         {std::pair{"packed", "atomic"}, {"padded", "atomic"}, {"packed", "plain"}, {"padded", "plain"}}) {
        const auto info = falseSharingWorkload();
        auto spec = specOf(
            info,
            {{"counters", std::string(counters)},
             {"add", std::string(add)},
             {"increments", std::int64_t{20'001}}});
        spec.workers = 3;
        PreparedWorkload prepared(info, spec);
        EXPECT_TRUE(prepared.results(0).empty()) << "nothing was measured yet";
        const auto outcome = carryOutOnThreads(prepared, 30, 3);
        EXPECT_EQ(outcome.failures, std::vector<std::string>{});
        const auto time = std::get<double>(prepared.results(outcome.done).at(0));
        EXPECT_GT(time, 0);
        EXPECT_LT(time, 1e-5);
    }
}

TEST(FalseSharing, countsEachWorkerForItself)
{
    const auto info = falseSharingWorkload();
    auto spec = specOf(info, {{"increments", std::int64_t{1'000}}});
    spec.workers = 2;
    PreparedWorkload prepared(info, spec);
    RunWord word;
    auto first = *prepared.workload().makeWorker(prepared.resources(0));
    auto second = *prepared.workload().makeWorker(prepared.resources(1));
    for (std::uint64_t item = 0; item < 3; ++item)
        ASSERT_TRUE(first->carryOut(item, word.token()));
    ASSERT_TRUE(second->carryOut(3, word.token()));
    // The packed counters are the last words of the arena, side by side.
    const auto *const end = reinterpret_cast<const std::uint64_t *>(prepared.arena().data())
        + prepared.workload().needs().arenaBytes / sizeof(std::uint64_t);
    EXPECT_EQ(end[-2], 3'000U);
    EXPECT_EQ(end[-1], 1'000U);
}

} // namespace
} // namespace timeslice
