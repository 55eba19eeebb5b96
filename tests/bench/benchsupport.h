// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/topology.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace timeslice {

/// The line every benchmark begins with: figures mean nothing without the machine.
inline void printMachine()
{
    const auto machine = readMachine();
    std::printf(
        "machine: %zu of %zu CPUs, %s, Linux %s, %.1f GiB\n", machine.cpusAllowed.size(),
        machine.cpusOnline.size(), machine.cpuModel.empty() ? "unknown CPU" : machine.cpuModel.c_str(),
        machine.kernel.c_str(), static_cast<double>(machine.memoryBytes) / (1 << 30));
}

/// The middle value; of an even number the upper middle. `values` is not empty.
inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}
inline double minimum(const std::vector<double> &values)
{
    return *std::min_element(values.begin(), values.end());
}
inline double maximum(const std::vector<double> &values)
{
    return *std::max_element(values.begin(), values.end());
}

/// "  [goal >= 0.95: met]"; valid until the next call.
inline const char *goal(bool isMet, const char *text)
{
    static char buffer[128];
    std::snprintf(buffer, sizeof buffer, "  [goal %s: %s]", text, isMet ? "met" : "NOT met");
    return buffer;
}

} // namespace timeslice
