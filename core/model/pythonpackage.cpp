// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pythonpackage.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <cerrno>
#include <sys/stat.h>

// Resources of a static library are linked only when somebody asks for them, and the macro must stand outside
// of any namespace.
static void initPythonResources()
{
    Q_INIT_RESOURCE(python);
}

namespace timeslice {

namespace {

const QString &root()
{
    static const QString path = [] {
        initPythonResources();
        return QStringLiteral(":/timeslice/python");
    }();
    return path;
}

Result<void> makeDirectory(const QString &path)
{
    if (::mkdir(QFile::encodeName(path).constData(), 0700) != 0)
        return failErrno(errno, path.toStdString(), "cannot be made");
    return {};
}

Result<void> copy(const QString &from, const QString &to)
{
    QFile source(from);
    QFile target(to);
    if (!source.open(QIODevice::ReadOnly)
        || !target.open(
            QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || target.write(source.readAll()) < 0 || !target.flush())
        return fail(
            ErrorKind::System, to.toStdString(), "cannot be written: " + target.errorString().toStdString());
    return {};
}

} // namespace

Result<QString> writePythonPackage(const QString &runDirectory)
{
    const auto target = runDirectory + QStringLiteral("/python");
    if (const auto made = makeDirectory(target); !made)
        return std::unexpected(made.error());
    // A directory comes before what lies in it.
    QDirIterator entries(root(), QDir::AllEntries, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        const auto from = entries.next();
        const auto to = target + from.mid(root().size());
        if (const auto done = entries.fileInfo().isDir() ? makeDirectory(to) : copy(from, to); !done)
            return std::unexpected(done.error());
    }
    return target + QStringLiteral("/main.py");
}

bool pythonPackageHas(std::string_view workload)
{
    auto name = QString::fromUtf8(workload.data(), static_cast<qsizetype>(workload.size()));
    name.replace(QLatin1Char('-'), QLatin1Char('_')); // a module's name has no hyphen
    return QFile::exists(root() + QStringLiteral("/timeslice/workloads/%1.py").arg(name));
}

} // namespace timeslice
