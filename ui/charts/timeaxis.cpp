// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/timeaxis.h"

#include "ui/charts/valueaxis.h"
#include "ui/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace timeslice {

namespace {

// So much axis is there before anything is drawn on it; the last one with its lead makes kLiveSpan.
constexpr std::array kGrowth{10.0, 20.0, 30.0, kLiveSpan / (1 + kLeadShare)};

constexpr double kMuchLess = 0.5; ///< Of all of it.

struct TimeUnit {
    double seconds;
    const char *name;
};

// Small units only near the origin: a part of a long run is told in seconds, as all of it.
TimeUnit unitFor(const TimeAxis &axis)
{
    const double span = axis.span();
    const double furthest = std::max(std::abs(axis.begin), std::abs(axis.end));
    if (furthest < 2e-3)
        return {1e-6, QT_TRANSLATE_NOOP("timeslice", "µs")};
    if (furthest < 1)
        return {1e-3, QT_TRANSLATE_NOOP("timeslice", "ms")};
    if (span < 600)
        return {1, QT_TRANSLATE_NOOP("timeslice", "s")};
    if (span < 5 * 3600)
        return {60, QT_TRANSLATE_NOOP("timeslice", "min")};
    return {3600, QT_TRANSLATE_NOOP("timeslice", "h")};
}

} // namespace

TimeAxis machineAxis()
{
    return {-kMachineSpan, 0};
}

TimeAxis liveAxis(double elapsed, std::optional<double> expected)
{
    // A run by duration ends a little late: without the reserve its axis would grow in its last moment.
    double length = expected ? std::min(*expected * 1.04, kGrowth.back()) : kGrowth.front();
    for (const double step : kGrowth) {
        if (elapsed > length)
            length = std::max(length, step);
    }
    const double lead = kLeadShare * length;
    if (elapsed > length)
        return {elapsed - length - lead, elapsed};
    return {-lead, length};
}

TimeAxis wholeAxis(double length, bool withLead)
{
    const double bounded = std::max(length, 1e-6);
    return {withLead ? -kLeadShare * bounded : 0, bounded};
}

std::optional<TimeAxis> partAxis(const TimeAxis &whole, double begin, double end, double least)
{
    const double span = std::max((end - begin) * 9 / 8, least);
    const bool isInView = end > whole.begin && begin < whole.end;
    if (!isInView || !(span <= whole.span() * kMuchLess))
        return std::nullopt;
    const double from = std::clamp((begin + end - span) / 2, whole.begin, whole.end - span);
    return TimeAxis{from, from + span};
}

std::vector<TimeTick> timeTicks(const TimeAxis &axis, int most)
{
    const auto unit = unitFor(axis);
    const double from = axis.begin / unit.seconds;
    const double to = axis.end / unit.seconds;
    const double step = roundStep((to - from) / std::max(1, most));
    const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));

    std::vector<TimeTick> ticks;
    const auto last = static_cast<long long>(std::floor(to / step + 1e-6));
    for (auto i = static_cast<long long>(std::ceil(from / step - 1e-6)); i <= last; ++i) {
        const double value = static_cast<double>(i) * step;
        const bool isNow = i == 0 && axis.end == 0;
        ticks.push_back(
            {value * unit.seconds,
             isNow ? QCoreApplication::translate("timeslice", "now")
                   : QLocale().toString(value, 'f', decimals)});
    }
    for (auto &tick : ticks)
        tick.text.replace(QLatin1Char('-'), QChar(0x2212)); // A minus, not a hyphen.
    if (!ticks.empty()) {
        // The unit stands once: at the last number, so that it is read where the eye arrives.
        auto &labelled = axis.end == 0 && ticks.size() > 1 ? ticks.front() : ticks.back();
        labelled.text += QChar(QChar::Nbsp) + QCoreApplication::translate("timeslice", unit.name);
    }
    return ticks;
}

} // namespace timeslice
