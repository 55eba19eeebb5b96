// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>

class QMenu;

namespace timeslice {

class TimelineCanvas;

/// Fills a menu anew with what can be done with the lanes, each with its key. Thread: the main one.
/// \param canvas  Outlives the menu's actions.
void fillTimelineMenu(QMenu &menu, TimelineCanvas &canvas);

/// What the timeline of a run may take, in MiB, as the window offers it.
inline constexpr std::array kTimelineMiB{64, 256, 1024, 4096};
inline constexpr int kDefaultTimelineMiB = 256;
/// Adds that choice as a submenu. \param choose  Called with one of kTimelineMiB.
void addMemoryChoice(QMenu &menu, int chosen, const std::function<void(int mebibytes)> &choose);

} // namespace timeslice
