// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/timelinescene.h"

namespace timeslice {

/// Which slice the keyboard stands on: a value. Pure.
class SliceCursor {
public:
    /// The index of the entry it stands on; nothing when it has not been moved yet or the lane is gone.
    [[nodiscard]] std::optional<std::size_t> entry(const TimelineScene &scene) const;
    /// The whole stretch, if one was visited.
    [[nodiscard]] std::optional<Segment> segment(const TimelineScene &scene) const;
    [[nodiscard]] std::optional<std::uint64_t> timeNs() const { return m_timeNs; }

    /// To the next lane below or above that can be chosen; from nowhere to the first.
    /// \return false if there is none.
    bool moveLane(const TimelineScene &scene, bool isDown);
    void setEntry(const LaneEntry &entry);
    /// To the slice before or after; at first to the one in the middle of the view. Ends at the edges of
    /// what is known. \return false without a lane of slices.
    bool moveSlice(const TimelineScene &scene, bool isForward);
    void clear() { *this = {}; }

private:
    LaneEntry::Kind m_kind = LaneEntry::Kind::Heading; ///< Heading: nowhere.
    LaneId m_lane;
    LaneGroup m_group;
    std::optional<std::uint64_t> m_timeNs; ///< Of the slice that was visited.
};

} // namespace timeslice
