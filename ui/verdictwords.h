// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "core/record/recording.h"

#include <QString>

namespace timeslice {

/// A verdict as the words and the one big number that people read. Empty texts are not shown.
struct VerdictWords {
    QString number; ///< "×1.97" or "1,234".
    QString unit; ///< Of the number: "items/s"; empty for a speed-up.
    QString caption; ///< What the number is: "speed-up with 2 workers of 2.0 possible".
    QString happened; ///< One or two plain sentences.
    QString reason; ///< Why there is no speed-up, or what to know about it; quiet.
    bool isFailure = false; ///< `happened` is what went wrong; there is no number.
    bool offersBaseline = false; ///< A sequential run of the same work would give a speed-up.
};

/// \param verdict  Of `recording`, as `judge` gave it.
/// Thread: any; pure (but for the user's locale).
[[nodiscard]] VerdictWords inWords(const Recording &recording, const Verdict &verdict);

/// A run's model and workers in few words: "One after another", "Qt threads, 4", "Processes, 2, pinned".
[[nodiscard]] QString shortName(const Experiment &experiment);

/// An experiment in one line: "Count primes: Qt threads, 2 workers, for 8 s".
[[nodiscard]] QString planInWords(const Experiment &experiment);

/// What runs the workers: "CPython 3.11.2, GIL on, switch interval 5 ms, fork"; empty for models without an
/// interpreter.
[[nodiscard]] QString interpreterInWords(const std::optional<InterpreterReport> &interpreter);
[[nodiscard]] QString interpreterInWords(const Recording &recording);

/// How the trace's account of the workers compares with the kernel's own, as a sentence.
[[nodiscard]] QString selfCheckInWords(const SelfCheck &check);

/// What the hypervisor took during the run, where that is enough to matter; else empty.
[[nodiscard]] QString stolenInWords(const Recording &recording);

/// How the run ended and when: "Finished after 10.0 s", "Stopped after 3.2 s", "Failed".
[[nodiscard]] QString endInWords(const Recording &recording);

} // namespace timeslice
