// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>

namespace timeslice {

/// What a file to export to becomes, by its ending.
enum class ExportFormat { Json, Csv, Png, Perfetto, Slices };

/// What is said of a path with another ending; to be read behind it.
inline constexpr auto kExportEndings =
    "must end in .json, .csv, .png, .perfetto.json or .slices.csv (these two also with .gz)";

/// \return Nothing for an ending that is none of .perfetto.json, .slices.csv (either with .gz behind it),
/// .json, .csv and .png, in upper or lower case.
[[nodiscard]] std::optional<ExportFormat> exportFormatOf(const QString &path);

/// The ending by which `exportFormatOf` knows the format, as it is written there: ".perfetto.json.gz". Empty
/// for none.
[[nodiscard]] QString exportEnding(const QString &path);

/// The file that run `number` of several is saved to: "run.json" becomes "run-2.json", and
/// "run.perfetto.json" becomes "run-2.perfetto.json".
[[nodiscard]] QString numberedPath(const QString &path, unsigned number);

/// Makes and saves the picture of a run, which core cannot.
using PictureWriter = std::function<Result<void>(const Recording &, const QString &path)>;

/// Saves a run in the format that the ending asks for: json the run's object (indented), csv its time series,
/// png what `writePicture` makes of it, perfetto.json its timeline for ui.perfetto.dev, slices.csv the same
/// as a table.
///
/// A file is complete or as it was before: it is written beside its place and then renamed. Devices and pipes
/// are written to directly.
/// \error  Unsupported for another ending, when there is no picture writer, or for a run without a timeline;
/// System, Denied or Gone with the path. Thread: any that `writePicture` allows.
[[nodiscard]] Result<void>
exportRecording(const Recording &recording, const QString &path, const PictureWriter &writePicture = {});

/// The same in a format that was asked for, whatever the path ends in. A timeline is compressed when its name
/// ends in ".gz".
[[nodiscard]] Result<void> exportRecording(
    const Recording &recording, const QString &path, ExportFormat format,
    const PictureWriter &writePicture = {});

/// Saves bytes at `path` as `exportRecording` does.
[[nodiscard]] Result<void> saveFile(const QString &path, const QByteArray &bytes);

/// Whether `path` could be saved to now, to know before a long run: tries to make a file beside it. Leaves
/// none behind.
/// \error  As exportRecording's. A disk that fills up later is not foreseen.
[[nodiscard]] Result<void> checkWritable(const QString &path);

} // namespace timeslice
