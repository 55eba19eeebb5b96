// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/observe/timelineview.h"
#include "core/record/tracelabels.h"

namespace timeslice {

/// Writes every slice of every task as RFC 4180 CSV, piece by piece: a header row, then task by task in the
/// order of time, each row ended by CR LF.
///
/// Columns: `task`, `tid`, `pid`, `state` (running, runnable, blocked, unknown, or summary: many slices of
/// which only sums are kept), `start_s` (since go; since the beginning of the trace when there was none),
/// `length_s`, `cpu` (running only), `ended` (running only: blocked, preempted, exited, open, unknown).
/// Seconds have nine decimals: exactly the nanoseconds. Byte-identical in every locale. Thread: any; pure but
/// for the sink.
void writeSlicesCsv(const TimelineView &view, const TraceLabels &labels, const TextSink &sink);

/// The same into a file, compressed when its name ends in ".gz".
/// \error  System or Denied with the path; then the file is as it was before.
[[nodiscard]] Result<void>
saveSlicesCsv(const TimelineView &view, const TraceLabels &labels, const QString &path);

} // namespace timeslice
