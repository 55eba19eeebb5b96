// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinecolours.h"

#include <QRgb>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace timeslice {

/// Colours weighed by shares that add up to kWhole.
struct ColourBlend {
    static constexpr std::uint32_t kWhole = 65536;

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
            return static_cast<int>(std::min(255U, (sum + kWhole / 2) >> 16));
        };
        return qRgb(channel(red), channel(green), channel(blue));
    }
};

/// Two colours in stripes, kept in rows that can be copied. Columns count from the plot's edge, rows from the
/// top of a lane's body; neither is negative.
class LanePattern {
public:
    static constexpr int kRun = 64; ///< Pixels of a row that are there in one piece.

    LanePattern() = default;
    /// \param isCrossed  Thin lines both ways instead of broad ones. \param period  In device pixels.
    LanePattern(QRgb line, QRgb ground, bool isCrossed, int period);

    [[nodiscard]] QRgb line() const { return m_line; }
    [[nodiscard]] QRgb ground() const { return m_ground; }
    /// A row from the plot's edge on; together with `phase` as far as kRun pixels right of any column.
    [[nodiscard]] const QRgb *row(int y) const
    {
        return m_rows.data() + static_cast<unsigned>(y) % m_period * (m_period + kRun);
    }
    /// Where a row has what stands in this column, and what is right of it.
    [[nodiscard]] std::ptrdiff_t phase(int x) const
    {
        return static_cast<std::ptrdiff_t>(static_cast<unsigned>(x) % m_period);
    }
    [[nodiscard]] QRgb at(int x, int y) const { return row(y)[phase(x)]; }
    /// Fills pixels [begin, end) of a row.
    void fill(QRgb *line, int begin, int end, int y) const;

private:
    QRgb m_line = 0;
    QRgb m_ground = 0;
    unsigned m_period = 1;
    std::vector<QRgb> m_rows;
};

/// What LaneRaster paints with, as pixels.
struct LaneColours {
    /// \param scale  The user's factor. \param pixelRatio  Device pixels per pixel.
    LaneColours(const Theme &theme, double scale, double pixelRatio);

    /// \param colour  See DrawPiece.
    [[nodiscard]] QRgb running(int colour) const
    {
        if (colour >= 0)
            return series[static_cast<std::size_t>(colour) % series.size()];
        return colour == kColourNeutral ? neutral : of(TimelineRole::Running);
    }
    /// Of a state without a pattern.
    [[nodiscard]] QRgb of(TimelineRole role) const { return roles[static_cast<std::size_t>(role)]; }

    std::array<QRgb, kRunningColours> series{};
    std::array<QRgb, kTimelineRoles> roles{};
    std::array<QRgb, 64> heat{}; ///< By share, 0 to 1.
    QRgb neutral;
    QRgb card;
    QRgb empty; ///< Of a core's lane.
    QRgb stackedBlocked;
    LanePattern runnable;
    LanePattern unknown;
};

} // namespace timeslice
