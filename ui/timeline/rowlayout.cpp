// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/rowlayout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace timeslice {

namespace {

constexpr double kLetters = 0.72; ///< Of a line's height: what its letters take.
constexpr double kBodyShare = 0.72; ///< Of a row's height; the rest is air.
constexpr double kLeastRow = 7;
constexpr double kMostBody = 34;
constexpr double kRightMargin = 8;

// Rows of tasks and cores share the room; titles have their line.
struct Heights {
    double lane = 0;
    double heading = 0;
    bool hasDetails = false;
};

bool isLane(const LaneEntry &entry)
{
    return entry.kind == LaneEntry::Kind::Task || entry.kind == LaneEntry::Kind::Core
        || entry.kind == LaneEntry::Kind::Group;
}

Heights chooseHeights(std::span<const LaneEntry> entries, double room, const TimelineMetrics &metrics)
{
    double lanes = 0;
    double headings = 0;
    for (const auto &entry : entries) {
        lanes += isLane(entry) ? 1 : 0;
        headings += entry.kind == LaneEntry::Kind::Heading ? 1 : 0;
    }
    const double roomy = std::ceil(metrics.lineHeight + metrics.quietHeight + 22 * metrics.scale);
    const double least = lanes > static_cast<double>(kManyLanes)
        ? std::ceil(kLeastRow * metrics.scale)
        : std::ceil(std::max(metrics.lineHeight, metrics.quietHeight));
    Heights heights;
    heights.heading = std::ceil(metrics.quietHeight + 4 * metrics.scale);
    const double each = lanes > 0 ? (room - headings * heights.heading) / lanes : roomy;
    heights.lane = std::clamp(std::floor(each * metrics.pixelRatio) / metrics.pixelRatio, least, roomy);
    heights.hasDetails = heights.lane >= metrics.lineHeight + metrics.quietHeight;
    return heights;
}

double heightOf(const LaneEntry &entry, const Heights &heights)
{
    return isLane(entry) ? heights.lane : heights.heading;
}

// Bodies begin and end on device pixels, so that they have sharp edges and one height.
void placeBody(DrawRow &row, double share, double most, double pixelRatio)
{
    const double wanted = std::min(row.height * share, most);
    const double height = std::max(1.0, std::round(wanted * pixelRatio)) / pixelRatio;
    row.bodyHeight = height;
    row.bodyTop = std::round((row.top + (row.height - height) / 2) * pixelRatio) / pixelRatio;
}

DrawRow rowOf(const LaneEntry &entry, double top, double height)
{
    DrawRow row;
    row.kind = entry.kind;
    row.lane = entry.lane;
    row.name = entry.name;
    row.top = top;
    row.height = height;
    row.depth = entry.depth;
    row.isClosed = entry.isClosed;
    row.group = entry.group;
    return row;
}

} // namespace

double rulerHeight(const TimelineMetrics &metrics)
{
    return std::ceil(metrics.quietHeight + 6 * metrics.scale);
}

std::pair<double, double> entryPlace(
    std::span<const LaneEntry> entries, std::size_t cores, QSizeF size, const TimelineMetrics &metrics,
    std::size_t index)
{
    DrawList list;
    layoutRows(entries, cores, size, 0, metrics, list);
    const std::size_t first = entries.front().kind == LaneEntry::Kind::Heat ? 1 : 0;
    const auto heights = chooseHeights(entries.subspan(first), list.rowsHeight, metrics);
    double top = 0;
    for (auto i = first; i < index; ++i)
        top += heightOf(entries[i], heights);
    return {top, top + heightOf(entries[index], heights)};
}

std::vector<std::size_t> layoutRows(
    std::span<const LaneEntry> entries, std::size_t cores, QSizeF size, double scroll,
    const TimelineMetrics &metrics, DrawList &into)
{
    std::vector<std::size_t> placed;
    into.plot = QRectF(
        metrics.labelWidth, 0,
        std::max(1.0, size.width() - metrics.labelWidth - kRightMargin * metrics.scale),
        std::max(1.0, size.height() - rulerHeight(metrics)));
    std::size_t first = 0;
    if (!entries.empty() && entries.front().kind == LaneEntry::Kind::Heat) {
        // Wide enough to see a single core, but of many together no more than two lanes.
        const double band = std::clamp(28.0 / static_cast<double>(std::max<std::size_t>(1, cores)), 2.0, 7.0);
        const double body = std::min(48.0, band * static_cast<double>(std::max<std::size_t>(1, cores)));
        const double height = std::max(metrics.quietHeight, body * metrics.scale) + 2 * metrics.scale;
        auto row = rowOf(entries.front(), 0, std::ceil(height));
        placeBody(row, 1, body * metrics.scale, metrics.pixelRatio);
        into.rows.push_back(row);
        placed.push_back(0);
        into.rowsTop = row.height + std::ceil(4 * metrics.scale);
        first = 1;
    }
    into.rowsHeight = std::max(0.0, into.plot.height() - into.rowsTop);
    entries = entries.subspan(first);
    const auto heights = chooseHeights(entries, into.rowsHeight, metrics);
    for (const auto &entry : entries)
        into.contentHeight += heightOf(entry, heights);
    into.scroll = std::clamp(scroll, 0.0, std::max(0.0, into.contentHeight - into.rowsHeight));

    double top = into.rowsTop - into.scroll;
    double freeFrom = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const double height = heightOf(entries[i], heights);
        const double middle = top + height / 2;
        // Decided for all rows alike, so that scrolling does not change which of them are named.
        const double half = kLetters / 2 * std::max(metrics.lineHeight, metrics.quietHeight);
        const bool isNamed = middle - half >= freeFrom;
        if (isNamed)
            freeFrom = middle + half;
        if (top + height > into.rowsTop && top < into.rowsTop + into.rowsHeight) {
            auto row = rowOf(entries[i], top, height);
            row.isNamed = isNamed;
            if (heights.hasDetails && isLane(entries[i]))
                row.detail = entries[i].detail;
            const double air = heights.lane < 12 * metrics.scale ? 0.85 : kBodyShare;
            placeBody(row, air, kMostBody * metrics.scale, metrics.pixelRatio);
            into.rows.push_back(row);
            placed.push_back(first + i);
        }
        top += height;
    }
    return placed;
}

} // namespace timeslice
