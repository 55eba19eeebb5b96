// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a frame of the timeline costs: layout and painting of 1600x600 pixels, at all zooms, of made-up traces
// of a million and ten million slices. Offscreen: what the window system does with the picture is not in it.
#include "core/base/clock.h"
#include "core/observe/timelinestore.h"
#include "tests/bench/benchsupport.h"
#include "tests/support/syntheticruntrace.h"
#include "ui/timeline/timelinepainter.h"
#include "ui/timeline/timelinescene.h"

#include <QGuiApplication>

#include <cstdio>

namespace {

using namespace timeslice;

constexpr QSize kSize(1600, 600);
constexpr int kTurns = 15;

// CPU time: what else the machine does meanwhile does not count.
double millisecondsSince(Nanoseconds begin)
{
    return toSeconds(threadCpuTime() - begin) * 1e3;
}

struct FrameCost {
    double layoutMs = 0;
    double wholeMs = 0;
};

FrameCost frameCost(TimelineScene &scene, TimeSpan span, const TimelinePainter &painter, QImage &frame)
{
    std::vector<double> layouts;
    std::vector<double> wholes;
    for (int turn = 0; turn < kTurns; ++turn) {
        const auto begin = threadCpuTime();
        const auto metrics = painter.metrics(scene.entries, kSize.width());
        scene.viewport.setWidth(kSize.width() - static_cast<int>(metrics.labelWidth));
        scene.viewport.show(span);
        const auto list = scene.layout(kSize, 0, metrics);
        layouts.push_back(millisecondsSince(begin));
        painter.paintFrame(frame, list, kSize);
        wholes.push_back(millisecondsSince(begin));
    }
    return {median(layouts), median(wholes)};
}

void measure(std::uint64_t slices, bool isColouredByCore, double goalMs)
{
    testing::SyntheticRunTrace trace(
        {.tasks = 8, .cpus = 2, .slices = slices, .chunkRecords = 13'000, .keepTruth = false});
    TimelineStore store({.bytes = std::size_t{1} << 30});
    for (SwitchChunk chunk; trace.next(chunk);)
        store.append(chunk);
    TimelineScene scene;
    scene.view = store.view();
    const auto known = scene.view->known();
    scene.viewport = Viewport(known);
    scene.options.isColouredByCore = isColouredByCore;
    scene.arrange();
    const TimelinePainter painter(lightTheme(), 1, 1);
    QImage frame;

    std::printf(
        "\n%llu slices on %zu rows, %d x %d pixels, coloured by %s\n",
        static_cast<unsigned long long>(slices), scene.entries.size(), kSize.width(), kSize.height(),
        isColouredByCore ? "core" : "state");
    double worst = 0;
    for (const double shown : {1.0, 0.3, 0.1, 0.03, 0.01, 0.001, 0.0001, 0.00001}) {
        const auto length = static_cast<std::uint64_t>(static_cast<double>(known.lengthNs()) * shown);
        const auto begin = known.beginNs + (known.lengthNs() - length) / 2;
        const auto cost = frameCost(scene, {begin, begin + length}, painter, frame);
        worst = std::max(worst, cost.wholeMs);
        std::printf(
            "  %9.3f %% of it   layout %6.3f ms   frame %6.3f ms\n", shown * 100, cost.layoutMs,
            cost.wholeMs);
    }
    std::printf("  worst frame %6.3f ms%s\n", worst, atMost(worst, goalMs, " ms").c_str());
}

// A thousand lanes: closed groups show the sums of all of them, single rows only those in view.
void measureManyLanes()
{
    testing::SyntheticRunTrace trace(
        {.tasks = 1000, .cpus = 2, .slices = 1'000'000, .chunkRecords = 13'000, .keepTruth = false});
    TimelineStore store({.bytes = std::size_t{1} << 30});
    for (SwitchChunk chunk; trace.next(chunk);)
        store.append(chunk);
    TimelineScene scene;
    scene.view = store.view();
    scene.viewport = Viewport(scene.view->known());
    const TimelinePainter painter(lightTheme(), 1, 1);
    QImage frame;
    std::printf("\n1,000,000 slices on 1,000 lanes, %d x %d pixels\n", kSize.width(), kSize.height());
    for (const bool isGrouped : {true, false}) {
        scene.options.groupsMany = isGrouped;
        const auto begin = threadCpuTime();
        scene.arrange();
        const double arrangedMs = millisecondsSince(begin);
        const auto cost = frameCost(scene, scene.view->known(), painter, frame);
        std::printf(
            "  %4zu rows, %-8s arranged %6.3f ms   layout %6.3f ms   frame %6.3f ms\n", scene.entries.size(),
            isGrouped ? "grouped" : "single", arrangedMs, cost.layoutMs, cost.wholeMs);
    }
}

// From the first chunk of a recorded trace to the first picture: store, view, lanes, layout and painting.
void measureLoading(std::uint64_t switches)
{
    testing::SyntheticRunTrace trace(
        {.tasks = 8, .cpus = 2, .slices = switches, .chunkRecords = 13'000, .keepTruth = false});
    std::vector<SwitchChunk> chunks;
    for (SwitchChunk chunk; trace.next(chunk);)
        chunks.push_back(chunk);
    std::vector<double> seconds;
    std::vector<double> cpuSeconds;
    for (int turn = 0; turn < 5; ++turn) {
        const auto begin = MonotonicClock::now();
        const auto cpuBegin = threadCpuTime();
        TimelineStore store;
        for (const auto &chunk : chunks)
            store.append(chunk);
        TimelineScene scene;
        scene.view = store.view();
        scene.viewport = Viewport(scene.view->known());
        scene.arrange();
        const TimelinePainter painter(lightTheme(), 1, 1);
        const auto metrics = painter.metrics(scene.entries, kSize.width());
        scene.viewport.setWidth(kSize.width() - static_cast<int>(metrics.labelWidth));
        QImage frame;
        painter.paintFrame(frame, scene.layout(kSize, 0, metrics), kSize);
        seconds.push_back(toSeconds(MonotonicClock::now() - begin));
        cpuSeconds.push_back(toSeconds(threadCpuTime() - cpuBegin));
    }
    std::printf(
        "\n%llu recorded switches until the first picture: %.3f s, %.3f s of CPU (medians)%s\n",
        static_cast<unsigned long long>(switches), median(seconds), median(cpuSeconds),
        atMost(median(seconds), 1, " s").c_str());
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    printMachine();
    measure(1'000'000, false, 4);
    measure(1'000'000, true, 4);
    measure(10'000'000, false, 8);
    measureManyLanes();
    measureLoading(1'000'000);
}
