// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/localhost.h"

#include <cerrno>
#include <unistd.h>

namespace timeslice {

LocalHost::LocalHost(const RunPlan &plan, std::shared_ptr<const Board> board)
    : m_engine(new Engine(plan, std::move(board)))
{
    m_thread.setObjectName(QStringLiteral("engine"));
    m_engine->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_engine, [this] {
        const int tid = ::gettid();
        QMetaObject::invokeMethod(this, [this, tid] { Q_EMIT engineReady(tid); });
    });
    connect(m_engine, &Engine::finished, this, [this](const std::optional<Error> &error) {
        m_thread.quit();
        m_thread.wait(); // the engine has said that nothing runs any more
        Q_EMIT finished(HostEnd{error, {}, {}});
    });
}

LocalHost::~LocalHost()
{
    m_engine->requestStop();
    if (m_thread.isRunning()) {
        // On the engine's thread, in order with its events: either it has nothing to do (any more), or it
        // will say so.
        QMetaObject::invokeMethod(m_engine, [this] {
            if (m_engine->isActive())
                connect(m_engine, &Engine::finished, &m_thread, &QThread::quit, Qt::DirectConnection);
            else
                m_thread.quit();
        });
        m_thread.wait();
    }
    delete m_engine;
}

void LocalHost::start()
{
    m_thread.start();
    if (!m_thread.isRunning())
        QMetaObject::invokeMethod(
            this,
            [this] {
                Q_EMIT finished(
                    HostEnd{systemError(EAGAIN, "threads", "the engine's thread cannot start"), {}, {}});
            },
            Qt::QueuedConnection);
}

void LocalHost::proceed()
{
    QMetaObject::invokeMethod(m_engine, &Engine::start);
}

void LocalHost::stop()
{
    m_engine->requestStop();
}

} // namespace timeslice
