// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <vector>

namespace timeslice {

/// The models whose workers are a real Python interpreter's: `cpython-sequential`, `cpython-threading`, ...,
/// `pyqt-qthread`.
///
/// The package in resources/python is written into the run's directory and started with `-I`. Its workers
/// publish on the board as those in C++ do. Beside the board there are files in the run's directory only:
/// plan.json tells what to run, interpreter.json what runs it, python-end.json why it could not be completed.
/// What it prints is kept as log. A stop is the board's state and a gate: a named pipe whose other end is
/// closed.
[[nodiscard]] std::vector<ModelInfo> cpythonModels();

/// Whether a workload can be carried out in Python: whether the package has a module for it.
/// Thread: any. Cost: a look-up in the program's resources.
[[nodiscard]] bool hasPythonForm(std::string_view workload);

} // namespace timeslice
