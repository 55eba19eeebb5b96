// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/root.h"

#include <cstdint>
#include <optional>
#include <string>

/// What this process may still ask the system for, to know before a run and not in the middle of it.
namespace timeslice {

/// A limit of setrlimit(2). Nothing: unlimited.
struct ResourceLimit {
    std::optional<std::uint64_t> soft;
    std::optional<std::uint64_t> hard;
};

/// RLIMIT_NOFILE of this process. Nothing when it cannot be read.
[[nodiscard]] std::optional<ResourceLimit> openFileLimit();
/// Raises the soft limit of open files to the hard one, for this process and the children it will have;
/// shells start programs with 1024, which many workers' pipes use up. Does nothing where that is not allowed.
/// \return The soft limit as it was, for children that are to have it; nothing when it was not changed.
std::optional<std::uint64_t> raiseOpenFileLimit();
/// Sets the soft limit of open files, as far as the hard one allows. System calls only, so that a child may
/// do so between fork and exec.
void setOpenFileLimit(std::uint64_t soft);
/// What the kernel expects to be able to give without swapping, in bytes (MemAvailable of /proc/meminfo).
/// Nothing when it cannot be read.
[[nodiscard]] std::optional<std::uint64_t> availableMemory(const ProcRoot &root = {});
/// RLIMIT_NPROC: threads and processes of this user. Nothing when it cannot be read; it does not bind root.
[[nodiscard]] std::optional<ResourceLimit> taskLimit();

/// How many more threads or processes there is room for, and what says so.
struct TaskRoom {
    std::uint64_t tasks = 0;
    std::string limit; ///< "RLIMIT_NPROC (ulimit -u)", "kernel.threads-max", "kernel.pid_max", "pids.max of
                       ///< the cgroup"
};

/// The narrowest of RLIMIT_NPROC (less what this user runs), kernel.threads-max and kernel.pid_max (less all
/// that runs), and pids.max of this process's control groups, version 1 or 2. Nothing when none of them can
/// be read. Thread: any. Cost: walks /proc once where RLIMIT_NPROC binds; about 5 us per process. Source:
/// getrlimit(2), proc(5), cgroups(7). Others may start tasks in the meantime: it is a forecast.
[[nodiscard]] std::optional<TaskRoom> taskRoom(const ProcRoot &root = {});

/// The same with a given RLIMIT_NPROC, for which `userId`'s tasks are counted; nothing: it does not bind.
[[nodiscard]] std::optional<TaskRoom>
taskRoom(const ProcRoot &root, std::optional<std::uint64_t> perUser, std::uint32_t userId);

} // namespace timeslice
