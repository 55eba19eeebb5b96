// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the keyboard and the menus do on the timeline.
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinewords.h"

#include <QAccessible>
#include <QFocusEvent>
#include <QHelpEvent>
#include <QInputDialog>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kZoom = 1.5;
constexpr double kPan = 0.15;
constexpr double kPage = 0.9;

} // namespace

bool TimelineCanvas::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (timelineCommand(key->key(), key->modifiers(), canClear())) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        layOut();
        showTip(help->pos(), help->globalPos());
        return true;
    }
    return QWidget::event(event);
}

void TimelineCanvas::keyPressEvent(QKeyEvent *event)
{
    if (const auto command = timelineCommand(event->key(), event->modifiers(), canClear()))
        execute(*command);
    else
        QWidget::keyPressEvent(event);
}

void TimelineCanvas::focusInEvent(QFocusEvent *event)
{
    m_showsFocus = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason
        || event->reason() == Qt::ShortcutFocusReason;
    describe();
    update();
}

void TimelineCanvas::focusOutEvent(QFocusEvent *)
{
    update();
}

bool TimelineCanvas::canClear() const
{
    return m_scene.viewport.selection().has_value() || !m_scene.chosen.empty();
}

// Zooming by keys keeps what is pointed at, or visited, in its place.
double TimelineCanvas::zoomPlace() const
{
    if (m_pointerX)
        return *m_pointerX;
    if (const auto segment = m_cursor.segment(m_scene)) {
        const auto visible = m_scene.viewport.visible();
        const auto middle = segment->span.beginNs + segment->span.lengthNs() / 2;
        if (middle >= visible.beginNs && middle < visible.endNs)
            return m_scene.viewport.toX(middle);
    }
    return m_scene.viewport.width() / 2.0;
}

void TimelineCanvas::execute(TimelineCommand command)
{
    layOut();
    if (command == TimelineCommand::Copy)
        Q_EMIT copyRequested();
    if (command == TimelineCommand::Table)
        Q_EMIT tableRequested();
    if (m_scene.isEmpty())
        return;
    auto viewport = m_scene.viewport;
    if (!changeViewport(command, viewport)) {
        executeOnLanes(command);
        return;
    }
    const bool isMeasured = viewport.selection() != m_scene.viewport.selection();
    setViewport(viewport);
    if (isMeasured)
        Q_EMIT selectionSettled();
}

// Commands about time. Returns false for all others.
bool TimelineCanvas::changeViewport(TimelineCommand command, Viewport &viewport) const
{
    switch (command) {
    case TimelineCommand::ZoomIn:
        viewport.zoom(1 / kZoom, zoomPlace());
        return true;
    case TimelineCommand::ZoomOut:
        viewport.zoom(kZoom, zoomPlace());
        return true;
    case TimelineCommand::PanBack:
        viewport.pan(-kPan);
        return true;
    case TimelineCommand::PanForward:
        viewport.pan(kPan);
        return true;
    case TimelineCommand::PageBack:
        viewport.pan(-kPage);
        return true;
    case TimelineCommand::PageForward:
        viewport.pan(kPage);
        return true;
    case TimelineCommand::ToBegin:
        viewport.show({viewport.known().beginNs, viewport.known().beginNs + viewport.visible().lengthNs()});
        return true;
    case TimelineCommand::ToEnd:
        if (viewport.isLive())
            viewport.setFollowing(true);
        else
            viewport.pan(1e9);
        return true;
    case TimelineCommand::Fit:
        viewport.fit();
        return true;
    case TimelineCommand::Back:
        viewport.back();
        return true;
    case TimelineCommand::ZoomToSelection:
        if (const auto segment = m_cursor.segment(m_scene); segment && !viewport.selection()) {
            viewport.select(segment->span);
            viewport.zoomToSelection();
            viewport.select(std::nullopt);
        } else {
            viewport.zoomToSelection();
        }
        return true;
    case TimelineCommand::MeasureSlice:
        if (const auto segment = m_cursor.segment(m_scene))
            viewport.select(segment->span);
        return true;
    default:
        return false;
    }
}

void TimelineCanvas::executeOnLanes(TimelineCommand command)
{
    auto options = m_scene.options;
    switch (command) {
    case TimelineCommand::LaneUp:
    case TimelineCommand::LaneDown:
        if (m_cursor.moveLane(m_scene, command == TimelineCommand::LaneDown))
            chooseCursor();
        break;
    case TimelineCommand::ScrollUp:
        scrollBy(-m_bar->pageStep());
        break;
    case TimelineCommand::ScrollDown:
        scrollBy(m_bar->pageStep());
        break;
    case TimelineCommand::PreviousSlice:
    case TimelineCommand::NextSlice:
        if (m_cursor.moveSlice(m_scene, command == TimelineCommand::NextSlice))
            visit();
        break;
    case TimelineCommand::ExtendBack:
    case TimelineCommand::ExtendForward:
        extendSelection(command == TimelineCommand::ExtendForward);
        break;
    case TimelineCommand::Activate:
        if (const auto entry = m_cursor.entry(m_scene);
            entry && m_scene.entries[*entry].kind == LaneEntry::Kind::Group)
            toggleGroup(m_scene.entries[*entry].group);
        break;
    case TimelineCommand::HideLane:
        hideChosen();
        break;
    case TimelineCommand::ShowAllLanes:
        options.hiddenTasks.clear();
        options.hiddenCores.clear();
        setOptions(std::move(options));
        break;
    case TimelineCommand::RenameLane:
        renameChosen();
        break;
    case TimelineCommand::ColourByCore:
        options.isColouredByCore = !options.isColouredByCore;
        setOptions(std::move(options));
        break;
    case TimelineCommand::NextArrangement:
        options.arrangement = static_cast<LaneArrangement>((static_cast<int>(options.arrangement) + 1) % 3);
        setOptions(std::move(options));
        break;
    case TimelineCommand::Clear:
        clearOne();
        break;
    default:
        break; // about time, or told already
    }
}

void TimelineCanvas::clearOne()
{
    if (m_scene.viewport.selection()) {
        auto viewport = m_scene.viewport;
        viewport.select(std::nullopt);
        setViewport(viewport);
        Q_EMIT selectionSettled();
        return;
    }
    m_scene.chosen.clear();
    m_cursor.clear();
    invalidate();
    Q_EMIT chosenChanged();
}

void TimelineCanvas::chooseCursor()
{
    const auto index = m_cursor.entry(m_scene);
    if (!index)
        return;
    const auto &entry = m_scene.entries[*index];
    if (entry.kind == LaneEntry::Kind::Group)
        m_scene.chosen = entry.members;
    else
        m_scene.chosen = {entry.lane};
    revealCursor();
    invalidate();
    Q_EMIT chosenChanged();
    if (m_cursor.timeNs()) {
        visit();
        return;
    }
    auto words = entry.name;
    if (entry.kind == LaneEntry::Kind::Group)
        words = entry.isClosed ? tr("%1, closed").arg(words) : tr("%1, open").arg(words);
    setAccessibleDescription(words);
    Q_EMIT sliceVisited(words);
}

// Scrolls the lane the keyboard stands on into view.
void TimelineCanvas::revealCursor()
{
    const auto index = m_cursor.entry(m_scene);
    if (!index || m_bar->isHidden())
        return;
    const auto metrics = m_painter->metrics(m_scene.entries, width());
    const auto [top, bottom] =
        entryPlace(m_scene.entries, m_scene.view->cores().size(), size(), metrics, *index);
    if (top < m_bar->value())
        m_bar->setValue(static_cast<int>(top));
    else if (bottom > m_bar->value() + m_list.rowsHeight)
        m_bar->setValue(static_cast<int>(std::ceil(bottom - m_list.rowsHeight)));
}

void TimelineCanvas::visit()
{
    const auto index = m_cursor.entry(m_scene);
    const auto segment = m_cursor.segment(m_scene);
    if (!index || !segment)
        return;
    auto viewport = m_scene.viewport;
    viewport.reveal(segment->span.endNs);
    viewport.reveal(segment->span.beginNs);
    if (viewport.visible() != m_scene.viewport.visible())
        setViewport(viewport);
    update();
    const auto words = describeSlice(
                           *m_scene.view, m_scene.entries[*index].lane, *m_cursor.timeNs(), {},
                           m_scene.origin(), m_scene.looks)
                           .text();
    setAccessibleDescription(words);
    QAccessibleEvent change(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&change);
    Q_EMIT sliceVisited(words);
}

void TimelineCanvas::extendSelection(bool isForward)
{
    auto viewport = m_scene.viewport;
    if (const auto segment = m_cursor.segment(m_scene); segment && !viewport.selection())
        viewport.select(segment->span);
    if (!m_cursor.moveSlice(m_scene, isForward))
        return;
    visit();
    const auto segment = m_cursor.segment(m_scene);
    auto selected = viewport.selection().value_or(segment->span);
    selected = {
        std::min(selected.beginNs, segment->span.beginNs), std::max(selected.endNs, segment->span.endNs)};
    viewport = m_scene.viewport;
    viewport.select(selected);
    setViewport(viewport);
    Q_EMIT selectionSettled();
}

void TimelineCanvas::toggleGroup(LaneGroup group)
{
    auto options = m_scene.options;
    if (options.toggled.erase(group) == 0)
        options.toggled.insert(group);
    setOptions(std::move(options));
}

void TimelineCanvas::hideChosen()
{
    auto options = m_scene.options;
    for (const auto lane : m_scene.chosen)
        (lane.kind == LaneId::Kind::Task ? options.hiddenTasks : options.hiddenCores).insert(lane.index);
    m_scene.chosen.clear();
    setOptions(std::move(options));
    Q_EMIT chosenChanged();
}

// A core keeps its number, and several tasks need several names.
std::optional<LaneId> TimelineCanvas::renamable() const
{
    const bool isOneTask = m_scene.chosen.size() == 1 && m_scene.chosen.front().kind == LaneId::Kind::Task;
    return isOneTask ? std::optional(m_scene.chosen.front()) : std::nullopt;
}

void TimelineCanvas::renameChosen()
{
    const auto chosen = renamable();
    if (!chosen)
        return;
    const auto lane = *chosen;
    const int tid = m_scene.view->tasks()[lane.index].tid;
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Name this lane"));
    dialog->setLabelText(tr("Name of task %1; empty for its own:").arg(tid));
    dialog->setTextValue(m_scene.looks[lane.index].name);
    connect(dialog, &QInputDialog::textValueSelected, this, [this, tid](const QString &text) {
        auto labels = m_scene.labels;
        auto label = std::ranges::find(labels, tid, &TaskLabel::tid);
        if (label == labels.end())
            label = labels.insert(labels.end(), TaskLabel{tid, TaskLabel::kNoWorker, {}});
        label->name = text.simplified();
        setLabels(std::move(labels));
    });
    dialog->open();
}

} // namespace timeslice
