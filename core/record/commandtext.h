// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace timeslice {

/// A program and its arguments as one line that a shell would read back as the same words.
/// Thread: any; pure.
[[nodiscard]] QString commandText(const QStringList &command);

} // namespace timeslice
