// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/selfcheck.h"
#include "core/perf/switchmerge.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace timeslice {
namespace {

SwitchRecord at(std::uint64_t timeNs, unsigned cpu, int tid = 1)
{
    return {
        .timeNs = timeNs,
        .tid = tid,
        .pid = 1,
        .detail = 0,
        .cpu = static_cast<std::uint16_t>(cpu),
        .kind = SwitchKind::In};
}

TEST(SwitchMerge, KeepsWhatIsBehindTheHorizonForTheNextTime)
{
    SwitchMerge merge(2);
    merge.input(0).switches = {at(10, 0), at(30, 0)};
    merge.input(1).switches = {at(20, 1), at(21, 1), at(40, 1)};
    SwitchChunk chunk;
    merge.take(30, chunk);
    EXPECT_EQ(chunk.records, (std::vector{at(10, 0), at(20, 1), at(21, 1), at(30, 0)}));
    EXPECT_EQ(chunk.horizonNs, 30U);
    SwitchChunk rest;
    merge.take(100, rest);
    EXPECT_EQ(rest.records, (std::vector{at(40, 1)}));
    EXPECT_EQ(rest.late, 0U);
}

TEST(SwitchMerge, CountsWhatComesBehindItsHorizon)
{
    SwitchMerge merge(1);
    SwitchChunk chunk;
    merge.take(50, chunk);
    merge.input(0).switches = {at(49, 0), at(51, 0)};
    SwitchChunk next;
    merge.take(60, next);
    EXPECT_EQ(next.records.size(), 2U);
    EXPECT_EQ(next.late, 1U);
}

TEST(SwitchMerge, SortsACpuWhoseClockWentBack)
{
    SwitchMerge merge(1);
    merge.input(0).switches = {at(20, 0), at(10, 0)};
    SwitchChunk chunk;
    merge.take(30, chunk);
    EXPECT_EQ(chunk.records, (std::vector{at(10, 0), at(20, 0)}));
}

TEST(SwitchMerge, MatchesAStableSortForAnyInput)
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; ++round) {
        const auto cpus = 1 + random() % 9;
        SwitchMerge merge(cpus);
        std::vector<SwitchRecord> expected;
        for (unsigned cpu = 0; cpu < cpus; ++cpu) {
            std::uint64_t time = 1;
            const auto count = random() % 50;
            for (std::uint64_t i = 0; i < count; ++i) {
                time += random() % 4; // equal times, too
                merge.input(cpu).switches.push_back(at(time, cpu, static_cast<int>(i)));
                expected.push_back(merge.input(cpu).switches.back());
            }
        }
        std::ranges::stable_sort(expected, {}, &SwitchRecord::timeNs); // CPUs in their order within a time
        std::vector<SwitchRecord> merged;
        for (std::uint64_t horizon = 0; horizon < 220; horizon += 1 + random() % 40) {
            SwitchChunk chunk;
            merge.take(horizon, chunk);
            EXPECT_EQ(chunk.late, 0U);
            merged.insert(merged.end(), chunk.records.begin(), chunk.records.end());
        }
        SwitchChunk chunk;
        merge.take(1000, chunk);
        merged.insert(merged.end(), chunk.records.begin(), chunk.records.end());
        ASSERT_EQ(merged, expected);
    }
}

TEST(SelfCheck, AgreesToTheUnit)
{
    const std::vector<TaskAccount> trace{{5, 100, 10, 1'000'000'000}, {6, 7, 0, 2'000}};
    const std::vector<TaskAccount> kernel{{5, 101, 9, 1'009'000'000}, {6, 7, 0, {}}};
    const auto check = selfCheck(trace, kernel, 0);
    EXPECT_EQ(check.verdict, SelfCheckVerdict::Agrees);
    ASSERT_EQ(check.tasks.size(), 2U);
    EXPECT_EQ(check.tasks[0].switches, 0);
    EXPECT_EQ(check.tasks[0].involuntary, 1);
    EXPECT_NEAR(*check.tasks[0].running, -0.0089, 0.0001);
    EXPECT_FALSE(check.tasks[1].running.has_value());
}

TEST(SelfCheck, DiffersByOneSwitchByTheKindAndByTheTime)
{
    const std::vector<TaskAccount> kernel{{5, 100, 10, 1'000'000'000}};
    const auto verdict = [&](TaskAccount trace) { return selfCheck({&trace, 1}, kernel, 0).verdict; };
    EXPECT_EQ(verdict({5, 99, 10, 1'000'000'000}), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict({5, 101, 10, 1'000'000'000}), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict({5, 106, 4, 1'000'000'000}), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict({5, 103, 7, 1'000'000'000}), SelfCheckVerdict::Agrees);
    EXPECT_EQ(verdict({5, 100, 10, 1'011'000'000}), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict({5, 100, 10, {}}), SelfCheckVerdict::Agrees);
}

TEST(SelfCheck, AllowsForTheTimeOfSwitchingInOneDirection)
{
    const std::vector<TaskAccount> kernel{{5, 500, 0, 1'000'000'000}}; // 5 ms of switching, 1 % besides
    const auto verdict = [&](std::uint64_t runningNs) {
        const TaskAccount trace{5, 500, 0, runningNs};
        return selfCheck({&trace, 1}, kernel, 0).verdict;
    };
    EXPECT_EQ(verdict(986'000'000), SelfCheckVerdict::Agrees);
    EXPECT_EQ(verdict(984'000'000), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict(1'009'000'000), SelfCheckVerdict::Agrees);
    EXPECT_EQ(verdict(1'011'000'000), SelfCheckVerdict::Differs);
}

TEST(SelfCheck, JudgesNoTimeThatIsMostlySwitching)
{
    const std::vector<TaskAccount> kernel{{5, 1'001, 0, 1'000'000'000}}; // slices of less than 1 ms
    const TaskAccount trace{5, 1'001, 0, 500'000'000};
    const auto check = selfCheck({&trace, 1}, kernel, 0);
    EXPECT_EQ(check.verdict, SelfCheckVerdict::Agrees);
    EXPECT_NEAR(*check.tasks[0].running, -0.5, 1e-9);
}

TEST(SelfCheck, AllowsForWhatAHypervisorTookInOneDirection)
{
    const std::vector<TaskAccount> kernel{{5, 0, 0, 1'000'000'000}};
    const auto verdict = [&](std::uint64_t runningNs) {
        const TaskAccount trace{5, 0, 0, runningNs};
        return selfCheck({&trace, 1}, kernel, 0, {.stolenNs = 50'000'000}).verdict;
    };
    EXPECT_EQ(verdict(1'059'000'000), SelfCheckVerdict::Agrees);
    EXPECT_EQ(verdict(1'061'000'000), SelfCheckVerdict::Differs);
    EXPECT_EQ(verdict(989'000'000), SelfCheckVerdict::Differs);
}

TEST(SelfCheck, SaysWhenThereIsNothingToCompare)
{
    const std::vector<TaskAccount> one{{5, 1, 1, 1}};
    const std::vector<TaskAccount> other{{6, 1, 1, 1}};
    EXPECT_EQ(selfCheck(one, one, 1).verdict, SelfCheckVerdict::NotPossible);
    EXPECT_EQ(selfCheck({}, {}, 0).verdict, SelfCheckVerdict::NotPossible);
    const auto strangers = selfCheck(one, other, 0);
    EXPECT_EQ(strangers.verdict, SelfCheckVerdict::NotPossible);
    EXPECT_EQ(strangers.uncompared, 2U);
}

} // namespace
} // namespace timeslice
