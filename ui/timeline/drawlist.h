// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/lanes.h"

#include <QRectF>
#include <QString>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace timeslice {

// The draw list: everything a picture of the timeline consists of, as plain values. Made by layoutTimeline,
// painted by LaneRaster, LaneShapes and TimelinePainter; it holds no colours, only what they mean. Places are
// pixels of the widget, columns are device pixels from the plot's left edge.

/// What is told apart on a lane.
enum class TimelineRole : std::uint8_t { Running, Runnable, GilWait, Blocked, Unknown };
inline constexpr std::size_t kTimelineRoles = 5;

inline constexpr int kColourState = -1; ///< Running in the colour of the state.
inline constexpr int kColourNeutral = -2; ///< Running on a core, but none of those that have a colour.

/// How the time of one column is divided; what is missing to 1 is nothing at all.
struct ColumnShares {
    std::array<float, kTimelineRoles> of{}; ///< By TimelineRole.
    int colour = kColourState; ///< Of the part that runs.

    [[nodiscard]] float share(TimelineRole role) const { return of[static_cast<std::size_t>(role)]; }
    [[nodiscard]] float total() const
    {
        float sum = 0;
        for (const float part : of)
            sum += part;
        return sum;
    }
};

/// Neighbouring columns of one row that are painted alike. Columns that no piece covers are empty.
struct DrawPiece {
    enum class Kind : std::uint8_t {
        Solid, ///< One state.
        Mixed, ///< An edge or a gap: each state in its shape, as strong as its share.
        Stacked, ///< Many slices: the shares piled up.
    };

    std::uint32_t row = 0;
    int begin = 0;
    int end = 0; ///< Behind the last column.
    Kind kind = Kind::Solid;
    TimelineRole role = TimelineRole::Running; ///< Solid only.
    int colour = kColourState; ///< Solid and running only: kColour..., or 0, 1, 2, ... of the series.
    std::size_t first = 0; ///< Mixed and Stacked: index of the first column's shares.
};

/// A row with its place.
struct DrawRow {
    LaneEntry::Kind kind = LaneEntry::Kind::Task;
    LaneId lane;
    QString name;
    QString detail; ///< Empty where there is no room.
    double top = 0;
    double height = 0;
    double bodyTop = 0; ///< Where the lane itself is painted; on whole device pixels.
    double bodyHeight = 0;
    bool isNamed = true; ///< False where the names of neighbours leave no room.
    int depth = 0; ///< How far its name is indented.
    bool isClosed = false;
    bool isChosen = false;
    LaneGroup group; ///< Of a group.
};

/// Lost records on a row.
struct LostMark {
    std::uint32_t row = 0;
    int begin = 0;
    int end = 0;
    std::uint64_t count = 0; ///< As far as the kernel told.
    bool hasUncounted = false; ///< And an unknown number besides.
};

/// Where only summaries are left of a row.
struct SummaryMark {
    std::uint32_t row = 0;
    int begin = 0;
    int end = 0;
};

/// A number in a block.
struct BlockLabel {
    std::uint32_t row = 0;
    int begin = 0; ///< The block, in columns.
    int end = 0;
    int colour = kColourState;
    QString text;
};

/// Busy share of one core by column; NaN where nothing is known.
struct HeatBand {
    int cpu = 0;
    std::vector<float> shares;
};

struct RulerTick {
    double x = 0;
    QString text; ///< Empty: a line without a number.
};

/// The measured range, in pixels, cut at the plot's edges.
struct SelectionMark {
    double begin = 0;
    double end = 0;
    bool isBeginVisible = true;
    bool isEndVisible = true;
    QString text; ///< "20.1 ms selected"
};

struct DrawList {
    QRectF plot; ///< Ruler excluded.
    int columns = 0;
    double rowsTop = 0; ///< Rows below the heat strip scroll between here...
    double rowsHeight = 0; ///< ...and so much further down.
    double contentHeight = 0; ///< Of all rows that scroll, also those that are out of view.
    double scroll = 0; ///< As far as there was something to scroll to.
    std::vector<DrawRow> rows; ///< Those in view.
    std::vector<DrawPiece> pieces; ///< By row, then by column.
    std::vector<ColumnShares> shares;
    std::vector<HeatBand> heat; ///< Of the heat row; columns as the plot's.
    std::vector<LostMark> lost;
    std::vector<SummaryMark> summaries;
    std::vector<BlockLabel> labels;
    std::vector<RulerTick> ticks;
    QString rulerUnit;
    QString rulerBase; ///< "4.2 s +": what the ticks count from; empty: the origin.
    std::optional<SelectionMark> selection;
    std::array<bool, kTimelineRoles> present{}; ///< Which roles are in view, by TimelineRole.
};

} // namespace timeslice
