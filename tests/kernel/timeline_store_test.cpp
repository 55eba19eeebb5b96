// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hand-written sequences of records and what the timeline makes of them, as text.
#include "tests/support/timelinetesting.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace timeslice {
namespace {

using namespace testing;

constexpr LaneId kFirst{LaneId::Kind::Task, 0};
constexpr LaneId kSecond{LaneId::Kind::Task, 1};

TEST(TimelineStore, TracedTaskHasRunSinceTheBeginWhenItLeavesFirst)
{
    EXPECT_EQ(
        textOf(*viewOf(300, {out(150, 5, 0), in(200, 5, 1)})),
        "tid 5: run0 [100,150)blocks blocked [150,200) run1 [200,300)+\n"
        "cpu 0: run0 [100,150)blocks absent [150,300)+\n"
        "cpu 1: absent [100,200) run0 [200,300)+\n");
}

TEST(TimelineStore, TracedTaskIsUnknownUntilItArrives)
{
    EXPECT_EQ(
        textOf(*viewOf(300, {in(200, 5, 0), preempted(220, 5, 0)})),
        "tid 5: unknown [100,200) run0 [200,220)preempted runnable [220,300)+\n"
        "cpu 0: absent [100,200) run0 [200,220)preempted absent [220,300)+\n");
}

TEST(TimelineStore, TwoTasksShareACoreAndOneMoves)
{
    EXPECT_EQ(
        textOf(*viewOf(
            500,
            {forked(110, 5, 6, 0), out(120, 5, 0), in(130, 6, 0), preempted(200, 6, 0), in(210, 5, 0),
             in(230, 6, 1), out(250, 5, 0), exited(300, 6, 1)})),
        "tid 5: run0 [100,120)blocks blocked [120,210) run0 [210,250)blocks blocked [250,500)+\n"
        "tid 6: absent [0,110) runnable [110,130) run0 [130,200)preempted runnable [200,230) run1 "
        "[230,300)exits absent [300,-)\n"
        "cpu 0: run0 [100,120)blocks absent [120,130) run1 [130,200)preempted absent [200,210) run0 "
        "[210,250)blocks "
        "absent [250,500)+\n"
        "cpu 1: absent [100,230) run1 [230,300)exits absent [300,500)+\n");
}

TEST(TimelineStore, StatisticsOfARange)
{
    const auto view = viewOf(
        500,
        {forked(110, 5, 6, 0), out(120, 5, 0), in(130, 6, 0), preempted(200, 6, 0), in(210, 5, 0),
         in(230, 6, 1), out(250, 5, 0), out(300, 6, 1), in(450, 6, 0)});
    const auto whole = view->stats(kSecond, view->known());
    EXPECT_EQ(whole.sums.runningNs, 70U + 70U + 50U);
    EXPECT_EQ(whole.sums.runnableNs, 20U + 30U);
    EXPECT_EQ(whole.sums.blockedNs, 150U);
    EXPECT_EQ(whole.sums.absentNs, 10U);
    EXPECT_EQ(whole.sums.totalNs(), 400U);
    EXPECT_EQ(whole.voluntary, 1U);
    EXPECT_EQ(whole.involuntary, 1U);
    EXPECT_EQ(whole.migrations, 2U);
    EXPECT_EQ(whole.longestRunnableNs, 30U);
    EXPECT_EQ(whole.longestBlockedNs, 150U);

    const auto part = view->stats(kSecond, {210, 320});
    EXPECT_EQ(part.sums.runningNs, 70U);
    EXPECT_EQ(part.longestRunnableNs, 20U); // cut at the edge
    EXPECT_EQ(part.longestBlockedNs, 20U);
    EXPECT_EQ(part.migrations, 1U);
    EXPECT_EQ(part.involuntary, 0U);
    EXPECT_EQ(part.voluntary, 1U);

    // A switch belongs to the span in which the slice ends; neighbouring spans share nothing.
    EXPECT_EQ(view->stats(kSecond, {100, 200}).sums.switches, 0U);
    EXPECT_EQ(view->stats(kSecond, {200, 300}).sums.switches, 1U);
    EXPECT_EQ(view->stats(kSecond, {300, 301}).sums.switches, 1U);
}

TEST(TimelineStore, NamesAndParents)
{
    TimelineStore store;
    auto chunk = chunkOf(100, 500, {forked(110, 5, 6, 0), forked(120, 6, 7, 0), out(130, 5, 0)});
    chunk.names = {
        {.timeNs = 101, .tid = 5, .pid = 1, .comm = {"main"}},
        {.timeNs = 115, .tid = 6, .pid = 1, .comm = {"worker"}},
        {.timeNs = 400, .tid = 99, .pid = 1, .comm = {"stranger"}}};
    store.append(chunk);
    const auto view = store.view();
    ASSERT_EQ(view->tasks().size(), 3U);
    EXPECT_EQ(view->tasks()[0].name, "main");
    EXPECT_EQ(view->tasks()[1].name, "worker");
    EXPECT_EQ(view->tasks()[2].name, "worker"); // its creator's, for want of one of its own
    EXPECT_EQ(view->tasks()[2].parentTid, 6);
    EXPECT_EQ(view->tasks()[0].bornNs, 100U);
    EXPECT_EQ(view->tasks()[2].bornNs, 120U);
}

// Whatever comes first, the traced task is the first one of the view, with its pid.
TEST(TimelineStore, TheTracedTaskIsTheOneItWasTold)
{
    const TimelineTasks tasks{.traced = {.pid = 4, .tid = 5}, .bystander = {}};
    auto otherProcess = forked(110, 5, 200, 0);
    otherProcess.pid = 200;
    for (const auto &first : {in(110, 6, 0), otherProcess, exited(110, 6, 0)}) {
        TimelineStore store({}, tasks);
        store.append(chunkOf(100, 500, {first}));
        const auto &traced = store.view()->tasks().front();
        EXPECT_EQ(traced.tid, 5);
        EXPECT_EQ(traced.pid, 4);
        EXPECT_EQ(traced.bornNs, 100U);
    }
}

TEST(TimelineStore, ACreatorOfThreadsHasTheirPid)
{
    const auto view = viewOf(500, {forked(110, 5, 6, 0), out(120, 5, 0)});
    EXPECT_EQ(view->tasks().front().pid, 1);
}

TEST(TimelineStore, ABystanderIsOnNoCore)
{
    TimelineStore store({}, {.traced = {.pid = 1, .tid = 5}, .bystander = {.tid = 9, .name = "window"}});
    store.append(chunkOf(
        100, 500,
        {out(110, 9, 1), in(120, 6, 0), out(150, 6, 0), in(160, 9, 0), preempted(180, 9, 0), in(180, 6, 0),
         out(200, 6, 0), in(210, 9, 1)}));
    const auto view = store.view();
    const auto lane = view->laneOfTid(9);
    ASSERT_TRUE(lane);
    EXPECT_TRUE(view->tasks()[lane->index].isBystander);
    EXPECT_EQ(view->tasks()[lane->index].name, "window");
    EXPECT_EQ(view->tasks().front().tid, 5); // although the bystander was seen first
    EXPECT_EQ(
        textOf(*view, *lane),
        " run1 [100,110)blocks blocked [110,160) run0 [160,180)preempted runnable [180,210) run1 "
        "[210,500)+");
    EXPECT_TRUE(view->losses().spans.empty()); // and was running before anything was recorded
    // The cores are ours for as long as the other one ran, and it was switched twice.
    std::uint64_t runningNs = 0;
    std::uint64_t switches = 0;
    for (const auto &sums : view->coreSums(view->known())) {
        runningNs += sums.runningNs;
        switches += sums.switches;
    }
    EXPECT_EQ(runningNs, 50U);
    EXPECT_EQ(switches, 2U);
}

TEST(TimelineStore, ABystanderAndTheOthersNeverShareACore)
{
    // The switch-outs of 9 and then of 6 are missing.
    TimelineStore store({}, {.traced = {.pid = 1, .tid = 5}, .bystander = {.tid = 9}});
    store.append(chunkOf(
        100, 500,
        {in(120, 9, 0), in(150, 6, 0), in(200, 9, 0), lost(300, 3, 0), in(310, 9, 0), out(320, 9, 0)}));
    const auto view = store.view();
    EXPECT_EQ(
        textOf(*view, *view->laneOfTid(9)),
        " unknown [100,120) unknown [120,200) unknown [200,310) run0 [310,320)"
        "blocks blocked [320,500)+");
    EXPECT_EQ(view->coreSums(view->known()).front().runningNs, 0U);
    EXPECT_EQ(view->losses().count, 3U);
}

TEST(TimelineStore, TidUsedAgainIsAnotherLane)
{
    const auto view = viewOf(
        900,
        {forked(110, 5, 6, 0), out(120, 5, 0), in(130, 6, 0), exited(140, 6, 0), in(150, 5, 0),
         forked(160, 5, 6, 0), out(170, 5, 0), in(180, 6, 0)});
    EXPECT_EQ(view->tasks().size(), 3U);
    EXPECT_EQ(view->laneOfTid(6), (LaneId{LaneId::Kind::Task, 2}));
    EXPECT_EQ(textOf(*view, {LaneId::Kind::Task, 2}), " absent [0,160) runnable [160,180) run0 [180,900)+");
}

TEST(TimelineStore, LostRecordsCutTheSliceAndHideTheSilent)
{
    // 5 runs on CPU 0 when its records are lost, 6 runs on CPU 1 all the time, 7 sleeps, and could have run
    // meanwhile.
    const auto view = viewOf(
        1000,
        {forked(105, 5, 6, 0), forked(106, 5, 7, 0), in(110, 6, 1), in(115, 7, 2), out(117, 7, 2),
         out(120, 5, 0), in(150, 5, 0), lost(400, 12, 0), in(500, 5, 0)});
    EXPECT_EQ(
        textOf(*view),
        "tid 5: run0 [100,120)blocks blocked [120,150) unknown [150,500) run0 [500,1000)+\n"
        "tid 6: absent [0,105) runnable [105,110) run1 [110,1000)+\n"
        "tid 7: absent [0,106) runnable [106,115) run2 [115,117)blocks blocked [117,150) unknown [150,400) "
        "blocked [400,1000)+\n"
        "cpu 0: run0 [100,120)blocks absent [120,150) unknown [150,400) absent [400,500) run0 [500,1000)+\n"
        "cpu 1: absent [100,110) run1 [110,1000)+\n"
        "cpu 2: absent [100,115) run2 [115,117)blocks absent [117,1000)+\n");
    EXPECT_EQ(view->losses().count, 12U);
    EXPECT_FALSE(view->losses().hasUncounted);
    EXPECT_EQ(view->losses().spans, (std::vector{LostSpan{{150, 400}, 0, 12}}));

    // Statistics and columns exclude it alike.
    const auto third = *view->laneOfTid(7);
    const auto stats = view->stats(third, {100, 1000});
    EXPECT_EQ(stats.sums.unknownNs, 250U);
    EXPECT_EQ(stats.sums.blockedNs, 33U + 600U);
    EXPECT_EQ(stats.longestBlockedNs, 600U);
    std::vector<StateSums> columns(9);
    view->columns(third, {100, 1000}, columns);
    EXPECT_EQ(columns[0].unknownNs, 50U);
    EXPECT_EQ(columns[1].unknownNs, 100U);
    EXPECT_EQ(columns[3].blockedNs, 100U);
    EXPECT_EQ(view->coreSums({100, 1000})[0].unknownNs, 250U);
    EXPECT_EQ(view->coreSums({100, 1000})[2].unknownNs, 0U);
}

TEST(TimelineStore, ArrivalWithoutDepartureElsewhereIsALoss)
{
    // The departure from CPU 0 is missing without a word from the kernel.
    const auto view = viewOf(1000, {in(110, 5, 0), in(300, 5, 1), out(400, 5, 1)});
    EXPECT_EQ(
        textOf(*view),
        "tid 5: unknown [100,110) unknown [110,300) run1 [300,400)blocks blocked [400,1000)+\n"
        "cpu 0: absent [100,110) unknown [110,300) absent [300,1000)+\n"
        "cpu 1: absent [100,300) run0 [300,400)blocks absent [400,1000)+\n");
    EXPECT_TRUE(view->losses().hasUncounted);
}

TEST(TimelineStore, DepartureWithoutArrivalIsUnknownBeforeAndCountsAsASwitch)
{
    const auto view = viewOf(
        1000,
        {forked(105, 5, 6, 0), out(110, 5, 0), in(120, 5, 0), out(130, 5, 0), lost(200, 1, 0),
         preempted(300, 5, 0)});
    EXPECT_EQ(
        textOf(*view, kFirst),
        " run0 [100,110)blocks blocked [110,120) run0 [120,130)blocks unknown [130,300) runnable "
        "[300,1000)+");
    const auto stats = view->stats(kFirst, view->known());
    EXPECT_EQ(stats.voluntary, 2U);
    EXPECT_EQ(stats.involuntary, 1U);
    EXPECT_EQ(stats.migrations, 0U);
    // One loss, not two: the second explains itself by the first.
    EXPECT_EQ(view->losses().spans, (std::vector{LostSpan{{130, 300}, 0, 1}}));
}

TEST(TimelineStore, AnotherTaskOnACoreNobodyLeftIsALoss)
{
    const auto view = viewOf(1000, {forked(105, 5, 6, 0), in(200, 6, 0), out(300, 6, 0)});
    EXPECT_EQ(
        textOf(*view, kFirst), " run0 [100,105)? unknown [105,1000)+"); // seen to run up to its last record
    EXPECT_EQ(
        textOf(*view, kSecond), " absent [0,105) unknown [105,200) run0 [200,300)blocks blocked [300,1000)+");
}

TEST(TimelineStore, EndWithoutArrivalEndsTheLane)
{
    const auto view = viewOf(1000, {forked(105, 5, 6, 0), lost(200, 3, 0), exited(300, 6, 0)});
    EXPECT_EQ(textOf(*view, kSecond), " absent [0,105) unknown [105,300) absent [300,-)");
    EXPECT_EQ(view->tasks()[1].goneNs, 300U);
}

TEST(TimelineLossLog, JoinsNeighboursWhenThereAreTooMany)
{
    TimelineLossLog log;
    const auto count = 3 * TimelineLossLog::kMost;
    for (std::uint64_t i = 0; i < count; ++i)
        log.add({100 * i, 100 * i + 10}, static_cast<int>(i % 2), 2);
    const std::vector cores{1, 0};
    const auto losses = log.freeze(cores);
    EXPECT_EQ(log.freeze(cores), losses); // shared until something changes
    EXPECT_LE(losses->spans.size(), TimelineLossLog::kMost);
    EXPECT_EQ(losses->count, 2 * count);
    std::uint64_t sum = 0;
    for (const auto &loss : losses->spans)
        sum += loss.count;
    EXPECT_EQ(sum, 2 * count);
    // Joining only ever says "lost" of more time than before.
    ASSERT_EQ(losses->byCore.size(), 2U);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto &spans = losses->byCore[i % 2 == 1 ? 0 : 1];
        EXPECT_TRUE(std::ranges::any_of(spans, [i](const TimeSpan &span) {
            return span.beginNs <= 100 * i && span.endNs >= 100 * i + 10;
        })) << i;
        if (i > 200)
            i += 97; // each of them would take long
    }
}

TEST(TimelineLossLog, UnionIsAscendingAndDisjoint)
{
    EXPECT_EQ(
        unionOf({{30, 40}, {10, 20}, {15, 18}, {20, 25}, {50, 50}, {39, 60}}),
        (std::vector<TimeSpan>{{10, 25}, {30, 60}}));
}

TEST(TimelineStore, TasksBeyondTheLimitStayOnTheCores)
{
    TimelineStore store({.taskLanes = 2});
    store.append(chunkOf(
        100, 1000,
        {forked(105, 5, 6, 0), forked(106, 5, 7, 0), out(110, 5, 0), in(120, 7, 0), preempted(150, 7, 0),
         in(160, 6, 0), out(170, 6, 0), in(180, 7, 0), exited(190, 7, 0)}));
    const auto view = store.view();
    EXPECT_EQ(view->tasks().size(), 2U);
    EXPECT_EQ(view->tasksWithoutLane(), 1U);
    EXPECT_EQ(
        textOf(*view, {LaneId::Kind::Core, 0}),
        " run0 [100,110)blocks absent [110,120) run* [120,150)preempted absent [150,160) run1 "
        "[160,170)blocks "
        "absent [170,180) run* [180,190)exits absent [190,1000)+");
    EXPECT_TRUE(view->losses().spans.empty());
}

TEST(TimelineStore, SlicesOfSecondsKeepTheirLength)
{
    constexpr std::uint64_t kS = 1'000'000'000;
    const auto view = viewOf(
        100 * kS,
        {in(kS, 5, 0), preempted(30 * kS, 5, 0), in(31 * kS, 5, 1), out(31 * kS + 5, 5, 1), in(60 * kS, 5, 0),
         out(61 * kS, 5, 0)});
    EXPECT_EQ(
        textOf(*view, kFirst),
        " unknown [100,1000000000) run0 [1000000000,30000000000)preempted runnable [30000000000,31000000000) "
        "run1 [31000000000,31000000005)blocks blocked [31000000005,60000000000) run0 "
        "[60000000000,61000000000)blocks "
        "blocked [61000000000,100000000000)+");
    const auto stats = view->stats(kFirst, {2 * kS, 61 * kS});
    EXPECT_EQ(stats.sums.runningNs, 29 * kS + 5);
    EXPECT_EQ(stats.sums.runnableNs, kS);
    EXPECT_EQ(stats.longestBlockedNs, 29 * kS - 5);
    std::vector<std::uint32_t> keys(2);
    view->dominantKeys(kFirst, {2 * kS, 62 * kS}, keys);
    EXPECT_EQ(keys, (std::vector<std::uint32_t>{0, 0}));
}

TEST(TimelineStore, AskingOutsideTheTraceIsAbsent)
{
    const auto view = viewOf(300, {out(150, 5, 0)});
    StateSums sums;
    view->columns(kFirst, {0, 100}, {&sums, 1});
    EXPECT_EQ(sums.absentNs, 100U);
    view->columns(kFirst, {300, 1300}, {&sums, 1});
    EXPECT_EQ(sums.absentNs, 1000U);
    view->columns(kFirst, {200, 200}, {&sums, 1});
    EXPECT_EQ(sums.totalNs(), 0U);
    EXPECT_EQ(view->segmentAt(kFirst, 5000).state, TaskState::Absent);
    EXPECT_EQ(view->laneOfTid(77), std::nullopt);
}

TEST(TimelineStore, AnEmptyStoreHasAnEmptyView)
{
    const TimelineStore store;
    const auto view = store.view();
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->tasks().empty());
    EXPECT_TRUE(view->cores().empty());
    EXPECT_TRUE(view->coreSums({0, 100}).empty());
    EXPECT_FALSE(view->isFinished());
}

TEST(TimelineStore, ViewsAreBuiltOnRequestAndShared)
{
    TimelineStore store;
    const auto first = store.view();
    store.append(chunkOf(100, 200, {out(150, 5, 0)}, false));
    const auto second = store.view(); // asked for by the first call
    EXPECT_NE(first, second);
    EXPECT_EQ(second->version(), store.version());
    store.append(chunkOf(100, 300, {}, false));
    EXPECT_EQ(store.version(), second->version()); // nothing new but time
    const auto third = store.view();
    EXPECT_EQ(third->known().endNs, 300U);
    EXPECT_EQ(second->known().endNs, 200U); // frozen
    store.append(chunkOf(100, 400, {in(350, 5, 0)}, true));
    const auto last = store.view();
    EXPECT_TRUE(last->isFinished());
    EXPECT_EQ(last, store.view());
    EXPECT_EQ(&last->tasks(), &third->tasks()); // what did not change is shared
}

} // namespace
} // namespace timeslice
