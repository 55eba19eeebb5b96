// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/interpreter.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <memory>
#include <vector>

namespace timeslice {

/// Finds the Python interpreters of this machine and asks each of them what it is, all at once.
///
/// Each is started once with `-I -c` and has kPatience to answer with one line that begins with a nonce;
/// whatever else it writes is ignored. One that hangs is killed. None of the calls blocks but `finishNow`.
/// Thread: lives on the thread that made it, which must not end before it: the probes die with it.
class InterpreterSearch : public QObject {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kPatience{5000};

    /// \param directories  Where to look, in this order; only absolute ones are used.
    explicit InterpreterSearch(QStringList directories = standardDirectories(), QObject *parent = nullptr);
    ~InterpreterSearch() override;

    /// $PATH, then /usr/local/bin and /usr/bin.
    [[nodiscard]] static QStringList standardDirectories();

    /// Starts the probes. `finished` follows, also when there is nothing to be probed; needs an event loop.
    void start();
    /// Starts the probes and waits for them: at most kPatience. For programs without an event loop.
    [[nodiscard]] Interpreters finishNow();

Q_SIGNALS:
    void finished(const timeslice::Interpreters &found);

private:
    class Probe;
    void makeProbes();
    void noteEnd();
    [[nodiscard]] Interpreters results() const;

    const QStringList m_directories;
    std::vector<std::unique_ptr<Probe>> m_probes;
    QTimer m_limit;
    bool m_isFinished = false;
};

} // namespace timeslice
