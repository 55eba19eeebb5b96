// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timeline.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace timeslice {

/// Spans in order of time that do not overlap, with the sum up to each; grows at the end only.
///
/// A copy costs a pointer for each 4,096 spans and stays as it is while the original grows. Thread: one
/// writer; a copy may be read by any other thread meanwhile, since spans behind its size are not looked at.
class SpanLog {
public:
    /// \param span  Begins where the last one ended, or later.
    void append(TimeSpan span);
    [[nodiscard]] std::size_t size() const { return m_size; }

    /// How much of the span is covered. Cost: O(log size).
    [[nodiscard]] std::uint64_t coveredNs(TimeSpan span) const
    {
        return coveredBefore(span.endNs) - coveredBefore(span.beginNs);
    }
    /// The one that contains the moment.
    [[nodiscard]] std::optional<TimeSpan> at(std::uint64_t timeNs) const;

private:
    static constexpr std::size_t kChunk = 4096;
    struct Entry {
        TimeSpan span;
        std::uint64_t beforeNs = 0; ///< Sum of all earlier ones.
    };
    using Chunk = std::array<Entry, kChunk>;

    [[nodiscard]] const Entry &entry(std::size_t index) const
    {
        return (*m_chunks[index / kChunk])[index % kChunk];
    }
    /// How many begin at or before the moment.
    [[nodiscard]] std::size_t begunBy(std::uint64_t timeNs) const;
    [[nodiscard]] std::uint64_t coveredBefore(std::uint64_t timeNs) const;

    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::size_t m_size = 0;
};

} // namespace timeslice
