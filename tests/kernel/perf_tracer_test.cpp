// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tracer against rings that the test writes.
#include "core/perf/chunkpool.h"
#include "core/perf/tracer.h"
#include "tests/support/fakeperf.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>

namespace timeslice {
namespace {

using namespace std::chrono_literals;
using testing::FakePerf;
using testing::PerfBytes;

/// Collects what a tracer delivers.
class Collector {
public:
    [[nodiscard]] SwitchSink sink()
    {
        return [this](const SwitchChunkPtr &chunk) {
            const std::scoped_lock lock(m_mutex);
            m_chunks.push_back(chunk);
            m_arrived.notify_all();
        };
    }
    /// Waits until this many records have come; the deadline only ends a test that has already failed.
    void awaitRecords(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        m_arrived.wait_for(lock, 10s, [&] { return countRecords() >= count; });
    }
    [[nodiscard]] std::vector<SwitchChunkPtr> chunks() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_chunks;
    }
    [[nodiscard]] std::vector<SwitchRecord> records() const
    {
        std::vector<SwitchRecord> all;
        for (const auto &chunk : chunks())
            all.insert(all.end(), chunk->records.begin(), chunk->records.end());
        return all;
    }

private:
    [[nodiscard]] std::size_t countRecords() const
    {
        std::size_t count = 0;
        for (const auto &chunk : m_chunks)
            count += chunk->records.size();
        return count;
    }

    mutable std::mutex m_mutex; ///< Protects m_chunks.
    std::condition_variable m_arrived;
    std::vector<SwitchChunkPtr> m_chunks;
};

std::uint64_t nowNs()
{
    return toBoardNs(MonotonicClock::now());
}

struct Fixture : ::testing::Test {
    std::shared_ptr<FakePerf> calls = std::make_shared<FakePerf>();
    Collector collector;

    [[nodiscard]] Result<std::unique_ptr<SwitchTracer>> open(std::vector<int> cpus = {0, 1})
    {
        return SwitchTracer::open(0, {.sink = collector.sink(), .cpus = std::move(cpus), .calls = calls});
    }
};

using PerfTracer = Fixture;

TEST_F(PerfTracer, MergesTheCpusAndMarksTheEnd)
{
    auto tracer = open();
    ASSERT_TRUE(tracer) << describe(tracer.error());
    const auto t = nowNs();
    PerfBytes first;
    first.switchOut({1, 5, t + 10, 0});
    first.switchIn({1, 6, t + 40, 0});
    PerfBytes second;
    second.switchIn({1, 5, t + 20, 1});
    second.comm(1, 5, "five", {1, 5, t + 30, 1});
    second.switchOut({1, 5, t + 50, 1});
    calls->write(1, second);
    calls->write(0, first);
    (*tracer)->stop();

    const auto records = collector.records();
    ASSERT_EQ(records.size(), 4U);
    const std::array offsets{10U, 20U, 40U, 50U};
    for (std::size_t i = 0; i < records.size(); ++i)
        EXPECT_EQ(records[i].timeNs, t + offsets[i]);
    const auto chunks = collector.chunks();
    for (const auto &chunk : chunks) {
        EXPECT_EQ(chunk->last, chunk == chunks.back());
        EXPECT_EQ(chunk->traceBeginNs, toBoardNs((*tracer)->begin()));
    }
    EXPECT_GE(chunks.back()->horizonNs, t + 50);
    const auto status = (*tracer)->status();
    EXPECT_EQ(status.records, 5U);
    EXPECT_EQ(status.lost, 0U);
    EXPECT_EQ(calls->disabledEvents(), 2);
    tracer->reset();
    EXPECT_EQ(calls->openEvents(), 0);
}

TEST_F(PerfTracer, DeliversWhileTheTraceGoesOn)
{
    auto tracer = open({0});
    ASSERT_TRUE(tracer);
    PerfBytes bytes;
    bytes.switchOut({1, 5, nowNs(), 0});
    calls->write(0, bytes);
    collector.awaitRecords(1);
    EXPECT_EQ(collector.records().size(), 1U);
}

TEST_F(PerfTracer, NeverPassesAHorizonTwice)
{
    auto tracer = open();
    ASSERT_TRUE(tracer);
    std::size_t written = 0;
    for (int round = 0; round < 50; ++round) {
        for (int cpu = 0; cpu < 2; ++cpu) {
            PerfBytes bytes;
            for (unsigned i = 0; i < 20; ++i)
                bytes.switchIn({1, 5 + i, nowNs(), static_cast<std::uint32_t>(cpu)});
            calls->write(cpu, bytes);
            written += 20;
        }
        std::this_thread::sleep_for(1ms);
    }
    (*tracer)->stop();
    EXPECT_EQ(collector.records().size(), written);
    std::uint64_t horizon = 0;
    std::uint64_t late = 0;
    std::uint64_t toldLate = 0;
    for (const auto &chunk : collector.chunks()) {
        EXPECT_TRUE(std::ranges::is_sorted(chunk->records, {}, &SwitchRecord::timeNs));
        EXPECT_GE(chunk->horizonNs, horizon);
        for (const auto &record : chunk->records) {
            EXPECT_LE(record.timeNs, chunk->horizonNs);
            late += record.timeNs <= horizon ? 1 : 0;
        }
        horizon = chunk->horizonNs;
        toldLate += chunk->late;
    }
    EXPECT_EQ(toldLate, late);
}

TEST_F(PerfTracer, AddsWhatWasLostBehindTheLastRecord)
{
    auto tracer = open();
    ASSERT_TRUE(tracer);
    const auto t = nowNs();
    PerfBytes bytes;
    bytes.lost(7, {1, 5, t, 1});
    calls->write(1, bytes);
    calls->setLost(1, 10);
    (*tracer)->stop();
    const auto records = collector.records();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].detail, 7U);
    EXPECT_EQ(records[1].detail, 3U);
    EXPECT_EQ(records[1].cpu, 1);
    EXPECT_EQ((*tracer)->status().lost, 10U);
}

TEST_F(PerfTracer, HalvesTheRingsUntilTheyMayBeLocked)
{
    calls->refuseRingsAbove(kOrdinaryRingBytes, EPERM);
    auto tracer = open();
    ASSERT_TRUE(tracer);
    EXPECT_EQ((*tracer)->ringBytes(), kOrdinaryRingBytes);
    EXPECT_EQ(calls->openEvents(), 2);
}

TEST_F(PerfTracer, GivesUpWhenNotEvenTheSmallestRingMayBeLocked)
{
    calls->refuseRingsAbove(kMinRingBytes / 2, EPERM);
    const auto tracer = open();
    ASSERT_FALSE(tracer);
    EXPECT_EQ(tracer.error().where, kPerfRing);
    EXPECT_EQ(calls->openEvents(), 0);
}

TEST_F(PerfTracer, LimitsTheRingsOfManyCpusTogether)
{
    std::vector<int> cpus;
    for (int cpu = 0; cpu < 32; ++cpu)
        cpus.push_back(cpu);
    auto tracer = open(cpus);
    ASSERT_TRUE(tracer);
    EXPECT_EQ((*tracer)->ringBytes(), 2U * 1024 * 1024);
}

TEST_F(PerfTracer, LeavesOutCpusThatAreOffline)
{
    calls->setOffline(1);
    auto tracer = open({0, 1, 2});
    ASSERT_TRUE(tracer);
    EXPECT_EQ((*tracer)->cpus(), (std::vector{0, 2}));
    calls->setOffline(0);
    const auto none = open({0});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::Unsupported);
}

TEST_F(PerfTracer, ABystanderWritesIntoTheSameRings)
{
    auto tracer = SwitchTracer::open(
        0, {.sink = collector.sink(), .cpus = {0, 1}, .bystander = INT32_MAX, .calls = calls});
    ASSERT_TRUE(tracer) << describe(tracer.error());
    EXPECT_EQ(calls->openEvents(), 4);
    EXPECT_EQ(calls->redirectedEvents(), 2);
    (*tracer)->stop();
    EXPECT_EQ(calls->disabledEvents(), 4);
}

TEST_F(PerfTracer, WithoutABystanderWhereItIsRefused)
{
    calls->refuseRedirect(EINVAL);
    auto tracer = SwitchTracer::open(
        0, {.sink = collector.sink(), .cpus = {0, 1}, .bystander = INT32_MAX, .calls = calls});
    ASSERT_TRUE(tracer) << describe(tracer.error());
    EXPECT_EQ(calls->openEvents(), 2);
}

TEST_F(PerfTracer, DoesNotSpinWhenTheTaskHasEnded)
{
    auto tracer = open({0});
    ASSERT_TRUE(tracer);
    calls->hangUp(0);
    // The hang-up ends one wait at once; after it the reader sleeps its 10 ms again. A spinning one would
    // drain some 10,000 times in this while.
    std::this_thread::sleep_for(50ms);
    EXPECT_LT((*tracer)->status().drains, 1000U);
    (*tracer)->stop();
    EXPECT_TRUE(collector.chunks().back()->last);
}

TEST_F(PerfTracer, WantsASinkAndATask)
{
    const auto deaf = SwitchTracer::open(0, {.sink = {}, .cpus = {0}, .calls = calls});
    ASSERT_FALSE(deaf);
    EXPECT_EQ(deaf.error().kind, ErrorKind::Malformed);
    const auto nobody = SwitchTracer::open(INT32_MAX, {.sink = collector.sink(), .calls = calls});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().kind, ErrorKind::Gone);
}

TEST_F(PerfTracer, StopsTwiceAndAsTheFirstThing)
{
    auto tracer = open();
    ASSERT_TRUE(tracer);
    (*tracer)->stop();
    (*tracer)->stop();
    ASSERT_EQ(collector.chunks().back()->last, true);
    EXPECT_TRUE(collector.records().empty());
}

TEST(ChunkPool, UsesMemoryAgainOnceNobodyHoldsIt)
{
    const auto pool = ChunkPool::create();
    const SwitchRecord *storage = nullptr;
    {
        const auto chunk = pool->take();
        chunk->records.resize(1000);
        storage = chunk->records.data();
        const auto other = pool->take();
        other->records.resize(1000);
        EXPECT_NE(other->records.data(), storage);
    }
    const auto again = pool->take();
    const auto more = pool->take();
    EXPECT_TRUE(again->records.empty());
    EXPECT_TRUE(again->records.data() == storage || more->records.data() == storage);
}

TEST(ChunkPool, ChunksOutliveIt)
{
    auto pool = ChunkPool::create();
    auto chunk = pool->take();
    pool.reset();
    chunk->records.resize(10);
    chunk.reset();
}

} // namespace
} // namespace timeslice
