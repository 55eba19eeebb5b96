// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the timeline's store costs to fill, to keep and to ask, on made-up traces of a million and ten million
// slices.
#include "core/base/clock.h"
#include "core/observe/timelinestore.h"
#include "tests/bench/benchsupport.h"
#include "tests/support/syntheticruntrace.h"

#include <cstdio>

namespace {

using namespace timeslice;

constexpr std::size_t kColumns = 1600;
constexpr std::size_t kLanes = 10; // eight workers and two cores fill 600 pixels

// CPU time: what else the machine does meanwhile does not count.
double millisecondsSince(Nanoseconds begin)
{
    return toSeconds(threadCpuTime() - begin) * 1e3;
}

std::vector<LaneId> lanesOf(const TimelineView &view)
{
    std::vector<LaneId> lanes;
    for (std::uint32_t i = 0; i < view.cores().size(); ++i)
        lanes.push_back({LaneId::Kind::Core, i});
    for (std::uint32_t i = 1; i < view.tasks().size() && lanes.size() < kLanes; ++i)
        lanes.push_back({LaneId::Kind::Task, i});
    return lanes;
}

struct FrameCost {
    double sharesMs = 0; ///< All lanes, by state.
    double withCoresMs = 0; ///< And with the most frequent core of each column.
};

FrameCost frameCost(const TimelineView &view, TimeSpan span)
{
    std::vector<StateSums> sums(kColumns);
    std::vector<std::uint32_t> keys(kColumns);
    std::vector<double> shares;
    std::vector<double> both;
    for (int turn = 0; turn < 7; ++turn) {
        const auto begin = threadCpuTime();
        for (const auto lane : lanesOf(view))
            view.columns(lane, span, sums);
        shares.push_back(millisecondsSince(begin));
        for (const auto lane : lanesOf(view))
            view.dominantKeys(lane, span, keys);
        both.push_back(millisecondsSince(begin));
    }
    return {median(shares), median(both)};
}

void measure(std::uint64_t slices, double goalMs)
{
    testing::SyntheticRunTrace trace(
        {.tasks = 8, .cpus = 2, .slices = slices, .chunkRecords = 13'000, .keepTruth = false});
    TimelineStore store({.bytes = std::size_t{1} << 30});
    Nanoseconds appending{};
    std::uint64_t records = 0;
    for (SwitchChunk chunk; trace.next(chunk);) {
        const auto begin = threadCpuTime();
        store.append(chunk);
        appending += threadCpuTime() - begin;
        records += chunk.records.size();
    }
    const auto view = store.view();
    const auto perSwitch = static_cast<double>(view->bytes()) / static_cast<double>(slices);
    std::printf(
        "\n%llu slices on %zu lanes, %zu columns\n", static_cast<unsigned long long>(slices), kLanes,
        kColumns);
    std::printf(
        "  append              %8.1f ns a record\n",
        static_cast<double>(appending.count()) / static_cast<double>(records));
    std::printf("  memory              %8.2f bytes a switch%s\n", perSwitch, atMost(perSwitch, 24).c_str());

    const auto known = view->known();
    double worst = 0;
    for (const double shown : {1.0, 0.3, 0.1, 0.01, 0.001, 0.00001}) {
        const auto length = static_cast<std::uint64_t>(static_cast<double>(known.lengthNs()) * shown);
        const auto begin = known.beginNs + (known.lengthNs() - length) / 2;
        const auto cost = frameCost(*view, {begin, begin + length});
        worst = std::max(worst, cost.sharesMs);
        std::printf(
            "  frame, %7.3f %% of it %7.3f ms; coloured by core %7.3f ms\n", shown * 100, cost.sharesMs,
            cost.withCoresMs);
    }
    std::printf("  worst frame         %8.3f ms%s\n", worst, atMost(worst, goalMs, " ms").c_str());
    const auto begin = threadCpuTime();
    std::uint64_t switches = 0;
    for (const auto lane : lanesOf(*view))
        switches += view->stats(lane, {known.beginNs + 1, known.endNs - 1}).sums.switches;
    std::printf(
        "  statistics of all   %8.3f ms (%llu switches)\n", millisecondsSince(begin),
        static_cast<unsigned long long>(switches));
}

} // namespace

int main()
{
    printMachine();
    measure(1'000'000, 1);
    measure(10'000'000, 2);
}
