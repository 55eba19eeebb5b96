// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace timeslice {

/// One of the program's own drawings (resources/icons) in one colour, sharp up to three times its size.
/// \param name      "run", "stop", "pause".
/// \param disabled  The colour of the same icon on a disabled button.
/// \return A null icon for an unknown name.
[[nodiscard]] QIcon tintedIcon(const QString &name, const QColor &colour, const QColor &disabled);

/// The program's icon.
[[nodiscard]] QIcon programIcon();

} // namespace timeslice
