// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/workload/workload.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace timeslice {

/// What the sampler should look at while a run is under way.
struct RunSubject {
    std::uint64_t run = 0; ///< Not 0; increases with every run.
    std::shared_ptr<const Board> board;
    /// Processes of the run beside those on the board (supervisor, server child). Each is read with all its
    /// threads and all its descendants. This process itself is never listed: of it only the workers' threads
    /// belong to the run.
    std::vector<int> rootPids;
    /// Whether its memory is wanted, too: the kernel walks page tables for it.
    bool readsMemory = true;
    /// Whether a worker's account on the board is that of its task. Of a foreign program it is the whole
    /// tree's.
    bool settlesWorkers = true;
    /// Whether it has an event loop, which tells on the board how late it is. A reading takes that away, so
    /// only one reader may have it.
    bool hasLoop = false;
    std::shared_ptr<const Workload> workload = nullptr; ///< Whose gauges are read; nullptr for none.
    std::size_t gauges = 0; ///< How many those are: WorkloadInfo::gauges.
};

} // namespace timeslice
