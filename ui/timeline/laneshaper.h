// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelineview.h"
#include "ui/timeline/drawlist.h"

#include <span>
#include <vector>

namespace timeslice {

/// Turns the time by state in each column of a lane into pieces: solid where a column is of one state, mixed
/// at edges and in gaps, stacked where there are too many slices to see one.
///
/// No slice is lost to rounding: the shares of all columns add up to the store's own sums, but for less than
/// a 512th of each solid column. Keeps its memory from lane to lane. Thread: one at a time.
class LaneShaper {
public:
    /// \param looks  By task of the view; outlives the shaper.
    LaneShaper(
        const TimelineView &view, std::span<const TaskLook> looks, bool isColouredByCore, TimeSpan visible,
        int columns);

    /// Appends the pieces of a task's or a core's lane.
    void addLane(std::uint32_t row, LaneId lane, DrawList &into);
    /// Appends several lanes in sum, always stacked: shares of the time of those that are there, as in the
    /// statistics. Where they do not fill a column together, the rest of it is empty: processes that follow
    /// each other look like one.
    void addSum(std::uint32_t row, std::span<const LaneId> lanes, DrawList &into);
    /// \return Busy share of a core by column; NaN where its records were lost for most of one.
    [[nodiscard]] std::vector<float> busyShares(LaneId core);

    /// Runs of one block, as DrawList::labels wants them, are those of at least so many columns.
    void setLabelRoom(double digitColumns, double paddingColumns);
    /// How many lanes `addSum` will be given in all: of many, columns are wider.
    void setSummedLanes(std::size_t lanes);

private:
    /// A column as it will be painted.
    struct Shape {
        enum class Form : std::uint8_t { Nothing, Solid, Mixed, Stacked };
        Form form = Form::Nothing;
        TimelineRole role = TimelineRole::Running;
        int colour = kColourState;
        std::uint32_t key = kNoKey;

        friend bool operator==(const Shape &, const Shape &) = default;
    };

    void measure(LaneId lane);
    void findKeys(LaneId lane);
    [[nodiscard]] std::size_t cellOf(std::size_t column) const
    {
        return m_cells == m_columns ? column : column * m_cells / m_columns;
    }
    static void findShares(const StateSums &sums, ColumnShares &shares);
    [[nodiscard]] int colourOf(LaneId::Kind kind, std::uint32_t key) const;
    void findStacked(LaneId lane, DrawList &into, std::uint32_t row);
    void findShape(LaneId::Kind kind, std::size_t column, Shape &shape) const;
    void addShares(LaneId::Kind kind, int begin, int end, DrawList &into) const;
    void
    addLabel(std::uint32_t row, LaneId::Kind kind, const Shape &shape, int begin, int end, DrawList &into);

    const TimelineView &m_view;
    std::span<const TaskLook> m_looks;
    bool m_isColouredByCore;
    TimeSpan m_visible;
    std::size_t m_columns;
    std::size_t m_cells; ///< Columns of the store that are asked for; fewer when a column is below 1 ns.
    std::size_t m_summedLanes = 0;
    double m_digitColumns = 7;
    double m_paddingColumns = 10;
    std::vector<StateSums> m_sums; ///< By cell.
    std::vector<std::vector<StateSums>> m_coreSums; ///< Of the heat strip, for the cores' own rows.
    std::vector<std::uint32_t> m_keys; ///< By cell; empty when no colour depends on them.
    std::vector<std::uint8_t> m_isStacked; ///< By column; 0 or 1.
};

} // namespace timeslice
