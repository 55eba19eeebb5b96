// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/pingpongtable.h"

#include "core/base/uniquefd.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <fcntl.h>
#include <linux/futex.h>
#include <mutex>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace timeslice {

namespace {

// The leanest there is: one word, one system call to wake and one to wait. FUTEX_PRIVATE: both players are of
// one process, and the kernel then need not look up whose memory it is.
class FutexTable final : public PingPongTable {
public:
    void toPartner() noexcept override
    {
        m_ball.store(AtPartner, std::memory_order_release);
        wake();
    }
    void awaitPartner() noexcept override
    {
        while (m_ball.load(std::memory_order_acquire) == AtPartner)
            wait(AtPartner);
    }
    void toWorker() noexcept override
    {
        std::uint32_t expected = AtPartner;
        m_ball.compare_exchange_strong(
            expected, AtWorker, std::memory_order_release, std::memory_order_relaxed);
        wake();
    }
    bool awaitWorker() noexcept override
    {
        for (;;) {
            const auto ball = m_ball.load(std::memory_order_acquire);
            if (ball != AtWorker)
                return ball == AtPartner;
            wait(AtWorker);
        }
    }
    void end() noexcept override
    {
        m_ball.store(Over, std::memory_order_release);
        wake();
    }

private:
    enum : std::uint32_t { AtWorker, AtPartner, Over };

    void wait(std::uint32_t expected) noexcept
    {
        ::syscall(SYS_futex, address(), FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
    }
    void wake() noexcept { ::syscall(SYS_futex, address(), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }
    std::uint32_t *address() noexcept { return reinterpret_cast<std::uint32_t *>(&m_ball); }

    std::atomic<std::uint32_t> m_ball{AtWorker};
};

// Each side has a file to read the ball from.
template <typename Token>
class FileTable final : public PingPongTable {
public:
    struct Way {
        UniqueFd readEnd;
        UniqueFd writeEnd; ///< None where one file is both.
    };
    FileTable(Way toPartner, Way toWorker)
        : m_toPartner(std::move(toPartner))
        , m_toWorker(std::move(toWorker))
    { }

    void toPartner() noexcept override { put(m_toPartner); }
    void awaitPartner() noexcept override { take(m_toWorker); }
    void toWorker() noexcept override { put(m_toWorker); }
    bool awaitWorker() noexcept override
    {
        take(m_toPartner);
        return !m_isOver.load(std::memory_order_acquire);
    }
    void end() noexcept override
    {
        m_isOver.store(true, std::memory_order_release);
        put(m_toPartner);
    }

private:
    static void put(const Way &way) noexcept
    {
        const Token token = 1;
        const int fd = way.writeEnd.isValid() ? way.writeEnd.get() : way.readEnd.get();
        while (::write(fd, &token, sizeof token) < 0 && errno == EINTR) { }
    }
    static void take(const Way &way) noexcept
    {
        Token token{};
        while (::read(way.readEnd.get(), &token, sizeof token) < 0 && errno == EINTR) { }
    }

    Way m_toPartner;
    Way m_toWorker;
    std::atomic<bool> m_isOver{false};
};

using PipeTable = FileTable<char>;
using EventFdTable = FileTable<std::uint64_t>; // an eventfd is a 64-bit counter

Result<PipeTable::Way> makePipe()
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        return failErrno(errno, "pipe", "cannot create one");
    return PipeTable::Way{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<EventFdTable::Way> makeEventFd()
{
    UniqueFd fd(::eventfd(0, EFD_CLOEXEC));
    if (!fd.isValid())
        return failErrno(errno, "eventfd", "cannot create one");
    return EventFdTable::Way{std::move(fd), UniqueFd()};
}

template <typename Table, typename MakeWay>
Result<std::unique_ptr<PingPongTable>> makeFileTable(MakeWay makeWay)
{
    auto there = makeWay();
    auto back = makeWay();
    if (!there || !back)
        return std::unexpected((there ? back : there).error());
    return std::make_unique<Table>(std::move(*there), std::move(*back));
}

class ConditionTable final : public PingPongTable {
public:
    void toPartner() noexcept override { pass(AtPartner); }
    void awaitPartner() noexcept override
    {
        std::unique_lock lock(m_mutex);
        m_moved.wait(lock, [this] { return m_ball != AtPartner; });
    }
    void toWorker() noexcept override
    {
        const std::scoped_lock lock(m_mutex);
        if (m_ball == AtPartner)
            m_ball = AtWorker;
        m_moved.notify_one();
    }
    bool awaitWorker() noexcept override
    {
        std::unique_lock lock(m_mutex);
        m_moved.wait(lock, [this] { return m_ball != AtWorker; });
        return m_ball == AtPartner;
    }
    void end() noexcept override { pass(Over); }

private:
    enum Ball { AtWorker, AtPartner, Over };

    void pass(Ball ball)
    {
        const std::scoped_lock lock(m_mutex);
        m_ball = ball;
        m_moved.notify_one(); // at most one waits: the other has the ball
    }

    std::mutex m_mutex; ///< Protects m_ball.
    std::condition_variable m_moved;
    Ball m_ball = AtWorker;
};

} // namespace

Result<std::unique_ptr<PingPongTable>> PingPongTable::make(PingPongVia via)
{
    switch (via) {
    case PingPongVia::Futex:
        return std::make_unique<FutexTable>();
    case PingPongVia::Pipe:
        return makeFileTable<PipeTable>(makePipe);
    case PingPongVia::EventFd:
        return makeFileTable<EventFdTable>(makeEventFd);
    case PingPongVia::ConditionVariable:
        return std::make_unique<ConditionTable>();
    }
    return fail(ErrorKind::Unsupported, "ping-pong", "there is no such way to hand over the ball");
}

} // namespace timeslice
