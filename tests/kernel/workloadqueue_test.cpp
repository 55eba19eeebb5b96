// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/boundedqueue.h"
#include "core/workload/producerconsumer.h"
#include "tests/kernel/workloadtesting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace timeslice {

namespace {

using namespace testing_support;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A queue in memory of its own, and a run that can be stopped.
class QueueTest : public ::testing::Test {
protected:
    void make(const BoundedQueue::Size &size)
    {
        m_size = size;
        m_memory = std::move(*Mapping::anonymous(BoundedQueue::bytesFor(size)));
        m_queue = BoundedQueue::on(m_memory.bytes(), size);
        ASSERT_TRUE(m_queue);
    }
    [[nodiscard]] BoundedQueue::Account account() const
    {
        return BoundedQueue::account(m_memory.bytes(), m_size).value_or(BoundedQueue::Account{});
    }
    [[nodiscard]] std::uint32_t length() const { return state().length; }
    [[nodiscard]] BoundedQueue::State state() const
    {
        return BoundedQueue::state(m_memory.bytes(), m_size).value_or(BoundedQueue::State{.length = 99});
    }
    bool push(std::uint64_t item) { return m_queue->push({item, 10 * item}, m_word.token()); }
    [[nodiscard]] std::optional<std::uint64_t> pop()
    {
        const auto entry = m_queue->pop(m_word.token());
        if (entry) {
            EXPECT_EQ(entry->value, 10 * entry->item);
        }
        return entry ? std::optional(entry->item) : std::nullopt;
    }

    RunWord m_word;
    BoundedQueue::Size m_size;
    Mapping m_memory;
    std::optional<BoundedQueue> m_queue;
};

TEST_F(QueueTest, handsOutInTheOrderOfArrival)
{
    make({.capacity = 7, .producers = 1, .consumers = 1}); // more than one group of cells, and not two
    EXPECT_FALSE(BoundedQueue::account(m_memory.bytes(), m_size)) << "nothing happened yet";
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    for (const unsigned count : {1U, 7U, 3U, 7U, 6U}) { // round the ring several times
        for (unsigned i = 0; i < count; ++i)
            EXPECT_TRUE(push(in++));
        EXPECT_EQ(length(), count);
        for (unsigned i = 0; i < count; ++i)
            EXPECT_EQ(pop(), out++);
        EXPECT_EQ(length(), 0U);
    }
    EXPECT_EQ(account().passed, 24U);
    EXPECT_EQ(account().longest, 7U);
    EXPECT_GT(account().meanLength, 0);
    EXPECT_LT(account().meanLength, 7);
    EXPECT_GT(account().meanSeconds, 0);
}

TEST_F(QueueTest, isEmptiedAfterTheLastProducerHasLeft)
{
    make({.capacity = 4, .producers = 2, .consumers = 1});
    EXPECT_TRUE(push(1));
    m_queue->leaveAsProducer();
    EXPECT_TRUE(push(2));
    m_queue->leaveAsProducer();
    EXPECT_EQ(pop(), 1U);
    EXPECT_EQ(pop(), 2U);
    EXPECT_EQ(pop(), std::nullopt);
}

TEST_F(QueueTest, takesNothingAfterTheLastConsumerHasLeft)
{
    make({.capacity = 4, .producers = 1, .consumers = 2});
    m_queue->leaveAsConsumer();
    EXPECT_TRUE(push(1));
    m_queue->leaveAsConsumer();
    EXPECT_FALSE(push(2));
}

TEST_F(QueueTest, wakesSleepersWhenTheOtherSideLeaves)
{
    make({.capacity = 1, .producers = 1, .consumers = 1});
    std::thread consumer([&] { EXPECT_EQ(pop(), std::nullopt); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    m_queue->leaveAsProducer();
    consumer.join();

    make({.capacity = 1, .producers = 1, .consumers = 1});
    EXPECT_TRUE(push(1));
    std::thread producer([&] { EXPECT_FALSE(push(2)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    m_queue->leaveAsConsumer();
    producer.join();
    EXPECT_GT(account().producersWaited, 0);
}

TEST_F(QueueTest, wakesSleepersWhenTheRunStops)
{
    make({.capacity = 1, .producers = 1, .consumers = 1});
    EXPECT_TRUE(push(1));
    std::thread producer([&] { EXPECT_FALSE(push(2)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    m_word.stop();
    producer.join();
}

TEST_F(QueueTest, losesAndDoublesNothingAmongMany)
{
    constexpr std::uint64_t kEach = 3'000;
    make({.capacity = 2, .producers = 3, .consumers = 3});
    std::vector<std::thread> threads;
    std::vector<std::vector<std::uint64_t>> got(3);
    for (unsigned i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            for (std::uint64_t n = 0; n < kEach; ++n)
                EXPECT_TRUE(push(i * kEach + n));
            m_queue->leaveAsProducer();
        });
        threads.emplace_back([&, i] {
            while (const auto item = pop())
                got[i].push_back(*item);
            m_queue->leaveAsConsumer();
        });
    }
    for (auto &thread : threads)
        thread.join();
    std::set<std::uint64_t> all;
    for (const auto &items : got)
        all.insert(items.begin(), items.end());
    EXPECT_EQ(all.size(), 3 * kEach);
    EXPECT_EQ(got[0].size() + got[1].size() + got[2].size(), 3 * kEach);
    EXPECT_EQ(account().passed, 3 * kEach);
    EXPECT_EQ(account().longest, 2U);
    EXPECT_LE(account().meanLength, 2);
}

WorkSpec queueSpec(std::int64_t producers, std::int64_t capacity, unsigned workers)
{
    auto spec = specOf(
        producerConsumerWorkload(),
        {{"producers", producers},
         {"capacity", capacity},
         {"produce_steps", std::int64_t{50}},
         {"consume_steps", std::int64_t{100}}});
    spec.workers = workers;
    return spec;
}

std::vector<double> gauges(const PreparedWorkload &prepared)
{
    std::vector values(producerConsumerWorkload().gauges.size(), kUnknown);
    prepared.workload().readGauges(prepared.arena(), values);
    return values;
}

TEST(ProducerConsumer, countsWhatWentAllTheWay)
{
    std::uint64_t expected = 0;
    for (std::uint64_t item = 0; item < 200; ++item) {
        auto value = itemWord(1, item);
        for (int step = 0; step < 150; ++step)
            value = mixBits(value);
        expected += checksumShare(item, value);
    }
    for (const auto &[producers, workers] : {std::pair{1, 2U}, {1, 4U}, {3, 4U}, {2, 5U}}) {
        for (const std::int64_t capacity : {1, 16}) {
            const auto spec = queueSpec(producers, capacity, workers);
            PreparedWorkload prepared(producerConsumerWorkload(), spec);
            const auto outcome = carryOutOnThreads(prepared, 200, workers);
            EXPECT_EQ(outcome.failures, std::vector<std::string>{});
            EXPECT_EQ(outcome.done, 200U);
            EXPECT_EQ(outcome.checksum, expected);
            EXPECT_EQ(gauges(prepared), (std::vector{0.0, 0.0, 0.0}));
            const auto results = prepared.results(outcome.done);
            EXPECT_GE(std::get<double>(results.at(0)), 1);
            EXPECT_LE(std::get<double>(results.at(0)), static_cast<double>(capacity));
            EXPECT_GE(std::get<double>(results.at(3)) + std::get<double>(results.at(4)), 0);
        }
    }
}

TEST(ProducerConsumer, showsItsQueueAndWhoWaitsWhileItIsUsed)
{
    const auto spec = queueSpec(1, 5, 2);
    PreparedWorkload prepared(producerConsumerWorkload(), spec);
    EXPECT_EQ(gauges(prepared), (std::vector{0.0, 0.0, 0.0}));
    std::vector unknown(3, kUnknown);
    prepared.workload().readGauges({}, unknown);
    EXPECT_TRUE(std::ranges::all_of(unknown, [](double value) { return std::isnan(value); }));
    RunWord word;
    std::thread producer([&] {
        auto worker = *prepared.workload().makeWorker(prepared.resources(0));
        CountingSource source;
        EXPECT_EQ(worker->next(source, MonotonicClock::now(), word.token()), std::nullopt);
        const auto none = worker->carryOut(0, word.token());
        EXPECT_FALSE(none);
    });
    while (gauges(prepared) != std::vector{5.0, 1.0, 0.0}) // full, and the producer waits for room
        std::this_thread::yield();
    word.stop();
    producer.join();
    EXPECT_EQ(gauges(prepared), (std::vector{5.0, 0.0, 0.0}));
}

TEST(ProducerConsumer, endsWhenAllConsumersHaveLeft)
{
    PreparedWorkload prepared(producerConsumerWorkload(), queueSpec(1, 2, 2));
    RunWord word;
    std::thread producer([&] {
        auto worker = *prepared.workload().makeWorker(prepared.resources(0));
        CountingSource source; // without end
        EXPECT_EQ(worker->next(source, MonotonicClock::now(), word.token()), std::nullopt);
    });
    auto consumer = *prepared.workload().makeWorker(prepared.resources(1));
    CountingSource none;
    const auto item = consumer->next(none, MonotonicClock::now(), word.token());
    ASSERT_TRUE(item);
    EXPECT_TRUE(consumer->carryOut(*item, word.token()));
    EXPECT_FALSE(consumer->carryOut(*item + 1, word.token())) << "only what it has taken out";
    consumer.reset();
    producer.join();
}

TEST(ProducerConsumer, needsSomebodyWhoConsumes)
{
    const auto info = producerConsumerWorkload();
    EXPECT_TRUE(info.check(queueSpec(1, 1, 2)));
    const auto checked = info.check(queueSpec(3, 1, 3));
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().where, "/params/producers");
    EXPECT_NE(checked.error().what.find("3 workers"), std::string::npos) << checked.error().what;
}

} // namespace
} // namespace timeslice
