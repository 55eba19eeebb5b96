// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/valueaxis.h"

#include <array>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kHeadroom = 1.03; ///< A line never runs along the top edge.
constexpr double kShrinkBelow = 0.4; ///< Of the top.

} // namespace

double roundStep(double least)
{
    if (!(least > 0) || !std::isfinite(least))
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : std::array{1.0, 2.0, 5.0}) {
        if (factor * power >= least * (1 - 1e-9))
            return factor * power;
    }
    return 10 * power;
}

ValueTicks ticksUpTo(double highest)
{
    if (!(highest > 0) || !std::isfinite(highest))
        return {1, {0, 0.5, 1}};
    const double step = roundStep(highest / 3);
    const int steps = highest > 2 * step * (1 + 1e-9) ? 3 : 2;
    ValueTicks ticks{steps * step, {}};
    for (int i = 0; i <= steps; ++i)
        ticks.values.push_back(i * step);
    return ticks;
}

void ValueAxis::show(double highest)
{
    if (!std::isfinite(highest))
        return;
    const bool tooLow = highest > m_ticks.top;
    const bool tooHigh = highest < kShrinkBelow * m_ticks.top;
    if (m_fresh || tooLow || tooHigh)
        m_ticks = ticksUpTo(highest * kHeadroom);
    m_fresh = m_fresh && !(highest > 0);
}

} // namespace timeslice
