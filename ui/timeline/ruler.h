// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/drawlist.h"
#include "ui/timeline/viewport.h"

namespace timeslice {

/// The time axis: numbers at round times since the origin, in one unit; where these would be longer than six
/// digits they count from a base instead.
struct Ruler {
    std::vector<RulerTick> ticks;
    QString unit;
    QString base;
};

/// \param left, width  Of the plot, in pixels.
/// \param leastGap     Between two numbers, in pixels.
/// Thread: any; pure. Numbers are in the user's locale.
[[nodiscard]] Ruler
layoutRuler(const Viewport &viewport, std::uint64_t originNs, double left, double width, double leastGap);

} // namespace timeslice
