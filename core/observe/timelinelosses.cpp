// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinelosses.h"

#include <algorithm>
#include <ranges>

namespace timeslice {

std::vector<TimeSpan> unionOf(std::vector<TimeSpan> spans)
{
    std::ranges::sort(spans, {}, &TimeSpan::beginNs);
    std::vector<TimeSpan> joined;
    for (const auto &span : spans) {
        if (span.lengthNs() == 0)
            continue;
        if (!joined.empty() && span.beginNs <= joined.back().endNs)
            joined.back().endNs = std::max(joined.back().endNs, span.endNs);
        else
            joined.push_back(span);
    }
    return joined;
}

void TimelineLossLog::add(TimeSpan span, int cpu, std::uint64_t count)
{
    m_frozen.reset();
    m_count += count;
    if (count == 0 && extend(span, cpu))
        return;
    m_hasUncounted |= count == 0;
    m_spans.push_back({.span = span, .cpu = cpu, .count = count});
    if (m_spans.size() > kMost)
        thin();
}

// The CPU's latest loss, when the span follows it at once: what was lost there explains this one, too.
bool TimelineLossLog::extend(TimeSpan span, int cpu)
{
    const auto latest = std::ranges::find_if(
        m_spans.rbegin(), m_spans.rend(), [cpu](const LostSpan &loss) { return loss.cpu == cpu; });
    if (latest == m_spans.rend() || latest->span.endNs != span.beginNs)
        return false;
    latest->span.endNs = std::max(latest->span.endNs, span.endNs);
    return true;
}

void TimelineLossLog::sortSpans()
{
    std::ranges::stable_sort(m_spans, [](const LostSpan &a, const LostSpan &b) {
        return a.cpu != b.cpu ? a.cpu < b.cpu : a.span.beginNs < b.span.beginNs;
    });
}

void TimelineLossLog::thin()
{
    sortSpans();
    std::vector<LostSpan> joined;
    bool mayTakeNext = false;
    for (const auto &loss : m_spans) {
        mayTakeNext = mayTakeNext && joined.back().cpu == loss.cpu;
        if (mayTakeNext) {
            joined.back().span.endNs = std::max(joined.back().span.endNs, loss.span.endNs);
            joined.back().count += loss.count;
        } else {
            joined.push_back(loss);
        }
        mayTakeNext = !mayTakeNext;
    }
    m_spans = std::move(joined);
}

const std::shared_ptr<const TimelineLosses> &TimelineLossLog::freeze(std::span<const int> cores)
{
    if (m_frozen && m_frozenCores == cores.size())
        return m_frozen;
    sortSpans();
    auto losses = std::make_shared<TimelineLosses>();
    losses->spans = m_spans;
    losses->count = m_count;
    losses->hasUncounted = m_hasUncounted;
    const auto unionWhere = [this](auto isMeant) {
        std::vector<TimeSpan> spans;
        for (const auto &loss : m_spans) {
            if (isMeant(loss))
                spans.push_back(loss.span);
        }
        return unionOf(std::move(spans));
    };
    losses->anywhere = unionWhere([](const LostSpan &) { return true; });
    for (const int cpu : cores)
        losses->byCore.push_back(unionWhere([cpu](const LostSpan &loss) { return loss.cpu == cpu; }));
    m_frozen = std::move(losses);
    m_frozenCores = cores.size();
    return m_frozen;
}

} // namespace timeslice
