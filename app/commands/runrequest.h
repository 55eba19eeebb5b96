// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commandline.h"
#include "core/lab/runtrace.h"
#include "core/run/experiment.h"

#include <QStringList>

#include <chrono>
#include <cstddef>
#include <optional>

namespace timeslice {

/// What `timeslice run` was asked to do; the experiment is valid and complete.
struct RunRequest {
    Experiment experiment;
    unsigned repeat = 1;
    std::optional<std::chrono::milliseconds> timeLimit; ///< For all runs together.
    QStringList exports;
    TraceMode trace = TraceMode::Auto;
    std::optional<std::size_t> traceBytes; ///< What the timeline may take; nothing: the lab's default.
    QStringList command; ///< Program and arguments for the model `command`.
    bool json = false;
    bool force = false; ///< Also what the machine has no room for.
};

[[nodiscard]] const CommandSpec &runSpec();

/// Options over the experiment file, where there is one, over defaults.
/// \param command  What stood behind "--"; it implies the model `command`.
/// \param cpus  How many workers a model of several has where nothing says it.
/// \return  Or one line that names the option, or the file and the key in it, and says what is allowed.
[[nodiscard]] std::expected<RunRequest, QString>
readRunRequest(const CommandLine &line, const QStringList &command, unsigned cpus);

} // namespace timeslice
