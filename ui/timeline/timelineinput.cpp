// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the pointer does on the timeline: wheel zooms, dragging measures, names choose.
#include "ui/themecontroller.h"
#include "ui/timeline/timelinecanvas.h"
#include "ui/timeline/timelinewords.h"

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace timeslice {

namespace {

constexpr double kNotch = 120; ///< Of a wheel, in Qt's eighths of a degree.
constexpr double kZoomPerNotch = 1.25;
constexpr double kPanPerNotch = 0.1;
constexpr double kScrollPerNotch = 48;
constexpr double kGrasp = 4; ///< Pixels around an edge of the selection.
constexpr double kDragDistance = 3;

} // namespace

// The entry a row was made of.
LaneEntry TimelineCanvas::entryOf(const DrawRow &row) const
{
    for (const auto &entry : m_scene.entries) {
        if (entry.kind == row.kind && entry.lane == row.lane && entry.group == row.group)
            return entry;
    }
    return {};
}

double TimelineCanvas::columnAt(double x) const
{
    return (x - m_list.plot.left()) / std::max(1.0, m_list.plot.width()) * m_scene.viewport.width();
}

void TimelineCanvas::wheelEvent(QWheelEvent *event)
{
    event->accept();
    layOut();
    if (m_scene.isEmpty())
        return;
    const auto turned = event->angleDelta();
    auto viewport = m_scene.viewport;
    const bool isSideways = std::abs(turned.x()) > std::abs(turned.y());
    if (isSideways || (event->modifiers() & Qt::ShiftModifier) != 0) {
        viewport.pan(-kPanPerNotch * (isSideways ? turned.x() : turned.y()) / kNotch);
    } else if (event->position().x() < m_list.plot.left()) {
        scrollBy(-kScrollPerNotch * m_themes->scale() * turned.y() / kNotch);
        return;
    } else if (turned.y() != 0) {
        viewport.zoom(std::pow(kZoomPerNotch, -turned.y() / kNotch), columnAt(event->position().x()));
    }
    setViewport(viewport);
}

void TimelineCanvas::scrollBy(double pixels)
{
    m_bar->setValue(m_bar->value() + static_cast<int>(std::lround(pixels)));
}

// The edge of the selection that can be grasped at a place: the moment that stays while it is dragged.
std::optional<std::uint64_t> TimelineCanvas::selectionEdgeAt(double x) const
{
    const auto &selected = m_scene.viewport.selection();
    if (!selected || !m_list.selection)
        return std::nullopt;
    const double reach = kGrasp * m_themes->scale();
    const double toBegin = std::abs(x - m_list.selection->begin);
    const double toEnd = std::abs(x - m_list.selection->end);
    if (m_list.selection->isBeginVisible && toBegin <= reach && toBegin <= toEnd)
        return selected->endNs;
    if (m_list.selection->isEndVisible && toEnd <= reach)
        return selected->beginNs;
    return std::nullopt;
}

void TimelineCanvas::mousePressEvent(QMouseEvent *event)
{
    layOut();
    m_gesture = {};
    if (m_scene.isEmpty())
        return;
    m_gesture.pressed = event->position();
    m_gesture.lastX = event->position().x();
    if (event->button() == Qt::MiddleButton) {
        m_gesture.kind = Gesture::Kind::Pan;
        setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (event->button() != Qt::LeftButton)
        return;
    const double x = event->position().x();
    if (x < m_list.plot.left() - kGrasp) {
        m_gesture.kind = Gesture::Kind::Row;
        if (const auto row = rowAt(m_list, event->position().y()))
            chooseRow(m_list.rows[*row], (event->modifiers() & Qt::ControlModifier) != 0);
        return;
    }
    m_gesture.kind = Gesture::Kind::Measure;
    const auto known = m_scene.view->known();
    const auto edge = selectionEdgeAt(x);
    m_gesture.anchorNs = edge
        ? *edge
        : std::clamp(m_scene.viewport.toNs(columnAt(x)), known.beginNs, std::max(known.beginNs, known.endNs));
    QToolTip::hideText();
}

void TimelineCanvas::mouseMoveEvent(QMouseEvent *event)
{
    layOut();
    if (m_scene.isEmpty())
        return;
    const double x = event->position().x();
    const bool isFar = std::abs(x - m_gesture.pressed.x()) >= kDragDistance;
    switch (m_gesture.kind) {
    case Gesture::Kind::Pan: {
        auto viewport = m_scene.viewport;
        viewport.drag(columnAt(x) - columnAt(m_gesture.lastX));
        m_gesture.lastX = x;
        setViewport(viewport);
        break;
    }
    case Gesture::Kind::Measure:
        m_gesture.isMoved |= isFar;
        if (m_gesture.isMoved)
            measureTo(x);
        break;
    case Gesture::Kind::None:
        setCursor(
            selectionEdgeAt(x)           ? Qt::SplitHCursor
                : x < m_list.plot.left() ? Qt::ArrowCursor
                                         : Qt::CrossCursor);
        break;
    case Gesture::Kind::Row:
        break;
    }
    const bool isInPlot = x >= m_list.plot.left() && x <= m_list.plot.right();
    if (!isInPlot) {
        leaveEvent(nullptr);
        return;
    }
    m_pointerX = columnAt(x);
    const auto timeNs = m_scene.viewport.toNs(*m_pointerX);
    setPointer(timeNs);
    Q_EMIT hovered(timeNs);
    if (QToolTip::isVisible() && m_gesture.kind == Gesture::Kind::None)
        showTip(event->position().toPoint(), event->globalPosition().toPoint());
}

void TimelineCanvas::measureTo(double x)
{
    auto viewport = m_scene.viewport;
    // A range that is drawn must not slide away below the pointer.
    viewport.setFollowing(false);
    const auto known = m_scene.view->known();
    const auto toNs =
        std::clamp(viewport.toNs(columnAt(x)), known.beginNs, std::max(known.beginNs, known.endNs));
    const auto [begin, end] = std::minmax(m_gesture.anchorNs, toNs);
    viewport.select(TimeSpan{begin, end});
    setViewport(viewport);
}

void TimelineCanvas::mouseReleaseEvent(QMouseEvent *event)
{
    const auto gesture = std::exchange(m_gesture, {});
    if (gesture.kind == Gesture::Kind::Pan)
        setCursor(Qt::CrossCursor);
    if (gesture.kind != Gesture::Kind::Measure || event->button() != Qt::LeftButton || m_scene.isEmpty())
        return;
    layOut();
    if (gesture.isMoved) {
        m_gesture = gesture;
        measureTo(event->position().x());
        m_gesture = {};
    } else if (!selectionEdgeAt(event->position().x())) {
        auto viewport = m_scene.viewport;
        viewport.select(std::nullopt);
        setViewport(viewport);
    }
    Q_EMIT selectionSettled();
}

void TimelineCanvas::mouseDoubleClickEvent(QMouseEvent *event)
{
    layOut();
    if (event->button() == Qt::LeftButton && event->position().x() >= m_list.plot.left())
        execute(TimelineCommand::Fit);
}

// Also called when the pointer leaves the plot for the names.
void TimelineCanvas::leaveEvent(QEvent *)
{
    if (!std::exchange(m_pointerX, std::nullopt))
        return;
    setPointer(std::nullopt);
    Q_EMIT hovered(std::nullopt);
}

void TimelineCanvas::contextMenuEvent(QContextMenuEvent *event)
{
    const bool isByKey = event->reason() == QContextMenuEvent::Keyboard;
    Q_EMIT menuRequested(isByKey ? mapToGlobal(rect().center()) : event->globalPos());
}

void TimelineCanvas::chooseRow(const DrawRow &row, bool isAdded)
{
    if (row.kind == LaneEntry::Kind::Group && !isAdded) {
        toggleGroup(row.group);
        return;
    }
    if (row.kind == LaneEntry::Kind::Heat || row.kind == LaneEntry::Kind::Heading)
        return;
    const auto entry = entryOf(row);
    const auto lanes = row.kind == LaneEntry::Kind::Group ? entry.members : std::vector{row.lane};
    auto &chosen = m_scene.chosen;
    const auto isChosen = [&chosen](LaneId lane) { return std::ranges::find(chosen, lane) != chosen.end(); };
    const bool wereChosen = std::ranges::all_of(lanes, isChosen);
    const bool wereAll = wereChosen && chosen.size() == lanes.size();
    if (isAdded && wereChosen) {
        std::erase_if(
            chosen, [&lanes](LaneId lane) { return std::ranges::find(lanes, lane) != lanes.end(); });
    } else if (isAdded) {
        std::ranges::copy_if(lanes, std::back_inserter(chosen), std::not_fn(isChosen));
    } else {
        chosen = wereAll ? std::vector<LaneId>() : lanes;
    }
    m_cursor.setEntry(entry);
    invalidate();
    Q_EMIT chosenChanged();
}

void TimelineCanvas::showTip(QPoint at, QPoint global)
{
    const auto index = rowAt(m_list, at.y());
    if (!index || m_scene.isEmpty()) {
        QToolTip::hideText();
        return;
    }
    const auto &row = m_list.rows[*index];
    const bool isLane = row.kind == LaneEntry::Kind::Task || row.kind == LaneEntry::Kind::Core;
    if (!isLane || at.x() < m_list.plot.left()) {
        // Names may be elided, and their details have no room on low rows.
        const auto entry = entryOf(row);
        auto words = row.name.toHtmlEscaped();
        if (row.kind == LaneEntry::Kind::Group)
            words = summaryWords(row.name, m_scene.visibleSums(entry)).toHtmlEscaped();
        if (!entry.detail.isEmpty())
            words += QStringLiteral("<br>") + entry.detail.toHtmlEscaped();
        QToolTip::showText(global, words, this);
        return;
    }
    const auto column = std::floor(columnAt(at.x()));
    const auto &viewport = m_scene.viewport;
    const TimeSpan pixel{
        viewport.toNs(column), std::max(viewport.toNs(column + 1), viewport.toNs(column) + 1)};
    const auto timeNs = pixel.beginNs + pixel.lengthNs() / 2;
    if (timeNs >= m_scene.view->known().endNs) {
        QToolTip::hideText();
        return;
    }
    auto words = describeSlice(*m_scene.view, row.lane, timeNs, pixel, m_scene.origin(), m_scene.looks);
    for (const auto &mark : m_list.lost) {
        if (mark.row == *index && column >= mark.begin && column < mark.end)
            words.lines.emplace_back(tr("Records"), lossWords(mark.count, mark.hasUncounted));
    }
    QToolTip::showText(global, words.html(), this);
}

} // namespace timeslice
