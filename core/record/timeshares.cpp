// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/timeshares.h"

#include <algorithm>

namespace timeslice {

std::optional<TimeShares> timeShares(const StateTimes &times)
{
    if (!times.running || !times.runnable || !times.blocked)
        return std::nullopt;
    const double all = *times.running + *times.runnable + *times.blocked;
    if (!(all > 0))
        return std::nullopt;
    const double gilWait = std::clamp(times.gilWait.value_or(0), 0.0, *times.blocked);
    return TimeShares{
        .running = *times.running / all,
        .runnable = *times.runnable / all,
        .blocked = (*times.blocked - gilWait) / all,
        .gilWait = gilWait / all};
}

} // namespace timeslice
