// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

// The built program as a script starts it. TIMESLICE_PROGRAM is its path.
namespace timeslice {

using namespace Qt::StringLiterals;

inline constexpr int kLongest = 60'000; // ms; nothing here takes long, but machines may be busy

struct Ended {
    int code = -1; ///< -1: it was killed or never ended.
    QByteArray out;
    QByteArray err;
};

inline QProcessEnvironment plainEnvironment()
{
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto &name : {u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"QT_QPA_PLATFORM"_s, u"LC_ALL"_s})
        environment.remove(name);
    return environment;
}

inline Ended waitFor(QProcess &process)
{
    if (!process.waitForFinished(kLongest)) {
        process.kill();
        process.waitForFinished();
        return {};
    }
    const bool exited = process.exitStatus() == QProcess::NormalExit;
    return {
        exited ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

inline Ended
run(const QStringList &arguments, const QByteArray &input = {},
    const QProcessEnvironment &environment = plainEnvironment())
{
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(TIMESLICE_PROGRAM), arguments);
    process.write(input);
    process.closeWriteChannel();
    return waitFor(process);
}

/// A line of shell in which $T is the program.
inline Ended shell(const QString &line)
{
    auto environment = plainEnvironment();
    environment.insert(u"T"_s, QStringLiteral(TIMESLICE_PROGRAM));
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(u"/bin/sh"_s, {u"-c"_s, line});
    process.closeWriteChannel();
    return waitFor(process);
}

inline QStringList words(const char *line)
{
    return QString::fromLatin1(line).split(u' ', Qt::SkipEmptyParts);
}

inline QJsonObject object(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

inline QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool save(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

/// What a run of a few milliseconds is asked for.
inline QStringList quickRun(const char *more = "")
{
    return words("run --workload primes --model qthread --workers 2 --items 8 --set range=1000")
        + words(more);
}

/// One that goes on until it is stopped.
inline QStringList endlessRun(const char *more = "")
{
    return words("run --workload sleep --model qthread --workers 2 --duration 600 --json") + words(more);
}

} // namespace timeslice
