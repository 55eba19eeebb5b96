// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/histogram.h"
#include "core/base/uniquefd.h"
#include "core/workload/tlssession.h"

#include <cstdint>

namespace timeslice {

/// How the connections of one worker use TLS.
struct TlsUse {
    std::shared_ptr<const TlsTrust> trust; ///< nullptr: not at all.
    /// Where they keep how long each handshake took, from its first byte until the connection could be used;
    /// nullptr: nowhere. Outlives them.
    LatencyHistogram *handshakes = nullptr;
};

/// One TCP connection to the local server at 127.0.0.1, plain or with TLS, that never blocks.
///
/// Order: `open` until it is done, then `send` and `receive`. After an error, `close` it. Thread: one
/// worker's.
class ClientSocket {
public:
    explicit ClientSocket(TlsUse tls = {})
        : m_tls(std::move(tls))
    { }

    /// Connects, and makes the TLS handshake. \return 0 once the connection can be used.
    /// \error  Gone when nobody listens or the server goes away; System, among them a certificate that is not
    /// trusted; Malformed for what is no TLS.
    [[nodiscard]] Transfer open(std::uint16_t port);
    /// Moves some bytes, at least one. \error  As `open`; Gone, too, when nothing more will come.
    [[nodiscard]] Transfer send(std::span<const std::byte> bytes);
    [[nodiscard]] Transfer receive(std::span<std::byte> into);
    void close();

    /// Whether there is a connection, or one that is being opened.
    [[nodiscard]] bool isValid() const noexcept { return m_fd.isValid(); }
    /// What to wait on.
    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

private:
    [[nodiscard]] Transfer connect(std::uint16_t port);
    [[nodiscard]] Transfer beginHandshake();

    TlsUse m_tls;
    UniqueFd m_fd;
    std::unique_ptr<TlsSession> m_session; ///< From the handshake on; uses m_fd.
    MonotonicTime m_handshakeBegin{};
};

} // namespace timeslice
