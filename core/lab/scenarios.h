// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/run/experiment.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace timeslice {

/// An experiment worth running, as it comes with the program: something to see, one key away.
struct Scenario {
    QString id; ///< "two-threads"
    QString title; ///< "Two threads, two cores"
    QString description; ///< One or two sentences: what is done, and what to watch.
    Experiment experiment; ///< Valid and complete.
};

/// The scenarios of this build, in the order shown; the first is what the window opens with. Read from the
/// program's resources (resources/scenarios, by file name); one that this build cannot run is left out.
/// Thread: any. Cost: parses some small files at each call.
[[nodiscard]] std::vector<Scenario> scenarios();

/// Schema `timeslice.scenario/1`: an object of `schema`, `id`, `title`, `description` (texts, not empty) and
/// `experiment` (schema `timeslice.experiment/1`, validated).
/// \error  Malformed or Unsupported, with the JSON pointer of the key concerned.
/// Thread: any; pure.
[[nodiscard]] Result<Scenario> scenarioFromJson(const QByteArray &text);

} // namespace timeslice
