// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/scenarios.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

#include <algorithm>

// Resources of a static library are linked only when somebody asks for them, and the macro must stand outside
// of any namespace.
static void initScenarioResources()
{
    Q_INIT_RESOURCE(scenarios);
}

namespace timeslice {

namespace {

Q_LOGGING_CATEGORY(log, "timeslice.scenarios")

constexpr QLatin1String kSchema("timeslice.scenario/1");
constexpr QLatin1String kKeys[] = {
    QLatin1String("schema"), QLatin1String("id"), QLatin1String("title"), QLatin1String("description"),
    QLatin1String("experiment")};

Result<QString> textAt(const QJsonObject &object, QLatin1String key)
{
    const QString text = object.value(key).toString();
    if (text.isEmpty())
        return fail(
            ErrorKind::Malformed, QString(QLatin1Char('/') + key).toStdString(),
            "must be a text that is not empty");
    return text;
}

Result<void> checkKeys(const QJsonObject &object)
{
    for (const QString &key : object.keys()) {
        if (std::ranges::find(kKeys, key) == std::end(kKeys))
            return fail(ErrorKind::Malformed, QString(QLatin1Char('/') + key).toStdString(), "unknown key");
    }
    return {};
}

} // namespace

Result<Scenario> scenarioFromJson(const QByteArray &text)
{
    QJsonParseError parsing;
    const auto document = QJsonDocument::fromJson(text, &parsing);
    if (parsing.error != QJsonParseError::NoError)
        return fail(ErrorKind::Malformed, "", parsing.errorString().toStdString());
    const QJsonObject object = document.object();
    if (const auto keys = checkKeys(object); !keys)
        return std::unexpected(keys.error());
    const auto schema = textAt(object, kKeys[0]);
    if (!schema || *schema != kSchema)
        return fail(ErrorKind::Malformed, "/schema", "must be \"timeslice.scenario/1\"");
    const auto id = textAt(object, kKeys[1]);
    const auto title = textAt(object, kKeys[2]);
    const auto description = textAt(object, kKeys[3]);
    for (const auto *field : {&id, &title, &description}) {
        if (!*field)
            return std::unexpected(field->error());
    }
    if (!object.value(kKeys[4]).isObject())
        return fail(ErrorKind::Malformed, "/experiment", "must be an object");
    const QJsonDocument inner(object.value(kKeys[4]).toObject());
    auto experiment = experimentFromJson(inner.toJson());
    if (!experiment) {
        auto error = experiment.error();
        error.where = "/experiment" + error.where;
        return std::unexpected(std::move(error));
    }
    return Scenario{*id, *title, *description, *std::move(experiment)};
}

std::vector<Scenario> scenarios()
{
    initScenarioResources();
    const QDir folder(QStringLiteral(":/timeslice/scenarios"));
    std::vector<Scenario> all;
    for (const QString &name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        auto scenario = scenarioFromJson(file.readAll());
        if (scenario)
            all.push_back(*std::move(scenario));
        else
            qCWarning(log) << name << describe(scenario.error()).c_str();
    }
    return all;
}

} // namespace timeslice
