// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace timeslice {

/// A program and its arguments as one line that a shell would read back as the same words.
/// Thread: any; pure.
[[nodiscard]] QString commandText(const QStringList &command);

/// The words of a line as it is typed: separated by spaces, "double quotes" keep them together, three of them
/// in a row are a quote. No shell is asked. Empty for a line without words. Thread: any; pure.
[[nodiscard]] QStringList commandWords(const QString &line);

} // namespace timeslice
