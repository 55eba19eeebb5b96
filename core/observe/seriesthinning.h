// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/series.h"

#include <cstddef>
#include <vector>

namespace timeslice {

/// A point of twice the length in the place of two: what is per second or a share becomes the mean over both,
/// NaN where one of them is, so that a gap stays one.
/// \param later  Begins where `earlier` ends, and has the same CPUs and workers.
/// Thread: any; pure.
[[nodiscard]] SeriesPoint joined(const SeriesPoint &earlier, const SeriesPoint &later);

/// Adds a point to a time series. One that tells again what the last one told (see SeriesBuilder::add) takes
/// its place; where that has been joined with the one before already, it is left out. Thread: any; pure.
void append(std::vector<SeriesPoint> &series, const SeriesPoint &point);

/// Joins the points of a time series two by two. Points that do not follow each other at once, or are not of
/// the same CPUs and workers, stay apart. Thread: any; pure.
void thin(std::vector<SeriesPoint> &series);

/// Memory that a point takes. Thread: any; pure.
[[nodiscard]] std::size_t bytesOf(const SeriesPoint &point);

} // namespace timeslice
