// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/timelinetesting.h"

namespace timeslice::testing {

namespace {

SwitchRecord record(std::uint64_t timeNs, int tid, unsigned cpu, SwitchKind kind, std::uint32_t detail = 0)
{
    return {
        .timeNs = timeNs,
        .tid = tid,
        .pid = tid == 0 ? 0 : 1,
        .detail = detail,
        .cpu = static_cast<std::uint16_t>(cpu),
        .kind = kind};
}

const char *nameOf(SliceEnd end)
{
    switch (end) {
    case SliceEnd::Blocked:
        return "blocks";
    case SliceEnd::Preempted:
        return "preempted";
    case SliceEnd::Exited:
        return "exits";
    case SliceEnd::Unknown:
        return "?";
    }
    return "";
}

std::string nameOf(const Segment &segment)
{
    if (segment.isSummary)
        return "summary";
    switch (segment.state) {
    case TaskState::Absent:
        return "absent";
    case TaskState::Running:
        return "run" + (segment.key == kOtherTask ? "*" : std::to_string(segment.key));
    case TaskState::Runnable:
        return "runnable";
    case TaskState::Blocked:
        return "blocked";
    case TaskState::GilWait:
        return "gil-wait";
    case TaskState::Unknown:
        return "unknown";
    }
    return "";
}

} // namespace

SwitchRecord in(std::uint64_t timeNs, int tid, unsigned cpu)
{
    return record(timeNs, tid, cpu, SwitchKind::In);
}

SwitchRecord out(std::uint64_t timeNs, int tid, unsigned cpu)
{
    return record(timeNs, tid, cpu, SwitchKind::Out);
}

SwitchRecord preempted(std::uint64_t timeNs, int tid, unsigned cpu)
{
    return record(timeNs, tid, cpu, SwitchKind::OutPreempted);
}

SwitchRecord forked(std::uint64_t timeNs, int parentTid, int tid, unsigned cpu)
{
    return record(timeNs, tid, cpu, SwitchKind::Fork, static_cast<std::uint32_t>(parentTid));
}

SwitchRecord exited(std::uint64_t timeNs, int tid, unsigned cpu)
{
    return record(timeNs, tid, cpu, SwitchKind::Exit);
}

SwitchRecord lost(std::uint64_t timeNs, std::uint32_t count, unsigned cpu)
{
    return record(timeNs, 0, cpu, SwitchKind::Lost, count);
}

SwitchChunk
chunkOf(std::uint64_t beginNs, std::uint64_t horizonNs, std::vector<SwitchRecord> records, bool last)
{
    return {
        .traceBeginNs = beginNs,
        .horizonNs = horizonNs,
        .records = std::move(records),
        .names = {},
        .late = 0,
        .last = last};
}

TimelineViewPtr viewOf(std::uint64_t horizonNs, std::vector<SwitchRecord> records)
{
    TimelineStore store;
    store.append(chunkOf(100, horizonNs, std::move(records)));
    return store.view();
}

std::string textOf(const TimelineView &view, LaneId lane)
{
    std::vector<Segment> segments;
    view.segments(lane, view.known(), 1000, segments);
    std::string text;
    for (const auto &segment : segments) {
        text += ' ' + nameOf(segment) + " [" + std::to_string(segment.span.beginNs) + ',';
        text += segment.span.endNs == UINT64_MAX ? "-" : std::to_string(segment.span.endNs);
        text += ')';
        if (segment.isOpen)
            text += '+';
        else if (segment.state == TaskState::Running)
            text += nameOf(segment.end);
    }
    return text;
}

std::string textOf(const TimelineView &view)
{
    std::string text;
    for (std::uint32_t i = 0; i < view.tasks().size(); ++i)
        text +=
            "tid " + std::to_string(view.tasks()[i].tid) + ':' + textOf(view, {LaneId::Kind::Task, i}) + '\n';
    for (std::uint32_t i = 0; i < view.cores().size(); ++i)
        text += "cpu " + std::to_string(view.cores()[i]) + ':' + textOf(view, {LaneId::Kind::Core, i}) + '\n';
    return text;
}

} // namespace timeslice::testing
