// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/procfs/root.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

/// How much CPU the control groups that this process lies in allow, in version 1, 2, or both side by side.
namespace timeslice {

/// cgroup CPU bandwidth throttling of this process's group; cumulative.
struct ThrottleReading {
    std::uint64_t periods = 0;
    std::uint64_t throttledPeriods = 0;
    std::uint64_t throttledNs = 0;

    friend bool operator==(const ThrottleReading &, const ThrottleReading &) = default;
};

/// The limit that binds: a process is held back by the smallest quota between its own group and the root.
struct CpuLimit {
    double cores = 0; ///< Quota over period; 1.5 is one and a half cores.
    std::filesystem::path statFile; ///< `cpu.stat` of the group that has it.
};

/// Nothing when no group on the way to the root has a quota, or none can be read.
/// Thread: any. Cost: two small files of /proc and one or two for each group on the way.
/// Source: cgroups(7); mount points come from /proc/self/mountinfo, so a container's view is honoured.
[[nodiscard]] std::optional<CpuLimit> findCpuLimit(const ProcRoot &root = {});

/// `cpu.max` of version 2 ("150000 100000", "max 100000") as cores. Nothing for "max".
/// \error Malformed, for a period of 0 too.
[[nodiscard]] Result<std::optional<double>> parseCpuMax(std::string_view text);

/// `cpu.stat` of either version (`throttled_usec`, or `throttled_time` in ns).
/// \error Malformed when one of the three counters is missing.
[[nodiscard]] Result<ThrottleReading> parseCpuStat(std::string_view text);

} // namespace timeslice
