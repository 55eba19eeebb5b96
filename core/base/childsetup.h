// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace timeslice {

/// What every child process of ours does between fork and exec: unblocks the signals that its creator's
/// threads block, and arranges to get `deathSignal` when the thread that created it ends. Ends the child when
/// its parent is gone already.
///
/// \param parent  The creator's pid, taken before the fork.
/// Thread: the child's only one; system calls only, so that it is safe behind vfork.
void setUpChild(pid_t parent, int deathSignal);

} // namespace timeslice
