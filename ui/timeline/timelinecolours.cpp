// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinecolours.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace timeslice {

namespace {

// The series' colours in an order of its own: neighbours differ, those that mean a state come late, and the
// grey, which means "none of the workers", not at all.
constexpr std::array<int, kRunningColours> kWorkerSeries{0, 2, 5, 3, 6, 4, 1};

} // namespace

QColor roleColour(const Theme &theme, TimelineRole role)
{
    switch (role) {
    case TimelineRole::Running:
        return theme.running;
    case TimelineRole::Runnable:
        return theme.preempted;
    case TimelineRole::GilWait:
        // Half of it: who waits for the lock stands back behind who has it.
        return mixed(theme.card, theme.gilWait, 0.5);
    case TimelineRole::Blocked:
        return theme.blocked;
    case TimelineRole::Unknown:
        return mixed(theme.card, theme.quietText, 0.75);
    }
    return theme.text;
}

QColor roleSecondColour(const Theme &theme, TimelineRole role)
{
    switch (role) {
    case TimelineRole::Runnable:
        return mixed(theme.card, theme.preempted, 0.35);
    case TimelineRole::Unknown:
        return theme.ground;
    case TimelineRole::Running:
    case TimelineRole::GilWait:
    case TimelineRole::Blocked:
        break;
    }
    return roleColour(theme, role);
}

QColor runningColour(const Theme &theme, int colour)
{
    if (colour >= 0)
        return workerColour(theme, kWorkerSeries[static_cast<std::size_t>(colour) % kWorkerSeries.size()]);
    return colour == kColourNeutral ? mixed(theme.card, theme.quietText, 0.8) : theme.running;
}

QColor inkOn(const QColor &block)
{
    const QColor dark(0x10, 0x16, 0x1C);
    return contrast(block, dark) > contrast(block, Qt::white) ? dark : QColor(Qt::white);
}

QColor emptyColour(const Theme &theme)
{
    return mixed(theme.card, theme.blocked, theme.dark ? 0.3 : 0.25);
}

QColor stackedBlockedColour(const Theme &theme)
{
    return mixed(theme.card, theme.blocked, 0.3);
}

int bandHeight(int body)
{
    return std::max(1, static_cast<int>(std::lround(kBandShare * body)));
}

int lineHeight(int body)
{
    return std::clamp(static_cast<int>(std::lround(kLineShare * body)), std::min(2, body), body);
}

} // namespace timeslice
