// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/filetarget.h"

#include <QFileDevice>

namespace timeslice {

Error cannotSave(const QString &path, const QFileDevice &file)
{
    const auto kind = file.error() == QFileDevice::PermissionsError ? ErrorKind::Denied : ErrorKind::System;
    return {
        .kind = kind,
        .errnoValue = 0,
        .where = path.toStdString(),
        .what = "cannot be written: " + file.errorString().toStdString()};
}

bool isSpecial(const QFileInfo &info)
{
    return info.exists() && !info.isFile() && !info.isDir();
}

} // namespace timeslice
