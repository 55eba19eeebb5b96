// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <span>
#include <vector>

namespace timeslice {

/// CPUs on which the calling thread may run (cpusets included), ascending. Empty when the kernel does not
/// say.
[[nodiscard]] std::vector<int> allowedCpus();

/// Lets the calling thread run on these CPUs only. \param cpus  Not empty.
/// \error  System, also when none of them is there or allowed; names the CPUs.
[[nodiscard]] Result<void> bindThread(std::span<const int> cpus);

} // namespace timeslice
