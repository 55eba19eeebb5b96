// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinescene.h"

#include <QCoreApplication>

#include <algorithm>

namespace timeslice {

std::uint64_t TimelineScene::origin() const
{
    return originNs ? *originNs : view != nullptr ? view->known().beginNs : 0;
}

void TimelineScene::arrange()
{
    entries.clear();
    looks.clear();
    if (view == nullptr)
        return;
    looks = taskLooks(*view, labels);
    entries = arrangeLanes(*view, labels, options, viewport.visible());
}

DrawList TimelineScene::layout(QSizeF size, double scroll, const TimelineMetrics &metrics) const
{
    return layoutTimeline(
        {.view = view.get(),
         .entries = entries,
         .looks = looks,
         .chosen = chosen,
         .isColouredByCore = options.isColouredByCore,
         .originNs = origin()},
        viewport, size, scroll, metrics);
}

std::vector<std::pair<LaneId, QString>> TimelineScene::statLanes() const
{
    std::vector<std::pair<LaneId, QString>> lanes;
    const bool hasChosenTask =
        std::ranges::any_of(chosen, [](LaneId lane) { return lane.kind == LaneId::Kind::Task; });
    const auto add = [&](LaneId lane) {
        const bool isChosen = std::ranges::find(chosen, lane) != chosen.end();
        if (lane.kind == LaneId::Kind::Task && lane.index < looks.size() && (isChosen || !hasChosenTask))
            lanes.emplace_back(lane, looks[lane.index].name);
    };
    for (const auto &entry : entries) {
        if (entry.kind == LaneEntry::Kind::Task)
            add(entry.lane);
        if (entry.kind == LaneEntry::Kind::Process && entry.isClosed)
            std::ranges::for_each(entry.members, add);
    }
    // Arranged by core there are no lanes of tasks; what is measured are the tasks nevertheless.
    if (lanes.empty() && view != nullptr && options.arrangement == LaneArrangement::ByCore) {
        for (std::uint32_t i = 0; i < looks.size(); ++i)
            lanes.emplace_back(LaneId{LaneId::Kind::Task, i}, looks[i].name);
    }
    return lanes;
}

std::vector<std::pair<LaneId, QString>> TimelineScene::tableLanes() const
{
    std::vector<std::pair<LaneId, QString>> lanes;
    const auto add = [&](LaneId lane, const QString &name) {
        if (chosen.empty() || std::ranges::find(chosen, lane) != chosen.end())
            lanes.emplace_back(lane, name);
    };
    for (const auto &entry : entries) {
        if (entry.kind == LaneEntry::Kind::Task || entry.kind == LaneEntry::Kind::Core)
            add(entry.lane, entry.name);
        if (entry.kind == LaneEntry::Kind::Process && entry.isClosed) {
            for (const auto lane : entry.members)
                add(lane, looks[lane.index].name);
        }
    }
    return lanes;
}

} // namespace timeslice
