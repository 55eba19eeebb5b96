// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace timeslice {

/// `timeslice doctor [--json]`: what this machine allows, and how to allow more. Needs the application
/// object.
/// \return The exit code: kMissing when something is missing without which experiments cannot run.
[[nodiscard]] int doctorCommand(const QStringList &arguments);

} // namespace timeslice
