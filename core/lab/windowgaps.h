// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <deque>
#include <optional>

namespace timeslice {

/// When the window came back to its event loop during a run that works on the window's thread, as the window
/// says; and from that the frame gap of each point of the run's series.
///
/// A frozen window can say nothing, so what is asked for comes after what it is about. Thread: one.
class WindowGaps {
public:
    /// The window has come back. \param end  Not before the gap before.
    void add(MonotonicTime end, Nanoseconds length);

    /// Up to when it is known whether the window was away. Nothing before the first gap: then no window
    /// tells.
    [[nodiscard]] std::optional<MonotonicTime> known() const;
    /// The longest gap of which any part lies in (begin, end], whole, in seconds. NaN where none is known.
    [[nodiscard]] double longestIn(MonotonicTime begin, MonotonicTime end) const;
    /// Gaps that ended by then are not asked for any more.
    void forgetUntil(MonotonicTime time);

private:
    struct Gap {
        MonotonicTime end;
        Nanoseconds length;
    };

    std::deque<Gap> m_gaps; ///< Oldest first.
    std::optional<MonotonicTime> m_known;
};

} // namespace timeslice
