// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/httpconnection.h"

#include "core/workload/httpbody.h"

#include <cassert>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace timeslice {

namespace {

const char kWhere[] = "http";

std::unexpected<Error> closedByServer()
{
    return fail(ErrorKind::Gone, kWhere, "the local server closed the connection");
}

// An error of a system call on the socket, in words where it has a plain meaning.
std::unexpected<Error> socketError(int code, const char *what)
{
    switch (code) {
    case ECONNREFUSED:
        return fail(ErrorKind::Gone, kWhere, "the local server does not accept connections");
    case EPIPE:
    case ECONNRESET:
        return closedByServer();
    case EADDRNOTAVAIL:
        return fail(
            ErrorKind::System, kWhere, "no local port is left; with connections kept alive, few are needed");
    default:
        return failErrno(code, kWhere, what);
    }
}

} // namespace

HttpConnection::HttpConnection(HttpEndpoint endpoint, std::size_t maxBody)
    : m_endpoint(std::move(endpoint))
    // One byte more than the longest answer, so that a surplus shows.
    , m_buffer(kMaxHeadBytes + maxBody + 1)
{ }

Result<void> HttpConnection::await(short events, MonotonicTime deadline, const StopToken &stop) const
{
    switch (stop.waitFor(m_socket.get(), events, deadline)) {
    case StopToken::Wait::Ready:
        return {};
    case StopToken::Wait::Stopped:
        return fail(ErrorKind::Cancelled, kWhere, "stopped while it waited for the local server");
    case StopToken::Wait::TimedOut:
        break;
    }
    return fail(ErrorKind::TimedOut, kWhere, "the local server did not answer in time");
}

Result<void> HttpConnection::connect(MonotonicTime deadline, const StopToken &stop)
{
    m_socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!m_socket.isValid())
        return socketError(errno, "cannot create a socket");
    // A request is one small segment: it is not to wait for the acknowledgement of the one before.
    const int on = 1;
    ::setsockopt(m_socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_endpoint.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return {};
    if (errno != EINPROGRESS && errno != EINTR)
        return socketError(errno, "cannot connect");
    if (auto ready = await(POLLOUT, deadline, stop); !ready)
        return ready;
    int code = 0;
    socklen_t size = sizeof code;
    if (::getsockopt(m_socket.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0)
        code = errno;
    if (code != 0)
        return socketError(code, "cannot connect");
    return {};
}

Result<void> HttpConnection::send(std::string_view text, MonotonicTime deadline, const StopToken &stop)
{
    while (!text.empty()) {
        const auto put = ::send(m_socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (put >= 0) {
            text.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            if (auto ready = await(POLLOUT, deadline, stop); !ready)
                return ready;
        } else if (errno != EINTR) {
            return socketError(errno, "cannot send");
        }
    }
    return {};
}

// Waits before it reads: an answer takes its time, so a first attempt would nearly always be in vain.
Result<void> HttpConnection::receiveMore(MonotonicTime deadline, const StopToken &stop)
{
    for (;;) {
        if (auto ready = await(POLLIN, deadline, stop); !ready)
            return ready;
        const auto rest = std::span(m_buffer).subspan(m_received);
        const auto got = ::recv(m_socket.get(), rest.data(), rest.size(), 0);
        if (got > 0) {
            m_received += static_cast<std::size_t>(got);
            return {};
        }
        if (got == 0)
            return closedByServer();
        if (errno != EAGAIN && errno != EINTR)
            return socketError(errno, "cannot receive");
    }
}

Result<std::span<const std::byte>>
HttpConnection::receive(const Request &request, MonotonicTime deadline, const StopToken &stop)
{
    constexpr std::string_view kEndOfHead = "\r\n\r\n";
    m_received = 0;
    std::size_t headBytes = 0;
    while (headBytes == 0) {
        // The last three bytes of what was there before may be the beginning of the end.
        const auto from = m_received < 3 ? 0 : m_received - 3;
        if (auto more = receiveMore(deadline, stop); !more)
            return std::unexpected(more.error());
        const std::string_view text(reinterpret_cast<const char *>(m_buffer.data()), m_received);
        const auto end = text.find(kEndOfHead, from);
        if (end != std::string_view::npos)
            headBytes = end + kEndOfHead.size();
        if (headBytes > kMaxHeadBytes || (headBytes == 0 && m_received > kMaxHeadBytes))
            return fail(ErrorKind::Malformed, kWhere, "the local server sent a header without end");
    }

    const auto head =
        parseHttpHead({reinterpret_cast<const char *>(m_buffer.data()), headBytes - kEndOfHead.size()});
    if (!head)
        return std::unexpected(head.error());
    if (head->status != 200)
        return fail(
            ErrorKind::System, kWhere,
            "the local server refused the request with status " + std::to_string(head->status));
    if (head->contentLength != request.bodyBytes)
        return fail(ErrorKind::Malformed, kWhere, "the local server sent an answer of another length");
    while (m_received < headBytes + request.bodyBytes) {
        if (auto more = receiveMore(deadline, stop); !more)
            return std::unexpected(more.error());
    }
    if (m_received > headBytes + request.bodyBytes)
        return fail(ErrorKind::Malformed, kWhere, "the local server sent more than it announced");
    if (head->closes || !request.keepAlive)
        m_socket.reset();
    return std::span(m_buffer).subspan(headBytes, request.bodyBytes);
}

Result<std::span<const std::byte>>
HttpConnection::exchange(const Request &request, MonotonicTime deadline, const StopToken &stop)
{
    m_received = 0;
    const auto text = "GET " + request.target
        + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(m_endpoint.port) + "\r\n" + kHttpTokenHeader + ": "
        + m_endpoint.token + (request.keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    if (!m_socket.isValid()) {
        if (auto connected = connect(deadline, stop); !connected)
            return std::unexpected(connected.error());
    }
    if (auto sent = send(text, deadline, stop); !sent)
        return std::unexpected(sent.error());
    return receive(request, deadline, stop);
}

Result<std::span<const std::byte>>
HttpConnection::get(const Request &request, MonotonicTime deadline, const StopToken &stop)
{
    assert(kMaxHeadBytes + request.bodyBytes < m_buffer.size());
    if (stop.requested())
        return fail(ErrorKind::Cancelled, kWhere, "stopped before it asked the local server");
    const bool kept = m_socket.isValid();
    auto answer = exchange(request, deadline, stop);
    if (answer)
        return answer;
    m_socket.reset();
    // A server may close a connection that was idle for long just as the next request is on its way. Nothing
    // of an answer had come and the request changes nothing there, so it is asked again, once (RFC 9110,
    // 9.2.2).
    if (kept && answer.error().kind == ErrorKind::Gone && m_received == 0) {
        answer = exchange(request, deadline, stop);
        if (!answer)
            m_socket.reset();
    }
    return answer;
}

} // namespace timeslice
