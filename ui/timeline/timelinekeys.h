// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeyCombination>
#include <QString>

#include <optional>
#include <span>
#include <vector>

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
    Activate, ///< Opens or closes the chosen group.
    HideLane,
    ShowAllLanes,
    RenameLane,
    ColourByCore,
    NextArrangement,
    Clear, ///< The selection, else the choice of lanes.
    Copy,
    Table, ///< The last one.
};
inline constexpr int kTimelineCommands = static_cast<int>(TimelineCommand::Table) + 1;

/// A command, its keys (the first is the one that menus name) and what it does, for people.
struct TimelineKeys {
    TimelineCommand command;
    std::vector<QKeyCombination> keys;
    const char *help; ///< To be translated in the context "timeslice".
};

/// Every command, in the order in which they are explained. The one place where keys are given a meaning.
[[nodiscard]] std::span<const TimelineKeys> timelineKeys();

/// "W, + or =": all keys of a command, for people. \param mostly  Only the first.
[[nodiscard]] QString keyWords(TimelineCommand command, bool mostly = false);

/// What a key means here; nothing for keys that belong to the window. Shift alone changes nothing where no
/// key with it is listed: some keyboards need it. \param canClear  There is something that Esc would take
/// back; without it Esc stops the run.
[[nodiscard]] std::optional<TimelineCommand>
timelineCommand(int key, Qt::KeyboardModifiers modifiers, bool canClear);

} // namespace timeslice
