// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/httpconnection.h"

#include "core/workload/httpbody.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace timeslice {

namespace {

const char kWhere[] = "http";

// Room for the usual answer; it grows where one is longer, so that ten thousand connections stay small.
constexpr std::size_t kFirstBytes = 1024;

Error closedByServer()
{
    return {ErrorKind::Gone, 0, kWhere, "the local server closed the connection"};
}

// An error of a system call on the socket, in words where it has a plain meaning.
Error socketError(int code, const char *what)
{
    switch (code) {
    case ECONNREFUSED:
        return {ErrorKind::Gone, 0, kWhere, "the local server does not accept connections"};
    case EPIPE:
    case ECONNRESET:
        return closedByServer();
    case EADDRNOTAVAIL:
        return {
            ErrorKind::System, 0, kWhere,
            "no local port is left; with connections kept alive, few are needed"};
    default:
        return systemError(code, kWhere, what);
    }
}

} // namespace

HttpConnection::HttpConnection(HttpEndpoint endpoint, std::size_t maxBody)
    : m_endpoint(std::move(endpoint))
    , m_maxBytes(kMaxHeadBytes + maxBody + 1)
{ }

HttpConnection::Progress HttpConnection::waitFor(short events) const
{
    if (MonotonicClock::now() >= m_deadline)
        return Error{ErrorKind::TimedOut, 0, kWhere, "the local server did not answer in time"};
    return Waiting{.fd = m_socket.get(), .events = events, .until = m_deadline};
}

HttpConnection::Progress HttpConnection::connect()
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
    if (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0) {
        m_stage = Stage::Send;
        return std::nullopt;
    }
    if (errno != EINPROGRESS && errno != EINTR)
        return socketError(errno, "cannot connect");
    m_stage = Stage::Connecting;
    return waitFor(POLLOUT);
}

HttpConnection::Progress HttpConnection::finishConnecting()
{
    int code = 0;
    socklen_t size = sizeof code;
    if (::getsockopt(m_socket.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0)
        code = errno;
    if (code != 0)
        return socketError(code, "cannot connect");
    m_stage = Stage::Send;
    return std::nullopt;
}

HttpConnection::Progress HttpConnection::send()
{
    while (m_sent < m_request.size()) {
        const auto put =
            ::send(m_socket.get(), m_request.data() + m_sent, m_request.size() - m_sent, MSG_NOSIGNAL);
        if (put >= 0)
            m_sent += static_cast<std::size_t>(put);
        else if (errno == EAGAIN || errno == ENOTCONN) // the latter: it still connects
            return waitFor(POLLOUT);
        else if (errno != EINTR)
            return socketError(errno, "cannot send");
    }
    m_stage = Stage::ReceiveHead;
    // An answer takes its time: a first attempt to read would nearly always be in vain.
    return waitFor(POLLIN);
}

HttpConnection::Progress HttpConnection::receiveMore()
{
    if (m_received == m_buffer.size())
        m_buffer.resize(std::min(m_maxBytes, std::max<std::size_t>(kFirstBytes, 2 * m_buffer.size())));
    for (;;) {
        const auto rest = std::span(m_buffer).subspan(m_received);
        const auto got = ::recv(m_socket.get(), rest.data(), rest.size(), 0);
        if (got > 0) {
            m_received += static_cast<std::size_t>(got);
            return std::nullopt;
        }
        if (got == 0)
            return closedByServer();
        if (errno == EAGAIN)
            return waitFor(POLLIN);
        if (errno != EINTR)
            return socketError(errno, "cannot receive");
    }
}

HttpConnection::Progress HttpConnection::receiveHead()
{
    constexpr std::string_view kEndOfHead = "\r\n\r\n";
    // The last three bytes of what was there before may be the beginning of the end.
    const auto from = m_received < 3 ? 0 : m_received - 3;
    if (auto progress = receiveMore())
        return progress;
    const std::string_view text(reinterpret_cast<const char *>(m_buffer.data()), m_received);
    const auto end = text.find(kEndOfHead, from);
    if (end != std::string_view::npos)
        m_headBytes = end + kEndOfHead.size();
    if (m_headBytes > kMaxHeadBytes || (m_headBytes == 0 && m_received > kMaxHeadBytes))
        return Error{ErrorKind::Malformed, 0, kWhere, "the local server sent a header without end"};
    if (m_headBytes == 0)
        return std::nullopt;

    const auto head = parseHttpHead(text.substr(0, end));
    if (!head)
        return head.error();
    if (head->status != 200)
        return Error{
            ErrorKind::System, 0, kWhere,
            "the local server refused the request with status " + std::to_string(head->status)};
    if (head->contentLength != m_bodyBytes)
        return Error{ErrorKind::Malformed, 0, kWhere, "the local server sent an answer of another length"};
    m_keepAlive = m_keepAlive && !head->closes;
    m_stage = Stage::ReceiveBody;
    return std::nullopt;
}

HttpConnection::Progress HttpConnection::receiveBody()
{
    while (m_received < m_headBytes + m_bodyBytes) {
        if (auto progress = receiveMore())
            return progress;
    }
    if (m_received > m_headBytes + m_bodyBytes)
        return Error{ErrorKind::Malformed, 0, kWhere, "the local server sent more than it announced"};
    return std::nullopt;
}

HttpConnection::Progress HttpConnection::advance()
{
    for (;;) {
        const auto stage = m_stage;
        auto progress = [&] {
            switch (stage) {
            case Stage::Connect:
                return connect();
            case Stage::Connecting:
                return finishConnecting();
            case Stage::Send:
                return send();
            case Stage::ReceiveHead:
                return receiveHead();
            case Stage::ReceiveBody:
                return receiveBody();
            }
            return Progress();
        }();
        if (progress || stage == Stage::ReceiveBody)
            return progress;
    }
}

void HttpConnection::beginExchange()
{
    m_received = 0;
    m_headBytes = 0;
    m_sent = 0;
    m_stage = m_socket.isValid() ? Stage::Send : Stage::Connect;
}

void HttpConnection::begin(const Request &request, MonotonicTime deadline)
{
    assert(kMaxHeadBytes + request.bodyBytes < m_maxBytes);
    m_request = "GET " + request.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(m_endpoint.port)
        + "\r\n" + kHttpTokenHeader + ": " + m_endpoint.token
        + (request.keepAlive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
    m_bodyBytes = request.bodyBytes;
    m_keepAlive = request.keepAlive;
    m_deadline = deadline;
    // An exchange that was given up left its answer on the way.
    if (m_stage != Stage::Connect)
        m_socket.reset();
    m_mayTryAgain = m_socket.isValid();
    beginExchange();
}

HttpConnection::Step HttpConnection::step()
{
    for (;;) {
        const auto progress = advance();
        if (!progress) {
            m_stage = Stage::Connect; // nothing is under way
            if (!m_keepAlive)
                m_socket.reset();
            return Answer(std::span(m_buffer).subspan(m_headBytes, m_bodyBytes));
        }
        if (const auto *const waiting = std::get_if<Waiting>(&*progress))
            return *waiting;
        const auto &error = std::get<Error>(*progress);
        m_socket.reset();
        m_stage = Stage::Connect;
        // A server may close a connection that was idle for long just as the next request is on its way.
        // Nothing of an answer had come and the request changes nothing there, so it is asked again, once
        // (RFC 9110, 9.2.2).
        if (!std::exchange(m_mayTryAgain, false) || error.kind != ErrorKind::Gone || m_received != 0)
            return Answer(std::unexpected(error));
        beginExchange();
    }
}

HttpConnection::Answer
HttpConnection::get(const Request &request, MonotonicTime deadline, const StopToken &stop)
{
    if (stop.requested())
        return fail(ErrorKind::Cancelled, kWhere, "stopped before it asked the local server");
    begin(request, deadline);
    for (;;) {
        auto next = step();
        if (auto *const answer = std::get_if<Answer>(&next))
            return std::move(*answer);
        const auto &waiting = std::get<Waiting>(next);
        if (stop.waitFor(waiting.fd, waiting.events, waiting.until) == StopToken::Wait::Stopped)
            return fail(ErrorKind::Cancelled, kWhere, "stopped while it waited for the local server");
    }
}

} // namespace timeslice
