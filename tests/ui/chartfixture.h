// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "core/record/recording.h"
#include "ui/charts/chartsource.h"

#include <QColor>
#include <QImage>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

namespace timeslice {

inline constexpr float kHole = std::numeric_limits<float>::quiet_NaN();
inline constexpr double kInterval = 0.1;
/// Go of the recordings made here.
inline constexpr MonotonicTime kGo{std::chrono::seconds(1000)};

inline MonotonicTime after(MonotonicTime origin, double seconds)
{
    return origin + Nanoseconds(std::llround(seconds * 1e9));
}

/// The busy share of core `cpu` of `cpus` in all points made here: evenly spread, never 0 and never 1.
inline double busyShare(int cpu, int cpus)
{
    return (cpu + 1.0) / (cpus + 1.0);
}

/// One point of `cpus` cores and two workers, with values that a test can foretell.
inline SeriesPoint pointAt(MonotonicTime time, int cpus = 2)
{
    SeriesPoint point;
    point.time = time;
    point.seconds = kInterval;
    for (int cpu = 0; cpu < cpus; ++cpu) {
        point.cpus.push_back(cpu);
        point.cpuBusy.push_back(busyShare(cpu, cpus));
    }
    point.otherCores = 0.1 * cpus;
    point.itemsPerSecond = 300;
    point.workerItemsPerSecond = {100, 200};
    point.voluntaryPerSecond = 40;
    point.involuntaryPerSecond = 10;
    return point;
}

/// Points each 100 ms in (from, to], in seconds after `origin`.
inline std::vector<SeriesPoint> pointsBetween(MonotonicTime origin, double from, double to, int cpus = 2)
{
    std::vector<SeriesPoint> points;
    for (long i = std::lround(from / kInterval) + 1; i <= std::lround(to / kInterval); ++i)
        points.push_back(pointAt(after(origin, static_cast<double>(i) * kInterval), cpus));
    return points;
}

inline SampleColumns columnsOf(const std::vector<SeriesPoint> &points)
{
    SampleColumns columns;
    for (const auto &point : points)
        columns.append(point);
    return columns;
}

inline Frame frameOf(std::vector<SeriesPoint> points)
{
    return {std::move(points), std::make_shared<const Snapshot>(), 0};
}

/// Two Qt threads that counted primes for `seconds`.
inline Recording recordingOf(std::vector<SeriesPoint> series, double seconds)
{
    Recording recording;
    recording.id = 1;
    recording.experiment.workload = "primes";
    recording.experiment.model = "qthread";
    recording.experiment.workers = 2;
    recording.experiment.durationSeconds = seconds;
    recording.outcome = Outcome::Completed;
    recording.go = kGo;
    recording.wallSeconds = seconds;
    recording.series = std::move(series);
    return recording;
}

/// Producers and consumers with room for 8 in their queue; for `seconds`.
inline Recording queueRecordingOf(std::vector<SeriesPoint> series, double seconds)
{
    Recording recording = recordingOf(std::move(series), seconds);
    recording.experiment.workload = "producer-consumer";
    recording.experiment.params.set("capacity", std::int64_t{8});
    return recording;
}

/// As pointsBetween, with 6 in a queue, no producer and two consumers waiting.
inline std::vector<SeriesPoint> queuePointsBetween(MonotonicTime origin, double from, double to)
{
    auto points = pointsBetween(origin, from, to);
    for (auto &point : points)
        point.gauges = {6, 0, 2};
    return points;
}

inline bool isNear(QRgb pixel, const QColor &color, int tolerance = 6)
{
    return std::abs(qRed(pixel) - color.red()) <= tolerance
        && std::abs(qGreen(pixel) - color.green()) <= tolerance
        && std::abs(qBlue(pixel) - color.blue()) <= tolerance;
}

/// How many pixels of a column have this colour.
inline int countInColumn(const QImage &image, int x, const QColor &color)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        count += isNear(image.pixel(x, y), color) ? 1 : 0;
    return count;
}

inline int countPixels(const QImage &image, const QColor &color)
{
    int count = 0;
    for (int x = 0; x < image.width(); ++x)
        count += countInColumn(image, x, color);
    return count;
}

} // namespace timeslice
