// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinemenu.h"

#include "ui/timeline/timelinecanvas.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

#include <algorithm>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

// Changes one thing of the options.
template <typename Change>
auto changing(TimelineCanvas &canvas, Change change)
{
    return [&canvas, change] {
        auto options = canvas.scene().options;
        change(options);
        canvas.setOptions(std::move(options));
    };
}

template <typename Value>
void addChoice(
    QMenu &menu, QActionGroup &group, TimelineCanvas &canvas, const char *name, Value LaneOptions::*member,
    Value value)
{
    auto *action = menu.addAction(
        words(name), &canvas,
        changing(canvas, [member, value](LaneOptions &options) { options.*member = value; }));
    action->setCheckable(true);
    action->setChecked(canvas.scene().options.*member == value);
    group.addAction(action);
}

void addToggle(QMenu &menu, TimelineCanvas &canvas, const char *name, bool LaneOptions::*member)
{
    auto *action = menu.addAction(words(name), &canvas, changing(canvas, [member](LaneOptions &options) {
                                      options.*member = !(options.*member);
                                  }));
    action->setCheckable(true);
    action->setChecked(canvas.scene().options.*member);
}

// The key stands behind the words and is no shortcut: it belongs to the canvas while that has the focus.
QAction *addCommand(QMenu &menu, TimelineCanvas &canvas, const char *name, TimelineCommand command)
{
    const auto text = words(name) + QLatin1Char('\t') + keyWords(command, true);
    return menu.addAction(text, &canvas, [&canvas, command] { canvas.execute(command); });
}

void addArrangement(QMenu &menu, TimelineCanvas &canvas)
{
    auto *group = new QActionGroup(&menu);
    const auto add = [&](const char *name, LaneArrangement value) {
        addChoice(menu, *group, canvas, name, &LaneOptions::arrangement, value);
    };
    add(QT_TRANSLATE_NOOP("timeslice", "Workers and &cores"), LaneArrangement::Both);
    add(QT_TRANSLATE_NOOP("timeslice", "&Workers only"), LaneArrangement::ByWorker);
    add(QT_TRANSLATE_NOOP("timeslice", "C&ores only"), LaneArrangement::ByCore);
}

void addOrder(QMenu &menu, TimelineCanvas &canvas)
{
    auto *submenu = menu.addMenu(words(QT_TRANSLATE_NOOP("timeslice", "&Order")));
    auto *group = new QActionGroup(submenu);
    const auto add = [&](const char *name, LaneOrder value) {
        addChoice(*submenu, *group, canvas, name, &LaneOptions::order, value);
    };
    add(QT_TRANSLATE_NOOP("timeslice", "By &worker"), LaneOrder::Worker);
    add(QT_TRANSLATE_NOOP("timeslice", "By &start"), LaneOrder::Start);
    add(QT_TRANSLATE_NOOP("timeslice", "By &name"), LaneOrder::Name);
    add(QT_TRANSLATE_NOOP("timeslice", "&Busiest first"), LaneOrder::Busiest);
}

// 1024 MiB are 1 GiB.
QString memoryWords(int mebibytes)
{
    constexpr int kGibi = 1024;
    return mebibytes < kGibi ? QStringLiteral("%1 MiB").arg(mebibytes)
                             : QStringLiteral("%1 GiB").arg(mebibytes / kGibi);
}

} // namespace

void addMemoryChoice(QMenu &menu, int chosen, const std::function<void(int mebibytes)> &choose)
{
    auto *submenu =
        menu.addMenu(words(QT_TRANSLATE_NOOP("timeslice", "M&emory for a timeline, from the next run on")));
    submenu->setToolTipsVisible(true);
    auto *group = new QActionGroup(submenu);
    for (const int mebibytes : kTimelineMiB) {
        auto *action =
            submenu->addAction(memoryWords(mebibytes), submenu, [choose, mebibytes] { choose(mebibytes); });
        action->setToolTip(words(QT_TRANSLATE_NOOP(
            "timeslice", "Where the switches of a run take more, the oldest are kept as sums.")));
        action->setCheckable(true);
        action->setChecked(mebibytes == chosen);
        group->addAction(action);
    }
}

void fillTimelineMenu(QMenu &menu, TimelineCanvas &canvas)
{
    menu.clear();
    const auto &scene = canvas.scene();
    addArrangement(menu, canvas);
    menu.addSeparator();
    addOrder(menu, canvas);
    auto *colour = addCommand(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "Co&lour by core"), TimelineCommand::ColourByCore);
    colour->setCheckable(true);
    colour->setChecked(scene.options.isColouredByCore);
    const bool wasTraced =
        scene.view != nullptr && std::ranges::any_of(scene.view->tasks(), &TaskInfo::isBystander);
    addToggle(
        menu, canvas,
        wasTraced
            ? QT_TRANSLATE_NOOP("timeslice", "Show this window's &main thread")
            : QT_TRANSLATE_NOOP("timeslice", "Show this window's &main thread, in exact traces from now on"),
        &LaneOptions::showsMainThread);
    addToggle(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Group lanes where there are very many"),
        &LaneOptions::groupsMany);
    addToggle(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "Statistics of all &tasks, not of workers alone"),
        &LaneOptions::isAllMeasured);
    menu.addSeparator();
    addCommand(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Name the chosen lane…"), TimelineCommand::RenameLane)
        ->setEnabled(canvas.renamable().has_value());
    addCommand(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Hide the chosen lanes"), TimelineCommand::HideLane)
        ->setEnabled(!scene.chosen.empty());
    addCommand(menu, canvas, QT_TRANSLATE_NOOP("timeslice", "Show &all lanes"), TimelineCommand::ShowAllLanes)
        ->setEnabled(scene.hiddenLanes() > 0);
    menu.addSeparator();
    addCommand(menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Fit"), TimelineCommand::Fit);
    addCommand(
        menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Zoom to the selection"),
        TimelineCommand::ZoomToSelection)
        ->setEnabled(scene.viewport.selection().has_value());
    addCommand(menu, canvas, QT_TRANSLATE_NOOP("timeslice", "&Back"), TimelineCommand::Back);
    menu.addSeparator();
    addCommand(menu, canvas, QT_TRANSLATE_NOOP("timeslice", "Slices as a &table"), TimelineCommand::Table)
        ->setEnabled(!scene.isEmpty());
    addCommand(menu, canvas, QT_TRANSLATE_NOOP("timeslice", "Copy &statistics"), TimelineCommand::Copy)
        ->setEnabled(!scene.isEmpty());
}

} // namespace timeslice
