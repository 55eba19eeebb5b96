// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

class QWidget;

namespace timeslice {

/// Stands between the lab and the window: joins frames that come faster than the screen needs them, and holds
/// them back while nobody can see the window. Nothing is emitted when nothing is new.
///
/// Thread: the main one. Points that wait while the window is hidden are bounded (the newest kMaxPending).
class FramePump : public QObject {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kFrameBudget{33};
    static constexpr std::size_t kMaxPending = 36'000; ///< One hour at 10 Hz.

    /// \param window  Watched for being shown, hidden and minimised; outlives the pump (usually its parent).
    FramePump(QWidget *window, QObject *parent);

    void push(const timeslice::Frame &frame);
    /// Delivers what waits now, visible or not. For the end of a run, so that nothing of it arrives later.
    void flush();

    bool eventFilter(QObject *watched, QEvent *event) override;

Q_SIGNALS:
    /// At most one per kFrameBudget (and one per `flush`); `frame` joins all that was pushed since the last.
    void frameDue(const timeslice::Frame &frame);

private:
    [[nodiscard]] bool canBeSeen() const;
    void schedule();

    QWidget *m_window;
    QTimer m_timer;
    QElapsedTimer m_sinceLast;
    Frame m_pending; ///< Holds something when `latest` is set.
};

} // namespace timeslice
