// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;

namespace timeslice {

class TimelineCanvas;

/// Fills a menu anew with what can be done with the lanes, each with its key. Thread: the main one.
/// \param canvas  Outlives the menu's actions.
void fillTimelineMenu(QMenu &menu, TimelineCanvas &canvas);

} // namespace timeslice
