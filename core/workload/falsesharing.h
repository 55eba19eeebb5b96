// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `false-sharing`: an item adds 1 to the worker's own counter, n times. No two workers share a counter, so
/// nothing can be lost; but `packed` puts eight of them into one cache line, which the cores then take from
/// each other at each write, and `padded` gives each a place far from the others.
///
/// An `atomic` add needs the line at once and so waits for it. `plain` reads and writes may wait in the
/// core's own store buffer until the line comes by, which on many machines hides the whole effect.
[[nodiscard]] WorkloadInfo falseSharingWorkload();

} // namespace timeslice
