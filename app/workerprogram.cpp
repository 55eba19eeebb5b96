// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workerprogram.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace timeslice {

QString workerProgramPath()
{
    const QDir here(QCoreApplication::applicationDirPath());
    const auto installed =
        QDir::cleanPath(here.filePath(QStringLiteral("../libexec/timeslice/timeslice-worker")));
    return QFileInfo::exists(installed) ? installed : here.filePath(QStringLiteral("timeslice-worker"));
}

bool hasWorkerProgram()
{
    const QFileInfo info(workerProgramPath());
    return info.isFile() && info.isExecutable();
}

} // namespace timeslice
