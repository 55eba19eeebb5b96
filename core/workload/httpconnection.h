// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/uniquefd.h"
#include "core/workload/httphead.h"
#include "core/workload/workload.h"

namespace timeslice {

/// One worker's connection to the local server: a blocking HTTP/1.1 client on a POSIX socket. All waiting
/// goes through `StopToken::waitFor`, so a stop ends it at once.
///
/// It connects when first needed, keeps the connection for the next request where it may, and connects anew
/// after a failure. A kept connection that the server has closed in the meantime is replaced once without an
/// error.
/// Thread: one worker's.
class HttpConnection {
public:
    static constexpr std::size_t kMaxHeadBytes = 8192;

    /// \param maxBody  The longest body expected, in bytes; memory is taken for it here.
    HttpConnection(HttpEndpoint endpoint, std::size_t maxBody);

    struct Request {
        std::string target; ///< Path and query: "/item/7?bytes=256".
        std::size_t bodyBytes = 0; ///< How long the answer has to be; at most `maxBody`.
        bool keepAlive = true; ///< Keep the connection for the next request.
    };

    /// Sends a GET and receives the whole answer.
    /// \return The body, valid until the next call.
    /// \error  Cancelled when the run stopped; TimedOut at the deadline; Gone when the server cannot be
    ///         reached or went away; Malformed for an answer that is not HTTP/1.1, too long, or of another
    ///         length than asked for; System, among them every status but 200.
    [[nodiscard]] Result<std::span<const std::byte>>
    get(const Request &request, MonotonicTime deadline, const StopToken &stop);

private:
    [[nodiscard]] Result<void> await(short events, MonotonicTime deadline, const StopToken &stop) const;
    [[nodiscard]] Result<void> connect(MonotonicTime deadline, const StopToken &stop);
    [[nodiscard]] Result<void> send(std::string_view text, MonotonicTime deadline, const StopToken &stop);
    [[nodiscard]] Result<void> receiveMore(MonotonicTime deadline, const StopToken &stop);
    [[nodiscard]] Result<std::span<const std::byte>>
    receive(const Request &request, MonotonicTime deadline, const StopToken &stop);
    [[nodiscard]] Result<std::span<const std::byte>>
    exchange(const Request &request, MonotonicTime deadline, const StopToken &stop);

    HttpEndpoint m_endpoint;
    UniqueFd m_socket; ///< Connected and in step (no answer half read), or none.
    std::vector<std::byte> m_buffer; ///< Head and body of one answer.
    std::size_t m_received = 0; ///< Bytes of m_buffer that are filled.
};

} // namespace timeslice
