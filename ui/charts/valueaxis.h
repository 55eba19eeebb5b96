// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace timeslice {

/// The smallest 1, 2 or 5 times a power of ten that is not below `least` (above 0).
[[nodiscard]] double roundStep(double least);

/// Grid lines at round numbers from 0 to `top`: two or three steps of 1, 2 or 5 times a power of ten.
struct ValueTicks {
    double top = 1;
    std::vector<double> values; ///< Ascending, from 0 to top.

    friend bool operator==(const ValueTicks &, const ValueTicks &) = default;
};

/// The smallest such grid that holds `highest`. 0, negative and unknown values give a top of 1.
[[nodiscard]] ValueTicks ticksUpTo(double highest);

/// The vertical axis of a chart whose values have no natural limit. It grows at once and shrinks late, so
/// that it stands still while values swing.
class ValueAxis {
public:
    /// \param highest  The largest value in view; NaN when there is none (then nothing changes).
    void show(double highest);
    /// Forgets what was shown: a new run, another set of lines.
    void reset() { *this = {}; }

    [[nodiscard]] const ValueTicks &ticks() const { return m_ticks; }
    [[nodiscard]] double top() const { return m_ticks.top; }

private:
    ValueTicks m_ticks{1, {0, 0.5, 1}};
    bool m_fresh = true;
};

} // namespace timeslice
