// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <expected>
#include <string>

namespace timeslice {

/// What went wrong, by what a caller can do about it.
enum class ErrorKind {
    System, ///< A system call failed; `errnoValue` says how.
    Denied, ///< Not allowed for this user or in this container.
    Gone, ///< A task vanished while it was read. Normal for an observer.
    Malformed, ///< Text or bytes that do not follow their format.
    Unsupported, ///< This machine or build cannot do it.
    Cancelled, ///< Stopped on request.
    TimedOut, ///< No answer in the time allowed.
    Deadlock, ///< Workers wait for each other in a circle.
};

/// A failure as data: passed up by value until ui or the command line turns it into words for people.
struct Error {
    ErrorKind kind = ErrorKind::System;
    int errnoValue = 0; ///< 0 when no system call was involved.
    std::string where; ///< The file, option, JSON key or process concerned.
    std::string what; ///< One plain sentence without a final full stop.

    friend bool operator==(const Error &, const Error &) = default;
};

template <typename T>
using Result = std::expected<T, Error>;

/// An Error from `errno`; EACCES and EPERM become Denied, ENOENT and ESRCH become Gone, the rest System.
/// \param code  The errno value, taken by the caller before anything else can change it.
/// Thread: any.
[[nodiscard]] Error systemError(int code, std::string where, std::string what);

[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, std::string where, std::string what);
[[nodiscard]] std::unexpected<Error> failErrno(int code, std::string where, std::string what);

/// The kind as one lower-case word, for logs and JSON ("system", "denied", ...).
[[nodiscard]] const char *nameOf(ErrorKind kind);

/// "where: what (strerror)", for logs and standard error.
[[nodiscard]] std::string describe(const Error &error);

} // namespace timeslice
