// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QString>

#include <string>

namespace timeslice {

/// Exit codes, part of the command line's contract. A signal gives 128 plus its number: 130 for SIGINT, 143
/// for SIGTERM.
enum ExitCode {
    kDone = 0,
    kRunFailed = 1,
    kUsage = 2,
    kMissing = 3, ///< A prerequisite is missing, or there is no room for what was asked.
    kNotWritable = 4,
    kTimedOut = 124,
};

/// Standard output, for data only; every byte is checked. Knows when its reader has gone.
/// Thread: the main one.
class Output {
public:
    /// Writes all of it, unbuffered.
    /// \return False when standard output takes no more. The reason is said once on standard error, but for a
    /// closed
    ///         pipe: whoever reads only the first lines knows.
    bool write(const QByteArray &bytes);
    [[nodiscard]] bool isBroken() const { return m_isBroken; }

private:
    bool m_isBroken = false;
};

/// "timeslice: text" on standard error, without control characters.
void complain(const QString &text);
void complain(const Error &error);

/// Text of unknown origin for a terminal: control characters but newline become '?'.
[[nodiscard]] QString printable(QString text);

/// "perf_event_paranoid is 3; what helps: sudo sysctl ...". The second part only where something is known to
/// help.
[[nodiscard]] QString causeAndRemedy(const std::string &cause, const std::string &remedy);

/// Whether standard error is a terminal that can rewrite its line.
[[nodiscard]] bool isLiveTerminal();

/// Drops what Qt says of surroundings that do not matter here (no XDG_RUNTIME_DIR); the rest goes on as
/// before.
void installMessageFilter();

/// Opens /dev/null in place of a standard stream that was closed, so that no file opened later takes its
/// number and is written to by mistake. To be called first in main.
void occupyStandardStreams();

} // namespace timeslice
