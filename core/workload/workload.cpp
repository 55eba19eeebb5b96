// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/workload.h"

namespace timeslice {

Result<void> Workload::fillData(std::span<std::byte> /*data*/, const StopToken & /*stop*/) const
{
    return {};
}

} // namespace timeslice
