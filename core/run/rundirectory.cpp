// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/rundirectory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <unistd.h>

namespace timeslice {

namespace {

constexpr QLatin1String kPrefix("timeslice-run-");

bool isUsable(const QString &directory)
{
    const QFileInfo info(directory);
    return !directory.isEmpty() && info.isDir() && info.isWritable() && info.ownerId() == ::getuid();
}

QString cacheDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation)
        + QStringLiteral("/timeslice");
}

QString directoryOf(RunDirectory::Place place)
{
    // Not QStandardPaths for both: it complains on standard error when this variable is not set.
    const auto wanted =
        place == RunDirectory::Place::Memory ? qEnvironmentVariable("XDG_RUNTIME_DIR") : cacheDirectory();
    return isUsable(wanted) ? wanted : QDir::tempPath();
}

// "PID START": the start time in clock ticks tells a process from a later one with the same pid.
QByteArray ownerOf(qint64 pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!stat.open(QIODevice::ReadOnly))
        return {};
    const auto text = stat.readAll();
    const auto fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    constexpr qsizetype kStartTime = 19; // field 22 of proc_pid_stat(5), counted from the state
    return fields.size() > kStartTime ? QByteArray::number(pid) + ' ' + fields[kStartTime] : QByteArray();
}

} // namespace

Result<std::unique_ptr<RunDirectory>> RunDirectory::create(const QString &base, Place place)
{
    if (base.isEmpty() && place == Place::Disk)
        QDir().mkpath(cacheDirectory()); // where that fails it is not usable
    const auto parent = base.isEmpty() ? directoryOf(place) : base;
    std::unique_ptr<RunDirectory> directory(
        new RunDirectory(parent + QLatin1Char('/') + kPrefix + QStringLiteral("XXXXXX")));
    if (!directory->m_directory.isValid())
        return fail(
            ErrorKind::System, parent.toStdString(),
            "cannot make a private directory for the run: "
                + directory->m_directory.errorString().toStdString());
    QFile owner(directory->path() + QStringLiteral("/owner"));
    const auto line = ownerOf(::getpid());
    if (!owner.open(QIODevice::WriteOnly) || owner.write(line) != line.size() || !owner.flush())
        return fail(
            ErrorKind::System, owner.fileName().toStdString(),
            "cannot be written: " + owner.errorString().toStdString());
    return directory;
}

void RunDirectory::removeStale(const QString &base)
{
    if (base.isEmpty()) {
        for (const auto place : {Place::Memory, Place::Disk})
            removeStale(directoryOf(place));
        return;
    }
    const QDir parent(base);
    const auto entries = parent.entryInfoList({kPrefix + QLatin1Char('*')}, QDir::Dirs | QDir::NoSymLinks);
    for (const auto &entry : entries) {
        if (entry.ownerId() != ::getuid())
            continue;
        QFile owner(entry.filePath() + QStringLiteral("/owner"));
        if (!owner.open(QIODevice::ReadOnly))
            continue; // being made or removed at this moment
        const auto line = owner.readAll();
        const auto pid = line.left(line.indexOf(' ')).toLongLong();
        if (pid > 0 && ownerOf(pid) != line)
            QDir(entry.filePath()).removeRecursively();
    }
}

} // namespace timeslice
