// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"
#include "core/base/uniquefd.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace timeslice {

/// A program as a child of the worker that starts it. It is given the two files below, our standard error and
/// nothing else, and is killed when the thread that started it ends.
///
/// Movable, not copyable; destroying it kills and reaps what still runs. Thread: the one that started it.
class Subprocess {
public:
    /// What becomes its standard input and output; -1: /dev/null. They may be closed after the start.
    struct Files {
        int input = -1;
        int output = -1;
    };

    /// \param words  The program, by its absolute path, and its arguments.
    /// \error  System with the limit that may have been reached, Gone or Denied with the program that cannot
    ///         be executed.
    [[nodiscard]] static Result<Subprocess> start(const std::vector<std::string> &words, Files files);

    Subprocess(Subprocess &&other) noexcept;
    Subprocess &operator=(Subprocess &&) = delete;
    Subprocess(const Subprocess &) = delete;
    Subprocess &operator=(const Subprocess &) = delete;
    ~Subprocess();

    [[nodiscard]] pid_t pid() const { return m_pid; }
    /// It has ended, or was reaped.
    [[nodiscard]] bool hasEnded() const noexcept;
    /// Waits until it has ended, and reaps it. A stop kills it. Once only.
    /// \error  Cancelled; System with how it ended ("was killed by SIGKILL", "exited with code 3").
    [[nodiscard]] Result<void> join(const StopToken &stop);

private:
    Subprocess(std::string program, pid_t pid, UniqueFd pidFd) noexcept;
    void kill() noexcept;

    std::string m_program;
    pid_t m_pid = -1; ///< -1 once it is reaped.
    UniqueFd m_pidFd; ///< Readable when it has ended.
};

} // namespace timeslice
