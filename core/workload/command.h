// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

namespace timeslice {

/// A program of the user's; carried out by the model of the same name and by no other.
[[nodiscard]] WorkloadInfo commandWorkload();

} // namespace timeslice
