// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"
#include "core/run/jsonwriter.h"

#include <QByteArray>

namespace timeslice {

/// One run as an object of schema `timeslice.run/1`, with every name of the contract, always in the same
/// order.
///
/// Seconds and bytes are plain numbers, the checksum is a string of 16 hexadecimal digits. What was not
/// measured is null, never 0: the wall time and the checksum when no item ended, pid and tid of a worker that
/// never started, the exact trace. The first failed item's message is the last of `notes` where no error
/// carries it. Thread: any; pure. Byte-identical in every locale.
[[nodiscard]] QByteArray
runJson(const Recording &recording, JsonWriter::Style style = JsonWriter::Style::Compact);

/// The checksum as files and people see it: 16 hexadecimal digits.
[[nodiscard]] QString checksumText(std::uint64_t checksum);

} // namespace timeslice
