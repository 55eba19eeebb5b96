// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelineview.h"

#include <QString>

#include <set>
#include <vector>

namespace timeslice {

/// What the program knows of a task beyond the trace: which worker it is, and its name.
struct TaskLabel {
    static constexpr int kNoWorker = -1;

    int tid = 0;
    int worker = kNoWorker;
    QString name; ///< Replaces the task's own; empty: keeps it.

    friend bool operator==(const TaskLabel &, const TaskLabel &) = default;
};

/// How a task is named and told apart, on its own lane and in the blocks of the cores.
struct TaskLook {
    static constexpr int kPlain = -1;

    QString name;
    int colour = kPlain; ///< Of the series; kPlain: neutral.
    int number = kPlain; ///< Written in its blocks; kPlain: none.
    int worker = TaskLabel::kNoWorker;
};

/// The view's cores, which it has in the order in which they were first seen, by ascending number. Pure.
[[nodiscard]] std::vector<std::uint32_t> coresByNumber(const TimelineView &view);

/// One look per task of the view. Workers have their number and its colour; without any worker (a command of
/// the user's) every task is of interest and they are numbered through. Thread: any; pure.
[[nodiscard]] std::vector<TaskLook> taskLooks(const TimelineView &view, const std::vector<TaskLabel> &labels);

enum class LaneArrangement { Both, ByWorker, ByCore };
enum class LaneOrder {
    Worker, ///< Workers by number, then the others in the order of their creation.
    Start,
    Name,
    Busiest, ///< By running time in what is visible.
};

/// What opens and closes: a process, or, where very many lanes stand beside each other, a part of them.
struct LaneGroup {
    static constexpr int kWhole = -1;

    int pid = 0; ///< Of the process; 0 for the traced one.
    int part = kWhole; ///< Which part of the lanes right below it; kWhole: the process.

    friend auto operator<=>(const LaneGroup &, const LaneGroup &) = default;
};

/// The choices of the user.
struct LaneOptions {
    LaneArrangement arrangement = LaneArrangement::Both;
    LaneOrder order = LaneOrder::Worker;
    bool isColouredByCore = false; ///< Running in the colour of the core instead of one for the state.
    bool isAllMeasured = false; ///< Statistics of every task instead of the workers.
    bool showsMainThread = false; ///< A lane for the window's own main thread, where it was traced.
    bool groupsMany =
        true; ///< Beyond kGroupedLanes lanes, kPartLanes of them share a row until it is opened.

    // These are about the lanes of one timeline.
    std::set<std::uint32_t> hiddenTasks; ///< Indices into the view's tasks: a tid may be used again.
    std::set<std::uint32_t> hiddenCores; ///< Likewise.
    std::set<LaneGroup> toggled; ///< Those that are not as they begin.

    /// Another timeline: nothing of it is hidden, opened or closed.
    void forgetLanes();

    friend bool operator==(const LaneOptions &, const LaneOptions &) = default;
};

/// With more task lanes than this, lanes shrink, and processes begin closed that stand beside others.
inline constexpr std::size_t kManyLanes = 64;
/// With more than this, lanes are grouped, so many at a time. Such a part begins closed.
inline constexpr std::size_t kGroupedLanes = 128;
inline constexpr std::size_t kPartLanes = 32;

/// One row of the timeline before it has a place.
struct LaneEntry {
    enum class Kind {
        Heat, ///< All cores as narrow bands.
        Heading, ///< Words only.
        Group, ///< A title; when closed, its lanes in sum.
        Task,
        Core,
    };

    Kind kind = Kind::Task;
    LaneId lane; ///< Of a task or a core.
    QString name;
    QString detail; ///< Quiet, below the name: "tid 4711". May be empty.
    int depth = 0; ///< How many groups it is in.
    bool isClosed = false;
    LaneGroup group; ///< Of a group.
    std::vector<LaneId> members; ///< Of a group: all its lanes, in their order.
};

/// Which rows there are, in which order. The traced process's threads come without a title. Other processes
/// stand under the one that created them, as far as that is known (of samples it is not), and have a title
/// when they are more than one thread. Empty when nothing was seen.
/// \param visible  What "busiest" refers to.
/// Thread: any; pure. Cost: O(tasks * log tasks).
[[nodiscard]] std::vector<LaneEntry> arrangeLanes(
    const TimelineView &view, const std::vector<TaskLabel> &labels, const LaneOptions &options,
    TimeSpan visible);

/// Time and switches of several lanes together.
void addSums(const StateSums &from, StateSums &into);

} // namespace timeslice
