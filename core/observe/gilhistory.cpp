// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/gilhistory.h"

#include <algorithm>

namespace timeslice {

const GilHistory::Worker *GilHistory::ofTid(int tid) const
{
    const auto found = std::ranges::find(m_workers, tid, &Worker::tid);
    return found == m_workers.end() ? nullptr : &*found;
}

std::uint64_t GilHistory::waitedNs(const Worker &worker, TimeSpan span)
{
    auto waited = worker.waits.coveredNs(span);
    if (worker.waitsSinceNs != 0)
        waited += overlapNs(span, {worker.waitsSinceNs, UINT64_MAX});
    return waited;
}

std::optional<TimeSpan> GilHistory::waitAt(const Worker &worker, std::uint64_t timeNs)
{
    if (worker.waitsSinceNs != 0 && timeNs >= worker.waitsSinceNs)
        return TimeSpan{worker.waitsSinceNs, UINT64_MAX};
    return worker.waits.at(timeNs);
}

std::optional<std::size_t> GilHistory::holderAt(std::uint64_t timeNs) const
{
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        const auto &worker = m_workers[i];
        if ((worker.holdsSinceNs != 0 && timeNs >= worker.holdsSinceNs) || worker.holds.at(timeNs))
            return i;
    }
    return std::nullopt;
}

GilReader::GilReader(std::shared_ptr<const Board> board)
    : m_board(std::move(board))
    , m_next(m_board->workers(), 0)
    , m_holds(std::make_unique<LatencyHistogram>())
    , m_waits(std::make_unique<LatencyHistogram>())
{
    m_history.m_workers.resize(m_board->workers());
}

void GilReader::read()
{
    m_events.clear();
    for (unsigned worker = 0; worker < m_board->workers(); ++worker) {
        m_history.m_workers[worker].tid = m_board->slot(worker).tid.load(std::memory_order_acquire);
        m_buffer.clear();
        m_counts.lost += m_board->gilLog(worker).read(m_next[worker], m_buffer);
        for (const auto &event : m_buffer)
            m_events.emplace_back(event, worker);
    }
    // Each worker's own are in order. Who takes the lock next is told by all together; what one of them has
    // not written yet changes that order by one hand-over at most.
    std::ranges::stable_sort(m_events, {}, [](const auto &one) { return one.first.timeNs; });
    for (const auto &[event, worker] : m_events)
        take(worker, event);
}

void GilReader::take(std::size_t index, const GilEvent &event)
{
    auto &worker = m_history.m_workers[index];
    const auto close = [&](std::uint64_t &since, SpanLog &log, LatencyHistogram &histogram) {
        if (since != 0 && event.timeNs >= since) {
            histogram.record(Nanoseconds(static_cast<std::int64_t>(event.timeNs - since)));
            if (log.size() < kMostSpans)
                log.append({since, event.timeNs});
        }
        since = 0;
    };
    switch (event.kind) {
    case GilEventKind::Wait:
        worker.waitsSinceNs = event.timeNs;
        break;
    case GilEventKind::Take:
        close(worker.waitsSinceNs, worker.waits, *m_waits);
        worker.holdsSinceNs = event.timeNs;
        if (m_lastHolder && *m_lastHolder != index)
            ++m_counts.handOvers;
        m_lastHolder = index;
        break;
    case GilEventKind::Drop:
        ++m_counts.asked;
        [[fallthrough]];
    case GilEventKind::Release:
        close(worker.holdsSinceNs, worker.holds, *m_holds);
        break;
    }
}

GilSummary GilReader::summary() const
{
    auto summary = m_counts;
    const LatencyHistogram *const holds = m_holds.get();
    const LatencyHistogram *const waits = m_waits.get();
    summary.hold = summarise({&holds, 1});
    summary.wait = summarise({&waits, 1});
    return summary;
}

} // namespace timeslice
