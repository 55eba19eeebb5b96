// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/tracelabels.h"

namespace timeslice {

TraceLabels traceLabels(const Recording &recording)
{
    const auto &experiment = recording.experiment;
    TraceLabels labels;
    for (const auto &worker : recording.workers)
        labels.names.emplace(worker.tid, QString::fromStdString(worker.name));
    labels.title =
        QStringLiteral("%1, %2, %3 worker%4")
            .arg(QString::fromStdString(experiment.workload), QString::fromStdString(experiment.model))
            .arg(experiment.workers)
            .arg(QLatin1String(experiment.workers == 1 ? "" : "s"));
    labels.series = recording.series;
    if (recording.go)
        labels.goNs = toBoardNs(*recording.go);
    return labels;
}

} // namespace timeslice
