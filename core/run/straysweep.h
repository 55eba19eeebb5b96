// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/procfs/task.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace timeslice {

/// The environment variable by which the processes of a run are known, whatever group or session they have
/// moved to and whoever their parent has become. Its value is different for each process that we start.
inline constexpr char kRunMark[] = "TIMESLICE_RUN";

/// Ends what a process of ours has left behind when it was killed: its group, every process that carries its
/// mark, and the groups that these lead. Nothing that is older than it is touched. Takes leave of those that
/// have become children of this process (which is their subreaper while `OrphanKeeper` lives).
///
/// Who has moved to another group and has given up its environment is not found.
/// Thread: the main one, on which QProcess takes leave of its own children.
class StraySweep {
public:
    StraySweep() = default; ///< Finds nothing.
    /// \param leader  Of the group, a moment after its start. Where it has ended already, nothing older than
    ///                this process is touched.
    /// \param mark    The value of kRunMark in its environment.
    StraySweep(pid_t leader, std::string_view mark);

    /// Kills them all, and takes leave of children that had ended before already. To be called again from the
    /// event loop until nothing is left.
    /// \return How many the system still has, or may have; a killed one is gone some milliseconds later.
    /// Cost: one look at every process of the machine, about 10 us each, and two at those that are younger.
    std::size_t sweep();
    /// Kills them until none is left or `patience` is over. Blocks for that long. Finds less than the other:
    /// no group whose leader had ended before.
    void sweepNow(std::chrono::milliseconds patience);

private:
    [[nodiscard]] std::vector<TaskStat> younger() const;
    std::size_t kill(const std::vector<TaskStat> &all);
    std::size_t takeLeave(const std::vector<TaskStat> &all);

    std::string m_entry; ///< As the mark stands in the environment.
    std::uint64_t m_startTicks = 0; ///< The leader's.
    std::set<pid_t> m_groups; ///< Of which all are strays.
    std::set<pid_t> m_killed; ///< And not yet seen to be gone.
    std::set<pid_t> m_zombies; ///< Children of ours whom nobody had taken leave of the last time.
};

/// Makes this process the one to whom descendants go whose parents die (PR_SET_CHILD_SUBREAPER), as long as
/// one of these lives. Thread: the main one.
class OrphanKeeper {
public:
    OrphanKeeper();
    ~OrphanKeeper();
    OrphanKeeper(const OrphanKeeper &) = delete;
    OrphanKeeper &operator=(const OrphanKeeper &) = delete;

private:
    int m_before = 0; ///< What it was.
};

} // namespace timeslice
