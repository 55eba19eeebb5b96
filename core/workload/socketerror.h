// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cerrno>

namespace timeslice {

/// An error of a system call on a connection to the local server, in words where it has a plain meaning.
/// \param code  errno; 0 when the server has closed the connection.
[[nodiscard]] Error socketError(int code, const char *what);

/// Whether a non-blocking call failed only because it came too early: ENOTCONN while it still connects.
[[nodiscard]] constexpr bool isNotYet(int code)
{
    return code == EAGAIN || code == ENOTCONN;
}

/// Makes a system call again for as long as a signal interrupts it.
template <typename Call>
[[nodiscard]] auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

} // namespace timeslice
