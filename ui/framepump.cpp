// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/framepump.h"

#include <QEvent>
#include <QWidget>

#include <iterator>
#include <utility>

namespace timeslice {

FramePump::FramePump(QWidget *window, QObject *parent)
    : QObject(parent)
    , m_window(window)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (canBeSeen())
            flush();
    });
    m_window->installEventFilter(this);
}

bool FramePump::canBeSeen() const
{
    return m_window->isVisible() && !m_window->isMinimized();
}

void FramePump::push(const Frame &frame)
{
    m_pending.points.insert(m_pending.points.end(), frame.points.begin(), frame.points.end());
    if (m_pending.points.size() > kMaxPending) {
        const auto surplus = std::ssize(m_pending.points) - static_cast<std::ptrdiff_t>(kMaxPending);
        m_pending.points.erase(m_pending.points.begin(), m_pending.points.begin() + surplus);
    }
    m_pending.latest = frame.latest;
    m_pending.missed = frame.missed;
    schedule();
}

void FramePump::schedule()
{
    if (!m_pending.latest || m_timer.isActive() || !canBeSeen())
        return;
    const qint64 budget = kFrameBudget.count();
    const qint64 elapsed = m_sinceLast.isValid() ? m_sinceLast.elapsed() : budget;
    if (elapsed >= budget)
        flush();
    else
        m_timer.start(static_cast<int>(budget - elapsed));
}

void FramePump::flush()
{
    m_timer.stop();
    if (!m_pending.latest)
        return;
    m_sinceLast.start();
    // Taken first: a receiver may cause the next push.
    const Frame due = std::exchange(m_pending, {});
    Q_EMIT frameDue(due);
}

bool FramePump::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_window && (event->type() == QEvent::Show || event->type() == QEvent::WindowStateChange))
        schedule();
    return QObject::eventFilter(watched, event);
}

} // namespace timeslice
