// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"

#include <QElapsedTimer>
#include <QString>

namespace timeslice {

/// How far a run is, as one line on standard error that rewrites itself; only where that is a terminal.
/// Thread: the main one.
class ProgressLine {
public:
    /// \param label  What stands in front: "run 2 of 5"; empty for none.
    void begin(const Experiment &experiment, const QString &label);
    /// At most ten times a second something is written.
    void show(const Frame &frame, LabState state);
    /// Clears the line, so that something else can be written there.
    void clear();

private:
    [[nodiscard]] QString text(const Frame &frame, LabState state) const;

    Experiment m_experiment;
    QString m_label;
    QElapsedTimer m_sinceShown;
    QElapsedTimer m_sinceGo;
    bool m_isShown = false;
};

/// The line for `done` in [0, 1], fit for a terminal of `columns`: "[#####-----]  50 %  what".
/// Thread: any; pure.
[[nodiscard]] QString progressText(double done, const QString &what, int columns);

} // namespace timeslice
