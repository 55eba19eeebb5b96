// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/observe/snapshot.h"
#include "core/procfs/taskfiles.h"

#include <optional>
#include <span>
#include <vector>

namespace timeslice {

/// Adds a gap; behind the sixteenth of one snapshot they are no longer told apart.
void addGap(std::vector<Gap> &gaps, std::string what, Error error);

/// How much of a task is read: everything, or only what can have changed.
enum class Depth { Full, Changed };

/// One task of the run: its files, and its counters as last read.
/// Thread: one at a time.
class TaskProbe {
public:
    /// Where a task's counters come from.
    enum class Kind {
        OwnThread, ///< Of this process: its CPU clock tells the exact CPU time.
        Other, ///< Of another process: its children belong to the run, too.
    };

    /// A task that exists.
    /// \param directory  /proc/<pid>/task/<tid>
    /// \param suspended  To turn the start time, which counts suspend, into CLOCK_MONOTONIC.
    /// \error  Gone, Denied, System, Malformed.
    [[nodiscard]] static Result<TaskProbe> open(
        int pid, int tid, Kind kind, const std::filesystem::path &directory, Holding holding,
        Nanoseconds suspended);
    /// A task that cannot be read: it is listed without any value.
    [[nodiscard]] static TaskProbe unreadable(int pid, int tid);
    /// A worker that began and ended between two readings, known from its account alone.
    [[nodiscard]] static TaskProbe accounted(int pid, int tid, MonotonicTime started);

    /// Reads it, unless it is known to have ended. `reading` then has its counters; of a task that has ended
    /// the last ones stay. What cannot be read becomes nullopt, and a gap the first time.
    ///
    /// With Depth::Changed the switches are left as they were when it has run meanwhile; it then
    /// `wantsSwitches`.
    void read(std::span<char> buffer, Depth depth, std::vector<Gap> &gaps);
    /// Between the last reading and the one before, as far as can be told.
    [[nodiscard]] bool hasRun() const { return m_isPresent && !m_isAccounted && m_hasRun; }
    /// Its switches may be others than `reading` says.
    [[nodiscard]] bool wantsSwitches() const { return m_isPresent && !m_isAccounted && m_wantsSwitches; }
    void readSwitches(std::span<char> buffer, std::vector<Gap> &gaps);
    /// When they were read last.
    [[nodiscard]] MonotonicTime switchesRead() const { return m_switchesRead; }
    /// It is this worker. One task may be several workers (slots of an event loop); the first names it.
    void addWorker(int worker);
    /// One of its workers has accounted. With the last one the account's numbers are final.
    void settle(const ThreadUsage &account);
    /// The kernel no longer has it.
    void end();

    [[nodiscard]] const TaskReading &reading() const { return m_reading; }
    /// The kernel still has it (it may be accounted, or a zombie).
    [[nodiscard]] bool isPresent() const { return m_isPresent; }
    [[nodiscard]] unsigned keptFds() const { return m_files ? m_files->keptFds() : 0; }
    /// The pids of its children into `into`. False when that cannot be told.
    [[nodiscard]] bool readChildren(std::vector<int> &into, std::span<char> buffer, std::vector<Gap> &gaps);

private:
    enum class Told : unsigned { Schedstat = 1, Status = 2, Children = 4 };

    TaskProbe(int pid, int tid);
    [[nodiscard]] std::optional<Schedstat> readSchedstat(std::span<char> buffer, std::vector<Gap> &gaps);
    void publish(std::optional<std::uint64_t> clockNs, std::vector<Gap> &gaps);
    [[nodiscard]] bool isTold(Told which) const { return (m_told & static_cast<unsigned>(which)) != 0; }
    [[nodiscard]] std::string gapName(const char *file) const;
    /// Drops a failure that only says that the task has ended; tells the first of any other.
    void noteFailure(Told which, const char *file, const Error &error, std::vector<Gap> &gaps);

    TaskReading m_reading;
    std::optional<TaskFiles> m_files;
    Kind m_kind = Kind::Other;
    bool m_readsClock = false;
    bool m_isPresent = true;
    bool m_isAccounted = false;
    unsigned m_workers = 0; ///< How many workers it is,
    unsigned m_settled = 0; ///< and how many of them have accounted.
    std::optional<Schedstat> m_schedstat; ///< At the last reading.
    bool m_hasRun = true;
    bool m_wantsSwitches = true;
    MonotonicTime m_switchesRead{};
    unsigned m_told = 0; ///< Which failures have been told; bits of Told.
};

} // namespace timeslice
