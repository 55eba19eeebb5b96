// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/workload/tlsidentity.h"
#include "core/workload/workload.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace timeslice {

struct HttpServerOptions {
    /// What each request must carry; empty: one is drawn (HttpServer::newToken).
    std::string token;
    /// At once, idle ones included; fewer where RLIMIT_NOFILE allows no more.
    unsigned maxConnections = 20'000;
    /// A connection on which nothing has come for this long is closed. Delays do not count. At least 1 s.
    std::chrono::seconds idleTimeout{30};
    /// What it proves itself with; it then speaks TLS and nothing else. nullptr: plain HTTP.
    std::shared_ptr<const TlsIdentity> tls;
};

/// The local server that the workloads `http` and `https` ask: answers `GET /item/<n>` after a set delay
/// (httpbody.h).
///
/// It listens on 127.0.0.1 only, at a port of the kernel's choice. Two threads serve any number of
/// connections: one runs libmicrohttpd's loop, which suspends a connection while its delay lasts, the other
/// resumes it.
///
/// A request without the token or with another Host is refused (403), so no other user and no web page can
/// use the server; other methods (405), other paths (404) and other arguments (400) as well. A GET with a
/// body and a header above 8 KiB end the connection, as does `idleTimeout`; with TLS, so does what is no TLS,
/// and a handshake that takes longer than `idleTimeout`. No TLS session can be resumed.
/// Thread: start and destroy on one thread; the rest from any.
class HttpServer {
public:
    /// Listens when it returns. Raises the process's soft RLIMIT_NOFILE, up to the hard one, to what
    /// `maxConnections` needs.
    /// \error  Malformed for a token that cannot be sent in a header; Unsupported when libmicrohttpd was
    /// built without TLS and it is asked for; System when there is no port or no thread.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options = {});
    /// Ends at once: delayed requests are answered with 503 or cut off.
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] const std::string &token() const noexcept;
    /// Port, token and certificate, as a worker needs them.
    [[nodiscard]] HttpEndpoint endpoint() const;
    /// How many connections there may be at once.
    [[nodiscard]] unsigned maxConnections() const noexcept;
    /// How many items have been answered with 200, up to the last byte.
    [[nodiscard]] std::uint64_t served() const noexcept;

    /// 128 random bits as 32 hexadecimal digits. \error System when the kernel has none to give.
    [[nodiscard]] static Result<std::string> newToken();

private:
    class Daemon;
    explicit HttpServer(std::unique_ptr<Daemon> daemon);

    std::unique_ptr<Daemon> m_daemon;
};

} // namespace timeslice
