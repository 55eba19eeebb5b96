// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/err.h>

#include <string>

namespace timeslice {

/// Why OpenSSL refused what this thread asked of it last, in its words ("wrong version number"). Takes all
/// that this thread's queue of errors holds; the oldest is the reason.
[[nodiscard]] inline std::string takeOpenSslReason()
{
    const char *const reason = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return reason != nullptr ? reason : "OpenSSL gives no reason";
}

} // namespace timeslice
