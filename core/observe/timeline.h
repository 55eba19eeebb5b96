// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace timeslice {

// The values the exact timeline consists of. All times are nanoseconds of CLOCK_MONOTONIC.

/// From `beginNs` up to, not including, `endNs`.
struct TimeSpan {
    std::uint64_t beginNs = 0;
    std::uint64_t endNs = 0;

    [[nodiscard]] constexpr std::uint64_t lengthNs() const { return endNs > beginNs ? endNs - beginNs : 0; }
    friend bool operator==(const TimeSpan &, const TimeSpan &) = default;
};

/// How much of one span lies in another.
[[nodiscard]] constexpr std::uint64_t overlapNs(TimeSpan a, TimeSpan b)
{
    return TimeSpan{std::max(a.beginNs, b.beginNs), std::min(a.endNs, b.endNs)}.lengthNs();
}

/// What a task does at a moment. On a core's lane: Running = one of ours runs, Absent = none of ours does.
enum class TaskState : std::uint8_t {
    Absent, ///< Not there: not yet created, ended, or later than what is known.
    Running,
    Runnable, ///< Preempted (or just created) and waiting for a core.
    Blocked, ///< It gave the core up itself. The moment it became runnable again is not recorded, so a part
             ///< of this, just before the next run, was spent waiting for a core; only its total is known,
             ///< from schedstat.
    Unknown, ///< Records were lost, or it was there before the trace began and has not been seen yet.
    GilWait, ///< Blocked, and the worker itself says on what: it waits for the interpreter's lock.
};

/// Why a running slice ended.
enum class SliceEnd : std::uint8_t {
    Blocked = 0, ///< Voluntary switch.
    Preempted = 1, ///< Involuntary switch.
    Exited = 2,
    Unknown = 3, ///< The record was lost, or the slice has not ended yet.
};

/// One row: a task (a thread), or a core.
struct LaneId {
    enum class Kind : std::uint8_t { Task, Core };

    Kind kind = Kind::Task;
    std::uint32_t index = 0; ///< Into TimelineView::tasks() or TimelineView::cores().

    friend bool operator==(const LaneId &, const LaneId &) = default;
};

/// A task that has a lane.
struct TaskInfo {
    int pid = 0;
    int tid = 0;
    int parentTid = 0; ///< Who created it; 0 for the traced task itself.
    std::string name; ///< comm, at most 15 bytes; the creator's until it has one of its own. May be empty.
    std::uint64_t bornNs = 0; ///< When it was created; for the traced task when the trace began.
    std::optional<std::uint64_t> goneNs; ///< When it ended; nothing while it lives.
    /// Traced beside the run and none of it: it has a lane, but the cores' lanes, and all that is counted of
    /// them, are without it.
    bool isBystander = false;
};

/// Records of one CPU that the kernel could not store. In this span, what its core did is unknown, and so is
/// every task that was not seen to run elsewhere.
struct LostSpan {
    TimeSpan span;
    int cpu = 0;
    std::uint64_t count = 0; ///< 0: an unknown number.

    friend bool operator==(const LostSpan &, const LostSpan &) = default;
};

/// Time by state within a span; the six add up to its length, exactly.
struct StateSums {
    std::uint64_t runningNs = 0;
    std::uint64_t runnableNs = 0;
    std::uint64_t blockedNs = 0;
    std::uint64_t gilWaitNs = 0; ///< By the worker's own account, which is longer than the block by the
                                 ///< moment in which it says so; never more than what was blocked.
    std::uint64_t unknownNs = 0;
    std::uint64_t absentNs = 0;
    std::uint64_t switches = 0; ///< Switch-outs.
    bool coarse =
        false; ///< An edge of the span lies where only summaries are left: spread evenly over their length.

    [[nodiscard]] constexpr std::uint64_t totalNs() const
    {
        return runningNs + runnableNs + blockedNs + gilWaitNs + unknownNs + absentNs;
    }
    friend bool operator==(const StateSums &, const StateSums &) = default;
};

/// One stretch of one state, whole: it may reach beyond the span that was asked for.
struct Segment {
    TimeSpan span;
    TaskState state = TaskState::Absent;
    /// Running: on a task's lane the CPU, on a core's lane the index of the task (kOtherTask: one without a
    /// lane).
    std::uint32_t key = 0;
    SliceEnd end = SliceEnd::Unknown; ///< Running only.
    bool isOpen = false; ///< Still going on at the end of what is known.
    bool isSummary = false; ///< Many slices of which only the sums are left (ask `sums`); state is Unknown.

    friend bool operator==(const Segment &, const Segment &) = default;
};

/// Key of a core's slice whose task has no lane of its own (see TimelineLimits::taskLanes).
inline constexpr std::uint32_t kOtherTask = UINT32_MAX;
/// No key: nothing ran.
inline constexpr std::uint32_t kNoKey = UINT32_MAX - 1;

/// What happened on a lane within a span.
struct RangeStats {
    StateSums sums;
    std::uint64_t voluntary = 0; ///< Switch-outs that blocked.
    std::uint64_t involuntary = 0; ///< Switch-outs by preemption.
    std::uint64_t migrations = 0; ///< Slices on another CPU than the one before.
    std::uint64_t longestRunnableNs = 0; ///< Cut at the edges of the span.
    std::uint64_t longestBlockedNs = 0;
};

} // namespace timeslice
