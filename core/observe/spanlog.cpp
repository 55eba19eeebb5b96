// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/spanlog.h"

#include <ranges>

namespace timeslice {

void SpanLog::append(TimeSpan span)
{
    if (m_size % kChunk == 0)
        m_chunks.push_back(std::make_shared<Chunk>());
    std::uint64_t beforeNs = 0;
    if (m_size > 0) {
        const auto &last = entry(m_size - 1);
        beforeNs = last.beforeNs + last.span.lengthNs();
    }
    (*m_chunks.back())[m_size % kChunk] = {span, beforeNs};
    ++m_size;
}

std::size_t SpanLog::begunBy(std::uint64_t timeNs) const
{
    const auto indices = std::views::iota(std::size_t{0}, m_size);
    const auto found =
        std::ranges::partition_point(indices, [&](std::size_t i) { return entry(i).span.beginNs <= timeNs; });
    return static_cast<std::size_t>(found - indices.begin());
}

std::uint64_t SpanLog::coveredBefore(std::uint64_t timeNs) const
{
    const auto begun = begunBy(timeNs);
    if (begun == 0)
        return 0;
    const auto &last = entry(begun - 1);
    return last.beforeNs + std::min(timeNs, last.span.endNs) - last.span.beginNs;
}

std::optional<TimeSpan> SpanLog::at(std::uint64_t timeNs) const
{
    const auto begun = begunBy(timeNs);
    if (begun == 0 || entry(begun - 1).span.endNs <= timeNs)
        return std::nullopt;
    return entry(begun - 1).span;
}

} // namespace timeslice
