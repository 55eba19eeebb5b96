// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <optional>

namespace timeslice {

/// Where time went, as shares that add up to 1.
struct TimeShares {
    double running = 0;
    double runnable = 0;
    double blocked = 0; ///< Without what it waited for an interpreter's lock.
    double gilWait = 0; ///< 0 for models without one.
};

/// \return Nothing when one of the three was not measured or there was no time. Thread: any; pure.
[[nodiscard]] std::optional<TimeShares> timeShares(const StateTimes &times);

} // namespace timeslice
