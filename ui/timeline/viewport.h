// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timeline.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace timeslice {

/// What part of a timeline is looked at, and how it maps to the columns of a picture: a value.
///
/// Times are nanoseconds of CLOCK_MONOTONIC, places are columns (device pixels) from the plot's left edge.
/// What is visible always lies within what is known, but for a live timeline's first seconds, which it will
/// yet fill. Thread: any.
class Viewport {
public:
    /// How much of a live timeline is shown while it is followed: one second's rhythm stays readable.
    static constexpr std::uint64_t kFollowNs = 2'000'000'000;
    /// Nothing shorter can be zoomed to; a switch takes longer.
    static constexpr std::uint64_t kLeastNs = 200;

    Viewport() = default;
    /// All of it is visible; not live.
    explicit Viewport(TimeSpan known, int width = 1);

    /// More is known now. Moves along while following, stays where it is otherwise.
    void setKnown(TimeSpan known, bool isLive);
    void setWidth(int columns);
    /// Keeps the newest in view while live.
    void setFollowing(bool following);

    [[nodiscard]] TimeSpan known() const { return m_known; }
    [[nodiscard]] TimeSpan visible() const { return m_visible; }
    [[nodiscard]] int width() const { return m_width; }
    [[nodiscard]] bool isFollowing() const { return m_isFollowing; }
    [[nodiscard]] bool isLive() const { return m_isLive; }
    [[nodiscard]] bool isAllVisible() const { return m_visible == bounds(); }

    /// Shows a span, as far as there is one, without leaving a trace in `back`. Stops following, as do all
    /// that follow.
    void show(TimeSpan span);
    /// Shows a span; `back` returns from it.
    void jump(TimeSpan span);
    void fit() { jump(bounds()); }
    /// Where the last jump came from. \return false if there was none.
    bool back();
    /// Shows `factor` times as much time; the moment at `x` stays where it is.
    void zoom(double factor, double x);
    /// Moves by a share of what is visible; positive is later.
    void pan(double share);
    /// Moves the picture by so many columns, as if it had been grasped; positive shows what was earlier.
    void drag(double columns);
    /// Moves as little as is needed to have a moment in view, with a tenth of the width beside it.
    void reveal(std::uint64_t timeNs);

    /// The range that is measured. Empty ones are none.
    void select(std::optional<TimeSpan> span);
    [[nodiscard]] const std::optional<TimeSpan> &selection() const { return m_selection; }
    /// Fills the view with the selection and a sixteenth of it on either side.
    void zoomToSelection();

    /// The moment at a place, also outside of the plot; never before 0.
    [[nodiscard]] std::uint64_t toNs(double x) const;
    [[nodiscard]] double toX(std::uint64_t timeNs) const;

    friend bool operator==(const Viewport &, const Viewport &) = default;

private:
    [[nodiscard]] TimeSpan bounds() const;
    [[nodiscard]] TimeSpan clamped(double beginOffset, std::uint64_t length) const;
    void follow();

    TimeSpan m_known;
    TimeSpan m_visible{0, kLeastNs};
    int m_width = 1;
    bool m_isFollowing = false;
    bool m_isLive = false;
    std::optional<TimeSpan> m_selection;
    std::vector<TimeSpan> m_past;
};

} // namespace timeslice
