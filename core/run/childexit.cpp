// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/childexit.h"

#include <cstring>

namespace timeslice {

std::optional<Error> childExitError(const QProcess &process, std::string name)
{
    if (process.exitStatus() == QProcess::CrashExit) {
        // For a crash QProcess gives the signal's number as the exit code.
        const char *const signal = ::sigabbrev_np(process.exitCode());
        return Error{
            ErrorKind::System, 0, std::move(name),
            std::string("was killed by ")
                + (signal != nullptr ? std::string("SIG") + signal
                                     : "signal " + std::to_string(process.exitCode()))};
    }
    if (process.exitCode() != 0)
        return Error{
            ErrorKind::System, 0, std::move(name), "exited with code " + std::to_string(process.exitCode())};
    return std::nullopt;
}

QString cleanOutput(const QByteArray &output, qsizetype maxBytes)
{
    auto text = QString::fromUtf8(output.last(std::min(output.size(), maxBytes)));
    text.removeIf([](QChar c) {
        return (c.unicode() < 0x20 && c != QLatin1Char('\n') && c != QLatin1Char('\t'))
            || (c.unicode() >= 0x7f && c.unicode() < 0xa0) || c == QChar::ReplacementCharacter;
    });
    return text;
}

} // namespace timeslice
