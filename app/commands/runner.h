// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/progressline.h"
#include "app/commands/runrequest.h"
#include "app/commands/runtable.h"
#include "app/console.h"
#include "core/lab/lab.h"
#include "core/record/export.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <optional>
#include <vector>

namespace timeslice {

/// Carries out one request: the runs one after another, what they print and save, and the exit code.
///
/// Order: `start` -> `finished`, exactly once. Data goes to the output, everything else to standard error. A
/// run that did not complete, or an output that is gone, ends the series. Thread: the lab's.
class Runner : public QObject {
    Q_OBJECT

public:
    /// All outlive the runner.
    Runner(RunRequest request, Lab &lab, Output &output, PictureWriter writePicture);

    void start();
    /// Ends the run under way because of a signal; what it has measured is still printed.
    void interrupt(int signal);

Q_SIGNALS:
    void finished(int exitCode);

private:
    void startNext();
    void timeOut();
    void take(const RecordingPtr &recording);
    void print(const Recording &recording);
    void save(const Recording &recording);
    void compareChecksum(const Recording &recording);
    void end();
    [[nodiscard]] int codeOf(const Recording &recording) const;

    const RunRequest m_request;
    Lab &m_lab;
    Output &m_output;
    const PictureWriter m_writePicture;
    QTimer m_timeLimit;
    ProgressLine m_progress;
    std::vector<RepeatFigures> m_runs; ///< Those that have ended.
    std::optional<std::uint64_t> m_checksum; ///< Of the first run whose items were all done.
    int m_signal = 0;
    bool m_isTimedOut = false;
    int m_exitCode = kDone;
};

} // namespace timeslice
