// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/histogram.h"

#include <algorithm>
#include <cmath>

namespace timeslice {

Nanoseconds LatencyHistogram::valueOf(std::size_t bucket) noexcept
{
    constexpr std::size_t kSub = 1U << kSubBits;
    if (bucket < kSub)
        return Nanoseconds(static_cast<std::int64_t>(bucket));
    const auto shift = (bucket >> kSubBits) - 1;
    const auto low = (kSub + (bucket & (kSub - 1))) << shift;
    const auto half = (std::uint64_t{1} << shift) / 2;
    return Nanoseconds(static_cast<std::int64_t>(low + half));
}

std::optional<LatencySummary> summarise(std::span<const LatencyHistogram *const> histograms)
{
    std::array<std::uint64_t, LatencyHistogram::kBuckets> counts{};
    std::uint64_t total = 0;
    Nanoseconds max{};
    for (const auto *histogram : histograms) {
        for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
            const auto count = histogram->count(bucket);
            counts[bucket] += count;
            total += count;
        }
        max = std::max(max, histogram->max());
    }
    if (total == 0)
        return std::nullopt;

    const auto quantile = [&](double share) {
        const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total)));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
            seen += counts[bucket];
            if (seen >= rank)
                return std::min(LatencyHistogram::valueOf(bucket), max);
        }
        return max;
    };
    return LatencySummary{quantile(0.50), quantile(0.95), quantile(0.99), max};
}

} // namespace timeslice
