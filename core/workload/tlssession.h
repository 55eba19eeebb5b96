// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <variant>

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace timeslice {

/// What a call on a non-blocking connection came to: how many bytes it moved, or why it did not: what the
/// socket has to be waited for (events of poll(2)) before the same call goes on, or what went wrong.
using Transfer = std::expected<std::size_t, std::variant<short, Error>>;

/// Whom TLS connections trust, and how they speak: TLS 1.2 or newer, ciphers as OpenSSL chooses them.
///
/// Exactly one certificate is trusted, and it must be for the address 127.0.0.1. No session is ever resumed:
/// each connection makes a full handshake, so that all of them cost the same. Immutable; it takes longer to
/// make than a connection, so a worker makes one for all of its own. Thread: any.
class TlsTrust {
public:
    /// \param certificate  PEM.
    /// \error  Malformed when that is no certificate; Unsupported when this OpenSSL refuses such connections.
    [[nodiscard]] static Result<std::shared_ptr<const TlsTrust>> create(const std::string &certificate);

private:
    friend class TlsSession;
    struct FreeContext {
        void operator()(ssl_ctx_st *context) const noexcept;
    };
    TlsTrust() = default;

    std::unique_ptr<ssl_ctx_st, FreeContext> m_context;
};

/// The client's end of TLS on one connected, non-blocking socket, which belongs to somebody else.
///
/// Order: `handshake` until it is done, then any number of `send` and `receive`. After an error only the
/// destructor may follow; before one, it tells the server that nothing more will come. Nothing here blocks.
/// Thread: one worker's.
class TlsSession {
public:
    /// \error  Unsupported when OpenSSL has no memory for it.
    [[nodiscard]] static Result<std::unique_ptr<TlsSession>>
    create(std::shared_ptr<const TlsTrust> trust, int socket);
    ~TlsSession();
    TlsSession(const TlsSession &) = delete;
    TlsSession &operator=(const TlsSession &) = delete;

    /// Goes on with the handshake. \return 0 once it is done.
    /// \error  System when the server's certificate is not the one to trust (`what` says why); Malformed for
    ///         what is no TLS; Gone when the server closed the connection.
    [[nodiscard]] Transfer handshake();
    /// Moves some bytes, at least one. \error  As `handshake`.
    [[nodiscard]] Transfer send(std::span<const std::byte> bytes);
    [[nodiscard]] Transfer receive(std::span<std::byte> into);

private:
    struct FreeSession {
        void operator()(ssl_st *session) const noexcept;
    };
    // The socket as OpenSSL is given it: its own way to write would raise SIGPIPE.
    struct Link {
        int socket = -1;
        int error = 0; ///< errno of the last call that failed.
    };
    struct LinkMethod;

    TlsSession(std::shared_ptr<const TlsTrust> trust, int socket);
    [[nodiscard]] Transfer result(int returned, std::size_t moved);

    std::shared_ptr<const TlsTrust> m_trust;
    Link m_link;
    std::unique_ptr<ssl_st, FreeSession> m_session;
    bool m_isOpen = false; ///< The handshake is done and nothing has failed since.
};

} // namespace timeslice
