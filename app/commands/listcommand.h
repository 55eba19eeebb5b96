// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace timeslice {

/// `timeslice list workloads|models|scenarios [--json]`. Needs no application object.
/// \return The exit code.
[[nodiscard]] int listCommand(const QStringList &arguments);

} // namespace timeslice
