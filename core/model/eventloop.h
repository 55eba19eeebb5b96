// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `event-loop`: one thread carries out many items at once, as C++20 coroutines (QCoro) on its Qt event loop.
///
/// An item that waits for a socket or a timer leaves the thread to the others; one that computes blocks them
/// all, and the loop lag shows it. No coroutine outlives the run: a stop, or the first failure where that
/// ends the run, ends every wait.
[[nodiscard]] ModelInfo eventLoopModel();

/// `ui-thread`: one item after another on the window's own event loop, in slices of a set length. The window
/// is frozen during each of them.
[[nodiscard]] ModelInfo uiThreadModel();

} // namespace timeslice
