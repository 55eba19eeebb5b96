// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rootwarning.h"

#include <QtGlobal>

#include <unistd.h>

namespace timeslice {

std::optional<QString> rootWarning()
{
    const bool hasDesktop =
        !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    if (::geteuid() != 0 || !hasDesktop)
        return std::nullopt;
    return QStringLiteral(
        "runs as root, which nothing here needs: every program it starts may do anything to this machine");
}

} // namespace timeslice
