// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `event-loop-pool`: the coroutines of one event loop await items that a pool of threads or processes
/// carries out.
[[nodiscard]] ModelInfo eventLoopPoolModel();

} // namespace timeslice
