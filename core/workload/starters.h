// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/starter.h"

#include <string>

namespace timeslice {

/// A std::thread.
[[nodiscard]] std::unique_ptr<Starter> makeThreadStarter();

/// `timeslice-worker nothing`, which says when its main function began. What comes before that, loading and
/// linking the program, belongs to the start. \param program  Absolute path of timeslice-worker.
/// \error System when there are no more files.
[[nodiscard]] Result<std::unique_ptr<Starter>> makeProcessStarter(std::string program);

/// `python -I -c pass`, of which nobody knows when its first instruction ran. \param program  Absolute path.
[[nodiscard]] std::unique_ptr<Starter> makeInterpreterStarter(std::string program);

/// What `timeslice-worker nothing` does: writes the time to its standard output. \return Its exit code.
[[nodiscard]] int tellBegin(MonotonicTime begin);

} // namespace timeslice
