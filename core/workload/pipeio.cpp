// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/pipeio.h"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace timeslice {

namespace {

// A pipe whose reader is gone raises SIGPIPE beside EPIPE, and its default is to end the process.
// MSG_NOSIGNAL is for sockets only, so the signal is blocked for this thread and taken off its list again,
// unless it is ignored anyway, as in all programs of ours: one call instead of four.
class WithoutSigpipe {
public:
    WithoutSigpipe() noexcept
    {
        struct sigaction now{};
        if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_IGN)
            return;
        m_isBlocked = true;
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
        if (!m_isBlocked)
            return;
        const timespec now{};
        if (!m_wasPending)
            sigtimedwait(&m_sigpipe, nullptr, &now);
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }

private:
    sigset_t m_sigpipe{};
    sigset_t m_before{};
    bool m_isBlocked = false;
    bool m_wasPending = false;
};

Result<void> await(int fd, short events, const StopToken &stop, const char *where)
{
    switch (stop.waitFor(fd, events, MonotonicTime::max())) {
    case StopToken::Wait::Ready:
        return {};
    case StopToken::Wait::Stopped:
        return fail(ErrorKind::Cancelled, where, "stopped while it waited");
    case StopToken::Wait::TimedOut:
        break;
    }
    return fail(ErrorKind::System, where, "cannot wait for the pipe");
}

} // namespace

Result<PipeEnds> PipeEnds::make()
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        return failErrno(errno, "pipe", "cannot create one");
    return PipeEnds{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void makeNonBlocking(int fd) noexcept
{
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags >= 0)
        ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

Result<std::size_t> readFully(int fd, std::span<std::byte> into, const StopToken &stop, const char *where)
{
    std::size_t done = 0;
    while (done < into.size()) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, where, "stopped while it read");
        const auto rest = into.subspan(done);
        const auto got = ::read(fd, rest.data(), rest.size());
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (got == 0) {
            break;
        } else if (errno == EAGAIN) {
            if (auto ready = await(fd, POLLIN, stop, where); !ready)
                return std::unexpected(ready.error());
        } else if (errno != EINTR) {
            return failErrno(errno, where, "cannot read");
        }
    }
    return done;
}

Result<void> writeFully(int fd, std::span<const std::byte> bytes, const StopToken &stop, const char *where)
{
    const WithoutSigpipe guard;
    while (!bytes.empty()) {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, where, "stopped while it wrote");
        const auto put = ::write(fd, bytes.data(), bytes.size());
        if (put >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            if (auto ready = await(fd, POLLOUT, stop, where); !ready)
                return ready;
        } else if (errno == EPIPE) {
            return fail(ErrorKind::Gone, where, "the other end was closed");
        } else if (errno != EINTR) {
            return failErrno(errno, where, "cannot write");
        }
    }
    return {};
}

} // namespace timeslice
