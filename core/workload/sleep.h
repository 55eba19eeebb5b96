// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `sleep`: an item is a pure wait of a set time. It uses no core at all.
[[nodiscard]] WorkloadInfo sleepWorkload();

} // namespace timeslice
