// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the files of a process and of each of its tasks (/proc/<pid>/task/<tid>/) say.
///
/// Parsers take the text of one file. They are pure, may be called from any thread, allocate nothing unless
/// they say so, and answer whatever they are given with a value or with Malformed.
namespace timeslice {

/// How long a task's name can be (TASK_COMM_LEN).
inline constexpr std::size_t kMaxNameBytes = 15;

/// Of `stat`: what names a task, whose it is and when it began.
struct TaskStat {
    int id = 0; ///< pid or tid, as the directory.
    std::string_view
        name; ///< comm as it is, a view into the text: any bytes, blanks, brackets and newlines too.
    char state = '?'; ///< R, S, D, T, t, Z, X, I
    int parent = 0;
    int group = 0; ///< Process group.
    int session = 0;
    std::uint64_t startTicks = 0; ///< Clock ticks after boot; with the id the identity of a task.
};

/// Source: proc_pid_stat(5). A name may hold anything, ") S 1" too, so the numbers begin behind the last ')'.
[[nodiscard]] Result<TaskStat> parseTaskStat(std::string_view text);

/// `schedstat`; cumulative since the task began. While it runs, the kernel brings it up to date once per
/// tick.
struct Schedstat {
    std::uint64_t cpuNs = 0;
    std::uint64_t queueWaitNs = 0; ///< Runnable, waiting for a core.
    std::uint64_t slices = 0; ///< How often it was given a core.

    friend bool operator==(const Schedstat &, const Schedstat &) = default;
};

/// Source: kernel Documentation/scheduler/sched-stats.rst.
[[nodiscard]] Result<Schedstat> parseSchedstat(std::string_view text);

/// Of `status`. Of the task itself: in /proc/<pid>/status that is the main thread alone, not the process.
struct TaskStatus {
    std::string_view
        name; ///< As the kernel escapes it: a newline is "\n", a backslash "\\". A view into the text.
    char state = '?';
    std::uint64_t voluntary = 0; ///< Context switches because it blocked.
    std::uint64_t involuntary = 0; ///< Context switches because it was preempted while runnable.
};

/// Source: proc_pid_status(5).
[[nodiscard]] Result<TaskStatus> parseTaskStatus(std::string_view text);

/// The name of TaskStatus as the task wrote it, cut to kMaxNameBytes; any bytes.
void assignName(std::string &name, std::string_view escaped);

/// `children`: pids, blank-separated; nothing for a task without children.
/// \param into  Replaced; empty after a failure. Allocates only to grow.
[[nodiscard]] Result<void> parsePids(std::string_view text, std::vector<int> &into);

/// Memory of the run's processes; pages shared by several are split (PSS) or left out (USS).
struct MemoryReading {
    std::uint64_t rssBytes = 0;
    std::uint64_t pssBytes = 0;
    std::uint64_t ussBytes = 0;

    friend bool operator==(const MemoryReading &, const MemoryReading &) = default;
};

/// `smaps_rollup` of a process. USS is Private_Clean + Private_Dirty.
/// Source: proc_pid_smaps_rollup(5).
[[nodiscard]] Result<MemoryReading> parseSmapsRollup(std::string_view text);

} // namespace timeslice
