// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lanecolours.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kStripePeriod = 6;

} // namespace

LanePattern::LanePattern(QRgb line, QRgb ground, bool isCrossed, int period)
    : m_line(line)
    , m_ground(ground)
    , m_period(static_cast<unsigned>(period))
{
    const auto thin = std::max(1U, m_period / 4);
    const auto broad = (m_period + 1) / 2;
    for (unsigned y = 0; y < m_period; ++y) {
        for (unsigned x = 0; x < m_period + kRun; ++x) {
            const auto rising = (x + y) % m_period;
            const auto falling = (x + m_period - 1 - y) % m_period;
            const bool isLine = isCrossed ? rising < thin || falling < thin : rising < broad;
            m_rows.push_back(isLine ? line : ground);
        }
    }
}

void LanePattern::fill(QRgb *line, int begin, int end, int y) const
{
    const QRgb *const from = row(y);
    for (int x = begin; x < end; x += kRun)
        std::copy_n(from + phase(x), std::min(kRun, end - x), line + x);
}

LaneColours::LaneColours(const Theme &theme, double scale, double pixelRatio)
    : neutral(runningColour(theme, kColourNeutral).rgb())
    , card(theme.card.rgb())
    , empty(emptyColour(theme).rgb())
    , stackedBlocked(stackedBlockedColour(theme).rgb())
{
    for (std::size_t i = 0; i < series.size(); ++i)
        series[i] = runningColour(theme, static_cast<int>(i)).rgb();
    for (std::size_t i = 0; i < kTimelineRoles; ++i)
        roles[i] = roleColour(theme, static_cast<TimelineRole>(i)).rgb();
    for (std::size_t i = 0; i < heat.size(); ++i)
        heat[i] = heatColour(theme, static_cast<double>(i) / static_cast<double>(heat.size() - 1)).rgb();
    const int period = std::max(4, static_cast<int>(std::lround(kStripePeriod * scale * pixelRatio)));
    const auto pattern = [&](TimelineRole role, bool isCrossed) {
        return LanePattern(of(role), roleSecondColour(theme, role).rgb(), isCrossed, period);
    };
    runnable = pattern(TimelineRole::Runnable, false);
    unknown = pattern(TimelineRole::Unknown, true);
}

} // namespace timeslice
