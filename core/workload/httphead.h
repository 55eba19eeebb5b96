// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <string_view>

namespace timeslice {

/// What an HTTP client has to know of an answer before its body.
struct HttpHead {
    int status = 0; ///< 100 to 599.
    std::size_t contentLength = 0;
    bool closes = false; ///< The server will close the connection after this answer.

    friend bool operator==(const HttpHead &, const HttpHead &) = default;
};

/// Status line and header fields of an HTTP/1.1 answer, strictly: exactly one Content-Length, no
/// Transfer-Encoding, no folded lines, no control characters. What a client of one known server need not
/// understand is refused.
///
/// \param text  Everything before the empty line, without the CR LF that ends the last field.
/// \error  Malformed; `what` says what is wrong with the answer.
/// Thread: any; pure. Source: RFC 9112, sections 4 to 6.
[[nodiscard]] Result<HttpHead> parseHttpHead(std::string_view text);

} // namespace timeslice
