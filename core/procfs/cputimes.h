// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace timeslice {

/// One CPU's row of /proc/stat, in USER_HZ ticks as the kernel counts them (guest is already inside user).
struct CpuTicks {
    int cpu = -1; ///< The kernel's id; ids may be sparse.
    std::uint64_t user = 0;
    std::uint64_t nice = 0;
    std::uint64_t system = 0;
    std::uint64_t idle = 0;
    std::uint64_t iowait = 0;
    std::uint64_t irq = 0;
    std::uint64_t softirq = 0;
    std::uint64_t steal = 0;

    friend bool operator==(const CpuTicks &, const CpuTicks &) = default;
};

/// A number of USER_HZ ticks (10 ms on all common machines) as time.
/// Thread: any; pure. Source: time(7), sysconf(_SC_CLK_TCK).
[[nodiscard]] Nanoseconds fromClockTicks(std::uint64_t ticks);

/// What a hypervisor gave to others while a CPU listed in both readings had something to run, all CPUs
/// together. Known in steps of one tick for each CPU; a counter that goes backwards counts as 0.
///
/// \return Nothing when the readings have no CPU in common.
/// Thread: any; pure. Source: proc_stat(5), steal.
[[nodiscard]] std::optional<Nanoseconds>
stolenTime(const std::vector<CpuTicks> &before, const std::vector<CpuTicks> &after);

/// The rows of the online CPUs in /proc/stat; the row that sums them up is left out.
///
/// \param text  The file from its beginning; it may be cut anywhere after the last CPU's row.
/// \param into  Replaced; in the kernel's order, which is ascending. Empty after a failure.
/// \error  Malformed: no row, a row that is cut or has fewer than eight numbers, ids that do not ascend.
/// Thread: any; pure. Cost: no allocation once `into` has the capacity.
/// Source: proc_stat(5).
[[nodiscard]] Result<void> parseCpuTicks(std::string_view text, std::vector<CpuTicks> &into);

/// How many tasks, threads too, were created since boot: the row `processes` of /proc/stat. While it stands
/// still, no process has got a new thread or child. Nothing when the row is not in the text.
/// Thread: any; pure.
[[nodiscard]] std::optional<std::uint64_t> parseForks(std::string_view text);

} // namespace timeslice
