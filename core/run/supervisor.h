// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <sys/types.h>
#include <thread>

namespace timeslice {

/// Takes leave of every child of this process that has ended, but for `own`, whom somebody else waits for:
/// what a subreaper was given of descendants whose parents are gone, so that the kernel's account of its
/// children has them, too. Stops at `own` when that has ended: the next call goes on.
/// Thread: any that nobody else waits on.
void reapOrphans(pid_t own);

/// Kills every descendant of this process, also double-forked ones (this process must be a child subreaper),
/// until there is none or `patience` is over.
/// \return How many processes were killed; those that had ended by themselves do not count.
/// Thread: any, but nobody else may be waiting for those children any more.
int sweepDescendants(std::chrono::milliseconds patience);

/// The watchdog of a child process of ours: ends it, and all its descendants, when its parent is gone.
///
/// Its thread waits for standard input and for SIGTERM, SIGINT and SIGHUP, which the constructor blocks for
/// every thread started later: construct it first in main. Lines of standard input go to `onLine`; its end or
/// a signal sweeps all descendants, calls `onEnd` and ends the process with code 143.
class Supervisor {
public:
    /// Both run on the watchdog's thread and must return quickly.
    Supervisor(std::function<void(std::string_view)> onLine, std::function<void()> onEnd);
    ~Supervisor();
    Supervisor(const Supervisor &) = delete;
    Supervisor &operator=(const Supervisor &) = delete;

private:
    void watch(const std::function<void(std::string_view)> &onLine, const std::function<void()> &onEnd) const;

    int m_signalFd = -1;
    int m_quitFd = -1;
    std::thread m_thread;
};

} // namespace timeslice
