// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/lanecolours.h"

#include <array>
#include <span>
#include <vector>

namespace timeslice {

/// Paints neighbouring columns of one lane in which shares are piled up, a tile: bottom up what ran, what
/// waited for a core, and so on, then the background. A pixel in which two parts meet is of both colours.
///
/// Row by row, all columns of the tile at once: where the parts of a column end cannot be foreseen, so that
/// going through them column by column makes the processor stumble in each.
/// Keeps its memory from tile to tile. Thread: one at a time.
class StackRaster {
public:
    static constexpr int kTile = 16; ///< Columns.
    using Row = std::array<QRgb, kTile>;

    /// \param colours  Outlives it.
    explicit StackRaster(const LaneColours &colours)
        : m_colours(colours)
    { }

    /// What follows is of a lane of this height, in pixels.
    void setLane(int height, QRgb background);
    /// Paints at most kTile columns. \param first  The first one's number, from the plot's edge.
    void paint(std::span<const ColumnShares> shares, int first);
    /// A row of the tile; y from the top of the lane.
    [[nodiscard]] const Row &row(int y) const { return m_rows[static_cast<std::size_t>(y)]; }

private:
    /// Of the shares that some column of the tile has.
    struct Part {
        Row plain; ///< Its colours, if it has no pattern.
        const std::vector<const QRgb *> *pattern; ///< By y; nullptr without one.
        std::ptrdiff_t phase;
        std::array<std::uint32_t, kTile> ends; ///< In 1/65536 pixels from the bottom.
        std::array<int, kTile> wholeEnds; ///< In whole pixels.
        int least; ///< Of wholeEnds. Below it all columns are of this part or lower ones...
        int most; ///< ...and from here on none is.

        [[nodiscard]] const QRgb *colours(int y) const
        {
            return pattern == nullptr ? plain.data() : (*pattern)[static_cast<std::size_t>(y)] + phase;
        }
    };

    void findParts(std::span<const ColumnShares> shares, int first);
    void fill(int y);
    void blendEnds(std::size_t column);

    const LaneColours &m_colours;
    int m_height = 0;
    std::vector<const QRgb *> m_runnable; ///< Rows of the patterns, by y.
    std::vector<const QRgb *> m_unknown;
    std::array<Part, kTimelineRoles + 1> m_parts; ///< Bottom up; the last one is the background.
    std::size_t m_partCount = 0;
    std::vector<Row> m_rows;
};

} // namespace timeslice
