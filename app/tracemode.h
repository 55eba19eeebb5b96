// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/runtrace.h"

#include <QString>

#include <expected>

namespace timeslice {

/// What `--trace` says, for the window and for `timeslice run`.
/// \return  Or one line that names the option and what is allowed.
[[nodiscard]] std::expected<TraceMode, QString> readTraceMode(const QString &text);

} // namespace timeslice
