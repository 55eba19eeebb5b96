// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/topology.h"

#include <algorithm>
#include <cstdio>
#include <string>
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

/// What was measured against what it should have been, to stand behind the figure: "  [goal <= 4 ms: met]",
/// "  [goal <= 4 ms: NOT MET, measured 5.35 ms]".
inline std::string goal(bool isMet, const char *relation, double limit, double measured, const char *unit)
{
    char buffer[160];
    const auto length = std::snprintf(buffer, sizeof buffer, "  [goal %s %g%s: ", relation, limit, unit);
    if (isMet)
        std::snprintf(buffer + length, sizeof buffer - static_cast<std::size_t>(length), "met]");
    else
        std::snprintf(
            buffer + length, sizeof buffer - static_cast<std::size_t>(length), "NOT MET, measured %.3g%s]",
            measured, unit);
    return buffer;
}
/// \param unit  With a space in front where one belongs there.
inline std::string atMost(double measured, double limit, const char *unit = "")
{
    return goal(measured <= limit, "<=", limit, measured, unit);
}
inline std::string atLeast(double measured, double limit, const char *unit = "")
{
    return goal(measured >= limit, ">=", limit, measured, unit);
}

} // namespace timeslice
