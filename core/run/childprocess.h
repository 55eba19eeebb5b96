// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/run/straysweep.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <optional>

namespace timeslice {

/// A process of ours that must never outlive us: the supervisor of a run, or the local server.
///
/// It leads a process group of its own without a terminal and gets SIGTERM when this process dies; it also
/// watches its standard input, whose end it takes as our death. When it is killed, what StraySweep finds of
/// all that it has started is ended before `ended` comes. With all that it starts it is what the kernel ends
/// first when memory runs out. Its output is drained, kept (the last 64 KiB) and capped: a process that
/// writes more than kMaxOutput without end is killed. `ended` comes exactly once on every path, also when the
/// program is missing. Thread: lives and is started on the main thread only, because the kernel ties the
/// death signal to the thread.
class ChildProcess : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 kMaxOutput = 8 << 20;
    static constexpr std::chrono::milliseconds kTermAfter{500};
    static constexpr std::chrono::milliseconds kKillAfter{350};

    explicit ChildProcess(QString name, QObject *parent = nullptr);
    /// Kills the whole group if it still runs, and waits for its end (below 1 s).
    ~ChildProcess() override;

    void start(const QString &program, const QStringList &arguments);
    /// Bytes for its standard input.
    void write(const QByteArray &bytes);
    /// It has been asked to end: SIGTERM after kTermAfter, SIGKILL for its group kKillAfter later.
    /// Idempotent.
    void expectEnd();
    /// Closes its standard input, which asks it to end, and expects that.
    void end();
    /// Kills the group now; `error` is then why it ended.
    void kill(Error error);

    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    /// 0 before the start and after the end.
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }
    /// What it wrote on standard output and error, cleaned for people.
    [[nodiscard]] QString output() const;
    /// What it took to end it, in words; empty when it ended by itself.
    [[nodiscard]] QString forceNeeded() const { return m_force; }

Q_SIGNALS:
    void started();
    void lineRead(const QByteArray &line);
    /// The process is gone. `error`: it could not start, was killed, or exited with a code other than 0.
    void ended(const std::optional<timeslice::Error> &error);

private:
    void drain();
    void escalate();
    void signalGroup(int signal) const;
    [[nodiscard]] bool hasCrashed() const;
    void sweepThenTell();
    void noteEnded(std::optional<Error> error);

    const QString m_name;
    QProcess m_process;
    QTimer m_escalation;
    QTimer m_sweep; ///< Looks again whether anything of it is left.
    MonotonicTime m_sweepUntil{};
    std::optional<Error> m_end; ///< To be told then.
    pid_t m_group = 0; ///< 0 until it has started.
    StraySweep m_strays;
    QByteArray m_output;
    QByteArray m_line;
    qint64 m_outputBytes = 0;
    QString m_force;
    std::optional<Error> m_killedFor;
    bool m_isExpectedToEnd = false;
    bool m_hasEnded = false;
};

} // namespace timeslice
