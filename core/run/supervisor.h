// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

namespace timeslice {

/// Kills every descendant of this process, also double-forked ones (this process must be a child subreaper),
/// until there is none or `patience` is over.
/// \return How many were killed.
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
