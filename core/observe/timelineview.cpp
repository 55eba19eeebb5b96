// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelineview.h"

#include <algorithm>

namespace timeslice {

namespace {

// Whether a state only says that no record came; it then says nothing where records were lost.
bool isSilent(TaskState state, LaneId::Kind kind)
{
    switch (state) {
    case TaskState::Runnable:
    case TaskState::Blocked:
        return true;
    case TaskState::Absent:
        return kind == LaneId::Kind::Core; // a task's birth and end are facts
    case TaskState::Running:
    case TaskState::GilWait:
    case TaskState::Unknown:
        break;
    }
    return false;
}

TimeSpan cut(TimeSpan a, TimeSpan b)
{
    return {std::max(a.beginNs, b.beginNs), std::min(a.endNs, b.endNs)};
}

} // namespace

std::optional<LaneId> TimelineView::laneOfTid(int tid) const
{
    const auto &all = tasks();
    for (auto i = all.size(); i-- > 0;) {
        if (all[i].tid == tid)
            return LaneId{LaneId::Kind::Task, static_cast<std::uint32_t>(i)};
    }
    return std::nullopt;
}

const TimelineLane &TimelineView::at(LaneId lane) const
{
    return lane.kind == LaneId::Kind::Task ? *m_data.taskLanes[lane.index] : *m_data.coreLanes[lane.index];
}

std::span<const TimeSpan> TimelineView::lossesOf(LaneId lane, TimeSpan span) const
{
    const auto &all =
        lane.kind == LaneId::Kind::Task ? m_data.losses->anywhere : m_data.losses->byCore[lane.index];
    const auto first = std::ranges::upper_bound(all, span.beginNs, {}, &TimeSpan::endNs);
    const auto last = std::ranges::lower_bound(first, all.end(), span.endNs, {}, &TimeSpan::beginNs);
    return {first, last};
}

void TimelineView::columns(LaneId lane, TimeSpan span, std::span<StateSums> out) const
{
    at(lane).columns(span, m_data.known.endNs, out);
    applyLosses(lane, span, out);
    applyGil(lane, span, out);
}

std::shared_ptr<const TimelineView> TimelineView::with(std::shared_ptr<const GilHistory> gil) const
{
    auto data = m_data;
    data.gil = std::move(gil);
    return std::make_shared<TimelineView>(std::move(data));
}

const GilHistory::Worker *TimelineView::gilWorker(LaneId lane) const
{
    return m_data.gil && lane.kind == LaneId::Kind::Task ? m_data.gil->ofTid(tasks()[lane.index].tid)
                                                         : nullptr;
}

// A wait is told from before the task blocks until after it runs again: what of it is blocked is waiting for
// the lock.
void TimelineView::applyGil(LaneId lane, TimeSpan span, std::span<StateSums> out) const
{
    const auto *const worker = gilWorker(lane);
    if (worker == nullptr)
        return;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const TimeSpan edges{columnEdge(span, i, out.size()), columnEdge(span, i + 1, out.size())};
        const auto waited = std::min(out[i].blockedNs, GilHistory::waitedNs(*worker, edges));
        out[i].blockedNs -= waited;
        out[i].gilWaitNs += waited;
    }
}

void TimelineView::applyLosses(LaneId lane, TimeSpan span, std::span<StateSums> out) const
{
    std::size_t column = 0;
    for (const auto &lost : lossesOf(lane, span)) {
        // Back to the first column that the loss touches; two losses may share one.
        while (column < out.size() && columnEdge(span, column + 1, out.size()) <= lost.beginNs)
            ++column;
        for (auto i = column; i < out.size(); ++i) {
            const TimeSpan edges{columnEdge(span, i, out.size()), columnEdge(span, i + 1, out.size())};
            const auto part = cut(edges, lost);
            if (edges.beginNs >= lost.endNs)
                break;
            StateSums doubtful;
            at(lane).columns(part, m_data.known.endNs, std::span(&doubtful, 1));
            auto &sums = out[i];
            const bool isCore = lane.kind == LaneId::Kind::Core;
            const auto runnable = std::min(sums.runnableNs, doubtful.runnableNs);
            const auto blocked = std::min(sums.blockedNs, doubtful.blockedNs);
            const auto absent = isCore ? std::min(sums.absentNs, doubtful.absentNs) : 0;
            sums.runnableNs -= runnable;
            sums.blockedNs -= blocked;
            sums.absentNs -= absent;
            sums.unknownNs += runnable + blocked + absent;
        }
    }
}

void TimelineView::dominantKeys(LaneId lane, TimeSpan span, std::span<std::uint32_t> out) const
{
    at(lane).dominantKeys(span, m_data.known.endNs, out);
}

Segment TimelineView::segmentAt(LaneId lane, std::uint64_t timeNs) const
{
    auto segment = at(lane).segmentAt(timeNs, m_data.known.endNs);
    if (!isSilent(segment.state, lane.kind) || segment.isSummary)
        return segment;
    for (const auto &lost : lossesOf(lane, segment.span)) {
        if (lost.endNs <= timeNs) {
            segment.span.beginNs = std::max(segment.span.beginNs, lost.endNs);
        } else if (lost.beginNs > timeNs) {
            segment.isOpen &= segment.span.endNs <= lost.beginNs;
            segment.span.endNs = std::min(segment.span.endNs, lost.beginNs);
            break;
        } else {
            segment.isOpen &= segment.span.endNs <= lost.endNs;
            segment.span = cut(segment.span, lost);
            segment.state = TaskState::Unknown;
            break;
        }
    }
    const auto *const worker = gilWorker(lane);
    if (segment.state == TaskState::Blocked && worker != nullptr && GilHistory::waitAt(*worker, timeNs))
        segment.state = TaskState::GilWait;
    return segment;
}

std::uint64_t
TimelineView::segments(LaneId lane, TimeSpan span, std::size_t limit, std::vector<Segment> &into) const
{
    auto timeNs = span.beginNs;
    for (std::size_t i = 0; i < limit && timeNs < span.endNs; ++i) {
        into.push_back(segmentAt(lane, timeNs));
        timeNs = into.back().span.endNs;
    }
    return std::min(timeNs, span.endNs);
}

RangeStats TimelineView::stats(LaneId lane, TimeSpan span) const
{
    auto stats = at(lane).stats(span, m_data.known.endNs);
    const auto losses = lossesOf(lane, span);
    if (losses.empty()) {
        applyGil(lane, span, std::span(&stats.sums, 1));
        return stats;
    }
    applyLosses(lane, span, std::span(&stats.sums, 1));
    applyGil(lane, span, std::span(&stats.sums, 1));
    stats.longestRunnableNs = 0;
    stats.longestBlockedNs = 0;
    auto beginNs = span.beginNs;
    const auto addKnown = [&](std::uint64_t endNs) {
        if (endNs <= beginNs)
            return;
        const auto part = at(lane).stats({beginNs, endNs}, m_data.known.endNs);
        stats.longestRunnableNs = std::max(stats.longestRunnableNs, part.longestRunnableNs);
        stats.longestBlockedNs = std::max(stats.longestBlockedNs, part.longestBlockedNs);
    };
    for (const auto &lost : losses) {
        addKnown(lost.beginNs);
        beginNs = lost.endNs;
    }
    addKnown(span.endNs);
    return stats;
}

std::vector<StateSums> TimelineView::coreSums(TimeSpan span) const
{
    std::vector<StateSums> sums(cores().size());
    for (std::uint32_t i = 0; i < sums.size(); ++i)
        columns({LaneId::Kind::Core, i}, span, std::span(&sums[i], 1));
    return sums;
}

std::uint64_t TimelineView::detailFromNs(LaneId lane) const
{
    return at(lane).detailFromNs();
}

} // namespace timeslice
