// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeyEvent>

#include <optional>

namespace timeslice {

/// Everything the keyboard can do on the timeline; menus and wheels use the same.
enum class TimelineCommand {
    ZoomIn,
    ZoomOut,
    PanBack,
    PanForward,
    PageBack,
    PageForward,
    ToBegin,
    ToEnd, ///< Follows a live timeline.
    Fit,
    ZoomToSelection, ///< Or to the visited slice.
    Back, ///< Where the view was before.
    LaneUp,
    LaneDown,
    ScrollUp,
    ScrollDown,
    PreviousSlice,
    NextSlice,
    ExtendBack, ///< The measured range, by a slice.
    ExtendForward,
    MeasureSlice,
    Activate, ///< Opens or closes the chosen process.
    HideLane,
    ShowAllLanes,
    RenameLane,
    ColourByCore,
    NextArrangement,
    Clear, ///< The selection, else the choice of lanes.
    Copy,
    Table,
};

/// What a key means here; nothing for keys that belong to the window. \param canClear  There is something
/// that Esc would take back; without it Esc stops the run.
[[nodiscard]] std::optional<TimelineCommand>
timelineCommand(int key, Qt::KeyboardModifiers modifiers, bool canClear);

} // namespace timeslice
