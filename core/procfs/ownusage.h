// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace timeslice {

/// What the kernel charged one thread, cumulative since the thread began. Written by the thread itself.
struct ThreadUsage {
    std::uint64_t atNs = 0; ///< CLOCK_MONOTONIC when read; 0 when never read.
    std::uint64_t cpuNs = 0;
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;
    std::uint64_t queueWaitNs = kUnknown; ///< Runnable but not running (schedstat).
    std::uint64_t migrations = kUnknown;

    static constexpr std::uint64_t kUnknown = UINT64_MAX; ///< The kernel does not tell.
};

/// The calling thread's usage now: exact CPU time and switches; wait and migrations where the kernel tells.
/// Thread: any; about itself. Cost: two small files, about 25 us, charged after the CPU time was read.
/// Source: clock_gettime(2), getrusage(2) with RUSAGE_THREAD, /proc/thread-self/{schedstat,sched}.
[[nodiscard]] ThreadUsage readOwnUsage();

/// `se.nr_migrations` of /proc/<pid>/sched: how often the scheduler moved the task to another CPU. Nothing
/// when it is not there (kernels without CONFIG_SCHED_DEBUG have no such file).
[[nodiscard]] std::optional<std::uint64_t> parseMigrations(std::string_view text);

} // namespace timeslice
