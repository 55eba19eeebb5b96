// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/observe/timelineview.h"
#include "core/record/tracelabels.h"

namespace timeslice {

/// Writes a timeline as trace-event JSON for ui.perfetto.dev, piece by piece.
///
/// Names of processes and threads come first ("M"), then each thread's states ("T": Running with its cpu, R
/// for runnable, S for blocked, with what function where that is known: the GIL), then instants ("i") for go
/// and for what is missing: lost records, stretches of which only sums are kept, and rates that could not be
/// measured; then the sampled rates as counters ("C"). No state is written for time that is not known. Times
/// are microseconds since the beginning of the trace; `metadata` tells when that was, and when go.
///
/// Byte-identical in every locale. Thread: any; pure but for the sink. Cost: about 100 bytes a state.
/// Source: Perfetto's importer, src/trace_processor/importers/json; "T" is read since v54, and ignored
/// before.
void writePerfetto(const TimelineView &view, const TraceLabels &labels, const TextSink &sink);

/// The same into a file, compressed when its name ends in ".gz".
/// \error  System or Denied with the path; then the file is as it was before.
[[nodiscard]] Result<void>
savePerfetto(const TimelineView &view, const TraceLabels &labels, const QString &path);

} // namespace timeslice
