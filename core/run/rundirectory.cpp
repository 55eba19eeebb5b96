// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/rundirectory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <unistd.h>

namespace timeslice {

namespace {

constexpr QLatin1String kPrefix("timeslice-run-");

QString baseOrDefault(const QString &base)
{
    if (!base.isEmpty())
        return base;
    // Not QStandardPaths: it complains on standard error when the variable is not set.
    const auto runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    const QFileInfo info(runtime);
    if (!runtime.isEmpty() && info.isDir() && info.isWritable() && info.ownerId() == ::getuid())
        return runtime;
    return QDir::tempPath();
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

Result<std::unique_ptr<RunDirectory>> RunDirectory::create(const QString &base)
{
    const auto parent = baseOrDefault(base);
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
    const QDir parent(baseOrDefault(base));
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
