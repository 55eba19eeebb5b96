// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <chrono>
#include <memory>

class QSocketNotifier;

namespace timeslice {

/// SIGINT, SIGTERM and SIGHUP as a Qt signal, so that a run can be ended properly.
///
/// The first one is reported; from then on the process has `patience` to end by itself. A second one, or the
/// end of the patience, ends it at once with exit code 128 + number: whatever hangs, the user gets out.
/// A signal that was ignored when it was made stays ignored. Children notice that by themselves (the
/// supervisor watches its standard input). SIGPIPE is ignored while this object lives: writing says it.
/// Thread: the main one; one object at a time.
class SignalWatcher : public QObject {
    Q_OBJECT

public:
    explicit SignalWatcher(std::chrono::seconds patience, QObject *parent = nullptr);
    ~SignalWatcher() override;

    /// The signal that was caught; 0 for none.
    [[nodiscard]] static int caught();

Q_SIGNALS:
    void signalled(int number);

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace timeslice
