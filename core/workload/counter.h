// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `counter`: an item adds 1 to one shared counter, n times; threads and processes share it in the arena.
///
/// `unprotected` reads, adds and writes as three steps (relaxed loads and stores, so without undefined
/// behaviour): what another worker adds between the first and the last is lost. `call` looks at the stop flag
/// between reading and writing, as a call of a function would; under a global lock only that form loses
/// anything. `mutex`, `atomic` and `sharded` (a counter of each worker's own, added up at the end) lose
/// nothing, at different prices.
///
/// The result of an item is n and the item's number: it does not depend on what was lost.
[[nodiscard]] WorkloadInfo counterWorkload();

} // namespace timeslice
