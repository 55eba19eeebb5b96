// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace timeslice {

/// One task's account over a stretch of time, as one party keeps it.
struct TaskAccount {
    int tid = 0;
    std::uint64_t voluntary = 0;
    std::uint64_t involuntary = 0;
    std::optional<std::uint64_t> runningNs; ///< Nothing where it is not known.
    /// Tasks that ended before the account was taken. The kernel stops recording a task some way before its
    /// end, so that its last switches are in the account and not in the trace.
    std::uint64_t exits = 0;
};

/// How far two accounts may be apart and still agree.
struct SelfCheckTolerance {
    /// For each task that ended: one that it never returns from, and on a busy machine some preemptions
    /// before it. Measured: 1 on an idle machine, up to 3 with twice as many runnable tasks as cores.
    std::uint64_t switchesPerExit = 4;
    std::uint64_t switches = 0; ///< Switch-outs of both kinds together: to the unit.
    std::uint64_t involuntary =
        3; ///< The kernel decides about the kind at two places; see the man page's preempt bit.
    double running = 0.01; ///< Of the kernel's figure,
    std::uint64_t runningNs = 1'000'000; ///< or this much, whichever is more; and for each switch-out besides
    /// the time of switching itself: the scheduler charges it to the task that comes, while a task's records
    /// are stamped after it (in) and before it (out).
    std::uint64_t runningPerSwitchNs = 10'000;
    /// Running time is judged where a slice lasts this long on average. In shorter ones switching is too
    /// large a part of it: measured, 0.4-0.7 us between two busy tasks, 2-20 us where a core is woken from
    /// idle, so a task that wakes for 8 us at a time misses more than half of what it is charged.
    std::uint64_t shortestSliceNs = 1'000'000;
    /// What a hypervisor may have taken meanwhile: a trace knows nothing of it and counts it as running, a
    /// kernel that is told of it does not.
    std::uint64_t stolenNs = 0;
};

enum class SelfCheckVerdict {
    Agrees,
    Differs, ///< At least one task is outside the tolerance: the trace is not to be trusted.
    NotPossible, ///< Records were lost, or no task has both accounts.
};

/// For JSON: "agrees", "differs", "not possible".
[[nodiscard]] const char *nameOf(SelfCheckVerdict verdict);

/// Trace minus kernel for one task.
struct TaskComparison {
    int tid = 0;
    std::int64_t switches = 0;
    std::int64_t involuntary = 0;
    /// Relative to the kernel's figure (0.01: the trace has 1 % more); told also where it is not judged.
    std::optional<double> running;
    bool agrees = false;
};

struct SelfCheck {
    SelfCheckVerdict verdict = SelfCheckVerdict::NotPossible;
    std::vector<TaskComparison> tasks; ///< Those with both accounts, in the order of `kernel`.
    std::uint64_t uncompared = 0; ///< Tasks that only one party knows.
};

/// Compares what the trace says of each task with the kernel's own counters, over the same stretch of time.
///
/// \param trace, kernel  At most one account for each tid. The kernel's must be taken by the task itself, or
/// while it
///                       cannot run; before its end, which counts a switch that leaves no record.
/// \param lost           Records lost meanwhile; with any, nothing can be compared.
/// Thread: any; pure.
[[nodiscard]] SelfCheck selfCheck(
    std::span<const TaskAccount> trace, std::span<const TaskAccount> kernel, std::uint64_t lost,
    const SelfCheckTolerance &tolerance = {});

} // namespace timeslice
