// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/clientsocket.h"

#include "core/workload/socketerror.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace timeslice {

namespace {

Transfer failed(const char *what)
{
    return std::unexpected(socketError(errno, what));
}

} // namespace

Transfer ClientSocket::open(std::uint16_t port)
{
    if (!m_session) {
        if (const auto connected = connect(port); !connected || !m_tls.trust)
            return connected;
        if (const auto begun = beginHandshake(); !begun)
            return begun;
    }
    const auto done = m_session->handshake();
    if (done && m_tls.handshakes != nullptr)
        m_tls.handshakes->record(MonotonicClock::now() - m_handshakeBegin);
    return done;
}

Transfer ClientSocket::connect(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto tell = [&] {
        return ::connect(m_fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    };
    if (!m_fd.isValid()) {
        m_fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!m_fd.isValid())
            return failed("cannot create a socket");
        // A request is one small segment: it is not to wait for the acknowledgement of the one before.
        const int on = 1;
        ::setsockopt(m_fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (tell())
            return 0;
        if (errno != EINPROGRESS && errno != EINTR)
            return failed("cannot connect");
    }
    // Told again, the kernel says what has become of it. On the loopback both sides have usually shaken hands
    // by the time it was told the first time, so that there is nothing to wait for.
    if (tell())
        return 0;
    if (errno == EALREADY || errno == EINTR)
        return std::unexpected(short{POLLOUT});
    return failed("cannot connect");
}

Transfer ClientSocket::beginHandshake()
{
    auto session = TlsSession::create(m_tls.trust, m_fd.get());
    if (!session)
        return std::unexpected(session.error());
    m_session = std::move(*session);
    m_handshakeBegin = MonotonicClock::now();
    return 0;
}

Transfer ClientSocket::send(std::span<const std::byte> bytes)
{
    if (m_session)
        return m_session->send(bytes);
    const auto put =
        uninterrupted([&] { return ::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
    if (put >= 0)
        return static_cast<std::size_t>(put);
    if (isNotYet(errno))
        return std::unexpected(short{POLLOUT});
    return failed("cannot send");
}

Transfer ClientSocket::receive(std::span<std::byte> into)
{
    if (m_session)
        return m_session->receive(into);
    const auto got = uninterrupted([&] { return ::recv(m_fd.get(), into.data(), into.size(), 0); });
    if (got > 0)
        return static_cast<std::size_t>(got);
    if (got < 0 && errno == EAGAIN)
        return std::unexpected(short{POLLIN});
    return std::unexpected(socketError(got == 0 ? 0 : errno, "cannot receive"));
}

void ClientSocket::close()
{
    m_session.reset(); // says good-bye on the socket
    m_fd.reset();
}

} // namespace timeslice
