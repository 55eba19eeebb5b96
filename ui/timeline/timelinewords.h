// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/lanes.h"

#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace timeslice {

// The timeline in words, for tips, screen readers, and tables. Thread: any; pure but for the user's locale.

/// A title, and lines of a name and a value each.
struct SliceWords {
    QString title;
    std::vector<std::pair<QString, QString>> lines;

    [[nodiscard]] QString text() const; ///< Line by line.
    [[nodiscard]] QString html() const; ///< For a tool tip; escaped.
};

/// What a lane does at a moment: who, where, since when, how long, why it ended; of a wait who had the core
/// meanwhile, as far as that was one of ours.
/// \param pixel  What the pixel that is pointed at covers; where it holds several slices they are summed up.
/// \param originNs  Where times count from.
[[nodiscard]] SliceWords describeSlice(
    const TimelineView &view, LaneId lane, std::uint64_t timeNs, std::optional<TimeSpan> pixel,
    std::uint64_t originNs, const std::vector<TaskLook> &looks);

/// "running", "preempted, waiting for a core", ...
[[nodiscard]] QString stateWords(TaskState state);
/// "it blocked (voluntary)", ...; empty when it is not known.
[[nodiscard]] QString endWords(SliceEnd end);
/// A moment since the origin in seconds: "0.0000100 s". \param decimals  0 to 9.
[[nodiscard]] QString momentWords(std::uint64_t timeNs, std::uint64_t originNs, int decimals);
/// "20.0 µs"
[[nodiscard]] QString lengthWords(std::uint64_t ns);
/// "12 lost", "12 or more lost", "lost". \param hasUncounted  Besides, an unknown number.
[[nodiscard]] QString lossWords(std::uint64_t count, bool hasUncounted);
/// A lane in a few words: "worker 0: running 50 %, preempted 20 %, ...".
[[nodiscard]] QString summaryWords(const QString &name, const StateSums &sums);

} // namespace timeslice
