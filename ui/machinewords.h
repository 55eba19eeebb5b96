// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/topology.h"

#include <QString>

namespace timeslice {

/// "2 of 4 cores, quota 1.5 cores" or "2 of 2 cores, no quota".
[[nodiscard]] QString coresInWords(const Machine &machine);

/// The machine on two lines: its cores, then processor and kernel as far as they are known.
[[nodiscard]] QString machineInWords(const Machine &machine);

} // namespace timeslice
