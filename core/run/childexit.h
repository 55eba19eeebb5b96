// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QProcess>

#include <optional>

namespace timeslice {

/// How a process that has ended is to be told: nothing when it exited with 0, else "was killed by SIGKILL" or
/// "exited with code 3". `name` becomes the error's `where`, with the program's own exit codes left to the
/// caller. Thread: the process's.
[[nodiscard]] std::optional<Error> childExitError(const QProcess &process, std::string name);

/// Output of a foreign process made fit for people and logs: valid UTF-8, no control characters but newline
/// and tab, at most the last `maxBytes` bytes.
[[nodiscard]] QString cleanOutput(const QByteArray &output, qsizetype maxBytes = 64 * 1024);

} // namespace timeslice
