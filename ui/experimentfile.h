// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"

#include <QString>

namespace timeslice {

/// An experiment as a file held it.
struct OpenedExperiment {
    Experiment experiment;
    bool isFromRun = false; ///< The file is a saved run; its experiment was taken.
};

/// Reads an experiment file, or the experiment of a run saved as JSON (`timeslice.run/1`).
/// \error  System, Denied or Gone with the path; Unsupported when it is too large; else what is wrong in it,
/// with the path
///         and the JSON pointer.
[[nodiscard]] Result<OpenedExperiment> openExperiment(const QString &path);

} // namespace timeslice
