// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <sys/types.h>

namespace timeslice {

/// Kills every process of a session, whatever its group is and whoever its parent has become, and takes leave
/// of those that have become children of this process (which is their subreaper while `OrphanKeeper` lives).
/// Nobody else's children are touched.
///
/// \return How many of them the system still has; a killed one is gone some milliseconds later.
/// Thread: any. Cost: one look at every process of the machine, about 5 us each.
std::size_t sweepSession(pid_t session);

/// The same until none is left or `patience` is over. Blocks for that long.
void sweepSessionNow(pid_t session, std::chrono::milliseconds patience);

/// Makes this process the one to whom descendants go whose parents die (PR_SET_CHILD_SUBREAPER), as long as
/// one of these lives. Thread: the main one.
class OrphanKeeper {
public:
    OrphanKeeper();
    ~OrphanKeeper();
    OrphanKeeper(const OrphanKeeper &) = delete;
    OrphanKeeper &operator=(const OrphanKeeper &) = delete;

private:
    int m_before = 0; ///< What it was.
};

} // namespace timeslice
