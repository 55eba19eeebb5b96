// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/laneraster.h"

#include "ui/timeline/stackraster.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace timeslice {

namespace {

constexpr auto kWhole = ColourBlend::kWhole;

std::uint32_t weightOf(float share)
{
    return static_cast<std::uint32_t>(std::clamp(share, 0.0F, 1.0F) * static_cast<float>(kWhole));
}

QRgb *lineOf(QImage &image, int y)
{
    return reinterpret_cast<QRgb *>(image.scanLine(y));
}

/// A column with several states, each in its shape. Its pixels have few different colours: they are blended
/// when the first one comes up.
class MixedColumn {
public:
    MixedColumn(const LaneColours &colours, const ColumnShares &shares, QRgb background)
        : m_colours(colours)
        , m_running(colours.running(shares.colour))
        , m_background(background)
    {
        for (std::size_t i = 0; i < kTimelineRoles; ++i)
            m_weights[i] = weightOf(shares.of[i]);
    }

    /// \param y  From the top of the lane.
    [[nodiscard]] QRgb at(int x, int y, bool isInBand, bool isOnLine)
    {
        const auto runnable = of(TimelineRole::Runnable) > 0 ? m_colours.runnable.at(x, y) : 0;
        const auto unknown = of(TimelineRole::Unknown) > 0 ? m_colours.unknown.at(x, y) : 0;
        const auto variant = (runnable == m_colours.runnable.line() ? 1U : 0U)
            + (unknown == m_colours.unknown.line() ? 2U : 0U) + (isInBand ? 4U : 0U) + (isOnLine ? 8U : 0U);
        if ((m_known >> variant & 1U) == 0) {
            m_known |= 1U << variant;
            m_blended[variant] = blend(runnable, unknown, isInBand, isOnLine);
        }
        return m_blended[variant];
    }

private:
    [[nodiscard]] std::uint32_t of(TimelineRole role) const
    {
        return m_weights[static_cast<std::size_t>(role)];
    }

    [[nodiscard]] QRgb blend(QRgb runnable, QRgb unknown, bool isInBand, bool isOnLine) const
    {
        ColourBlend blend;
        auto rest = kWhole;
        const auto add = [&](TimelineRole role, QRgb colour) {
            const auto weight = std::min(rest, of(role));
            blend.add(colour, weight);
            rest -= weight;
        };
        add(TimelineRole::Running, m_running);
        add(TimelineRole::Runnable, runnable);
        add(TimelineRole::Unknown, unknown);
        if (isInBand)
            add(TimelineRole::GilWait, m_colours.of(TimelineRole::GilWait));
        if (isOnLine)
            add(TimelineRole::Blocked, m_colours.of(TimelineRole::Blocked));
        blend.add(m_background, rest);
        return blend.colour();
    }

    const LaneColours &m_colours;
    QRgb m_running;
    QRgb m_background;
    std::array<std::uint32_t, kTimelineRoles> m_weights{};
    unsigned m_known = 0; ///< Variants that have been blended.
    std::array<QRgb, 16> m_blended{};
};

// Rows [top, bottom) of a band or line of so many device pixels in the middle of a body.
std::pair<int, int> centred(int top, int height, int thickness)
{
    const int first = top + (height - thickness) / 2;
    return {first, first + thickness};
}

} // namespace

LaneRaster::LaneRaster(const Theme &theme, double scale, double pixelRatio)
    : m_colours(theme, scale, pixelRatio)
    , m_pixelRatio(pixelRatio)
{ }

void LaneRaster::paint(QImage &image, const DrawList &list) const
{
    const auto device = [this](double length) {
        return static_cast<int>(std::lround(length * m_pixelRatio));
    };
    std::vector<Body> bodies;
    bodies.reserve(list.rows.size());
    const int rowsTop = device(list.rowsTop);
    const int rowsBottom = std::min(image.height(), device(list.rowsTop + list.rowsHeight));
    const int left = device(list.plot.left());
    const int right = std::min(image.width(), left + list.columns);
    for (const auto &row : list.rows) {
        Body body;
        body.left = left;
        body.top = device(row.bodyTop);
        body.height = device(row.bodyHeight);
        body.clipTop = std::clamp(body.top, rowsTop, std::max(rowsTop, rowsBottom));
        body.clipBottom =
            std::clamp(body.top + body.height, body.clipTop, std::max(body.clipTop, rowsBottom));
        body.isCore = row.kind == LaneEntry::Kind::Core;
        if (body.isCore) {
            for (int y = body.clipTop; y < body.clipBottom; ++y)
                std::fill(lineOf(image, y) + left, lineOf(image, y) + right, m_colours.empty);
        }
        if (row.kind == LaneEntry::Kind::Heat)
            paintHeat(image, list, row);
        bodies.push_back(body);
    }
    StackRaster stack(m_colours);
    for (auto piece : list.pieces) {
        piece.end = std::min(piece.end, right - left);
        if (piece.begin >= piece.end)
            continue;
        const auto &body = bodies[piece.row];
        switch (piece.kind) {
        case DrawPiece::Kind::Solid:
            paintSolid(image, piece, body);
            break;
        case DrawPiece::Kind::Mixed:
            paintMixed(image, piece, body, list.shares.data() + piece.first);
            break;
        case DrawPiece::Kind::Stacked:
            paintStacked(image, piece, body, list.shares.data() + piece.first, stack);
            break;
        }
    }
}

// A band per core, a line of the card between them where there is room for one.
void LaneRaster::paintHeat(QImage &image, const DrawList &list, const DrawRow &row) const
{
    if (list.heat.empty())
        return;
    const auto device = [this](double length) {
        return static_cast<int>(std::lround(length * m_pixelRatio));
    };
    const int left = device(list.plot.left());
    const int columns = std::min(list.columns, image.width() - left);
    const int top = device(row.bodyTop);
    const int height = device(row.bodyHeight);
    const auto bands = static_cast<int>(list.heat.size());
    const auto &heat = m_colours.heat;
    for (int band = 0; band < bands; ++band) {
        const auto &shares = list.heat[static_cast<std::size_t>(band)].shares;
        const int bandTop = top + band * height / bands;
        const int bandEnd = top + (band + 1) * height / bands;
        const int air = bandEnd - bandTop >= 4 ? device(1) : 0;
        std::vector<QRgb> colours(static_cast<std::size_t>(std::max(0, columns)));
        std::vector<int> unknown;
        for (int x = 0; x < columns; ++x) {
            const float share = shares[static_cast<std::size_t>(x)];
            if (std::isnan(share))
                unknown.push_back(x);
            else
                colours[static_cast<std::size_t>(x)] =
                    heat[static_cast<std::size_t>(share * static_cast<float>(heat.size() - 1) + 0.5F)];
        }
        for (int y = bandTop; y < std::min(bandEnd - air, image.height()); ++y) {
            auto *line = lineOf(image, y) + left;
            std::ranges::copy(colours, line);
            for (const int x : unknown)
                line[x] = m_colours.unknown.at(x, y);
        }
    }
}

void LaneRaster::paintSolid(QImage &image, const DrawPiece &piece, const Body &body) const
{
    int top = body.top;
    int bottom = body.top + body.height;
    if (piece.role == TimelineRole::GilWait)
        std::tie(top, bottom) = centred(body.top, body.height, bandHeight(body.height));
    if (piece.role == TimelineRole::Blocked)
        std::tie(top, bottom) = centred(body.top, body.height, lineHeight(body.height));
    const QRgb colour =
        piece.role == TimelineRole::Running ? m_colours.running(piece.colour) : m_colours.of(piece.role);
    for (int y = std::max(top, body.clipTop); y < std::min(bottom, body.clipBottom); ++y) {
        auto *line = lineOf(image, y) + body.left;
        if (piece.role == TimelineRole::Runnable)
            m_colours.runnable.fill(line, piece.begin, piece.end, y - body.top);
        else if (piece.role == TimelineRole::Unknown)
            m_colours.unknown.fill(line, piece.begin, piece.end, y - body.top);
        else
            std::fill(line + piece.begin, line + piece.end, colour);
    }
}

// Each state in its own shape, as strong as its share.
void LaneRaster::paintMixed(
    QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares) const
{
    const auto [bandTop, bandBottom] = centred(body.top, body.height, bandHeight(body.height));
    const auto [lineTop, lineBottom] = centred(body.top, body.height, lineHeight(body.height));
    const auto bytesPerLine = image.bytesPerLine();
    auto *const bits = image.bits() + static_cast<std::ptrdiff_t>(sizeof(QRgb)) * body.left;
    for (int column = piece.begin; column < piece.end; ++column) {
        MixedColumn mixed(m_colours, shares[column - piece.begin], background(body));
        for (int y = body.clipTop; y < body.clipBottom; ++y) {
            const bool isInBand = y >= bandTop && y < bandBottom;
            const bool isOnLine = y >= lineTop && y < lineBottom;
            reinterpret_cast<QRgb *>(bits + y * bytesPerLine)[column] =
                mixed.at(column, y - body.top, isInBand, isOnLine);
        }
    }
}

// Some columns at a time go through a tile, since an image's rows are far apart in memory.
void LaneRaster::paintStacked(
    QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares,
    StackRaster &stack) const
{
    constexpr int kTile = StackRaster::kTile;
    const auto bytesPerLine = image.bytesPerLine();
    auto *const bits = image.bits() + static_cast<std::ptrdiff_t>(sizeof(QRgb)) * body.left;
    stack.setLane(body.height, background(body));
    for (int first = piece.begin; first < piece.end; first += kTile) {
        const auto count = static_cast<std::size_t>(std::min(kTile, piece.end - first));
        stack.paint({shares + (first - piece.begin), count}, first);
        for (int y = body.clipTop; y < body.clipBottom; ++y) {
            const auto &row = stack.row(y - body.top);
            auto *const to = reinterpret_cast<QRgb *>(bits + y * bytesPerLine) + first;
            if (count == row.size())
                std::memcpy(to, row.data(), sizeof row); // a fixed size: some instructions, not a call
            else
                std::copy_n(row.data(), count, to);
        }
    }
}

} // namespace timeslice
