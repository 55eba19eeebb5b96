// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/windowgaps.h"

#include <algorithm>
#include <limits>

namespace timeslice {

void WindowGaps::add(MonotonicTime end, Nanoseconds length)
{
    m_gaps.push_back({end, length});
    m_known = end;
}

std::optional<MonotonicTime> WindowGaps::known() const
{
    return m_known;
}

double WindowGaps::longestIn(MonotonicTime begin, MonotonicTime end) const
{
    double longest = std::numeric_limits<double>::quiet_NaN();
    for (const auto &gap : m_gaps) {
        const bool isInside = gap.end > begin && gap.end - gap.length < end;
        if (isInside && !(toSeconds(gap.length) <= longest))
            longest = toSeconds(gap.length);
    }
    return longest;
}

void WindowGaps::forgetUntil(MonotonicTime time)
{
    while (!m_gaps.empty() && m_gaps.front().end <= time)
        m_gaps.pop_front();
}

} // namespace timeslice
