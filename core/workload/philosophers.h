// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `philosophers`: each worker is a philosopher at a round table, an item is one meal, and a meal takes the
/// two forks that one shares with one's neighbours.
///
/// `naive` takes the left fork, pauses, and waits for the right one while holding it: sooner or later
/// everybody holds one and waits for the next, and the run fails with that circle (Workload::diagnose).
/// `ordered` takes the fork with the lower number first, so that no circle can close. `try-lock` puts the
/// left fork back when the right one is taken, and tries again after a while. `arbitrator` asks a waiter
/// first, who serves one philosopher at a time.
///
/// All take their meals from the run's one counter, so whoever gets forks easily eats more: the meals of the
/// hungriest and of the fullest show how fair a strategy is. Thinking and eating vary by a half around their
/// length, drawn from seed and item. The result is the item's number.
[[nodiscard]] WorkloadInfo philosophersWorkload();

} // namespace timeslice
