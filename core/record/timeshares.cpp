// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/timeshares.h"

namespace timeslice {

std::optional<TimeShares> timeShares(const StateTimes &times)
{
    if (!times.running || !times.runnable || !times.blocked)
        return std::nullopt;
    const double all = *times.running + *times.runnable + *times.blocked;
    if (!(all > 0))
        return std::nullopt;
    return TimeShares{*times.running / all, *times.runnable / all, *times.blocked / all};
}

} // namespace timeslice
