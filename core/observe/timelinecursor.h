// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinelane.h"

#include <array>
#include <cstddef>
#include <span>

namespace timeslice {

/// Finds its way in a lane: which block, which slice, and the sums up to there. Going forward in small steps
/// is cheapest. Thread: one at a time; the lane must outlive it.
class LaneCursor {
public:
    static constexpr std::size_t kBeforeFirst = SIZE_MAX;
    static constexpr std::size_t kBatch = 32;

    LaneCursor(const TimelineLane &lane, std::uint64_t horizonNs);

    struct Answer {
        StatePrefix sums;
        bool isCoarse = false; ///< Taken from a summary, spread evenly over its length.
    };
    /// Sums from birth up to each moment (cut to the lane's life). A switch belongs to the time behind it.
    /// \param timesNs  At most kBatch, ascending. Several at once, because each has to wait for memory: they
    /// wait
    ///                 together.
    void answer(std::span<const std::uint64_t> timesNs, std::span<Answer> out);

    /// Goes to the last entry that begins before the moment. \return Its index, or kBeforeFirst.
    std::size_t seek(std::uint64_t timeNs);
    /// The last slice of the entry's block that begins before the moment. The entry must begin before it,
    /// too.
    [[nodiscard]] static unsigned sliceBefore(const BlockSummary &entry, std::uint64_t timeNs);

    /// The lane's life, as far as it is known.
    [[nodiscard]] TimeSpan life() const { return m_life; }

private:
    [[nodiscard]] StatePrefix behindEntry(std::size_t index, std::uint64_t timeNs) const;
    [[nodiscard]] StatePrefix atEndOf(std::size_t entry) const;
    /// Into its place: see `subtract` in timelinelane.cpp.
    void inBlock(const BlockSummary &entry, unsigned group, std::uint64_t timeNs, StatePrefix &sums) const;
    [[nodiscard]] StatePrefix inSummary(std::size_t index, std::uint64_t timeNs) const;
    void addIrregular(const BlockSummary &entry, unsigned slice, StatePrefix &sums) const;

    const TimelineLane &m_lane;
    std::size_t m_entries;
    TimeSpan m_life;
    std::size_t m_entry = 0; ///< Where the last search ended; a good place to begin the next.
};

} // namespace timeslice
