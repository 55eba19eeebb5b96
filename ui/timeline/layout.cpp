// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/layout.h"

#include "ui/format.h"
#include "ui/timeline/laneshaper.h"
#include "ui/timeline/ruler.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr int kLeastLoss = 4; ///< Pixels; less would be overlooked.
constexpr double kBlockPadding = 5; ///< On either side of a number.
constexpr double kNumberGap = 64; ///< Between two numbers of the ruler.

// Marks of one row's losses: widened until they can be seen, joined where they touch.
void addLosses(
    std::uint32_t row, std::optional<int> cpu, const TimelineView &view, TimeSpan visible, double columns,
    int least, DrawList &into)
{
    std::vector<LostMark> marks;
    const double perNs = columns / static_cast<double>(visible.lengthNs());
    for (const auto &lost : view.losses().spans) {
        const bool touches = lost.span.beginNs < visible.endNs && lost.span.endNs > visible.beginNs;
        if (!touches || (cpu && lost.cpu != *cpu))
            continue;
        const auto columnAt = [&](std::uint64_t timeNs) {
            const auto inside = std::clamp(timeNs, visible.beginNs, visible.endNs) - visible.beginNs;
            return static_cast<double>(inside) * perNs;
        };
        LostMark mark{
            row, static_cast<int>(std::floor(columnAt(lost.span.beginNs) + 1e-6)),
            static_cast<int>(std::ceil(columnAt(lost.span.endNs) - 1e-6)), lost.count, lost.count == 0};
        if (const int missing = least - (mark.end - mark.begin); missing > 0) {
            mark.begin = std::max(0, mark.begin - missing / 2);
            mark.end = std::min(static_cast<int>(columns), mark.begin + least);
            mark.begin = std::max(0, mark.end - least);
        }
        marks.push_back(mark);
    }
    std::ranges::sort(marks, {}, &LostMark::begin);
    for (const auto &mark : marks) {
        const bool joins =
            !into.lost.empty() && into.lost.back().row == row && into.lost.back().end >= mark.begin;
        if (!joins) {
            into.lost.push_back(mark);
            continue;
        }
        into.lost.back().end = std::max(into.lost.back().end, mark.end);
        into.lost.back().count += mark.count;
        into.lost.back().hasUncounted |= mark.hasUncounted;
    }
}

} // namespace

std::optional<SelectionMark> layoutSelection(const Viewport &viewport, const QRectF &plot)
{
    const auto &selected = viewport.selection();
    const auto visible = viewport.visible();
    if (!selected || overlapNs(*selected, visible) == 0)
        return std::nullopt;
    const auto placeOf = [&](std::uint64_t timeNs) {
        return plot.left() + std::clamp(viewport.toX(timeNs) / viewport.width(), 0.0, 1.0) * plot.width();
    };
    SelectionMark mark;
    mark.begin = placeOf(selected->beginNs);
    mark.end = placeOf(selected->endNs);
    mark.isBeginVisible = selected->beginNs >= visible.beginNs;
    mark.isEndVisible = selected->endNs <= visible.endNs;
    const auto length = formatDuration(Nanoseconds(static_cast<std::int64_t>(selected->lengthNs())));
    mark.text = QCoreApplication::translate("timeslice", "%1 selected").arg(length.toString());
    return mark;
}

DrawList layoutTimeline(
    const TimelineContent &content, const Viewport &viewport, QSizeF size, double scroll,
    const TimelineMetrics &metrics)
{
    const auto &view = *content.view;
    const auto visible = viewport.visible();
    DrawList list;
    const auto placed = layoutRows(content.entries, view.cores().size(), size, scroll, metrics, list);
    list.columns = std::max(1, static_cast<int>(std::lround(list.plot.width() * metrics.pixelRatio)));
    LaneShaper shaper(view, content.looks, content.isColouredByCore, visible, list.columns);
    shaper.setLabelRoom(
        metrics.digitWidth * metrics.pixelRatio, 2 * kBlockPadding * metrics.scale * metrics.pixelRatio);
    std::size_t summed = 0;
    for (const auto index : placed)
        summed += content.entries[index].isClosed ? content.entries[index].members.size() : 0;
    shaper.setSummedLanes(summed);
    // At once: in the worst case every column of every row has shares of its own.
    list.shares.reserve(list.rows.size() * static_cast<std::size_t>(list.columns));
    const int leastLoss =
        static_cast<int>(std::lround(kLeastLoss * std::max(1.0, metrics.scale) * metrics.pixelRatio));
    for (std::uint32_t row = 0; row < list.rows.size(); ++row) {
        auto &drawn = list.rows[row];
        const auto &entry = content.entries[placed[row]];
        std::optional<int> cpu;
        switch (drawn.kind) {
        case LaneEntry::Kind::Heat:
            for (const auto core : coresByNumber(view))
                list.heat.push_back({view.cores()[core], shaper.busyShares({LaneId::Kind::Core, core})});
            break;
        case LaneEntry::Kind::Heading:
            continue;
        case LaneEntry::Kind::Group:
            drawn.isChosen = !content.chosen.empty() && std::ranges::equal(content.chosen, entry.members);
            if (!drawn.isClosed)
                continue;
            shaper.addSum(row, entry.members, list);
            break;
        case LaneEntry::Kind::Core:
            cpu = view.cores()[drawn.lane.index];
            [[fallthrough]];
        case LaneEntry::Kind::Task:
            shaper.addLane(row, drawn.lane, list);
            drawn.isChosen = std::ranges::find(content.chosen, drawn.lane) != content.chosen.end();
            break;
        }
        addLosses(row, cpu, view, visible, list.columns, leastLoss, list);
    }
    auto ruler = layoutRuler(
        viewport, content.originNs, list.plot.left(), list.plot.width(), kNumberGap * metrics.scale);
    list.ticks = std::move(ruler.ticks);
    list.rulerUnit = ruler.unit;
    list.rulerBase = ruler.base;
    list.selection = layoutSelection(viewport, list.plot);
    return list;
}

std::optional<std::size_t> rowAt(const DrawList &list, double y)
{
    for (std::size_t i = 0; i < list.rows.size(); ++i) {
        const auto &row = list.rows[i];
        const bool isHeat = row.kind == LaneEntry::Kind::Heat;
        const double top = isHeat ? row.top : std::max(row.top, list.rowsTop);
        const double bottom =
            isHeat ? row.top + row.height : std::min(row.top + row.height, list.rowsTop + list.rowsHeight);
        if (y >= top && y < bottom)
            return i;
    }
    return std::nullopt;
}

} // namespace timeslice
