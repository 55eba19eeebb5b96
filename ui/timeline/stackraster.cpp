// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/stackraster.h"

#include <algorithm>
#include <climits>

namespace timeslice {

namespace {

constexpr auto kWhole = ColourBlend::kWhole;

// Bottom up: what ran is what is compared, so it has the common base line.
constexpr std::array kStack{
    TimelineRole::Running, TimelineRole::Runnable, TimelineRole::GilWait, TimelineRole::Unknown,
    TimelineRole::Blocked};

} // namespace

void StackRaster::setLane(int height, QRgb background)
{
    m_parts.back().plain.fill(background);
    if (height == m_height)
        return;
    m_height = height;
    m_rows.resize(static_cast<std::size_t>(height));
    m_runnable.clear();
    m_unknown.clear();
    for (int y = 0; y < height; ++y) {
        m_runnable.push_back(m_colours.runnable.row(y));
        m_unknown.push_back(m_colours.unknown.row(y));
    }
}

void StackRaster::paint(std::span<const ColumnShares> shares, int first)
{
    findParts(shares, first);
    for (int y = 0; y < m_height; ++y)
        fill(y);
    for (std::size_t column = 0; column < shares.size(); ++column)
        blendEnds(column);
}

void StackRaster::findParts(std::span<const ColumnShares> shares, int first)
{
    const auto height = static_cast<std::uint32_t>(m_height) * kWhole;
    std::array<std::uint32_t, kTile> ends{};
    m_partCount = 0;
    for (const auto role : kStack) {
        const auto isThere = [role](const ColumnShares &column) { return column.share(role) > 0; };
        if (std::ranges::none_of(shares, isThere))
            continue;
        auto &part = m_parts[m_partCount++];
        part.least = INT_MAX;
        part.most = 0;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const float share = std::clamp(shares[i].share(role), 0.0F, 1.0F);
            const auto length = static_cast<std::uint32_t>(share * static_cast<float>(height));
            ends[i] += std::min(length, height - ends[i]);
            part.ends[i] = ends[i];
            part.wholeEnds[i] = static_cast<int>(ends[i] / kWhole);
            part.least = std::min(part.least, part.wholeEnds[i]);
            part.most = std::max(part.most, part.wholeEnds[i]);
        }
        part.pattern = role == TimelineRole::Runnable ? &m_runnable
            : role == TimelineRole::Unknown           ? &m_unknown
                                                      : nullptr;
        if (role == TimelineRole::Running) {
            for (std::size_t i = 0; i < shares.size(); ++i)
                part.plain[i] = m_colours.running(shares[i].colour);
        } else if (part.pattern == nullptr) {
            part.plain.fill(role == TimelineRole::Blocked ? m_colours.stackedBlocked : m_colours.of(role));
        } else {
            part.phase =
                (role == TimelineRole::Runnable ? m_colours.runnable : m_colours.unknown).phase(first);
        }
    }
    auto &background = m_parts[m_partCount];
    background.plain = m_parts.back().plain;
    background.pattern = nullptr;
    background.ends.fill(height);
    background.least = m_height;
    background.most = m_height;
    ++m_partCount;
}

// Pixels in which parts meet have the upper one's colour here.
void StackRaster::fill(int y)
{
    const int fromBottom = m_height - 1 - y;
    auto *part = m_parts.data();
    while (fromBottom >= part->least)
        ++part;
    Row pixels;
    std::copy_n(part->colours(y), kTile, pixels.begin());
    while (part != m_parts.data()) {
        --part;
        if (fromBottom >= part->most)
            continue;
        const auto *const colours = part->colours(y);
        // By masks, so that the compiler makes vectors of it.
        for (std::size_t i = 0; i < kTile; ++i) {
            const auto mask = fromBottom < part->wholeEnds[i] ? ~0U : 0U;
            pixels[i] = (colours[i] & mask) | (pixels[i] & ~mask);
        }
    }
    m_rows[static_cast<std::size_t>(y)] = pixels;
}

void StackRaster::blendEnds(std::size_t column)
{
    std::uint32_t from = 0;
    std::uint32_t rest = kWhole; // of the pixel that is being blended
    ColourBlend blend;
    for (std::size_t i = 0; i < m_partCount; ++i) {
        const auto &part = m_parts[i];
        const auto end = part.ends[column];
        const auto length = end - from;
        if (length == 0)
            continue;
        const int y = m_height - 1 - static_cast<int>(from / kWhole);
        from = end;
        if (length < rest) {
            blend.add(part.colours(y)[column], length);
            rest -= length;
            continue;
        }
        if (rest < kWhole) {
            blend.add(part.colours(y)[column], rest);
            m_rows[static_cast<std::size_t>(y)][column] = blend.colour();
        }
        blend = {};
        const auto last = end % kWhole;
        rest = kWhole - last;
        if (last > 0)
            blend.add(part.colours(m_height - 1 - static_cast<int>(end / kWhole))[column], last);
    }
}

} // namespace timeslice
