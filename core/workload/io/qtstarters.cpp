// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/io/qtstarters.h"

#include <QThread>
#include <QThreadPool>

#include <cerrno>
#include <semaphore>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatienceForFirstThread = 10s;

class QThreadStarter final : public Starter {
public:
    Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) override
    {
        MonotonicTime begin;
        const std::unique_ptr<QThread> thread(QThread::create([&begin] { begin = MonotonicClock::now(); }));
        thread->start();
        // Not a wait that the stop can end, because it needs none: the thread does nothing.
        stop.blocking([&thread] { thread->wait(); });
        if (begin == MonotonicTime()) // Qt tells it on standard error only
            return failErrno(
                EAGAIN, "QThread",
                "no further one can be started: this user or this container may have no more (RLIMIT_NPROC, "
                "pids.max)");
        return begin;
    }
};

class PoolTaskStarter final : public Starter {
public:
    PoolTaskStarter()
    {
        m_pool.setMaxThreadCount(1);
        m_pool.setExpiryTimeout(-1);
        m_pool.start([this] { m_isDone.release(); });
    }

    [[nodiscard]] bool hasThread() { return m_isDone.try_acquire_for(kPatienceForFirstThread); }

    Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) override
    {
        // Not a future: who waits for that takes back a task that has not begun, and does it himself.
        m_pool.start([this] {
            m_begin = MonotonicClock::now();
            m_isDone.release();
        });
        stop.blocking([this] { m_isDone.acquire(); });
        return m_begin;
    }

private:
    std::binary_semaphore m_isDone{0};
    MonotonicTime m_begin; ///< Of the task; read when it is done.
    QThreadPool m_pool; ///< Last: its thread uses the others.
};

} // namespace

Result<std::unique_ptr<Starter>> makeQtStarter(QtStarter which)
{
    if (which == QtStarter::QThread)
        return std::make_unique<QThreadStarter>();
    auto starter = std::make_unique<PoolTaskStarter>();
    if (!starter->hasThread()) {
        // A pool whose thread could not be created counts it as active for ever, and its destructor would
        // wait for that. It is left behind.
        static_cast<void>(starter.release());
        return failErrno(EAGAIN, "QThreadPool", "its thread cannot be started");
    }
    return starter;
}

} // namespace timeslice
