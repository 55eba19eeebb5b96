// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/clientsocket.h"
#include "core/workload/httphead.h"
#include "core/workload/workload.h"

namespace timeslice {

/// One connection to the local server: an HTTP/1.1 client on a socket that never blocks, plain or with TLS.
///
/// It connects when first needed, keeps the connection for the next request where it may, and connects anew
/// after a failure. A kept connection that the server has closed in the meantime is replaced once without an
/// error. `begin` and `step` never block and leave the waiting to an event loop; `get` does it for a worker
/// that has a thread of its own. Thread: one worker's.
class HttpConnection {
public:
    static constexpr std::size_t kMaxHeadBytes = 8192;

    /// \param maxBody  The longest body expected, in bytes.
    HttpConnection(HttpEndpoint endpoint, std::size_t maxBody, TlsUse tls = {});

    struct Request {
        std::string target; ///< Path and query: "/item/7?bytes=256".
        std::size_t bodyBytes = 0; ///< How long the answer has to be; at most `maxBody`.
        bool keepAlive = true; ///< Keep the connection for the next request.
    };
    /// The body, valid until the next request.
    /// \error  TimedOut at the deadline; Gone when the server cannot be reached or went away; Malformed for
    /// an
    ///         answer that is not HTTP/1.1, too long, or of another length than asked for; System, among them
    ///         every status but 200 and a certificate that is not trusted.
    using Answer = Result<std::span<const std::byte>>;
    using Step = std::variant<Waiting, Answer>;

    /// A GET, to be carried out by `step`.
    void begin(const Request &request, MonotonicTime deadline);
    /// Goes on until the socket has to be waited for, or the answer is there.
    [[nodiscard]] Step step();

    /// Both in one. All waiting goes through the token, so a stop ends it at once.
    /// \error  Also Cancelled, when the run stopped.
    [[nodiscard]] Answer get(const Request &request, MonotonicTime deadline, const StopToken &stop);

private:
    enum class Stage { Idle, Open, Send, ReceiveHead, ReceiveBody };

    // Nothing: the stage is done. Else what it waits for, or why there will be no answer.
    using Progress = std::optional<std::variant<Waiting, Error>>;
    [[nodiscard]] Progress open();
    [[nodiscard]] Progress send();
    [[nodiscard]] Progress receiveMore();
    [[nodiscard]] Progress receiveHead();
    [[nodiscard]] Progress receiveBody();
    [[nodiscard]] Progress advance();
    [[nodiscard]] Progress waitFor(short events) const;
    [[nodiscard]] Progress halted(std::variant<short, Error> &&reason) const;
    void beginExchange();

    HttpEndpoint m_endpoint;
    const std::size_t m_maxBytes; ///< Of head and body of one answer, and one more so that a surplus shows.
    ClientSocket m_socket; ///< Connected and in step (no answer half read), or none.
    std::vector<std::byte> m_buffer; ///< What has come of one answer, and room for more.
    std::size_t m_received = 0; ///< Bytes of m_buffer that are filled.
    std::string m_request; ///< As it is sent,
    std::size_t m_sent = 0; ///< and how much of it has been.
    std::size_t m_headBytes = 0; ///< Of the answer, its empty line included.
    std::size_t m_bodyBytes = 0; ///< Asked for.
    MonotonicTime m_deadline{};
    Stage m_stage = Stage::Idle;
    bool m_keepAlive = true;
    bool m_mayTryAgain = false; ///< The connection was kept from an earlier request.
};

} // namespace timeslice
