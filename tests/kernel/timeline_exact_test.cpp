// SPDX-License-Identifier: GPL-3.0-or-later
//
// Simulated runs of some thousand slices: every answer of the timeline against the plain sum over the slices.
#include "tests/support/syntheticruntrace.h"
#include "tests/support/timelinetesting.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <thread>

namespace timeslice {
namespace {

using testing::SyntheticOptions;
using testing::SyntheticRunTrace;
using testing::SyntheticTask;

struct Replay {
    SyntheticRunTrace trace;
    TimelineStore store;
    TimelineViewPtr view;

    explicit Replay(const SyntheticOptions &options, TimelineLimits limits = {})
        : trace(options)
        , store(limits)
    {
        for (SwitchChunk chunk; trace.next(chunk);) {
            store.append(chunk);
            view = store.view();
        }
        view = store.view();
    }
};

std::uint64_t overlap(std::uint64_t begin, std::uint64_t end, TimeSpan span)
{
    return TimeSpan{std::max(begin, span.beginNs), std::min(end, span.endNs)}.lengthNs();
}

// The answer by definition.
RangeStats expected(const SyntheticTask &task, TimeSpan span, std::uint64_t horizonNs)
{
    RangeStats stats;
    const auto gone = std::min(task.goneNs, horizonNs);
    auto state = task.slices.front().startNs == task.bornNs ? TaskState::Absent : TaskState::Runnable;
    auto sinceNs = task.bornNs;
    const auto addWait = [&](std::uint64_t untilNs) {
        const auto part = overlap(sinceNs, untilNs, span);
        if (state == TaskState::Runnable) {
            stats.sums.runnableNs += part;
            stats.longestRunnableNs = std::max(stats.longestRunnableNs, part);
        } else if (state == TaskState::Blocked) {
            stats.sums.blockedNs += part;
            stats.longestBlockedNs = std::max(stats.longestBlockedNs, part);
        }
    };
    unsigned cpu = task.slices.front().cpu;
    for (const auto &slice : task.slices) {
        addWait(slice.startNs);
        stats.sums.runningNs += overlap(slice.startNs, slice.endNs, span);
        stats.migrations +=
            slice.cpu != cpu && slice.startNs >= span.beginNs && slice.startNs < span.endNs ? 1 : 0;
        cpu = slice.cpu;
        const bool endsHere = slice.endNs >= span.beginNs && slice.endNs < span.endNs;
        stats.voluntary += endsHere && slice.end == SwitchKind::Out ? 1 : 0;
        stats.involuntary += endsHere && slice.end == SwitchKind::OutPreempted ? 1 : 0;
        state = slice.end == SwitchKind::Out ? TaskState::Blocked : TaskState::Runnable;
        sinceNs = slice.endNs;
    }
    if (task.goneNs > horizonNs)
        addWait(horizonNs);
    stats.sums.switches = stats.voluntary + stats.involuntary;
    stats.sums.absentNs = span.lengthNs() - overlap(task.bornNs, gone, span);
    return stats;
}

void expectEqual(const RangeStats &actual, const RangeStats &wanted, const std::string &where)
{
    ASSERT_EQ(actual.sums, wanted.sums)
        << where << ": running " << actual.sums.runningNs << '/' << wanted.sums.runningNs << ", runnable "
        << actual.sums.runnableNs << '/' << wanted.sums.runnableNs << ", switches " << actual.sums.switches
        << '/' << wanted.sums.switches;
    ASSERT_EQ(actual.voluntary, wanted.voluntary) << where;
    ASSERT_EQ(actual.involuntary, wanted.involuntary) << where;
    ASSERT_EQ(actual.migrations, wanted.migrations) << where;
    ASSERT_EQ(actual.longestRunnableNs, wanted.longestRunnableNs) << where;
    ASSERT_EQ(actual.longestBlockedNs, wanted.longestBlockedNs) << where;
}

std::vector<SyntheticOptions> variety()
{
    return {
        {.tasks = 1, .cpus = 1, .slices = 40},
        {.tasks = 4, .cpus = 2, .slices = 6000, .seed = 2},
        {.tasks = 3, .cpus = 4, .slices = 5000, .seed = 3, .migratingShare = 0.9},
        // Long pauses: many blocks with few slices; long slices: beyond 32 bits of nanoseconds.
        {.tasks = 5,
         .cpus = 2,
         .slices = 500,
         .seed = 4,
         .meanRunNs = 100'000'000,
         .meanBlockNs = 2'000'000'000},
        {.tasks = 2, .cpus = 2, .slices = 60, .seed = 5, .meanRunNs = 3'000'000'000},
        // More tasks than a core's block has keys; more CPUs than a task's block begins with.
        {.tasks = 200, .cpus = 3, .slices = 20'000, .seed = 6, .preemptedShare = 0.9},
        {.tasks = 2, .cpus = 90, .slices = 4000, .seed = 7, .migratingShare = 1},
    };
}

// What the other tests and the benchmarks stand on.
TEST(TimelineExact, AMadeUpRunEndsWithItsLastTask)
{
    // 100 slices with the last ones, ten of them in a chunk: nothing is left for one more.
    for (const std::size_t chunkRecords : {20U, 17U}) {
        const Replay run({.tasks = 4, .cpus = 2, .slices = 96, .chunkRecords = chunkRecords});
        std::uint64_t goneNs = 0;
        std::uint64_t slices = 0;
        for (const auto &task : run.trace.tasks()) {
            goneNs = std::max(goneNs, task.goneNs == UINT64_MAX ? 0 : task.goneNs);
            slices += task.sliceCount;
        }
        EXPECT_EQ(slices, 101U); // and the traced task's one
        EXPECT_EQ(run.view->known().endNs, goneNs + 1000) << chunkRecords;
        EXPECT_TRUE(run.view->isFinished());
    }
}

TEST(TimelineExact, AnyRangeOfAnyTask)
{
    std::mt19937_64 random(1);
    for (const auto &options : variety()) {
        const Replay run(options);
        ASSERT_EQ(run.view->tasks().size(), options.tasks + 1);
        ASSERT_TRUE(run.view->losses().spans.empty());
        const auto known = run.view->known();
        for (std::uint32_t i = 0; i < run.trace.tasks().size(); ++i) {
            const auto &task = run.trace.tasks()[i];
            const LaneId lane{LaneId::Kind::Task, i};
            ASSERT_EQ(run.view->tasks()[i].name, i == 0 ? "" : task.name);
            expectEqual(run.view->stats(lane, known), expected(task, known, known.endNs), "whole");
            for (int round = 0; round < 20; ++round) {
                // Edges anywhere, and often exactly where something happens.
                const auto pick = [&] {
                    const auto &slice = task.slices[random() % task.slices.size()];
                    const auto kind = random() % 3;
                    return kind == 0 ? slice.startNs
                        : kind == 1  ? slice.endNs
                                     : known.beginNs + random() % (known.lengthNs() + 1000);
                };
                auto a = pick();
                auto b = pick();
                if (a > b)
                    std::swap(a, b);
                expectEqual(
                    run.view->stats(lane, {a, b}), expected(task, {a, b}, known.endNs),
                    "seed " + std::to_string(options.seed) + " task " + std::to_string(i) + " "
                        + std::to_string(a) + ".." + std::to_string(b));
            }
        }
    }
}

TEST(TimelineExact, ColumnsAtEveryZoomAndTheirEdges)
{
    std::mt19937_64 random(2);
    for (const auto &options : variety()) {
        const Replay run(options);
        const auto known = run.view->known();
        for (std::uint64_t zoom = 1; zoom < known.lengthNs(); zoom *= 37) {
            const auto begin = known.beginNs + random() % (known.lengthNs() - known.lengthNs() / zoom + 1);
            const TimeSpan span{begin, begin + known.lengthNs() / zoom + 3};
            for (std::uint32_t i = 0; i < std::min<std::size_t>(run.trace.tasks().size(), 4); ++i) {
                std::vector<StateSums> columns(1 + random() % 50);
                run.view->columns({LaneId::Kind::Task, i}, span, columns);
                for (std::size_t column = 0; column < columns.size(); ++column) {
                    const TimeSpan edges{
                        columnEdge(span, column, columns.size()),
                        columnEdge(span, column + 1, columns.size())};
                    ASSERT_EQ(columns[column], expected(run.trace.tasks()[i], edges, known.endNs).sums);
                    ASSERT_EQ(columns[column].totalNs(), edges.lengthNs());
                }
            }
        }
    }
}

TEST(TimelineExact, CoresHoldWhatTheirTasksRan)
{
    for (const auto &options : variety()) {
        const Replay run(options);
        const auto known = run.view->known();
        const TimeSpan half{known.beginNs + known.lengthNs() / 4, known.endNs - known.lengthNs() / 4};
        std::map<unsigned, std::uint64_t> expectedNs;
        for (const auto &task : run.trace.tasks()) {
            for (const auto &slice : task.slices)
                expectedNs[slice.cpu] += overlap(slice.startNs, slice.endNs, half);
        }
        const auto sums = run.view->coreSums(half);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            ASSERT_EQ(sums[i].runningNs, expectedNs[static_cast<unsigned>(run.view->cores()[i])]);
            ASSERT_EQ(sums[i].totalNs(), half.lengthNs());
            ASSERT_EQ(sums[i].runnableNs + sums[i].blockedNs + sums[i].unknownNs, 0U);
        }
    }
}

TEST(TimelineExact, SegmentsAreTheSlices)
{
    for (const auto &options : variety()) {
        const Replay run(options);
        for (std::uint32_t i = 0; i < run.trace.tasks().size(); ++i) {
            const auto &task = run.trace.tasks()[i];
            std::vector<Segment> segments;
            // In pieces, as an export would ask for them.
            for (auto from = run.view->known().beginNs; from < run.view->known().endNs;)
                from = run.view->segments(
                    {LaneId::Kind::Task, i}, {from, run.view->known().endNs}, 100, segments);
            std::size_t slice = 0;
            std::uint64_t endNs = segments.front().span.beginNs;
            for (const auto &segment : segments) {
                ASSERT_EQ(segment.span.beginNs, endNs); // no hole
                endNs = segment.span.endNs;
                if (segment.state != TaskState::Running)
                    continue;
                ASSERT_LT(slice, task.slices.size());
                ASSERT_EQ(segment.span, (TimeSpan{task.slices[slice].startNs, task.slices[slice].endNs}));
                ASSERT_EQ(segment.key, task.slices[slice].cpu);
                ++slice;
            }
            ASSERT_EQ(slice, task.slices.size());
        }
    }
}

TEST(TimelineExact, DominantKeyIsTheMostFrequent)
{
    const Replay run({.tasks = 3, .cpus = 4, .slices = 5000, .seed = 3, .migratingShare = 0.9});
    const auto &task = run.trace.tasks()[1];
    const TimeSpan span{task.slices[100].startNs, task.slices[300].endNs};
    std::vector<std::uint32_t> keys(40);
    run.view->dominantKeys({LaneId::Kind::Task, 1}, span, keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const TimeSpan edges{columnEdge(span, i, keys.size()), columnEdge(span, i + 1, keys.size())};
        std::map<unsigned, std::uint64_t> byCpu;
        for (const auto &slice : task.slices)
            byCpu[slice.cpu] += overlap(slice.startNs, slice.endNs, edges);
        const auto most = std::ranges::max_element(byCpu, {}, [](const auto &entry) { return entry.second; });
        if (most->second == 0)
            ASSERT_EQ(keys[i], kNoKey);
        else
            ASSERT_EQ(byCpu[keys[i]], most->second);
    }
}

TEST(TimelineExact, TwentyFourBytesASwitch)
{
    for (const double preempted : {0.0, 0.3, 1.0}) {
        SyntheticOptions options{
            .tasks = 8, .cpus = 4, .slices = 100'000, .preemptedShare = preempted, .keepTruth = false};
        const Replay run(options);
        const auto perSwitch = static_cast<double>(run.view->bytes()) / static_cast<double>(options.slices);
        EXPECT_LE(perSwitch, 24.0);
        EXPECT_GE(perSwitch, 18.0); // 9 bytes on two lanes each; less would be a wrong account
    }
}

TEST(TimelineExact, TheOldestDetailGoesFirstAndTheSumsStay)
{
    const SyntheticOptions options{.tasks = 4, .cpus = 2, .slices = 200'000, .seed = 9};
    constexpr std::size_t kLimit = 1024 * 1024; // of some 4 MiB
    const Replay run(options, {.bytes = kLimit});
    EXPECT_LE(run.view->bytes(), kLimit);
    const auto known = run.view->known();
    for (std::uint32_t i = 1; i < run.trace.tasks().size(); ++i) {
        const LaneId lane{LaneId::Kind::Task, i};
        const auto &task = run.trace.tasks()[i];
        const auto detail = run.view->detailFromNs(lane);
        ASSERT_GT(detail, known.beginNs);
        ASSERT_LT(detail, known.endNs);
        // Behind the edge everything is exact, and the whole is as well.
        const TimeSpan kept{detail, known.endNs};
        expectEqual(run.view->stats(lane, kept), expected(task, kept, known.endNs), "kept");
        const auto whole = run.view->stats(lane, known);
        const auto wanted = expected(task, known, known.endNs);
        EXPECT_EQ(whole.sums, wanted.sums);
        EXPECT_EQ(whole.voluntary, wanted.voluntary);
        EXPECT_EQ(whole.involuntary, wanted.involuntary);
        EXPECT_EQ(whole.longestBlockedNs, wanted.longestBlockedNs);
        // Before it, columns are marked, still add up to the whole, and are near the truth.
        std::vector<StateSums> columns(20);
        const TimeSpan given{known.beginNs, detail};
        run.view->columns(lane, given, columns);
        std::uint64_t runningNs = 0;
        std::uint64_t coarse = 0;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const TimeSpan edges{
                columnEdge(given, c, columns.size()), columnEdge(given, c + 1, columns.size())};
            ASSERT_EQ(columns[c].totalNs(), edges.lengthNs());
            const auto exact = static_cast<double>(expected(task, edges, known.endNs).sums.runningNs);
            EXPECT_NEAR(static_cast<double>(columns[c].runningNs), exact, exact * 0.2);
            runningNs += columns[c].runningNs;
            coarse += columns[c].coarse ? 1 : 0;
        }
        EXPECT_EQ(runningNs, expected(task, given, known.endNs).sums.runningNs);
        EXPECT_GT(coarse, 0U);
        EXPECT_TRUE(run.view->segmentAt(lane, known.beginNs + known.lengthNs() / 10).isSummary);
    }
}

TEST(TimelineExact, SummariesAreThinnedWhenTheyWouldFillTheMemory)
{
    const SyntheticOptions options{.tasks = 4, .cpus = 2, .slices = 300'000, .seed = 10, .keepTruth = false};
    constexpr std::size_t kLimit =
        150 * 1024; // the summaries of all these slices alone would need twice that
    const Replay run(options, {.bytes = kLimit});
    EXPECT_LE(run.view->bytes(), kLimit);
    std::uint64_t switches = 0;
    for (std::uint32_t i = 0; i < run.view->tasks().size(); ++i)
        switches += run.view->stats({LaneId::Kind::Task, i}, run.view->known()).sums.switches;
    EXPECT_EQ(switches, options.slices + 1); // the traced task's one
}

TEST(TimelineExact, AViewStaysAsItWasWhileTheStoreGoesOn)
{
    SyntheticRunTrace trace({.tasks = 4, .cpus = 2, .slices = 120'000, .seed = 11, .keepTruth = false});
    TimelineStore store({.bytes = 1024 * 1024});
    SwitchChunk chunk;
    for (int i = 0; i < 5 && trace.next(chunk); ++i) {
        static_cast<void>(store.view());
        store.append(chunk);
    }
    const auto view = store.view();
    const LaneId lane{LaneId::Kind::Task, 1};
    const auto before = view->stats(lane, view->known());
    const auto text = testing::textOf(*view, lane);
    while (trace.next(chunk))
        store.append(chunk);
    ASSERT_GT(store.view()->detailFromNs(lane), view->known().endNs); // all of it has been given up since
    EXPECT_EQ(view->stats(lane, view->known()).sums, before.sums);
    EXPECT_EQ(testing::textOf(*view, lane), text);
}

// ThreadSanitizer and the sums watch: one thread appends, two look.
TEST(TimelineExact, ViewsAreTakenWhileTheWriterAppends)
{
    SyntheticRunTrace trace(
        {.tasks = 6, .cpus = 3, .slices = 50'000, .seed = 12, .chunkRecords = 500, .keepTruth = false});
    TimelineStore store({.bytes = 1024 * 1024});
    const auto look = [&store](const std::stop_token &stop) {
        std::vector<StateSums> columns(100);
        std::vector<std::uint32_t> keys(100);
        while (!stop.stop_requested()) {
            const auto view = store.view();
            for (std::uint32_t i = 0; i < view->tasks().size(); ++i) {
                const LaneId lane{LaneId::Kind::Task, i};
                view->columns(lane, view->known(), columns);
                view->dominantKeys(lane, view->known(), keys);
                std::uint64_t totalNs = 0;
                for (const auto &column : columns)
                    totalNs += column.totalNs();
                EXPECT_EQ(totalNs, view->known().lengthNs());
                EXPECT_EQ(view->stats(lane, view->known()).sums.totalNs(), totalNs);
            }
        }
    };
    std::jthread first(look);
    std::jthread second(look);
    for (SwitchChunk chunk; trace.next(chunk);)
        store.append(chunk);
}

// Records that make no sense at all: nothing breaks, and every answer still adds up.
TEST(TimelineExact, SurvivesNonsense)
{
    std::mt19937_64 random(13);
    for (int round = 0; round < 100; ++round) {
        TimelineStore store({.bytes = 200'000, .taskLanes = 6});
        std::uint64_t timeNs = 1000;
        for (int chunkIndex = 0; chunkIndex < 5; ++chunkIndex) {
            auto chunk = testing::chunkOf(1000, timeNs, {}, chunkIndex == 4);
            for (int i = 0; i < 200; ++i) {
                const auto kind = random() % 20;
                timeNs += kind == 0 ? 5'000'000'000 : random() % 50;
                SwitchRecord record{
                    .timeNs = kind == 1 ? random() % (timeNs + 100) : timeNs,
                    .tid = static_cast<std::int32_t>(1 + random() % 9),
                    .pid = static_cast<std::int32_t>(random() % 3),
                    .detail = static_cast<std::uint32_t>(random() % 11),
                    .cpu = static_cast<std::uint16_t>(random() % 4 == 0 ? random() : random() % 3),
                    .kind = static_cast<SwitchKind>(random() % 6)};
                if (record.kind == SwitchKind::Lost)
                    record.tid = 0;
                chunk.records.push_back(record);
            }
            store.append(chunk);
        }
        const auto view = store.view();
        std::vector<StateSums> columns(33);
        std::vector<std::uint32_t> keys(33);
        std::vector<Segment> segments;
        const auto known = view->known();
        const auto check = [&](LaneId lane) {
            view->columns(lane, known, columns);
            std::uint64_t totalNs = 0;
            for (const auto &column : columns)
                totalNs += column.totalNs();
            ASSERT_EQ(totalNs, known.lengthNs());
            const auto stats = view->stats(lane, known);
            ASSERT_EQ(stats.sums.totalNs(), known.lengthNs());
            view->dominantKeys(lane, known, keys);
            segments.clear();
            ASSERT_EQ(view->segments(lane, known, 100'000, segments), known.endNs);
            std::uint64_t runningNs = 0;
            for (const auto &segment : segments)
                runningNs += segment.state == TaskState::Running
                    ? overlap(segment.span.beginNs, segment.span.endNs, known)
                    : 0;
            ASSERT_TRUE(runningNs == stats.sums.runningNs || view->detailFromNs(lane) > known.beginNs);
        };
        for (std::uint32_t i = 0; i < view->tasks().size(); ++i)
            check({LaneId::Kind::Task, i});
        for (std::uint32_t i = 0; i < std::min<std::size_t>(view->cores().size(), 8); ++i)
            check({LaneId::Kind::Core, i});
    }
}

} // namespace
} // namespace timeslice
