// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/slicecursor.h"

#include <algorithm>

namespace timeslice {

namespace {

bool canBeChosen(const LaneEntry &entry)
{
    return entry.kind != LaneEntry::Kind::Heat && entry.kind != LaneEntry::Kind::Heading;
}

} // namespace

std::optional<std::size_t> SliceCursor::entry(const TimelineScene &scene) const
{
    for (std::size_t i = 0; i < scene.entries.size(); ++i) {
        const auto &entry = scene.entries[i];
        if (entry.kind != m_kind || !canBeChosen(entry))
            continue;
        if (entry.kind == LaneEntry::Kind::Group ? entry.group == m_group : entry.lane == m_lane)
            return i;
    }
    return std::nullopt;
}

std::optional<Segment> SliceCursor::segment(const TimelineScene &scene) const
{
    const auto at = entry(scene);
    if (!at || !m_timeNs || m_kind == LaneEntry::Kind::Group)
        return std::nullopt;
    auto segment = scene.view->segmentAt(m_lane, *m_timeNs);
    const auto known = scene.view->known();
    segment.span = {std::max(segment.span.beginNs, known.beginNs), std::min(segment.span.endNs, known.endNs)};
    return segment;
}

void SliceCursor::setEntry(const LaneEntry &entry)
{
    if (!canBeChosen(entry))
        return;
    m_kind = entry.kind;
    m_lane = entry.lane;
    m_group = entry.group;
}

bool SliceCursor::moveLane(const TimelineScene &scene, bool isDown)
{
    const auto from = entry(scene);
    const auto count = static_cast<std::ptrdiff_t>(scene.entries.size());
    const std::ptrdiff_t step = isDown ? 1 : -1;
    auto at = from ? static_cast<std::ptrdiff_t>(*from) + step : isDown ? 0 : count - 1;
    for (; at >= 0 && at < count; at += step) {
        const auto &candidate = scene.entries[static_cast<std::size_t>(at)];
        if (!canBeChosen(candidate))
            continue;
        setEntry(candidate);
        return true;
    }
    return false;
}

bool SliceCursor::moveSlice(const TimelineScene &scene, bool isForward)
{
    if (scene.isEmpty() || (!entry(scene) && !moveLane(scene, true)) || m_kind == LaneEntry::Kind::Group)
        return false;
    const auto known = scene.view->known();
    const auto visible = scene.viewport.visible();
    if (known.lengthNs() == 0)
        return false;
    if (!m_timeNs) {
        const auto middle = visible.beginNs + visible.lengthNs() / 2;
        m_timeNs = std::clamp(middle, known.beginNs, known.endNs - 1);
        return true;
    }
    const auto current = scene.view->segmentAt(m_lane, std::clamp(*m_timeNs, known.beginNs, known.endNs - 1));
    if (isForward)
        m_timeNs = std::min(current.span.endNs, known.endNs - 1);
    else
        m_timeNs = current.span.beginNs > known.beginNs ? current.span.beginNs - 1 : known.beginNs;
    return true;
}

} // namespace timeslice
