// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `gil-threads`: as many QThreads as `qthread` has, under a simulated global interpreter lock
/// (core/board/gil.h). A worker hands the lock over where it looks at the stop flag, and gives it up while it
/// waits.
[[nodiscard]] ModelInfo gilThreadsModel();

} // namespace timeslice
