// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>

namespace timeslice {

/// Latency histogram of fixed size: 16 linear buckets in each power of two, so a value is known within 1/16.
///
/// It lies in shared memory: one worker writes, anybody reads. Recording is two relaxed memory accesses and
/// no allocation. Range: 0 ns to 2^48 ns (78 hours); longer values count in the last bucket.
class LatencyHistogram {
public:
    static constexpr unsigned kSubBits = 4;
    static constexpr unsigned kMaxBits = 48;
    static constexpr std::size_t kBuckets = (kMaxBits - kSubBits + 1) << kSubBits;

    /// Thread: the one worker that owns the histogram.
    void record(Nanoseconds latency) noexcept
    {
        auto &bucket = m_counts[bucketOf(latency)];
        bucket.store(bucket.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        const auto ns = static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count());
        if (ns > m_maxNs.load(std::memory_order_relaxed))
            m_maxNs.store(ns, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t count(std::size_t bucket) const noexcept
    {
        return m_counts[bucket].load(std::memory_order_relaxed);
    }
    [[nodiscard]] Nanoseconds max() const noexcept
    {
        return Nanoseconds(static_cast<std::int64_t>(m_maxNs.load(std::memory_order_relaxed)));
    }

    [[nodiscard]] static std::size_t bucketOf(Nanoseconds latency) noexcept
    {
        const auto ns = static_cast<std::uint64_t>(latency.count() < 0 ? 0 : latency.count());
        const auto width = static_cast<unsigned>(std::bit_width(ns));
        if (width <= kSubBits)
            return ns;
        if (width > kMaxBits)
            return kBuckets - 1;
        const unsigned shift = width - kSubBits - 1;
        return ((static_cast<std::size_t>(shift) + 1) << kSubBits) + ((ns >> shift) - (1U << kSubBits));
    }
    /// The middle of a bucket's range.
    [[nodiscard]] static Nanoseconds valueOf(std::size_t bucket) noexcept;

private:
    std::array<std::atomic<std::uint64_t>, kBuckets> m_counts;
    std::atomic<std::uint64_t> m_maxNs;
};

/// Quantiles over all workers of a run. `max` is exact, the others are bucket middles, never above `max`.
struct LatencySummary {
    Nanoseconds p50{};
    Nanoseconds p95{};
    Nanoseconds p99{};
    Nanoseconds max{};
};

/// \return Nothing when no item was recorded.
/// Thread: any; workers may be recording. Cost: O(histograms * buckets).
[[nodiscard]] std::optional<LatencySummary> summarise(std::span<const LatencyHistogram *const> histograms);

} // namespace timeslice
