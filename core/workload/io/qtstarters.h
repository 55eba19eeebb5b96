// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/starter.h"

namespace timeslice {

/// A task for a QThreadPool of one thread, which is there already; or a new QThread.
/// \error System when there is no further thread for the pool.
/// Thread: the one that uses it.
[[nodiscard]] Result<std::unique_ptr<Starter>> makeQtStarter(QtStarter which);

} // namespace timeslice
