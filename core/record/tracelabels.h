// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timeline.h"
#include "core/record/recording.h"

#include <QByteArrayView>
#include <QString>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>

namespace timeslice {

/// What a trace that leaves the program is labelled with, besides what the kernel told.
struct TraceLabels {
    std::map<int, QString> names; ///< By tid: "worker 0"; for the others comm is taken.
    QString title; ///< "primes, qthread, 2 workers"; may be empty.
    std::optional<std::uint64_t> goNs; ///< When the first item might begin; nothing when it never did.
    std::span<const SeriesPoint> series; ///< The rates as sampled; of the recording, which outlives this.

    [[nodiscard]] QString nameOf(const TaskInfo &task) const
    {
        const auto found = names.find(task.tid);
        return found != names.end() ? found->second : QString::fromStdString(task.name);
    }
};

/// Workers by their names, and what the run was. Thread: any; pure.
[[nodiscard]] TraceLabels traceLabels(const Recording &recording);

/// Takes a long text piece by piece. \return false to end it early.
using TextSink = std::function<bool(QByteArrayView)>;

} // namespace timeslice
