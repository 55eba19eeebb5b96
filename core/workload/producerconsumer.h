// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `producer-consumer`: some workers produce items and put them into a queue of bounded length, the others
/// take them out and consume them.
///
/// Workers 0 to `producers` - 1 produce. They take the items from the run and finish none: an item is done,
/// and counted for the consumer, when it has gone all the way. Producing mixes a number that stands for the
/// item `produce_steps` times, consuming mixes what came out of the queue `consume_steps` times; the result
/// is what has become of it. Waits on either side end when the other side has left.
[[nodiscard]] WorkloadInfo producerConsumerWorkload();

} // namespace timeslice
