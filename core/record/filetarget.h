// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QFileInfo>
#include <QString>

class QFileDevice;

namespace timeslice {

/// Why a file could not be written, from the device that refused it.
[[nodiscard]] Error cannotSave(const QString &path, const QFileDevice &file);

/// A device, pipe or socket: nothing that could be replaced by renaming a file over it.
[[nodiscard]] bool isSpecial(const QFileInfo &info);

} // namespace timeslice
