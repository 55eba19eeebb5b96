// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/uihost.h"

#include <unistd.h>

namespace timeslice {

UiHost::UiHost(const RunPlan &plan, std::shared_ptr<const Board> board)
    : m_engine(plan, std::move(board))
{
    connect(&m_engine, &Engine::finished, this, [this](const std::optional<Error> &error) {
        Q_EMIT finished(HostEnd{error, {}, {}});
    });
}

UiHost::~UiHost()
{
    m_engine.disconnect(this);
    m_engine.requestStop();
}

void UiHost::start()
{
    QMetaObject::invokeMethod(this, [this] { Q_EMIT engineReady(::gettid()); }, Qt::QueuedConnection);
}

void UiHost::proceed()
{
    QMetaObject::invokeMethod(&m_engine, &Engine::start, Qt::QueuedConnection);
}

void UiHost::stop()
{
    m_engine.requestStop();
}

} // namespace timeslice
