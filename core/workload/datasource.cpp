// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/datasource.h"

#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace timeslice {

namespace {

const char kWhere[] = "data pipe";

// What is asked over the request pipe. Below PIPE_BUF, so one write is never torn; both ends run on one
// machine, so the byte order is its own.
struct Request {
    std::uint64_t offset;
    std::uint64_t size;
};
static_assert(sizeof(Request) == 16);

bool isInside(std::uint64_t offset, std::uint64_t size, std::size_t whole)
{
    return size <= whole && offset <= whole - size;
}

// A pipe whose reader is gone raises SIGPIPE beside EPIPE, and its default is to end the process.
// MSG_NOSIGNAL is for sockets only, so the signal is blocked for this thread and taken off its list again.
class WithoutSigpipe {
public:
    WithoutSigpipe() noexcept
    {
        sigemptyset(&m_sigpipe);
        sigaddset(&m_sigpipe, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        m_wasPending = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &m_sigpipe, &m_before);
    }
    WithoutSigpipe(const WithoutSigpipe &) = delete;
    WithoutSigpipe &operator=(const WithoutSigpipe &) = delete;
    ~WithoutSigpipe()
    {
        const timespec now{};
        if (!m_wasPending)
            sigtimedwait(&m_sigpipe, nullptr, &now);
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_sigpipe{};
    sigset_t m_before{};
    bool m_wasPending = false;
};

// A blocking pipe would hold its thread in write(2) with no way for a stop to get it out.
void makeNonBlocking(int fd) noexcept
{
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags >= 0)
        ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

Result<void> await(int fd, short events, const StopToken &stop)
{
    switch (stop.waitFor(fd, events, MonotonicTime::max())) {
    case StopToken::Wait::Ready:
        return {};
    case StopToken::Wait::Stopped:
        return fail(ErrorKind::Cancelled, kWhere, "stopped while it waited");
    case StopToken::Wait::TimedOut:
        break;
    }
    return fail(ErrorKind::System, kWhere, "cannot wait for the pipe");
}

// Reads until `into` is full. \return The number of bytes read; less than asked for only at the end of the
// pipe.
Result<std::size_t> readFully(int fd, std::span<std::byte> into, const StopToken &stop)
{
    std::size_t done = 0;
    while (done < into.size()) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, kWhere, "stopped while it read");
        const auto rest = into.subspan(done);
        const auto got = ::read(fd, rest.data(), rest.size());
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (got == 0) {
            break;
        } else if (errno == EAGAIN) {
            if (auto ready = await(fd, POLLIN, stop); !ready)
                return std::unexpected(ready.error());
        } else if (errno != EINTR) {
            return failErrno(errno, kWhere, "cannot read");
        }
    }
    return done;
}

Result<void> writeFully(int fd, std::span<const std::byte> bytes, const StopToken &stop)
{
    const WithoutSigpipe guard;
    while (!bytes.empty()) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, kWhere, "stopped while it wrote");
        const auto put = ::write(fd, bytes.data(), bytes.size());
        if (put >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            if (auto ready = await(fd, POLLOUT, stop); !ready)
                return ready;
        } else if (errno == EPIPE) {
            return fail(ErrorKind::Gone, kWhere, "the other end was closed");
        } else if (errno != EINTR) {
            return failErrno(errno, kWhere, "cannot write");
        }
    }
    return {};
}

} // namespace

Result<std::span<const std::byte>>
MappedData::fetch(std::size_t offset, std::size_t size, const StopToken & /*stop*/)
{
    if (!isInside(offset, size, m_data.size()))
        return fail(ErrorKind::Malformed, "data", "the range asked for lies outside the data");
    return m_data.subspan(offset, size);
}

PipedData::PipedData(int requestsFd, int repliesFd) noexcept
    : m_requestsFd(requestsFd)
    , m_repliesFd(repliesFd)
{
    makeNonBlocking(m_requestsFd);
    makeNonBlocking(m_repliesFd);
}

Result<std::span<const std::byte>>
PipedData::fetch(std::size_t offset, std::size_t size, const StopToken &stop)
{
    if (size == 0)
        return std::span<const std::byte>{};
    if (!m_inStep)
        return fail(ErrorKind::Gone, kWhere, "an earlier answer was left half read");
    if (m_buffer.bytes().size() < size) {
        // Mapped and not allocated: a size that does not fit is an Error and no exception.
        auto larger = Mapping::anonymous(size);
        if (!larger)
            return std::unexpected(larger.error());
        m_buffer = std::move(*larger);
    }

    m_inStep = false;
    const auto request = std::bit_cast<std::array<std::byte, sizeof(Request)>>(Request{offset, size});
    // The feeder closes its ends when the run stops, perhaps before this worker has looked at the flag.
    const auto stopped = [&] { return fail(ErrorKind::Cancelled, kWhere, "stopped while it waited"); };
    if (auto asked = writeFully(m_requestsFd, request, stop); !asked) {
        if (stop.requested())
            return stopped();
        return std::unexpected(asked.error());
    }
    const auto answer = m_buffer.bytes().first(size);
    const auto got = readFully(m_repliesFd, answer, stop);
    if (!got)
        return std::unexpected(got.error());
    if (*got < size && stop.requested())
        return stopped();
    if (*got < size)
        return fail(ErrorKind::Gone, kWhere, "the process that holds the data closed the pipe");
    m_inStep = true;
    return answer;
}

Result<void> serveData(int requestsFd, int repliesFd, std::span<const std::byte> data, const StopToken &stop)
{
    makeNonBlocking(requestsFd);
    makeNonBlocking(repliesFd);
#ifdef F_SETPIPE_SZ
    // Fewer and longer hand-overs. A user over the limit of pipe-user-pages-soft keeps the 64 KiB of the
    // default.
    ::fcntl(repliesFd, F_SETPIPE_SZ, 1 << 20);
#endif
    for (;;) {
        std::array<std::byte, sizeof(Request)> bytes{};
        const auto got = readFully(requestsFd, bytes, stop);
        if (!got)
            return std::unexpected(got.error());
        if (*got == 0)
            return {};
        if (*got < bytes.size())
            return fail(ErrorKind::Malformed, kWhere, "the worker went away in the middle of a request");
        const auto request = std::bit_cast<Request>(bytes);
        if (!isInside(request.offset, request.size, data.size()))
            return fail(ErrorKind::Malformed, kWhere, "a worker asked for a range outside the data");
        if (auto sent = writeFully(repliesFd, data.subspan(request.offset, request.size), stop); !sent)
            return sent;
    }
}

} // namespace timeslice
