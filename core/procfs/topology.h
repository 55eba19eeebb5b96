// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/procfs/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace timeslice {

/// The highest CPU id that is believed; Linux itself ends at 8191.
inline constexpr int kMaxCpuId = 65535;

/// The machine as this process may use it.
struct Machine {
    std::vector<int> cpusOnline; ///< Kernel ids, ascending, possibly sparse.
    std::vector<int> cpusAllowed; ///< sched_getaffinity of this process (cpusets included).
    std::optional<double> cpuQuota; ///< cgroup v1 or v2 CPU limit in cores (1.5); nothing when unlimited.
    std::string cpuModel; ///< "AMD EPYC"; empty when unknown.
    std::string kernel; ///< uname release.
    std::optional<int> perfEventParanoid;
    std::uint64_t memoryBytes = 0;
};

/// Reads it now. What cannot be read is left empty; cpusOnline falls back to the rows of /proc/stat.
/// Thread: any. Cost: about ten small files.
[[nodiscard]] Machine readMachine(const ProcRoot &root = {});

/// "0-2,5" -> {0, 1, 2, 5}; nothing for an empty line.
/// \error  Malformed for anything else, for ids above kMaxCpuId and for lists that do not ascend.
[[nodiscard]] Result<std::vector<int>> parseCpuList(std::string_view text);

} // namespace timeslice
