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

/// The choices of the user.
struct LaneOptions {
    LaneArrangement arrangement = LaneArrangement::Both;
    LaneOrder order = LaneOrder::Worker;
    bool isColouredByCore = false; ///< Running in the colour of the core instead of one for the state.
    bool isAllMeasured = false; ///< Statistics of every task instead of the workers.
    bool showsMainThread = false; ///< A lane for the window's own main thread, where it was traced.
    std::set<int> hiddenTids;
    std::set<int> toggledPids; ///< Processes that are not as they begin: open up to kManyLanes lanes.

    friend bool operator==(const LaneOptions &, const LaneOptions &) = default;
};

/// With more task lanes than this, lanes shrink and processes begin closed.
inline constexpr std::size_t kManyLanes = 64;

/// One row of the timeline before it has a place.
struct LaneEntry {
    enum class Kind {
        Heat, ///< All cores as narrow bands.
        Heading, ///< Words only.
        Process, ///< A title; when closed, its threads in sum.
        Task,
        Core,
    };

    Kind kind = Kind::Task;
    LaneId lane; ///< Of a task or a core.
    QString name;
    QString detail; ///< Quiet, below the name: "tid 4711". May be empty.
    bool isIndented = false;
    bool isClosed = false;
    int pid = 0; ///< Of a process.
    std::vector<LaneId> members; ///< Of a process.
};

/// Which rows there are, in which order. The traced process's threads come without a title, other processes
/// with more than one thread have one. Empty when nothing was seen.
/// \param visible  What "busiest" refers to.
/// Thread: any; pure. Cost: O(tasks * log tasks).
[[nodiscard]] std::vector<LaneEntry> arrangeLanes(
    const TimelineView &view, const std::vector<TaskLabel> &labels, const LaneOptions &options,
    TimeSpan visible);

} // namespace timeslice
