// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <QByteArray>

namespace timeslice {

/// A run's time series as RFC 4180 CSV: a header row whose names carry the units, then one row per point,
/// each ended by CR LF. A cell is empty where nothing was measured.
///
/// Columns: `t_s` (since go, end of the interval), `interval_s`, `cpu<id>_busy_1s` for every CPU seen (share
/// of 1, over the second before), `cpu<id>_run` (this run's share of it within the interval, from an exact
/// trace), `run_cores`, `other_cores_1s` (over the second before), `items_per_s`, `worker<n>_items_per_s`,
/// `voluntary_per_s`, `involuntary_per_s`, `observer_cores`, `rss_bytes`, `pss_bytes`, `uss_bytes`, then only
/// for runs that have them `loop_lag_s` (the worst within the interval), `frame_gap_s` (the longest that
/// touches the interval) and each of WorkloadInfo::gauges with its unit (`queue_length_items`, at the end of
/// the interval), then on each row what was run, so that files can be joined: `run`, `workload`, `model`,
/// `workers`, `seed`. Thread: any; pure. Byte-identical in every locale.
[[nodiscard]] QByteArray seriesCsv(const Recording &recording);

/// One cell of text: quoted where RFC 4180 asks for it, and with an apostrophe in front of what a spreadsheet
/// would take for a formula (`=`, `+`, `-`, `@`, tab or CR, also behind blanks or at the beginning of a later
/// line). Source: OWASP, CSV Injection.
[[nodiscard]] QByteArray csvText(const QString &text);

} // namespace timeslice
