// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/ruler.h"

#include "ui/charts/valueaxis.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

struct Unit {
    std::int64_t ns;
    const char *name;
};

Unit unitFor(std::uint64_t lengthNs)
{
    if (lengthNs < 2'000)
        return {1, QT_TRANSLATE_NOOP("timeslice", "ns")};
    if (lengthNs < 2'000'000)
        return {1'000, QT_TRANSLATE_NOOP("timeslice", "µs")};
    if (lengthNs < 2'000'000'000)
        return {1'000'000, QT_TRANSLATE_NOOP("timeslice", "ms")};
    return {1'000'000'000, QT_TRANSLATE_NOOP("timeslice", "s")};
}

QString number(double value, int decimals)
{
    auto text = QLocale().toString(value, 'f', decimals);
    return text.replace(QLatin1Char('-'), QChar(0x2212)); // a minus, not a hyphen
}

// Round down, also below zero.
std::int64_t floorTo(std::int64_t value, std::int64_t step)
{
    const auto rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

int decimalsOf(std::int64_t stepNs, std::int64_t unitNs)
{
    int decimals = 0;
    for (auto unit = unitNs; unit > 1 && stepNs % unit != 0; unit /= 10)
        ++decimals;
    return decimals;
}

} // namespace

Ruler layoutRuler(
    const Viewport &viewport, std::uint64_t originNs, double left, double width, double leastGap)
{
    Ruler ruler;
    const auto visible = viewport.visible();
    if (width <= 0 || visible.lengthNs() == 0)
        return ruler;
    const auto unit = unitFor(visible.lengthNs());
    ruler.unit = QCoreApplication::translate("timeslice", unit.name);
    const double length = static_cast<double>(visible.lengthNs());
    const auto step =
        std::max<std::int64_t>(1, std::llround(roundStep(length * std::min(1.0, leastGap / width))));
    // Times since boot are below 2^63.
    const auto begin = static_cast<std::int64_t>(visible.beginNs) - static_cast<std::int64_t>(originNs);
    const auto end = begin + static_cast<std::int64_t>(visible.lengthNs());

    std::int64_t base = 0;
    if (std::max(std::abs(begin), std::abs(end)) / unit.ns >= 1'000'000) {
        // A thousand units below is the next coarser unit; what is left has at most as many digits.
        base = floorTo(begin, unit.ns * 1000);
        ruler.base = number(static_cast<double>(base) * 1e-9, decimalsOf(unit.ns * 1000, 1'000'000'000))
            + QChar(QChar::Nbsp) + QCoreApplication::translate("timeslice", "s +");
    }
    const int decimals = decimalsOf(step, unit.ns);
    const bool hasHalves = step % 2 == 0;
    const auto half = hasHalves ? step / 2 : step;
    for (auto time = -floorTo(-begin, half); time <= end; time += half) {
        const double x = left + static_cast<double>(time - begin) / length * width;
        const bool isNumbered = floorTo(time, step) == time;
        ruler.ticks.push_back(
            {x,
             isNumbered ? number(static_cast<double>(time - base) / static_cast<double>(unit.ns), decimals)
                        : QString()});
    }
    return ruler;
}

} // namespace timeslice
