// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace timeslice {

/// Where timeslice-worker is expected: beside this program, or in ../libexec/timeslice when it lies there.
/// \return An absolute path, whether or not there is a program.
/// Thread: any; needs the application object.
[[nodiscard]] QString workerProgramPath();

/// Whether it can be started.
[[nodiscard]] bool hasWorkerProgram();

} // namespace timeslice
