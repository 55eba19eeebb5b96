// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/workload.h"

#include <span>
#include <string_view>

namespace timeslice {

/// Every workload of this build, in the order shown. A new one is a file pair and a line in catalogue.cpp.
/// Thread: any; immutable.
[[nodiscard]] std::span<const WorkloadInfo> workloads();

/// \return nullptr for an unknown id.
[[nodiscard]] const WorkloadInfo *findWorkload(std::string_view id);

} // namespace timeslice
