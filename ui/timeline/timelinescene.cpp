// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinescene.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

} // namespace

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

std::vector<std::pair<LaneId, QString>> TimelineScene::taskLanes() const
{
    std::vector<std::pair<LaneId, QString>> lanes;
    const auto add = [&](LaneId lane) { lanes.emplace_back(lane, looks[lane.index].name); };
    for (const auto &entry : entries) {
        if (entry.kind == LaneEntry::Kind::Task)
            add(entry.lane);
        if (entry.kind == LaneEntry::Kind::Process && entry.isClosed)
            std::ranges::for_each(entry.members, add);
    }
    // Arranged by core there are no lanes of tasks; what is measured are the tasks nevertheless.
    if (lanes.empty() && view != nullptr && options.arrangement == LaneArrangement::ByCore) {
        for (std::uint32_t i = 0; i < looks.size(); ++i) {
            if (!view->tasks()[i].isBystander)
                add({LaneId::Kind::Task, i});
        }
    }
    return lanes;
}

MeasuredLanes TimelineScene::measuredLanes() const
{
    auto all = taskLanes(); // none without a view
    const auto keep = [&all](auto isMeant) {
        std::vector<std::pair<LaneId, QString>> kept;
        std::ranges::copy_if(
            all, std::back_inserter(kept), [&](const auto &lane) { return isMeant(lane.first); });
        return kept;
    };
    const auto named = [](std::vector<std::pair<LaneId, QString>> lanes, const char *several) {
        auto together =
            lanes.size() == 1 ? lanes.front().second : words(several).arg(formatCount(lanes.size()));
        return MeasuredLanes{std::move(lanes), std::move(together)};
    };
    constexpr auto kTasks = QT_TRANSLATE_NOOP("timeslice", "%1 tasks");
    if (auto lanes = keep([this](LaneId lane) { return std::ranges::find(chosen, lane) != chosen.end(); });
        !lanes.empty())
        return named(std::move(lanes), kTasks);
    std::erase_if(all, [this](const auto &lane) { return view->tasks()[lane.first.index].isBystander; });
    if (options.isAllMeasured || all.empty())
        return named(std::move(all), kTasks);
    if (auto lanes = keep([this](LaneId lane) { return looks[lane.index].worker >= 0; }); !lanes.empty())
        return named(std::move(lanes), QT_TRANSLATE_NOOP("timeslice", "%1 workers"));
    const auto isOfProgram = [this](LaneId lane) {
        return view->tasks()[lane.index].pid != view->tasks().front().pid;
    };
    if (auto lanes = keep(isOfProgram); !lanes.empty())
        return named(std::move(lanes), kTasks);
    return named(std::move(all), kTasks);
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
