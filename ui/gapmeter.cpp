// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/gapmeter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace timeslice {

GapStatistics::GapStatistics()
    : m_histogram(std::make_unique<LatencyHistogram>())
{ }

void GapStatistics::clear()
{
    m_histogram = std::make_unique<LatencyHistogram>();
    m_count = 0;
    m_recent.clear();
}

void GapStatistics::add(MonotonicTime at, Nanoseconds gap)
{
    m_histogram->record(gap);
    ++m_count;
    m_recent.push_back({at, gap});
    while (m_recent.front().at + kRecent < at)
        m_recent.pop_front();
}

std::optional<GapSummary> GapStatistics::overall() const
{
    const LatencyHistogram *const histogram = m_histogram.get();
    const auto summary = summarise({&histogram, 1});
    if (!summary)
        return std::nullopt;
    return GapSummary{summary->p50, summary->p99, summary->max, m_count};
}

std::optional<GapSummary> GapStatistics::recent(MonotonicTime now) const
{
    std::vector<Nanoseconds> gaps;
    gaps.reserve(m_recent.size());
    for (const Entry &entry : m_recent) {
        if (entry.at + kRecent >= now)
            gaps.push_back(entry.gap);
    }
    if (gaps.empty())
        return std::nullopt;
    std::ranges::sort(gaps);
    // Nearest rank: the smallest gap that at least this share of all gaps do not exceed.
    const auto quantile = [&gaps](double share) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(gaps.size())));
        return gaps[std::max<std::size_t>(rank, 1) - 1];
    };
    return GapSummary{quantile(0.5), quantile(0.99), gaps.back(), gaps.size()};
}

GapMeter::GapMeter(QObject *parent)
    : QObject(parent)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(kPeriod);
    connect(&m_timer, &QTimer::timeout, this, &GapMeter::turn);
}

void GapMeter::start()
{
    m_gaps.clear();
    m_last = MonotonicClock::now();
    m_timer.start();
}

void GapMeter::stop()
{
    m_timer.stop();
}

void GapMeter::turn()
{
    const MonotonicTime now = MonotonicClock::now();
    const Nanoseconds gap = now - m_last;
    m_last = now;
    m_gaps.add(now, gap);
    Q_EMIT measured(now, gap);
}

} // namespace timeslice
