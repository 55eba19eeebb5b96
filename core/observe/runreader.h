// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/memoryprobe.h"
#include "core/observe/runsubject.h"
#include "core/observe/snapshot.h"
#include "core/observe/taskprobe.h"
#include "core/procfs/root.h"
#include "core/procfs/taskfiles.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace timeslice {

/// Reads one run: its workers' progress, its event loop and gauges, all its tasks, its memory.
///
/// Which tasks: the threads of this process that are workers on the board, and every other process of the
/// run with all its threads and descendants. New ones are picked up at each reading: threads by the task
/// directory's link count, children by their parents' lists. Those that vanish keep their last totals.
///
/// What it costs grows with what happens, not with what there is. A process whose CPU clock stands still has
/// not run: nothing of it is read but that clock. While nobody on the machine has created a task, nobody is
/// asked for new ones. And the switch counts, which cost ten times as much as the rest, may take a
/// five-hundredth of the time: where more tasks have run than that is enough for (16 it always is), they
/// take turns.
///
/// Thread: one at a time. In the steady state (no task came or went) a reading allocates nothing.
class RunReader {
public:
    static constexpr std::size_t kLeastSwitches = 16;

    RunReader(const ProcRoot &root, RunSubject subject);
    RunReader(const RunReader &) = delete;
    RunReader &operator=(const RunReader &) = delete;

    /// Joins the run at the next reading.
    void addRootPid(int pid) { m_newRoots.push_back(pid); }

    /// Fills in run, workers, loopLag, gauges, tasks, memory, and adds to gaps; the rest of the snapshot is
    /// left alone, but for `suspended` and `forks`, which are needed. Depth::Full reads every counter of
    /// every task, but not the memory.
    void read(Snapshot &snapshot, Depth depth);

private:
    struct Process {
        int pid = 0;
        bool isRoot = false;
        TaskDirectory directory;
        std::string rollup; ///< Path of smaps_rollup.
        std::vector<TaskProbe *> tasks; ///< Those that have not ended.
        bool isBusy = true; ///< Ran between the last two readings; then its clock is not worth asking.
        std::optional<Nanoseconds> clock; ///< At the last reading, unless it was busy.
        bool hasEnded = false;
        bool isFailureTold = false;
    };
    /// The task that a worker named on the board.
    struct Slot {
        TaskProbe *task = nullptr;
        int tid = 0;
        bool isAccounted = false; ///< Its final numbers have been handed to the task.
    };

    void readProgress(Snapshot &snapshot) const;
    void readLoop(Snapshot &snapshot) const;
    void readGauges(Snapshot &snapshot) const;
    void addNewRoots(std::vector<Gap> &gaps);
    void linkSlots(std::vector<Gap> &gaps);
    [[nodiscard]] TaskProbe *findTask(int pid, int tid) const;
    [[nodiscard]] TaskProbe *addWorker(int pid, int tid, std::vector<Gap> &gaps);
    void settleWorkers();

    void addProcess(int pid, bool isRoot, std::vector<Gap> &gaps);
    void addTask(int pid, int tid, Process *process, std::vector<Gap> &gaps);
    void listTasks(Process &process, std::vector<Gap> &gaps);
    void endTask(TaskProbe &task);
    void endProcess(Process &process);
    [[nodiscard]] Holding holdingFor(unsigned fds) const;

    void readTasks(Depth depth, std::vector<Gap> &gaps);
    void readProcess(Process &process, Depth depth, std::vector<Gap> &gaps);
    [[nodiscard]] bool isQuiet(Process &process) const;
    void readTask(TaskProbe &task, Depth depth, std::vector<Gap> &gaps);
    void readChildren(TaskProbe &task, std::vector<Gap> &gaps);
    void readSwitches(std::vector<Gap> &gaps);
    void readMemory(std::vector<Gap> &gaps);
    void publishTasks(Snapshot &snapshot);
    void orderTasks();

    const ProcRoot m_root;
    const RunSubject m_subject;
    const int m_ownPid;
    const bool m_isLive; ///< The pids are this machine's, so that their clocks can be read.
    unsigned m_fdBudget; ///< How many fds may still be kept open.
    MonotonicTime m_now{}; ///< When the reading under way began.
    MonotonicTime m_last{}; ///< When the last one did.
    MonotonicTime m_scanDue{}; ///< When quiet processes are looked into all the same.
    Nanoseconds m_suspended{};
    std::optional<std::uint64_t> m_forks; ///< At the last reading.
    bool m_hasBirths = true; ///< Somebody has created a task since then, or that cannot be told.

    std::vector<int> m_newRoots;
    std::vector<Slot> m_slots; ///< By worker index.
    std::vector<std::unique_ptr<TaskProbe>> m_tasks; ///< In the order they were found; ended ones stay.
    std::vector<TaskProbe *> m_ownTasks; ///< Of this process.
    std::vector<std::unique_ptr<Process>> m_processes; ///< Without this one.
    std::unordered_map<int, TaskProbe *> m_taskOfTid; ///< Those that have not ended.
    std::unordered_map<int, Process *> m_processOfPid; ///< Likewise.
    std::unordered_set<int> m_refusedPids; ///< Not allowed to be read; told once.
    std::vector<TaskProbe *> m_order; ///< As published: workers first.
    bool m_isOrderStale = false;
    bool m_isLimitTold = false;
    bool m_hasOwnWorkers = false;
    unsigned m_vanished = 0; ///< Tasks of this reading that ended between being listed and being read.

    MemoryProbe m_memory;
    const std::string m_ownRollup; ///< Path of this process's smaps_rollup.

    // Working space.
    std::vector<char> m_buffer;
    std::vector<int> m_tids;
    std::vector<int> m_children;
    std::vector<TaskProbe *> m_wanting; ///< Tasks whose switches may have changed.
};

} // namespace timeslice
