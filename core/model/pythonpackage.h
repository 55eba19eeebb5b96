// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QString>

#include <string_view>

namespace timeslice {

/// Writes the Python package (resources/python) below a run's directory, readable for this user only.
/// \return Path of the script to start. \error System or Denied with the path; a file that is there already
/// is one.
[[nodiscard]] Result<QString> writePythonPackage(const QString &runDirectory);

/// Whether the package has a module for a workload.
[[nodiscard]] bool pythonPackageHas(std::string_view workload);

} // namespace timeslice
