// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>

namespace timeslice {

/// Why no window can be opened, in words; nothing when it is worth a try.
/// \param arguments  The program's: "-platform" chooses another way than the display.
/// Thread: any; needs no application object.
[[nodiscard]] std::optional<QString> whyNoDisplay(const QStringList &arguments);

/// `timeslice [FILE] [--run] [--screenshot OUT.png]`: the window, also what is no command at all.
/// Makes the QApplication. \return The exit code.
/// \param openFiles  See LabOptions::programOpenFiles.
/// Thread: the main one.
[[nodiscard]] int windowMode(int &argc, char **argv, std::optional<std::uint64_t> openFiles);

} // namespace timeslice
