// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `ping-pong`: an item hands a ball to a partner and waits until it is back, n times: the price of waking
/// somebody up and going to sleep.
///
/// Each worker has a partner of its own, a thread of the same process that lives as long as the worker's
/// items and adds 1 to the number on the ball each time. The result is that number, which begins with one
/// that stands for the item. Placement binds both threads while the worker has its items: to one CPU, or to
/// two.
[[nodiscard]] WorkloadInfo pingPongWorkload();

} // namespace timeslice
