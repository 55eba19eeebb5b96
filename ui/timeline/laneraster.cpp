// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/laneraster.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

namespace {

constexpr double kStripePeriod = 6;
constexpr int kStripesHeight = 512; ///< Device pixels; higher bodies compute their stripes.

// Colours weighed by shares that add up to 1, in 1/65536.
struct Blend {
    std::uint32_t red = 0;
    std::uint32_t green = 0;
    std::uint32_t blue = 0;

    void add(QRgb colour, std::uint32_t weight)
    {
        red += weight * static_cast<std::uint32_t>(qRed(colour));
        green += weight * static_cast<std::uint32_t>(qGreen(colour));
        blue += weight * static_cast<std::uint32_t>(qBlue(colour));
    }
    [[nodiscard]] QRgb colour() const
    {
        const auto channel = [](std::uint32_t sum) {
            return static_cast<int>(std::min(255U, (sum + 32768) >> 16));
        };
        return qRgb(channel(red), channel(green), channel(blue));
    }
};

constexpr std::uint32_t kWhole = 65536;

std::uint32_t weightOf(float share)
{
    return static_cast<std::uint32_t>(std::clamp(share, 0.0F, 1.0F) * static_cast<float>(kWhole));
}

QRgb *lineOf(QImage &image, int y)
{
    return reinterpret_cast<QRgb *>(image.scanLine(y));
}

// Rows [top, bottom) of a band or line of so many device pixels in the middle of a body.
std::pair<int, int> centred(int top, int height, int thickness)
{
    const int first = top + (height - thickness) / 2;
    return {first, first + thickness};
}

// Bottom up: what ran is what is compared, so it has the common base line.
constexpr std::array kStack{
    TimelineRole::Running, TimelineRole::Runnable, TimelineRole::GilWait, TimelineRole::Unknown,
    TimelineRole::Blocked};

} // namespace

QRgb LaneRaster::Pattern::at(int x, int y, int period) const
{
    // Neither is negative: columns count from the plot's edge, y from the body's.
    const auto size = static_cast<unsigned>(period);
    const auto rising = static_cast<unsigned>(x + y) % size;
    if (!isCrossed)
        return rising < (size + 1) / 2 ? line : ground;
    const auto thin = std::max(1U, size / 4);
    const auto falling =
        (static_cast<unsigned>(x) + size * static_cast<unsigned>(y + 1) - static_cast<unsigned>(y)) % size;
    return rising < thin || falling < thin ? line : ground;
}

LaneRaster::LaneRaster(const Theme &theme, double scale, double pixelRatio)
    : m_neutral(runningColour(theme, kColourNeutral).rgb())
    , m_card(theme.card.rgb())
    , m_empty(emptyColour(theme).rgb())
    , m_stackedBlocked(stackedBlockedColour(theme).rgb())
    , m_period(std::max(4, static_cast<int>(std::lround(kStripePeriod * scale * pixelRatio))))
    , m_pixelRatio(pixelRatio)
{
    for (int i = 0; i < kRunningColours; ++i)
        m_series.push_back(runningColour(theme, i).rgb());
    for (std::size_t i = 0; i < kTimelineRoles; ++i)
        m_roles[i] = roleColour(theme, static_cast<TimelineRole>(i)).rgb();
    for (std::size_t i = 0; i < m_heat.size(); ++i)
        m_heat[i] = heatColour(theme, static_cast<double>(i) / static_cast<double>(m_heat.size() - 1)).rgb();
    m_runnable = {
        roleColour(theme, TimelineRole::Runnable).rgb(),
        roleSecondColour(theme, TimelineRole::Runnable).rgb(), false};
    for (int diagonal = 0; diagonal < m_period + kStripesHeight; ++diagonal)
        m_stripes.push_back(m_runnable.at(diagonal, 0, m_period));
    m_unknown = {
        roleColour(theme, TimelineRole::Unknown).rgb(), roleSecondColour(theme, TimelineRole::Unknown).rgb(),
        true};
}

QRgb LaneRaster::running(int colour) const
{
    if (colour >= 0)
        return m_series[static_cast<std::size_t>(colour) % m_series.size()];
    return colour == kColourNeutral ? m_neutral : m_roles[0];
}

QRgb LaneRaster::colourAt(TimelineRole role, int colour, int x, int y) const
{
    switch (role) {
    case TimelineRole::Running:
        return running(colour);
    case TimelineRole::Runnable:
        return m_runnable.at(x, y, m_period);
    case TimelineRole::Unknown:
        return m_unknown.at(x, y, m_period);
    case TimelineRole::GilWait:
    case TimelineRole::Blocked:
        break;
    }
    return m_roles[static_cast<std::size_t>(role)];
}

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
                std::fill(lineOf(image, y) + left, lineOf(image, y) + right, m_empty);
        }
        if (row.kind == LaneEntry::Kind::Heat)
            paintHeat(image, list, row);
        bodies.push_back(body);
    }
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
            paintStacked(image, piece, body, list.shares.data() + piece.first);
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
                    m_heat[static_cast<std::size_t>(share * static_cast<float>(m_heat.size() - 1) + 0.5F)];
        }
        for (int y = bandTop; y < std::min(bandEnd - air, image.height()); ++y) {
            auto *line = lineOf(image, y) + left;
            std::ranges::copy(colours, line);
            for (const int x : unknown)
                line[x] = m_unknown.at(x, y, m_period);
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
    const bool isPattern = piece.role == TimelineRole::Runnable || piece.role == TimelineRole::Unknown;
    const QRgb colour = piece.role == TimelineRole::Running ? running(piece.colour)
                                                            : m_roles[static_cast<std::size_t>(piece.role)];
    for (int y = std::max(top, body.clipTop); y < std::min(bottom, body.clipBottom); ++y) {
        auto *line = lineOf(image, y) + body.left;
        if (!isPattern) {
            std::fill(line + piece.begin, line + piece.end, colour);
            continue;
        }
        for (int x = piece.begin; x < piece.end; ++x)
            line[x] = colourAt(piece.role, piece.colour, x, y - body.top);
    }
}

// Each state in its own shape, as strong as its share.
void LaneRaster::paintMixed(
    QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares) const
{
    const auto [bandTop, bandBottom] = centred(body.top, body.height, bandHeight(body.height));
    const auto [lineTop, lineBottom] = centred(body.top, body.height, lineHeight(body.height));
    for (int column = piece.begin; column < piece.end; ++column) {
        const auto &parts = shares[column - piece.begin];
        std::array<std::uint32_t, kTimelineRoles> weights{};
        for (std::size_t i = 0; i < kTimelineRoles; ++i)
            weights[i] = weightOf(parts.of[i]);
        const auto of = [&weights](TimelineRole role) { return weights[static_cast<std::size_t>(role)]; };
        const bool isPattern = of(TimelineRole::Runnable) > 0 || of(TimelineRole::Unknown) > 0;
        const auto colour = [&](int y) {
            Blend blend;
            auto rest = kWhole;
            const auto add = [&](TimelineRole role) {
                const auto weight = std::min(rest, of(role));
                if (weight == 0)
                    return;
                blend.add(colourAt(role, parts.colour, column, y - body.top), weight);
                rest -= weight;
            };
            add(TimelineRole::Running);
            add(TimelineRole::Runnable);
            add(TimelineRole::Unknown);
            if (y >= bandTop && y < bandBottom)
                add(TimelineRole::GilWait);
            if (y >= lineTop && y < lineBottom)
                add(TimelineRole::Blocked);
            blend.add(background(body), rest);
            return blend.colour();
        };
        // Without a pattern there are three colours at most: outside of, in the band, and on the line.
        const QRgb outer = colour(body.top);
        const QRgb band = of(TimelineRole::GilWait) > 0 ? colour(bandTop) : outer;
        const QRgb line = colour(lineTop);
        for (int y = body.clipTop; y < body.clipBottom; ++y) {
            lineOf(image, y)[body.left + column] = isPattern ? colour(y)
                : y >= lineTop && y < lineBottom             ? line
                : y >= bandTop && y < bandBottom             ? band
                                                             : outer;
        }
    }
}

// Shares from the bottom up; a pixel in which two meet is of both colours. Some columns at a time go through
// a tile, since an image's rows are far apart in memory.
void LaneRaster::paintStacked(
    QImage &image, const DrawPiece &piece, const Body &body, const ColumnShares *shares) const
{
    constexpr int kTile = 16;
    const auto bytesPerLine = image.bytesPerLine();
    auto *bits = image.bits();
    std::vector<QRgb> tile(static_cast<std::size_t>(body.height) * kTile);
    for (int first = piece.begin; first < piece.end; first += kTile) {
        const int count = std::min(kTile, piece.end - first);
        for (int i = 0; i < count; ++i)
            stackColumn(tile.data() + i, kTile, first + i, body, shares[first + i - piece.begin]);
        for (int y = body.clipTop; y < body.clipBottom; ++y) {
            const auto *from = tile.data() + static_cast<std::ptrdiff_t>(y - body.top) * kTile;
            auto *to = reinterpret_cast<QRgb *>(bits + y * bytesPerLine) + body.left + first;
            if (count == kTile)
                std::copy_n(from, kTile, to); // a fixed number: some instructions instead of a call
            else
                std::copy_n(from, count, to);
        }
    }
}

// One column, a pixel each `stride`.
void LaneRaster::stackColumn(
    QRgb *top, int stride, int column, const Body &body, const ColumnShares &shares) const
{
    const auto height = static_cast<std::uint32_t>(body.height) * kWhole;
    int y = body.height - 1;
    std::uint32_t from = 0; // of the part, from the bottom, in 1/65536 pixels
    std::uint32_t rest = kWhole; // of the pixel that two parts share
    Blend blend;
    const auto add = [&](std::uint32_t length, auto colourAtY) {
        length = std::min(length, height - from);
        from += length;
        if (length < rest) {
            blend.add(colourAtY(y), length);
            rest -= length;
            return;
        }
        if (rest < kWhole) {
            blend.add(colourAtY(y), rest);
            length -= rest;
            top[y-- * stride] = blend.colour();
        }
        const int whole = y - static_cast<int>(length / kWhole);
        for (auto *pixel = top + y * stride; y > whole; --y, pixel -= stride)
            *pixel = colourAtY(y);
        length %= kWhole;
        blend = {};
        rest = kWhole - length;
        if (length > 0)
            blend.add(colourAtY(y), length);
    };
    for (const auto role : kStack) {
        const float share = std::clamp(shares.share(role), 0.0F, 1.0F);
        const auto length = static_cast<std::uint32_t>(share * static_cast<float>(height));
        if (length == 0)
            continue;
        if (role == TimelineRole::Runnable && body.height < kStripesHeight) {
            const auto *stripes = m_stripes.data() + column % m_period;
            add(length, [stripes](int at) { return stripes[at]; });
            continue;
        }
        if (role == TimelineRole::Runnable || role == TimelineRole::Unknown) {
            const auto &pattern = role == TimelineRole::Runnable ? m_runnable : m_unknown;
            add(length, [&](int at) { return pattern.at(column, at, m_period); });
            continue;
        }
        const QRgb colour = role == TimelineRole::Running ? running(shares.colour)
            : role == TimelineRole::Blocked               ? m_stackedBlocked
                                                          : m_roles[static_cast<std::size_t>(role)];
        add(length, [colour](int) { return colour; });
    }
    const QRgb empty = background(body);
    add(height - from, [empty](int) { return empty; });
}

} // namespace timeslice
