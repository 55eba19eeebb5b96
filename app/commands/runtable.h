// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <QString>

#include <optional>
#include <vector>

namespace timeslice {

/// Runs as text for people at a terminal. Units never change, so that the numbers of two runs can be compared
/// line by line; what was not measured says "-". Ends with a newline. Thread: any; pure, in the C locale.

/// What was run, in one line: "primes, qthread, 2 workers, 64 items, seed 1".
[[nodiscard]] QString planLine(const Experiment &experiment);

/// One run in full: how it ended, its figures, a line per worker (the first 16), notes.
[[nodiscard]] QString runReport(const Recording &recording);

/// What a line of repeated runs shows of one run; small, so that a thousand of them can be kept.
struct RepeatFigures {
    Outcome outcome = Outcome::Failed;
    std::vector<std::optional<double>> values; ///< In the order of the heading.
};

[[nodiscard]] RepeatFigures figuresOf(const Recording &recording);

/// The same run several times, one line each: the heading, a line, and the medians of the completed ones.
[[nodiscard]] QString repeatHeading();
[[nodiscard]] QString repeatLine(unsigned number, const RepeatFigures &figures);
/// Empty when none was completed.
[[nodiscard]] QString medianLine(const std::vector<RepeatFigures> &runs);

} // namespace timeslice
