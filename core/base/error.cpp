// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <cerrno>
#include <system_error>

namespace timeslice {

Error systemError(int code, std::string where, std::string what)
{
    auto kind = ErrorKind::System;
    if (code == EACCES || code == EPERM)
        kind = ErrorKind::Denied;
    else if (code == ENOENT || code == ESRCH)
        kind = ErrorKind::Gone;
    return {kind, code, std::move(where), std::move(what)};
}

std::unexpected<Error> fail(ErrorKind kind, std::string where, std::string what)
{
    return std::unexpected(Error{kind, 0, std::move(where), std::move(what)});
}

std::unexpected<Error> failErrno(int code, std::string where, std::string what)
{
    return std::unexpected(systemError(code, std::move(where), std::move(what)));
}

const char *nameOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::System:
        return "system";
    case ErrorKind::Denied:
        return "denied";
    case ErrorKind::Gone:
        return "gone";
    case ErrorKind::Malformed:
        return "malformed";
    case ErrorKind::Unsupported:
        return "unsupported";
    case ErrorKind::Cancelled:
        return "cancelled";
    case ErrorKind::TimedOut:
        return "timed-out";
    case ErrorKind::Deadlock:
        return "deadlock";
    }
    return "unknown";
}

std::string describe(const Error &error)
{
    auto text = error.where.empty() ? error.what : error.where + ": " + error.what;
    if (error.errnoValue != 0)
        text += " (" + std::generic_category().message(error.errnoValue) + ")";
    return text;
}

} // namespace timeslice
