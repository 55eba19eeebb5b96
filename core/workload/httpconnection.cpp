// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/httpconnection.h"

#include "core/workload/httpbody.h"

#include <algorithm>
#include <cassert>
#include <poll.h>
#include <utility>

namespace timeslice {

namespace {

const char kWhere[] = "http";

// Room for the usual answer; it grows where one is longer, so that ten thousand connections stay small.
constexpr std::size_t kFirstBytes = 1024;

} // namespace

HttpConnection::HttpConnection(HttpEndpoint endpoint, std::size_t maxBody, TlsUse tls)
    : m_endpoint(std::move(endpoint))
    , m_maxBytes(kMaxHeadBytes + maxBody + 1)
    , m_socket(std::move(tls))
{ }

HttpConnection::Progress HttpConnection::waitFor(short events) const
{
    if (MonotonicClock::now() >= m_deadline)
        return Error{ErrorKind::TimedOut, 0, kWhere, "the local server did not answer in time"};
    return Waiting{.fd = m_socket.fd(), .events = events, .until = m_deadline};
}

// What it means that the socket moved nothing.
HttpConnection::Progress HttpConnection::halted(std::variant<short, Error> &&reason) const
{
    if (const auto *const events = std::get_if<short>(&reason))
        return waitFor(*events);
    return std::get<Error>(std::move(reason));
}

HttpConnection::Progress HttpConnection::open()
{
    if (auto opened = m_socket.open(m_endpoint.port); !opened)
        return halted(std::move(opened.error()));
    m_stage = Stage::Send;
    return std::nullopt;
}

HttpConnection::Progress HttpConnection::send()
{
    while (m_sent < m_request.size()) {
        auto put = m_socket.send(std::as_bytes(std::span(m_request)).subspan(m_sent));
        if (!put)
            return halted(std::move(put.error()));
        m_sent += *put;
    }
    m_stage = Stage::ReceiveHead;
    // An answer takes its time: a first attempt to read would nearly always be in vain.
    return waitFor(POLLIN);
}

HttpConnection::Progress HttpConnection::receiveMore()
{
    if (m_received == m_buffer.size())
        m_buffer.resize(std::min(m_maxBytes, std::max<std::size_t>(kFirstBytes, 2 * m_buffer.size())));
    auto got = m_socket.receive(std::span(m_buffer).subspan(m_received));
    if (!got)
        return halted(std::move(got.error()));
    m_received += *got;
    return std::nullopt;
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
            case Stage::Idle:
                break;
            case Stage::Open:
                return open();
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
    m_stage = m_socket.isValid() ? Stage::Send : Stage::Open;
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
    if (m_stage != Stage::Idle)
        m_socket.close();
    m_mayTryAgain = m_socket.isValid();
    beginExchange();
}

HttpConnection::Step HttpConnection::step()
{
    for (;;) {
        const auto progress = advance();
        if (!progress) {
            m_stage = Stage::Idle;
            if (!m_keepAlive)
                m_socket.close();
            return Answer(std::span(m_buffer).subspan(m_headBytes, m_bodyBytes));
        }
        if (const auto *const waiting = std::get_if<Waiting>(&*progress))
            return *waiting;
        const auto &error = std::get<Error>(*progress);
        m_socket.close();
        m_stage = Stage::Idle;
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
