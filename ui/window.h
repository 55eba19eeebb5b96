// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"

#include <QString>

class QApplication;

namespace timeslice {

/// How the window is started.
struct WindowOptions {
    QString file; ///< An experiment, or a saved run whose experiment is taken; empty: what was set last.
    bool runAtOnce = false;
    /// Where a picture of the window goes: after the run with `runAtOnce`, else once the window is live. Then
    /// the program ends; with `runAtOnce` it says on standard error how smoothly the window ran. Empty: none,
    /// and it runs until it is closed.
    QString screenshotPath;
    TraceMode trace = TraceMode::Auto; ///< Of all runs.
    LabOptions lab;
};

/// Makes the lab and the window and runs the event loop until the window is closed or, with a screenshot,
/// until that is saved. A run under way is stopped first, and its children are gone when this returns.
/// \return The program's exit code: 0; 1 the run failed (with `runAtOnce`); 2 the file is not usable and a
/// screenshot or
///         a run was asked for (the reason is on standard error); 4 the screenshot cannot be saved. Without
///         these two options a file that is not usable is shown in the window.
/// Thread: the main one.
[[nodiscard]] int runWindow(QApplication &application, const WindowOptions &options);

} // namespace timeslice
