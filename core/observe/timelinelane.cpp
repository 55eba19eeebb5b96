// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinelane.h"

#include "core/observe/timelinecursor.h"

#include <algorithm>
#include <array>

namespace timeslice {

namespace {

// Takes from one sum what the sums are too large by; a column cut out of a summary is rounded.
void trim(std::uint64_t &sum, std::uint64_t &excess)
{
    const auto part = std::min(sum, excess);
    sum -= part;
    excess -= part;
}

// What lies between two answers. Into its place, value by value: a whole copied right after its parts were
// written makes the processor wait, for each column of each lane.
void subtract(
    const LaneCursor::Answer &from, const LaneCursor::Answer &to, std::uint64_t aliveNs,
    std::uint64_t lengthNs, LaneId::Kind kind, StateSums &sums)
{
    const auto &before = from.sums;
    const auto &after = to.sums;
    sums.runningNs = after.runningNs - before.runningNs;
    sums.runnableNs = after.runnableNs - before.runnableNs;
    sums.gilWaitNs = 0;
    sums.unknownNs = after.unknownNs - before.unknownNs;
    sums.switches = after.switches - before.switches;
    sums.coarse = from.isCoarse || to.isCoarse;
    const auto kept = sums.runningNs + sums.runnableNs + sums.unknownNs;
    if (kept > aliveNs) {
        auto excess = kept - aliveNs;
        trim(sums.unknownNs, excess);
        trim(sums.runnableNs, excess);
        trim(sums.runningNs, excess);
    }
    const auto rest = kept > aliveNs ? 0 : aliveNs - kept;
    sums.blockedNs = kind == LaneId::Kind::Task ? rest : 0;
    sums.absentNs = lengthNs - aliveNs + (kind == LaneId::Kind::Task ? 0 : rest);
}

} // namespace

std::uint64_t TimelineLane::endNs(std::uint64_t horizonNs) const
{
    return std::max(m_data.bornNs, std::min(m_data.goneNs, horizonNs));
}

void TimelineLane::columns(TimeSpan span, std::uint64_t horizonNs, std::span<StateSums> out) const
{
    LaneCursor cursor(*this, horizonNs);
    const auto life = cursor.life();
    std::array<std::uint64_t, LaneCursor::kBatch> edges;
    std::array<LaneCursor::Answer, LaneCursor::kBatch + 1> answers;

    ColumnEdges columnEdges(span, out.size());
    edges[0] = span.beginNs;
    cursor.answer({edges.data(), 1}, {answers.data(), 1});
    auto beginNs = span.beginNs;
    for (std::size_t first = 0; first < out.size(); first += LaneCursor::kBatch) {
        const auto batch = std::min(LaneCursor::kBatch, out.size() - first);
        for (std::size_t i = 0; i < batch; ++i)
            edges[i] = columnEdges.next();
        cursor.answer({edges.data(), batch}, {answers.data() + 1, batch});
        for (std::size_t i = 0; i < batch; ++i) {
            const TimeSpan column{beginNs, edges[i]};
            subtract(
                answers[i], answers[i + 1], overlapNs(column, life), column.lengthNs(), m_data.kind,
                out[first + i]);
            beginNs = edges[i];
        }
        answers[0] = answers[batch];
    }
}

Segment TimelineLane::segmentAt(std::uint64_t timeNs, std::uint64_t horizonNs) const
{
    const auto end = endNs(horizonNs);
    if (timeNs < m_data.bornNs)
        return {.span = {0, m_data.bornNs}, .state = TaskState::Absent, .key = kNoKey};
    if (timeNs >= end)
        return {.span = {end, UINT64_MAX}, .state = TaskState::Absent, .key = kNoKey};

    LaneCursor cursor(*this, horizonNs);
    const auto index = cursor.seek(timeNs + 1); // the last that begins at the moment or before it
    const auto entries = entryCount();
    TimeSpan wait{m_data.bornNs, end};
    TaskState state = m_data.initial;
    std::size_t nextEntry = 0;
    if (index != LaneCursor::kBeforeFirst) {
        const auto &entered = entry(index);
        nextEntry = index + 1;
        if (timeNs < entered.endNs && !entered.words) {
            return {
                .span = {entered.startNs, entered.endNs},
                .state = TaskState::Unknown,
                .key = entered.dominantKey,
                .isSummary = true};
        }
        if (timeNs < entered.endNs) {
            const auto block = entered.block();
            const unsigned slice = LaneCursor::sliceBefore(entered, timeNs + 1);
            const TimeSpan running{entered.startNs + block.start(slice), entered.sliceEndNs(slice)};
            if (timeNs < running.endNs)
                return {
                    .span = running,
                    .state = TaskState::Running,
                    .key = block.key(slice),
                    .end = block.end(slice)};
            return {
                .span = {running.endNs, entered.startNs + block.start(slice + 1)},
                .state = stateAfter(block.end(slice), m_data.kind),
                .key = kNoKey};
        }
        wait.beginNs = entered.endNs;
        state = stateAfter(entered.lastEnd, m_data.kind);
    }
    if (nextEntry < entries)
        wait.endNs = entry(nextEntry).startNs;
    else if (m_data.isOpen && timeNs >= m_data.openStartNs)
        return {
            .span = {m_data.openStartNs, end},
            .state = TaskState::Running,
            .key = m_data.openKey,
            .end = SliceEnd::Unknown,
            .isOpen = true};
    else if (m_data.isOpen)
        wait.endNs = m_data.openStartNs;
    else
        return {.span = wait, .state = state, .key = kNoKey, .isOpen = m_data.goneNs > end};
    return {.span = wait, .state = state, .key = kNoKey};
}

std::uint64_t TimelineLane::detailFromNs() const
{
    return m_data.firstDetail == 0 ? m_data.bornNs : entryStartNs(m_data.firstDetail);
}

} // namespace timeslice
