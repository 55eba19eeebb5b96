// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace timeslice {

/// What is unwise about running as root in a desktop session, in one line; nothing elsewhere: in a container
/// or on a server there often is nobody else. Thread: any; needs no application object.
[[nodiscard]] std::optional<QString> rootWarning();

} // namespace timeslice
