// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/export.h"

#include "core/record/csvexport.h"
#include "core/record/filetarget.h"
#include "core/record/jsonexport.h"
#include "core/record/perfettoexport.h"
#include "core/record/slicescsvexport.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace timeslice {

namespace {

struct Ending {
    QLatin1String text;
    ExportFormat format;
};

/// Compound ones first: ".perfetto.json" ends in ".json", too.
constexpr std::array kEndings{
    Ending{QLatin1String(".perfetto.json.gz"), ExportFormat::Perfetto},
    Ending{QLatin1String(".perfetto.json"), ExportFormat::Perfetto},
    Ending{QLatin1String(".slices.csv.gz"), ExportFormat::Slices},
    Ending{QLatin1String(".slices.csv"), ExportFormat::Slices},
    Ending{QLatin1String(".json"), ExportFormat::Json},
    Ending{QLatin1String(".csv"), ExportFormat::Csv},
    Ending{QLatin1String(".png"), ExportFormat::Png},
};

const Ending *endingOf(const QString &path)
{
    const auto *const found = std::ranges::find_if(
        kEndings, [&](const Ending &ending) { return path.endsWith(ending.text, Qt::CaseInsensitive); });
    return found == kEndings.end() ? nullptr : found;
}

Result<void> saveTimeline(const Recording &recording, const QString &path, ExportFormat format)
{
    const auto &trace = recording.trace;
    if (!trace.timeline)
        return fail(
            ErrorKind::Unsupported, path.toStdString(),
            "this run has no timeline" + (trace.reason.empty() ? std::string() : ": " + trace.reason));
    const auto labels = traceLabels(recording);
    return format == ExportFormat::Perfetto ? savePerfetto(*trace.timeline, labels, path)
                                            : saveSlicesCsv(*trace.timeline, labels, path);
}

std::unexpected<Error> isDirectory(const QString &path)
{
    return failErrno(EISDIR, path.toStdString(), "cannot be written");
}

Result<void> writeAll(QFileDevice &file, const QString &path, const QByteArray &bytes)
{
    if (file.write(bytes) != bytes.size() || !file.flush())
        return std::unexpected(cannotSave(path, file));
    return {};
}

Result<void> writeDirectly(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    // Unbuffered, so that the device's own answer arrives at write and not at a close that nobody asks.
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return std::unexpected(cannotSave(path, file));
    return writeAll(file, path, bytes);
}

} // namespace

std::optional<ExportFormat> exportFormatOf(const QString &path)
{
    const auto *const ending = endingOf(path);
    return ending ? std::optional(ending->format) : std::nullopt;
}

QString exportEnding(const QString &path)
{
    const auto *const ending = endingOf(path);
    return ending ? path.last(ending->text.size()) : QString();
}

QString numberedPath(const QString &path, unsigned number)
{
    const auto ending = exportEnding(path);
    return path.chopped(ending.size()) + u'-' + QString::number(number) + ending;
}

Result<void>
exportRecording(const Recording &recording, const QString &path, const PictureWriter &writePicture)
{
    const auto format = exportFormatOf(path);
    if (!format)
        return fail(ErrorKind::Unsupported, path.toStdString(), kExportEndings);
    return exportRecording(recording, path, *format, writePicture);
}

Result<void> exportRecording(
    const Recording &recording, const QString &path, ExportFormat format, const PictureWriter &writePicture)
{
    switch (format) {
    case ExportFormat::Json:
        return saveFile(path, runJson(recording, JsonWriter::Style::Indented));
    case ExportFormat::Csv:
        return saveFile(path, seriesCsv(recording));
    case ExportFormat::Perfetto:
    case ExportFormat::Slices:
        return saveTimeline(recording, path, format);
    case ExportFormat::Png:
        break;
    }
    if (!writePicture)
        return fail(ErrorKind::Unsupported, path.toStdString(), "pictures cannot be made here");
    return writePicture(recording, path);
}

Result<void> saveFile(const QString &path, const QByteArray &bytes)
{
    const QFileInfo info(path);
    if (info.isDir())
        return isDirectory(path);
    if (isSpecial(info))
        return writeDirectly(path, bytes);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return std::unexpected(cannotSave(path, file));
    if (auto written = writeAll(file, path, bytes); !written)
        return written;
    if (!file.commit())
        return std::unexpected(cannotSave(path, file));
    return {};
}

Result<void> checkWritable(const QString &path)
{
    if (!exportFormatOf(path))
        return fail(ErrorKind::Unsupported, path.toStdString(), kExportEndings);
    const QFileInfo info(path);
    if (info.isDir())
        return isDirectory(path);
    if (isSpecial(info)) {
        if (::access(QFile::encodeName(path).constData(), W_OK) != 0)
            return failErrno(errno, path.toStdString(), "cannot be written");
        return {};
    }
    // QSaveFile shortens the name of its temporary file: a name too long would be seen only when it is
    // renamed.
    if (::access(QFile::encodeName(path).constData(), F_OK) != 0 && errno == ENAMETOOLONG)
        return failErrno(ENAMETOOLONG, path.toStdString(), "cannot be written");
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return std::unexpected(cannotSave(path, file));
    file.cancelWriting();
    return {};
}

} // namespace timeslice
