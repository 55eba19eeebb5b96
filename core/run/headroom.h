// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/limits.h"
#include "core/run/experiment.h"

#include <optional>

namespace timeslice {

/// What the system still has to give; nothing: no limit known.
struct Headroom {
    std::optional<TaskRoom> tasks;
    std::optional<std::uint64_t>
        openFiles; ///< The hard limit, to which `raiseOpenFileLimit` brings the soft one.
    std::optional<std::uint64_t> memoryBytes = {}; ///< Available without swapping.
};

/// Reads it now. Thread: any. Cost: see `taskRoom`.
[[nodiscard]] Headroom readHeadroom(const ProcRoot &root = {});

/// Whether a valid experiment is likely to find room for its workers, its items in flight and its data on
/// this system.
/// \return What it needs, what there is and by which limit, as a sentence without a full stop; nothing when
/// it fits. Thread: any; pure.
[[nodiscard]] std::optional<std::string> whyTooMuch(const Experiment &experiment, const Headroom &headroom);

} // namespace timeslice
