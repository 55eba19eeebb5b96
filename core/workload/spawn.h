// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// `spawn`: an item starts one thread, task of a pool, QThread, process or interpreter that does nothing, and
/// waits for its end: what creating one costs.
///
/// What the choice is about (`what`) is the same in C++ and in Python, each by its own means: std::thread or
/// threading.Thread, a process of timeslice-worker or of multiprocessing. The pool's one thread is there
/// before the first item.
[[nodiscard]] WorkloadInfo spawnWorkload();

} // namespace timeslice
