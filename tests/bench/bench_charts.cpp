// SPDX-License-Identifier: GPL-3.0-or-later
// What one frame of the three live charts costs: a new sample each 100 ms during a run, the last minute in
// view. Painted without a screen, in the size that the charts have in a window of 1440x900. Usage:
// bench_charts [quick]

#include "core/base/clock.h"
#include "tests/bench/benchsupport.h"
#include "ui/charts/chartstack.h"

#include <QApplication>
#include <QEventLoop>
#include <QTimer>

#include <cmath>
#include <cstring>

using namespace timeslice;

namespace {

constexpr double kInterval = 0.1;
constexpr int kSecond = 10; // samples
constexpr int kMinute = 60 * kSecond;
constexpr QSize kSize(812, 778);

// Every line swings, and none like another.
double swinging(int sample, int line)
{
    return 0.5 + 0.3 * std::sin(0.11 * sample + line) + 0.15 * std::sin(1.7 * sample * (line % 5 + 1));
}

// As the load of a core is measured: over the last second.
double overASecond(int sample, int line)
{
    double sum = 0;
    for (int i = 0; i < kSecond; ++i)
        sum += swinging(sample - i, line);
    return sum / kSecond;
}

SeriesPoint pointAt(MonotonicTime go, int sample, int cpus)
{
    SeriesPoint point;
    point.time = go + Nanoseconds(std::llround(sample * kInterval * 1e9));
    point.seconds = kInterval;
    for (int cpu = 0; cpu < cpus; ++cpu) {
        point.cpus.push_back(cpu);
        point.cpuBusy.push_back(overASecond(sample, cpu));
    }
    point.otherCores = 0.1 * cpus * overASecond(sample, cpus);
    point.itemsPerSecond = 1000 * swinging(sample, 1);
    point.voluntaryPerSecond = 400 * swinging(sample, 2);
    point.involuntaryPerSecond = 90 * swinging(sample, 3);
    return point;
}

void wait(int milliseconds)
{
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

void benchCharts(int cpus, int frames)
{
    ThemeController themes;
    ChartStack charts(&themes, cpus);
    charts.resize(kSize);
    charts.show();
    Experiment experiment;
    experiment.workload = "primes";
    experiment.model = "qthread";
    charts.beginRun(experiment);
    const auto go = MonotonicClock::now();
    charts.markGo(go);
    int sample = 0;
    Frame minute;
    minute.latest = std::make_shared<const Snapshot>();
    while (sample < kMinute)
        minute.points.push_back(pointAt(go, ++sample, cpus));
    charts.addFrame(minute);
    wait(500);

    std::vector<double> milliseconds;
    for (int frame = 0; frame < frames; ++frame) {
        const auto before = threadCpuTime();
        charts.addFrame({{pointAt(go, ++sample, cpus)}, minute.latest, 0});
        wait(static_cast<int>(kInterval * 1000));
        milliseconds.push_back(toSeconds(threadCpuTime() - before) * 1e3);
    }
    const double typical = median(milliseconds);
    std::printf(
        "three charts, %2d cores: median %.2f ms of CPU per frame (%.2f to %.2f), %.2f %% of a core at 10 "
        "Hz%s\n",
        cpus, typical, minimum(milliseconds), maximum(milliseconds), typical / kInterval / 10,
        atMost(typical, 4, " ms").c_str());
}

} // namespace

int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const bool isQuick = argc > 1 && std::strcmp(argv[1], "quick") == 0;
    printMachine();
    for (const int cpus : {2, 16, 64})
        benchCharts(cpus, isQuick ? 20 : 150);
    return 0;
}
