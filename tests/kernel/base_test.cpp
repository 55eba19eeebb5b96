// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/histogram.h"
#include "core/base/mailbox.h"
#include "core/base/mapping.h"
#include "core/base/stop.h"
#include "core/base/uniquefd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <poll.h>
#include <random>
#include <thread>

namespace timeslice {
namespace {

using namespace std::chrono_literals;

// A run's state word, and a pipe as wake fd or as something to wait for.
struct Word {
    std::atomic<std::uint32_t> value{static_cast<std::uint32_t>(RunState::Preparing)};

    void publish(RunState state) { publishState(value, state); }
    [[nodiscard]] RunState state() const { return static_cast<RunState>(value.load()); }
};

struct Pipe {
    UniqueFd readEnd;
    UniqueFd writeEnd;

    Pipe()
    {
        int fds[2] = {-1, -1};
        EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        readEnd.reset(fds[0]);
        writeEnd.reset(fds[1]);
    }
    void put() const { EXPECT_EQ(::write(writeEnd.get(), "x", 1), 1); }
};

MonotonicTime never()
{
    return MonotonicClock::now() + 1h;
}

TEST(StopToken, sleepsUntilTheTimeIsReached)
{
    Word word;
    const auto until = MonotonicClock::now() + 2ms;
    EXPECT_TRUE(StopToken(word.value).sleepUntil(until));
    EXPECT_GE(MonotonicClock::now(), until);
}

TEST(StopToken, sleepEndsWhenTheRunStops)
{
    Word word;
    word.publish(RunState::Go);
    bool reached = true;
    std::thread sleeper([&] { reached = StopToken(word.value).sleepUntil(never()); });
    word.publish(RunState::Stop);
    sleeper.join(); // an hour, if the stop did not wake it
    EXPECT_FALSE(reached);
}

TEST(StopToken, sleepGoesOnWhenTheStateChangesToGo)
{
    Word word;
    const auto until = MonotonicClock::now() + 20ms;
    bool reached = false;
    std::thread sleeper([&] { reached = StopToken(word.value).sleepUntil(until); });
    word.publish(RunState::Go);
    sleeper.join();
    EXPECT_TRUE(reached);
    EXPECT_GE(MonotonicClock::now(), until);
}

TEST(StopToken, doesNotSleepOnceStopped)
{
    Word word;
    word.publish(RunState::Stop);
    EXPECT_FALSE(StopToken(word.value).sleepUntil(never()));
    EXPECT_FALSE(StopToken(word.value).sleepUntil(MonotonicTime{}));
}

TEST(StopToken, waitOnAWordEndsWhenItChanges)
{
    Word word;
    std::atomic<std::uint32_t> other = 7;
    const StopToken stop(word.value);
    EXPECT_EQ(stop.waitOn(other, 6), StopToken::Wait::Ready); // it does not hold what was expected
    std::thread changer([&] {
        std::this_thread::sleep_for(5ms);
        wakeOn(other, 1); // for nothing
        std::this_thread::sleep_for(5ms);
        other = 8;
        wakeOn(other, 1);
    });
    EXPECT_EQ(stop.waitOn(other, 7, never()), StopToken::Wait::Ready);
    EXPECT_EQ(other.load(), 8U);
    changer.join();
}

TEST(StopToken, waitOnAWordEndsWhenTheRunStops)
{
    Word word;
    std::atomic<std::uint32_t> other = 7;
    const StopToken stop(word.value);
    std::thread stopper([&] {
        std::this_thread::sleep_for(5ms);
        publishState(word.value, RunState::Go); // which ends no wait
        std::this_thread::sleep_for(5ms);
        publishState(word.value, RunState::Stop);
    });
    EXPECT_EQ(stop.waitOn(other, 7), StopToken::Wait::Stopped);
    stopper.join();
    EXPECT_EQ(stop.waitOn(other, 6), StopToken::Wait::Stopped);
}

TEST(StopToken, waitOnAWordEndsAtTheDeadline)
{
    Word word;
    std::atomic<std::uint32_t> other = 7;
    const auto deadline = MonotonicClock::now() + 5ms;
    EXPECT_EQ(StopToken(word.value).waitOn(other, 7, deadline), StopToken::Wait::TimedOut);
    EXPECT_GE(MonotonicClock::now(), deadline);
    EXPECT_EQ(StopToken(word.value).waitOn(other, 7, MonotonicTime{}), StopToken::Wait::TimedOut);
}

TEST(StopToken, waitEndsWhenTheFdIsReady)
{
    Word word;
    const Pipe pipe;
    const Pipe wake;
    pipe.put();
    EXPECT_EQ(StopToken(word.value).waitFor(pipe.readEnd.get(), POLLIN, never()), StopToken::Wait::Ready);
    EXPECT_EQ(
        StopToken(word.value, wake.readEnd.get()).waitFor(pipe.readEnd.get(), POLLIN, never()),
        StopToken::Wait::Ready);
    EXPECT_EQ(StopToken(word.value).waitFor(pipe.writeEnd.get(), POLLOUT, never()), StopToken::Wait::Ready);
}

TEST(StopToken, waitEndsWhenTheOtherEndIsClosed)
{
    Word word;
    Pipe pipe;
    pipe.writeEnd.reset();
    EXPECT_EQ(StopToken(word.value).waitFor(pipe.readEnd.get(), POLLIN, never()), StopToken::Wait::Ready);
}

TEST(StopToken, waitEndsAtTheDeadline)
{
    Word word;
    const Pipe pipe;
    const Pipe wake;
    const auto deadline = MonotonicClock::now() + 2ms;
    EXPECT_EQ(
        StopToken(word.value, wake.readEnd.get()).waitFor(pipe.readEnd.get(), POLLIN, deadline),
        StopToken::Wait::TimedOut);
    EXPECT_GE(MonotonicClock::now(), deadline);
    EXPECT_EQ(StopToken(word.value).waitFor(pipe.readEnd.get(), POLLIN, deadline), StopToken::Wait::TimedOut);
}

TEST(StopToken, waitWithoutAWakeFdLooksAtTheWord)
{
    Word word;
    const Pipe silent;
    auto outcome = StopToken::Wait::Ready;
    std::thread waiter(
        [&] { outcome = StopToken(word.value).waitFor(silent.readEnd.get(), POLLIN, never()); });
    word.publish(RunState::Stop);
    waiter.join();
    EXPECT_EQ(outcome, StopToken::Wait::Stopped);
}

TEST(StopToken, waitEndsWhenTheWakeFdIsReadable)
{
    Word word;
    const Pipe silent;
    const Pipe wake;
    auto outcome = StopToken::Wait::Ready;
    std::thread waiter([&] {
        outcome = StopToken(word.value, wake.readEnd.get()).waitFor(silent.readEnd.get(), POLLIN, never());
    });
    wake.put();
    waiter.join();
    EXPECT_EQ(outcome, StopToken::Wait::Stopped);
}

TEST(StopToken, waitForGoReturnsGoOrStop)
{
    for (const auto state : {RunState::Go, RunState::Stop}) {
        Word word;
        std::vector<RunState> seen(3, RunState::Preparing);
        std::vector<std::thread> waiters;
        for (auto &mine : seen)
            waiters.emplace_back([&word, &mine] { mine = StopToken(word.value).waitForGo(); });
        word.publish(state);
        for (auto &waiter : waiters)
            waiter.join();
        EXPECT_EQ(seen, std::vector<RunState>(3, state));
    }
}

TEST(RunStateWord, stopIsFinal)
{
    Word word;
    word.publish(RunState::Go);
    EXPECT_EQ(word.state(), RunState::Go);
    word.publish(RunState::Stop);
    word.publish(RunState::Go);
    EXPECT_EQ(word.state(), RunState::Stop);
    EXPECT_TRUE(StopToken(word.value).requested());
    EXPECT_EQ(StopToken(word.value).waitForGo(), RunState::Stop);
}

TEST(RunStateWord, stopIsFinalWhenBothComeAtOnce)
{
    for (int round = 0; round < 200; ++round) {
        Word word;
        std::thread stopper([&] { word.publish(RunState::Stop); });
        word.publish(RunState::Go);
        stopper.join();
        EXPECT_EQ(word.state(), RunState::Stop);
    }
}

// Room for histograms as the board has it: zeroed memory.
std::unique_ptr<LatencyHistogram> newHistogram()
{
    return std::make_unique<LatencyHistogram>();
}

TEST(LatencyHistogram, everyBucketHoldsItsOwnValue)
{
    for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket)
        EXPECT_EQ(LatencyHistogram::bucketOf(LatencyHistogram::valueOf(bucket)), bucket);
}

TEST(LatencyHistogram, knowsEveryValueWithinASixteenth)
{
    std::size_t before = 0;
    for (unsigned power = 0; power < LatencyHistogram::kMaxBits; ++power) {
        const auto low = std::int64_t{1} << power;
        for (const auto value : {low, low + low / 3, low + low / 2, 2 * low - 1}) {
            const auto bucket = LatencyHistogram::bucketOf(Nanoseconds(value));
            EXPECT_GE(bucket, before);
            before = bucket;
            const auto off = std::abs(LatencyHistogram::valueOf(bucket).count() - value);
            EXPECT_LE(off * 16, value) << value;
        }
    }
    EXPECT_EQ(before, LatencyHistogram::kBuckets - 1);
}

TEST(LatencyHistogram, countsOutliersAtItsEnds)
{
    EXPECT_EQ(LatencyHistogram::bucketOf(Nanoseconds(-5)), 0U);
    EXPECT_EQ(LatencyHistogram::bucketOf(Nanoseconds::max()), LatencyHistogram::kBuckets - 1);
    const auto histogram = newHistogram();
    histogram->record(Nanoseconds(-5));
    histogram->record(Nanoseconds::max());
    EXPECT_EQ(histogram->count(0), 1U);
    EXPECT_EQ(histogram->count(LatencyHistogram::kBuckets - 1), 1U);
    EXPECT_EQ(histogram->max(), Nanoseconds::max());
}

TEST(LatencyHistogram, hasNoQuantilesWithoutItems)
{
    const auto histogram = newHistogram();
    const std::vector<const LatencyHistogram *> one{histogram.get()};
    EXPECT_FALSE(summarise(one));
    EXPECT_FALSE(summarise({}));
}

// The value that a share of the items does not exceed, by sorting: what the histogram approximates.
std::int64_t exactQuantile(const std::vector<std::int64_t> &sorted, double share)
{
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

TEST(LatencyHistogram, quantilesAreThoseOfTheSortedValues)
{
    std::mt19937_64 random(7);
    for (const std::size_t size : {1U, 2U, 3U, 19U, 20U, 100U, 10'000U}) {
        for (const double spread : {0.1, 2.0, 6.0}) {
            std::lognormal_distribution<double> distribution(12, spread);
            const auto first = newHistogram();
            const auto second = newHistogram();
            std::vector<std::int64_t> values;
            for (std::size_t i = 0; i < size; ++i) {
                values.push_back(static_cast<std::int64_t>(std::min(distribution(random), 1e14)));
                (i % 3 == 0 ? *first : *second).record(Nanoseconds(values.back()));
            }
            std::ranges::sort(values);
            const std::vector<const LatencyHistogram *> both{first.get(), second.get()};
            const auto summary = summarise(both);
            ASSERT_TRUE(summary);
            EXPECT_EQ(summary->max.count(), values.back());
            const auto expectNear = [&](Nanoseconds got, double share) {
                const auto exact = exactQuantile(values, share);
                EXPECT_LE(std::abs(got.count() - exact) * 16, exact) << size << " values, share " << share;
                EXPECT_LE(got, summary->max);
            };
            expectNear(summary->p50, 0.50);
            expectNear(summary->p95, 0.95);
            expectNear(summary->p99, 0.99);
        }
    }
}

TEST(Mailbox, handsOutInOrderAndEmptiesItself)
{
    Mailbox<int> mailbox(4);
    mailbox.put(1);
    mailbox.put(2);
    std::vector<int> got{99};
    mailbox.drain(got);
    EXPECT_EQ(got, (std::vector{1, 2}));
    mailbox.drain(got);
    EXPECT_TRUE(got.empty());
    EXPECT_EQ(mailbox.dropped(), 0U);
}

TEST(Mailbox, keepsTheNewestAndCountsTheRest)
{
    Mailbox<int> mailbox(3);
    for (int i = 0; i < 10; ++i)
        mailbox.put(i);
    std::vector<int> got;
    mailbox.drain(got);
    EXPECT_EQ(got, (std::vector{7, 8, 9}));
    EXPECT_EQ(mailbox.dropped(), 7U);
    mailbox.put(10);
    mailbox.drain(got);
    EXPECT_EQ(got, (std::vector{10}));
    EXPECT_EQ(mailbox.dropped(), 7U);
}

TEST(Mailbox, losesNothingUncountedBetweenThreads)
{
    constexpr std::uint64_t kValues = 20'000;
    Mailbox<std::uint64_t> mailbox(16);
    std::atomic<bool> done = false;
    std::thread writer([&] {
        for (std::uint64_t i = 0; i < kValues; ++i)
            mailbox.put(i);
        done = true;
    });
    std::uint64_t received = 0;
    std::uint64_t next = 0;
    bool inOrder = true;
    std::vector<std::uint64_t> got;
    for (bool last = false; !last;) {
        last = done;
        mailbox.drain(got);
        for (const auto value : got) {
            inOrder = inOrder && value >= next;
            next = value + 1;
        }
        received += got.size();
    }
    writer.join();
    EXPECT_TRUE(inOrder);
    EXPECT_EQ(received + mailbox.dropped(), kValues);
}

TEST(Error, kindFollowsFromErrno)
{
    EXPECT_EQ(systemError(EACCES, "", "").kind, ErrorKind::Denied);
    EXPECT_EQ(systemError(EPERM, "", "").kind, ErrorKind::Denied);
    EXPECT_EQ(systemError(ENOENT, "", "").kind, ErrorKind::Gone);
    EXPECT_EQ(systemError(ESRCH, "", "").kind, ErrorKind::Gone);
    EXPECT_EQ(systemError(EIO, "", "").kind, ErrorKind::System);
}

TEST(Error, describesItself)
{
    EXPECT_EQ(describe({ErrorKind::Malformed, 0, "file", "is empty"}), "file: is empty");
    EXPECT_EQ(describe({ErrorKind::Malformed, 0, "", "is empty"}), "is empty");
    EXPECT_EQ(
        describe(systemError(ENOENT, "file", "cannot open it")),
        "file: cannot open it (No such file or directory)");
}

TEST(Mapping, refusesWhatDoesNotFit)
{
    const auto mapping = Mapping::anonymous(std::size_t{1} << 62);
    ASSERT_FALSE(mapping);
    EXPECT_EQ(mapping.error().errnoValue, ENOMEM);
}

TEST(Mapping, movesItsMemory)
{
    auto mapping = Mapping::anonymous(4096);
    ASSERT_TRUE(mapping);
    mapping->bytes()[4095] = std::byte{7};
    Mapping other = std::move(*mapping);
    EXPECT_FALSE(mapping->isValid());
    EXPECT_EQ(other.bytes()[4095], std::byte{7});
    other = Mapping();
    EXPECT_FALSE(other.isValid());
}

} // namespace
} // namespace timeslice
