// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinekeys.h"

#include <QCoreApplication>
#include <QKeySequence>
#include <QStringList>

#include <algorithm>

namespace timeslice {

namespace {

const std::vector<TimelineKeys> &table()
{
    using enum TimelineCommand;
    static const std::vector<TimelineKeys> keys{
        // Equal is plus without Shift on many keyboards, underscore minus with it.
        {ZoomIn, {Qt::Key_W, Qt::Key_Plus, Qt::Key_Equal}, QT_TRANSLATE_NOOP("timeslice", "Zoom in")},
        {ZoomOut, {Qt::Key_S, Qt::Key_Minus, Qt::Key_Underscore}, QT_TRANSLATE_NOOP("timeslice", "Zoom out")},
        {PanBack, {Qt::Key_A, Qt::Key_Left}, QT_TRANSLATE_NOOP("timeslice", "Look at what was earlier")},
        {PanForward, {Qt::Key_D, Qt::Key_Right}, QT_TRANSLATE_NOOP("timeslice", "Look at what was later")},
        {PageBack,
         {Qt::SHIFT | Qt::Key_A, Qt::SHIFT | Qt::Key_Left},
         QT_TRANSLATE_NOOP("timeslice", "A page earlier")},
        {PageForward,
         {Qt::SHIFT | Qt::Key_D, Qt::SHIFT | Qt::Key_Right},
         QT_TRANSLATE_NOOP("timeslice", "A page later")},
        {ToBegin, {Qt::Key_Home}, QT_TRANSLATE_NOOP("timeslice", "Go to the beginning")},
        {ToEnd, {Qt::Key_End}, QT_TRANSLATE_NOOP("timeslice", "Go to the end, and follow a run under way")},
        {Fit, {Qt::Key_F}, QT_TRANSLATE_NOOP("timeslice", "Show all of it")},
        {ZoomToSelection,
         {Qt::Key_Z},
         QT_TRANSLATE_NOOP("timeslice", "Zoom to the measured range, or else to the visited slice")},
        {Back, {Qt::Key_Backspace}, QT_TRANSLATE_NOOP("timeslice", "Go back to what was shown before")},
        {LaneUp, {Qt::Key_Up}, QT_TRANSLATE_NOOP("timeslice", "Choose the lane above")},
        {LaneDown, {Qt::Key_Down}, QT_TRANSLATE_NOOP("timeslice", "Choose the lane below")},
        {ScrollUp, {Qt::Key_PageUp}, QT_TRANSLATE_NOOP("timeslice", "Scroll the lanes up")},
        {ScrollDown, {Qt::Key_PageDown}, QT_TRANSLATE_NOOP("timeslice", "Scroll the lanes down")},
        {PreviousSlice, {Qt::Key_Comma}, QT_TRANSLATE_NOOP("timeslice", "Visit the slice before")},
        {NextSlice, {Qt::Key_Period}, QT_TRANSLATE_NOOP("timeslice", "Visit the slice behind")},
        // Less and greater are what Shift makes of comma and period on many keyboards.
        {ExtendBack,
         {Qt::SHIFT | Qt::Key_Comma, Qt::Key_Less},
         QT_TRANSLATE_NOOP("timeslice", "Measure one slice more before")},
        {ExtendForward,
         {Qt::SHIFT | Qt::Key_Period, Qt::Key_Greater},
         QT_TRANSLATE_NOOP("timeslice", "Measure one slice more behind")},
        {MeasureSlice, {Qt::Key_M}, QT_TRANSLATE_NOOP("timeslice", "Measure the visited slice")},
        {Activate,
         {Qt::Key_Return, Qt::Key_Enter},
         QT_TRANSLATE_NOOP("timeslice", "Open or close the chosen group of lanes")},
        {HideLane, {Qt::Key_H}, QT_TRANSLATE_NOOP("timeslice", "Hide the chosen lanes")},
        {ShowAllLanes, {Qt::SHIFT | Qt::Key_H}, QT_TRANSLATE_NOOP("timeslice", "Show all lanes again")},
        {RenameLane, {Qt::Key_F2}, QT_TRANSLATE_NOOP("timeslice", "Give the chosen lane a name")},
        {ColourByCore,
         {Qt::Key_C},
         QT_TRANSLATE_NOOP("timeslice", "Colour what runs by its core, or by its state")},
        {NextArrangement,
         {Qt::Key_G},
         QT_TRANSLATE_NOOP("timeslice", "Workers and cores, workers only, cores only")},
        {Clear,
         {Qt::Key_Escape},
         QT_TRANSLATE_NOOP("timeslice", "Drop the measured range, then the choice of lanes")},
        {Copy,
         {Qt::CTRL | Qt::Key_C},
         QT_TRANSLATE_NOOP("timeslice", "Copy the statistics of each lane as a table")},
        {Table, {Qt::CTRL | Qt::Key_T}, QT_TRANSLATE_NOOP("timeslice", "Show the slices as a table")},
    };
    return keys;
}

QString nameOf(QKeyCombination key)
{
    const auto text = QKeySequence(key).toString(QKeySequence::NativeText);
    const auto named = [&](const char *name) { // punctuation is overlooked
        return text.left(text.size() - 1) + QCoreApplication::translate("timeslice", name);
    };
    switch (key.key()) {
    case Qt::Key_Comma:
        return named(QT_TRANSLATE_NOOP("timeslice", "Comma"));
    case Qt::Key_Period:
        return named(QT_TRANSLATE_NOOP("timeslice", "Period"));
    case Qt::Key_Underscore:
        return named(QT_TRANSLATE_NOOP("timeslice", "Underscore"));
    default:
        return text;
    }
}

} // namespace

std::span<const TimelineKeys> timelineKeys()
{
    return table();
}

QString keyWords(TimelineCommand command, bool mostly)
{
    const auto found = std::ranges::find(table(), command, &TimelineKeys::command);
    QStringList names;
    for (const auto key : found->keys)
        names.append(nameOf(key));
    if (mostly || names.size() == 1)
        return names.first();
    const auto last = names.takeLast();
    return QCoreApplication::translate("timeslice", "%1 or %2").arg(names.join(QLatin1String(", ")), last);
}

std::optional<TimelineCommand> timelineCommand(int key, Qt::KeyboardModifiers modifiers, bool canClear)
{
    const auto relevant = modifiers & ~(Qt::KeypadModifier | Qt::GroupSwitchModifier);
    const auto meaning = [key](Qt::KeyboardModifiers with) -> std::optional<TimelineCommand> {
        const QKeyCombination pressed(with, static_cast<Qt::Key>(key));
        for (const auto &entry : table()) {
            if (std::ranges::find(entry.keys, pressed) != entry.keys.end())
                return entry.command;
        }
        return std::nullopt;
    };
    auto command = meaning(relevant);
    if (!command && relevant == Qt::ShiftModifier)
        command = meaning(Qt::NoModifier);
    return command == TimelineCommand::Clear && !canClear ? std::nullopt : command;
}

} // namespace timeslice
