// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/run/runplan.h"

#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>

namespace timeslice {

/// How a host saw its engine end.
struct HostEnd {
    std::optional<Error> error; ///< Why the run could not be completed.
    QStringList notes; ///< What was needed to end it, in words.
    QString output; ///< What child processes wrote.
};

/// Where an engine runs.
///
/// Order: `start` -> `engineReady` -> `proceed` -> `finished`; `finished` comes once on every path, also when
/// the engine never got ready. `stop` at any time, any number of times. Thread: the main thread.
class RunHost : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    virtual void start() = 0;
    /// Lets the engine create its workers. Between `engineReady` and this call a trace can be opened on its
    /// thread.
    virtual void proceed() = 0;
    virtual void stop() = 0;

Q_SIGNALS:
    /// A process of the run came up; the sampler should look at it and its descendants.
    void processStarted(int pid);
    /// The engine's thread is up and has created nothing yet; it waits for `proceed`.
    void engineReady(int tid);
    void finished(const timeslice::HostEnd &end);
};

enum class HostKind {
    Thread, ///< On a thread of its own, in this process.
    Child, ///< In a child process, under a supervisor.
    Ui, ///< On the thread of the window.
};

[[nodiscard]] std::unique_ptr<RunHost> makeRunHost(
    HostKind kind, const RunPlan &plan, std::shared_ptr<const Board> board,
    std::chrono::milliseconds helloTimeout);

} // namespace timeslice
