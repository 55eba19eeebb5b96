// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/runplan.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

namespace timeslice {

namespace {

QString planPath(const QString &runDirectory)
{
    return runDirectory + QStringLiteral("/plan.json");
}

Error fileError(const QFileDevice &file, const QString &path, const char *what)
{
    return {ErrorKind::System, 0, path.toStdString(), what + (": " + file.errorString().toStdString())};
}

} // namespace

Result<void> writePlan(const RunPlan &plan)
{
    QJsonArray cpus;
    for (const int cpu : plan.cpusAllowed)
        cpus.append(cpu);
    QJsonObject object{
        {QStringLiteral("experiment"), QString::fromUtf8(toJson(plan.experiment))},
        {QStringLiteral("cpus"), cpus},
        {QStringLiteral("command"), QJsonArray::fromStringList(plan.command)},
        {QStringLiteral("interpreter"), plan.interpreter},
    };
    if (plan.openFiles)
        object.insert(QStringLiteral("open_files"), static_cast<qint64>(*plan.openFiles));
    if (plan.httpServer)
        object.insert(
            QStringLiteral("http"),
            QJsonObject{
                {QStringLiteral("port"), plan.httpServer->port},
                {QStringLiteral("token"), QString::fromStdString(plan.httpServer->token)},
                {QStringLiteral("certificate"), QString::fromStdString(plan.httpServer->certificate)}});

    const auto path = planPath(plan.runDirectory);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return std::unexpected(fileError(file, path, "cannot be written"));
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    file.write(QJsonDocument(object).toJson(QJsonDocument::Compact));
    if (!file.commit())
        return std::unexpected(fileError(file, path, "cannot be written"));
    return {};
}

Result<RunPlan> readPlan(const QString &runDirectory, const QString &workerProgram)
{
    const auto path = planPath(runDirectory);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected(fileError(file, path, "cannot be read"));
    const auto object = QJsonDocument::fromJson(file.readAll()).object();
    auto experiment = experimentFromJson(object.value(QStringLiteral("experiment")).toString().toUtf8());
    if (!experiment)
        return std::unexpected(experiment.error());

    RunPlan plan{
        .experiment = std::move(*experiment),
        .httpServer = {},
        .cpusAllowed = {},
        .runDirectory = runDirectory,
        .workerProgram = workerProgram};
    const auto cpus = object.value(QStringLiteral("cpus")).toArray();
    for (const auto &cpu : cpus)
        plan.cpusAllowed.push_back(cpu.toInt());
    for (const auto word : object.value(QStringLiteral("command")).toArray())
        plan.command << word.toString();
    if (const auto files = object.value(QStringLiteral("open_files")); files.isDouble())
        plan.openFiles = static_cast<std::uint64_t>(files.toInteger());
    plan.interpreter = object.value(QStringLiteral("interpreter")).toString();
    if (plan.experiment.model == kOwnProgram && plan.command.isEmpty())
        return fail(ErrorKind::Malformed, path.toStdString(), "names no command");
    if (plan.cpusAllowed.empty())
        return fail(ErrorKind::Malformed, path.toStdString(), "names no CPU");
    if (const auto http = object.value(QStringLiteral("http")).toObject(); !http.isEmpty())
        plan.httpServer = HttpEndpoint{
            static_cast<std::uint16_t>(http.value(QStringLiteral("port")).toInt()),
            http.value(QStringLiteral("token")).toString().toStdString(),
            http.value(QStringLiteral("certificate")).toString().toStdString(),
        };
    return plan;
}

QJsonObject errorToJson(const Error &error)
{
    return {
        {QStringLiteral("kind"), static_cast<int>(error.kind)},
        {QStringLiteral("errno"), error.errnoValue},
        {QStringLiteral("where"), QString::fromStdString(error.where)},
        {QStringLiteral("what"), QString::fromStdString(error.what)},
    };
}

Error errorFromJson(const QJsonObject &object)
{
    return {
        static_cast<ErrorKind>(object.value(QStringLiteral("kind")).toInt()),
        object.value(QStringLiteral("errno")).toInt(),
        object.value(QStringLiteral("where")).toString().toStdString(),
        object.value(QStringLiteral("what")).toString().toStdString(),
    };
}

} // namespace timeslice
