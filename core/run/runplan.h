// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"
#include "core/workload/workload.h"

#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace timeslice {

/// Everything the engine needs to know of a run, wherever it is hosted. Written to the run's private
/// directory for child processes.
struct RunPlan {
    Experiment experiment;
    std::optional<HttpEndpoint> httpServer;
    std::vector<int> cpusAllowed; ///< What `pin` chooses from; never empty.
    QString runDirectory; ///< 0700, holds `board` and `plan.json`; removed by its owner.
    QString workerProgram; ///< Absolute path of timeslice-worker.
    /// Program and arguments for the model `command`. Given by the user for this run; never part of an
    /// experiment.
    QStringList command;
    /// The soft RLIMIT_NOFILE that program is started with: the user's own, not the one raised for workers.
    /// Nothing: the worker program's.
    std::optional<std::uint64_t> openFiles;
    /// Absolute path of the Python interpreter, where the model or the items need one. Found on this machine;
    /// never part of an experiment.
    QString interpreter;

    [[nodiscard]] QString boardPath() const { return runDirectory + QStringLiteral("/board"); }
};

/// Writes `plan.json` (0600) into the plan's directory. \error System or Denied with the path.
[[nodiscard]] Result<void> writePlan(const RunPlan &plan);

/// Reads it back in a child. \error as experimentFromJson; Malformed for anything else that is wrong with the
/// file.
[[nodiscard]] Result<RunPlan> readPlan(const QString &runDirectory, const QString &workerProgram);

/// An Error as a small JSON object and back, for what a child reports of its end.
[[nodiscard]] QJsonObject errorToJson(const Error &error);
[[nodiscard]] Error errorFromJson(const QJsonObject &object);

} // namespace timeslice
