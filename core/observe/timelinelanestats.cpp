// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinecursor.h"

#include <algorithm>

namespace timeslice {

namespace {

bool contains(TimeSpan span, std::uint64_t timeNs)
{
    return timeNs >= span.beginNs && timeNs < span.endNs;
}

/// Counts what the sums do not hold: kinds of switches, migrations and the longest waits.
class Counter {
public:
    Counter(const TimelineLane &lane, TimeSpan span, std::uint64_t endNs)
        : m_lane(lane)
        , m_span(span)
        , m_endNs(endNs)
    { }

    [[nodiscard]] RangeStats count()
    {
        const auto &data = m_lane.data();
        const auto entries = m_lane.entryCount();
        LaneCursor cursor(m_lane, m_endNs);
        const auto found = cursor.seek(m_span.beginNs + 1);
        if (found == LaneCursor::kBeforeFirst)
            addWait(data.initial, data.bornNs, nextStart(LaneCursor::kBeforeFirst));
        for (auto i = found == LaneCursor::kBeforeFirst ? 0 : found; i < entries; ++i) {
            const auto &entry = m_lane.entry(i);
            if (entry.startNs >= m_span.endNs)
                break;
            const bool isWhole = i + 1 < entries && entry.startNs >= m_span.beginNs
                && entry.endNs < m_span.endNs && nextStart(i) <= m_span.endNs;
            if (isWhole)
                addWhole(i);
            else if (entry.words)
                addSlices(i);
            else
                addPart(i);
        }
        const bool migratesAtEnd = data.isOpen && entries > 0 && data.openKey != data.tail.lastKey
            && contains(m_span, data.openStartNs);
        m_stats.migrations += migratesAtEnd ? 1 : 0;
        return m_stats;
    }

private:
    [[nodiscard]] std::uint64_t nextStart(std::size_t entry) const
    {
        const auto next = entry == LaneCursor::kBeforeFirst ? 0 : entry + 1;
        if (next < m_lane.entryCount())
            return m_lane.entry(next).startNs;
        return m_lane.data().isOpen ? m_lane.data().openStartNs : m_endNs;
    }

    void addWait(TaskState state, std::uint64_t beginNs, std::uint64_t endNs)
    {
        const auto part = overlapNs({beginNs, endNs}, m_span);
        if (state == TaskState::Runnable)
            m_stats.longestRunnableNs = std::max(m_stats.longestRunnableNs, part);
        else if (state == TaskState::Blocked)
            m_stats.longestBlockedNs = std::max(m_stats.longestBlockedNs, part);
    }

    void addWhole(std::size_t index)
    {
        const auto &entry = m_lane.entry(index);
        const auto &next = m_lane.entry(index + 1);
        m_stats.involuntary += next.involuntaryBefore - entry.involuntaryBefore;
        // The migration to the first slice of a block is counted in that block.
        m_stats.migrations += next.migrationsBefore - entry.migrationsBefore;
        m_stats.longestRunnableNs = std::max(m_stats.longestRunnableNs, entry.longestRunnableNs);
        m_stats.longestBlockedNs = std::max(m_stats.longestBlockedNs, entry.longestBlockedNs);
    }

    void addPart(std::size_t index)
    {
        const auto &entry = m_lane.entry(index);
        const bool isLast = index + 1 == m_lane.entryCount();
        const auto involuntary =
            isLast ? m_lane.data().involuntary : m_lane.entry(index + 1).involuntaryBefore;
        const auto migrations = isLast ? m_lane.data().migrations : m_lane.entry(index + 1).migrationsBefore;
        const TimeSpan whole{entry.startNs, std::max(entry.endNs, entry.startNs + 1)};
        const double share =
            static_cast<double>(overlapNs(whole, m_span)) / static_cast<double>(whole.lengthNs());
        m_stats.involuntary +=
            static_cast<std::uint64_t>(share * static_cast<double>(involuntary - entry.involuntaryBefore));
        m_stats.migrations +=
            static_cast<std::uint64_t>(share * static_cast<double>(migrations - entry.migrationsBefore));
        m_stats.longestRunnableNs =
            std::max(m_stats.longestRunnableNs, std::min(entry.longestRunnableNs, m_span.lengthNs()));
        m_stats.longestBlockedNs =
            std::max(m_stats.longestBlockedNs, std::min(entry.longestBlockedNs, m_span.lengthNs()));
    }

    void addSlices(std::size_t index)
    {
        const auto &entry = m_lane.entry(index);
        const auto block = entry.block();
        auto lastKey = index > 0 ? m_lane.entry(index - 1).lastKey : block.key(0);
        for (unsigned slice = 0; slice < entry.count; ++slice) {
            const auto start = entry.startNs + block.start(slice);
            if (start >= m_span.endNs)
                break;
            const bool isLast = slice + 1 == entry.count;
            const auto end = isLast ? entry.endNs : start + block.duration(slice);
            const auto waitEnd = isLast ? nextStart(index) : entry.startNs + block.start(slice + 1);
            const auto key = block.key(slice);
            m_stats.migrations += key != lastKey && contains(m_span, start) ? 1 : 0;
            m_stats.involuntary += block.end(slice) == SliceEnd::Preempted && contains(m_span, end) ? 1 : 0;
            addWait(stateAfter(block.end(slice), m_lane.data().kind), end, waitEnd);
            lastKey = key;
        }
    }

    const TimelineLane &m_lane;
    TimeSpan m_span;
    std::uint64_t m_endNs;
    RangeStats m_stats;
};

} // namespace

RangeStats TimelineLane::stats(TimeSpan span, std::uint64_t horizonNs) const
{
    auto stats = Counter(*this, span, LaneCursor(*this, horizonNs).life().endNs).count();
    columns(span, horizonNs, std::span(&stats.sums, 1));
    stats.involuntary = std::min(stats.involuntary, stats.sums.switches);
    stats.voluntary = stats.sums.switches - stats.involuntary;
    if (m_data.kind == LaneId::Kind::Core)
        stats.migrations = 0; // another task each time, and none of them moved
    return stats;
}

} // namespace timeslice
