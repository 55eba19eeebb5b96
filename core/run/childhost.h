// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/childprocess.h"
#include "core/run/runhost.h"

#include <QElapsedTimer>

namespace timeslice {

/// The engine in a `timeslice-worker` child, which is also the supervisor of all further processes of the
/// run.
///
/// The child says hello on the board, waits for "begin" on its standard input, takes "stop" there, and leaves
/// `end.json` in the run's directory; what it prints is kept as log and never parsed.
class ChildHost final : public RunHost {
    Q_OBJECT

public:
    ChildHost(RunPlan plan, std::shared_ptr<const Board> board, std::chrono::milliseconds helloTimeout);

    void start() override;
    void proceed() override;
    void stop() override;

private:
    void checkHello();
    void noteEnded(std::optional<Error> error);

    const RunPlan m_plan;
    const std::shared_ptr<const Board> m_board;
    const std::chrono::milliseconds m_helloTimeout;
    ChildProcess m_child;
    QElapsedTimer m_sinceStart;
    QTimer m_hello; ///< Looks for the hello on the board until it is there.
};

/// Path of the file in which a child engine reports its end: {"error": null | {...}}.
[[nodiscard]] QString endReportPath(const QString &runDirectory);

} // namespace timeslice
