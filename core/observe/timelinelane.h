// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelineblock.h"

#include <cstddef>
#include <memory>
#include <span>

namespace timeslice {

/// The full blocks of a lane, oldest first. Elements behind the count that a snapshot names are being written
/// by the builder and are not to be looked at.
struct LaneSpine {
    explicit LaneSpine(std::size_t size)
        : capacity(size)
        , starts(std::make_unique<std::uint64_t[]>(size))
        , summaries(std::make_unique<BlockSummary[]>(size))
    { }

    std::size_t capacity;
    std::unique_ptr<std::uint64_t[]>
        starts; ///< BlockSummary::startNs once more, close together for searching.
    std::unique_ptr<BlockSummary[]> summaries;
};

/// Everything a lane consists of at one moment. Cheap to copy: the slices are shared.
struct LaneData {
    LaneId::Kind kind = LaneId::Kind::Task;
    std::uint64_t bornNs = 0;
    std::uint64_t goneNs = UINT64_MAX;
    TaskState initial = TaskState::Unknown; ///< From birth to the first slice.
    std::shared_ptr<const LaneSpine> spine; ///< May be null while `sealedCount` is 0.
    std::size_t sealedCount = 0;
    std::size_t firstDetail = 0; ///< The blocks before this one are summaries only.
    BlockSummary
        tail; ///< The block that grows; `count` slices of it are to be looked at. 0: no slices at all.
    StatePrefix after; ///< Up to the end of the last slice.
    std::uint64_t involuntary = 0; ///< Up to the end of the last slice.
    std::uint64_t migrations = 0;
    bool isOpen = false; ///< A slice has begun and not ended.
    std::uint64_t openStartNs = 0;
    std::uint32_t openKey = kNoKey;
};

/// One lane of the timeline, frozen: slices in order of time with prefix sums, asked for shares, stretches
/// and counts.
///
/// Says what the records say, and knows nothing of lost ones beside the slices they cut short; TimelineView
/// adds that. `horizonNs` is up to where everything is known; it grows although the lane itself does not
/// change. Thread: any; immutable, all functions const and pure.
class TimelineLane {
public:
    explicit TimelineLane(LaneData data)
        : m_data(std::move(data))
    { }

    [[nodiscard]] const LaneData &data() const { return m_data; }

    /// Time by state in each of `out.size()` equal columns of the span. Exact: neighbouring columns share
    /// their edge, so that the columns add up to the whole. Cost: O(columns * log slices); some 20-50 ns a
    /// column.
    void columns(TimeSpan span, std::uint64_t horizonNs, std::span<StateSums> out) const;

    /// The key (CPU, or task on a core's lane) that ran longest in each column; kNoKey where nothing ran.
    /// Exact where a column covers up to 64 slices of a block; where it covers more, each group of 16 slices
    /// counts with its most frequent key, and where it covers more than three blocks, each block does. Cost:
    /// O(columns + blocks in the span); some 50-200 ns a column.
    void dominantKeys(TimeSpan span, std::uint64_t horizonNs, std::span<std::uint32_t> out) const;

    /// The stretch that contains the moment; Absent outside the lane's life.
    [[nodiscard]] Segment segmentAt(std::uint64_t timeNs, std::uint64_t horizonNs) const;

    /// Sums and counts over the span. A switch counts where the slice ends, a migration where the next one
    /// begins. Cost: O(blocks in the span).
    [[nodiscard]] RangeStats stats(TimeSpan span, std::uint64_t horizonNs) const;

    /// From here on single slices are kept; before, summaries. The birth of the lane when nothing was given
    /// up.
    [[nodiscard]] std::uint64_t detailFromNs() const;

    [[nodiscard]] std::size_t entryCount() const
    {
        return m_data.sealedCount + (m_data.tail.count > 0 ? 1 : 0);
    }
    [[nodiscard]] const BlockSummary &entry(std::size_t index) const
    {
        return index < m_data.sealedCount ? m_data.spine->summaries[index] : m_data.tail;
    }
    [[nodiscard]] std::uint64_t entryStartNs(std::size_t index) const
    {
        return index < m_data.sealedCount ? m_data.spine->starts[index] : m_data.tail.startNs;
    }

private:
    [[nodiscard]] std::uint64_t endNs(std::uint64_t horizonNs) const;

    LaneData m_data;
};

/// Edge `index` of `count` equal columns of a span, exactly and without overflow.
[[nodiscard]] constexpr std::uint64_t columnEdge(TimeSpan span, std::size_t index, std::size_t count)
{
    const auto length = span.lengthNs();
    return span.beginNs + length / count * index + length % count * index / count;
}

/// The same edges one after another, without a division for each.
class ColumnEdges {
public:
    ColumnEdges(TimeSpan span, std::size_t count)
        : m_edgeNs(span.beginNs)
        , m_stepNs(count > 0 ? span.lengthNs() / count : 0)
        , m_restNs(count > 0 ? span.lengthNs() % count : 0)
        , m_count(count)
    { }

    /// Edge 1, then 2, and so on up to `count`.
    [[nodiscard]] std::uint64_t next()
    {
        m_edgeNs += m_stepNs;
        m_carry += m_restNs;
        if (m_carry >= m_count) {
            m_carry -= m_count;
            ++m_edgeNs;
        }
        return m_edgeNs;
    }

private:
    std::uint64_t m_edgeNs;
    std::uint64_t m_stepNs;
    std::uint64_t m_restNs;
    std::uint64_t m_count;
    std::uint64_t m_carry = 0;
};

} // namespace timeslice
