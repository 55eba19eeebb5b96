// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experimentfile.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

namespace timeslice {

namespace {

// A saved run holds its workers and notes; ten times an experiment is far more than the largest has.
constexpr qsizetype kMaxRunBytes = 10 * kMaxExperimentBytes;

Result<QByteArray> contentOf(const QString &path)
{
    const std::string where = path.toStdString();
    const QFileInfo info(path);
    if (!info.exists())
        return fail(ErrorKind::Gone, where, "there is no such file");
    if (!info.isFile())
        return fail(ErrorKind::Unsupported, where, "this is not a regular file");
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorKind::Denied, where, "the file cannot be read: " + file.errorString().toStdString());
    // The size is checked by reading: a file may grow, or lie about its size.
    QByteArray content = file.read(kMaxRunBytes + 1);
    if (content.size() > kMaxRunBytes)
        return fail(ErrorKind::Unsupported, where, "the file is too large to be an experiment");
    return content;
}

} // namespace

Result<OpenedExperiment> openExperiment(const QString &path)
{
    auto content = contentOf(path);
    if (!content)
        return std::unexpected(content.error());

    const QJsonObject object = QJsonDocument::fromJson(*content).object();
    const bool isRun =
        object.value(QLatin1String("schema")).toString().startsWith(QLatin1String("timeslice.run/"));
    if (isRun) {
        QJsonObject inner = object.value(QLatin1String("experiment")).toObject();
        inner.insert(QLatin1String("schema"), QStringLiteral("timeslice.experiment/1"));
        content = QJsonDocument(inner).toJson();
    }
    auto experiment = experimentFromJson(*content);
    if (!experiment) {
        Error error = experiment.error();
        error.where = path.toStdString() + (error.where.empty() ? "" : ", " + error.where);
        return std::unexpected(std::move(error));
    }
    return OpenedExperiment{*std::move(experiment), isRun};
}

} // namespace timeslice
