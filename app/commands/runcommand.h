// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <cstdint>
#include <optional>

namespace timeslice {

/// Whether these arguments of `timeslice run` ask for a picture, which needs a QApplication (without a
/// display). Those of the user's program, behind "--", do not count.
[[nodiscard]] bool wantsPicture(const QStringList &arguments);

/// `timeslice run`. Needs the application object; runs its event loop.
/// \param arguments  Behind the word "run".
/// \param openFiles  See LabOptions::programOpenFiles.
/// \return The exit code.
/// Thread: the main one.
[[nodiscard]] int runCommand(const QStringList &arguments, std::optional<std::uint64_t> openFiles);

} // namespace timeslice
