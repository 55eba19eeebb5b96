// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinekeys.h"

namespace timeslice {

std::optional<TimelineCommand> timelineCommand(int key, Qt::KeyboardModifiers modifiers, bool canClear)
{
    using enum TimelineCommand;
    const auto relevant = modifiers & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    if (relevant == Qt::ControlModifier) {
        switch (key) {
        case Qt::Key_C:
            return Copy;
        case Qt::Key_T:
            return Table;
        default:
            return std::nullopt;
        }
    }
    if ((relevant & ~Qt::ShiftModifier) != 0)
        return std::nullopt;
    const bool isShifted = (relevant & Qt::ShiftModifier) != 0;
    switch (key) {
    case Qt::Key_W:
    case Qt::Key_Plus:
    case Qt::Key_Equal: // plus without Shift on many keyboards
        return ZoomIn;
    case Qt::Key_S:
    case Qt::Key_Minus:
    case Qt::Key_Underscore:
        return ZoomOut;
    case Qt::Key_A:
    case Qt::Key_Left:
        return isShifted ? PageBack : PanBack;
    case Qt::Key_D:
    case Qt::Key_Right:
        return isShifted ? PageForward : PanForward;
    case Qt::Key_Home:
        return ToBegin;
    case Qt::Key_End:
        return ToEnd;
    case Qt::Key_F:
        return Fit;
    case Qt::Key_Z:
        return ZoomToSelection;
    case Qt::Key_Backspace:
        return Back;
    case Qt::Key_Up:
        return LaneUp;
    case Qt::Key_Down:
        return LaneDown;
    case Qt::Key_PageUp:
        return ScrollUp;
    case Qt::Key_PageDown:
        return ScrollDown;
    case Qt::Key_Comma:
        return isShifted ? ExtendBack : PreviousSlice;
    case Qt::Key_Period:
        return isShifted ? ExtendForward : NextSlice;
    case Qt::Key_Less: // what Shift makes of comma and period
        return ExtendBack;
    case Qt::Key_Greater:
        return ExtendForward;
    case Qt::Key_M:
        return MeasureSlice;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return Activate;
    case Qt::Key_H:
        return isShifted ? ShowAllLanes : HideLane;
    case Qt::Key_F2:
        return RenameLane;
    case Qt::Key_C:
        return ColourByCore;
    case Qt::Key_G:
        return NextArrangement;
    case Qt::Key_Escape:
        return canClear ? std::optional(Clear) : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace timeslice
