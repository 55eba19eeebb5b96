// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timeline.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace timeslice {

/// Where records were lost, prepared for asking. Immutable once in a view.
struct TimelineLosses {
    std::vector<LostSpan> spans; ///< By CPU, then by time.
    std::vector<TimeSpan> anywhere; ///< Their union; ascending, disjoint.
    std::vector<std::vector<TimeSpan>> byCore; ///< The same for each core of the view.
    std::uint64_t count = 0; ///< Records that the kernel says it lost.
    bool hasUncounted = false; ///< Besides, records contradict each other, so that some must be missing.
};

/// Joins spans that touch or overlap; ascending and disjoint. Empty ones vanish.
[[nodiscard]] std::vector<TimeSpan> unionOf(std::vector<TimeSpan> spans);

/// Collects losses while the trace goes on; bounded.
/// Thread: the store's writer only. What `freeze` returns may be used anywhere.
class TimelineLossLog {
public:
    /// More losses than this are joined two by two: what lies between them then counts as lost, too.
    static constexpr std::size_t kMost = 4096;

    /// \param count  0: an unknown number. A span that continues the CPU's latest one without a number
    /// extends it.
    void add(TimeSpan span, int cpu, std::uint64_t count);

    [[nodiscard]] bool isEmpty() const { return m_spans.empty(); }

    /// \param cores  The CPUs of the view. \return The same object as long as nothing changes.
    [[nodiscard]] const std::shared_ptr<const TimelineLosses> &freeze(std::span<const int> cores);

private:
    [[nodiscard]] bool extend(TimeSpan span, int cpu);
    void sortSpans();
    void thin();

    std::vector<LostSpan> m_spans;
    std::uint64_t m_count = 0;
    bool m_hasUncounted = false;
    std::size_t m_frozenCores = 0;
    std::shared_ptr<const TimelineLosses> m_frozen;
};

} // namespace timeslice
