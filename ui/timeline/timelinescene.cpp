// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timelinescene.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

namespace timeslice {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("timeslice", text);
}

// Of what is visible; running times that are closer than this are alike while they grow.
constexpr std::uint64_t kLittle = 20;

// All tasks that have a lane, those of closed groups included.
std::vector<LaneId> tasksOf(std::span<const LaneEntry> entries)
{
    std::vector<LaneId> lanes;
    for (const auto &entry : entries) {
        if (entry.kind == LaneEntry::Kind::Task)
            lanes.push_back(entry.lane);
        if (entry.kind == LaneEntry::Kind::Group && entry.isClosed)
            lanes.insert(lanes.end(), entry.members.begin(), entry.members.end());
    }
    return lanes;
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

bool TimelineScene::arrangeBusiest()
{
    if (isEmpty() || options.order != LaneOrder::Busiest)
        return false;
    const auto visible = viewport.visible();
    auto now = arrangeLanes(*view, labels, options, visible);
    const auto before = tasksOf(entries);
    const auto after = tasksOf(now);
    const auto runningNs = [&](LaneId lane) {
        StateSums sums;
        view->columns(lane, visible, std::span(&sums, 1));
        return sums.runningNs;
    };
    const auto least = viewport.isLive() ? visible.lengthNs() / kLittle : 0;
    const auto isElsewhere = [&](LaneId was, LaneId is) {
        const auto [less, more] = std::minmax({runningNs(was), runningNs(is)});
        return was != is && more - less > least;
    };
    const bool isAnother =
        before.size() != after.size() || !std::ranges::equal(before, after, std::not_fn(isElsewhere));
    if (isAnother)
        entries = std::move(now);
    return isAnother;
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
    std::ranges::for_each(tasksOf(entries), add);
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
        if (entry.kind == LaneEntry::Kind::Group && entry.isClosed) {
            for (const auto lane : entry.members)
                add(lane, looks[lane.index].name);
        }
    }
    return lanes;
}

StateSums TimelineScene::visibleSums(const LaneEntry &entry) const
{
    StateSums together;
    const auto add = [&](LaneId lane) {
        StateSums sums;
        view->columns(lane, viewport.visible(), std::span(&sums, 1));
        addSums(sums, together);
    };
    if (entry.kind == LaneEntry::Kind::Group)
        std::ranges::for_each(entry.members, add);
    else
        add(entry.lane);
    return together;
}

std::size_t TimelineScene::hiddenLanes() const
{
    if (view == nullptr)
        return 0;
    const auto below = [](const std::set<std::uint32_t> &hidden, std::size_t end) {
        return static_cast<std::size_t>(
            std::ranges::count_if(hidden, [end](std::uint32_t index) { return index < end; }));
    };
    return below(options.hiddenTasks, view->tasks().size())
        + below(options.hiddenCores, view->cores().size());
}

} // namespace timeslice
