// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// Runs a program of the user's, as often as there are items, one execution after another.
///
/// No shell is involved. The program leads a process group of its own, reads nothing (/dev/null), and what it
/// writes goes to this process's standard output, up to kMaxForwarded. Its account is the kernel's of the
/// whole tree of processes that have been waited for (getrusage(2), RUSAGE_CHILDREN), those whose parents are
/// gone among them: CPU time and switches; what a process waited for a core is not told. Of the placements
/// only `one` means something: the whole tree on one CPU; a program that cannot be placed is not started. A
/// stop is SIGTERM to the group, then SIGKILL; so is the end of the run's duration, which a program that is
/// still going neither completes nor fails.
[[nodiscard]] ModelInfo commandModel();

} // namespace timeslice
