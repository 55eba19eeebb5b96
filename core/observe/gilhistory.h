// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/histogram.h"
#include "core/board/board.h"
#include "core/observe/spanlog.h"

#include <memory>
#include <optional>
#include <vector>

namespace timeslice {

/// Who held a simulated interpreter lock and who waited for it, from go on.
class GilHistory {
public:
    struct Worker {
        int tid = 0;
        SpanLog waits;
        SpanLog holds;
        std::uint64_t waitsSinceNs = 0; ///< It waits now, since then; 0: it does not.
        std::uint64_t holdsSinceNs = 0;
    };

    [[nodiscard]] const std::vector<Worker> &workers() const { return m_workers; }
    /// nullptr for a task that is no worker.
    [[nodiscard]] const Worker *ofTid(int tid) const;
    /// How much of the span the worker waited for the lock.
    [[nodiscard]] static std::uint64_t waitedNs(const Worker &worker, TimeSpan span);
    /// The wait that contains the moment; one that has not ended yet ends at UINT64_MAX.
    [[nodiscard]] static std::optional<TimeSpan> waitAt(const Worker &worker, std::uint64_t timeNs);
    /// Index of the worker that held the lock at a moment.
    [[nodiscard]] std::optional<std::size_t> holderAt(std::uint64_t timeNs) const;

private:
    friend class GilReader;

    std::vector<Worker> m_workers;
};

/// What there is to say about a lock in numbers.
struct GilSummary {
    std::uint64_t handOvers = 0; ///< It was taken by another worker than the one before.
    std::uint64_t asked = 0; ///< It was given up because another one asked for it.
    std::optional<LatencySummary> hold; ///< From taking it to giving it up.
    std::optional<LatencySummary> wait; ///< From asking for it to taking it, where it was not free.
    std::uint64_t lost =
        0; ///< Events that were overwritten before they could be read: the rest is of the others.
};

/// Reads the workers' logs while the run is under way. Thread: one at a time.
class GilReader {
public:
    /// Beyond this many spans of a worker the history stands still; the summary goes on.
    static constexpr std::size_t kMostSpans = 1 << 20;

    explicit GilReader(std::shared_ptr<const Board> board);

    /// Comes often enough: see the size of the logs.
    void read();
    [[nodiscard]] std::shared_ptr<const GilHistory> history() const
    {
        return std::make_shared<GilHistory>(m_history);
    }
    [[nodiscard]] GilSummary summary() const;

private:
    void take(std::size_t worker, const GilEvent &event);

    std::shared_ptr<const Board> m_board;
    std::vector<std::uint64_t> m_next;
    std::vector<std::pair<GilEvent, std::size_t>> m_events; ///< With the worker; used again for each reading.
    std::vector<GilEvent> m_buffer;
    GilHistory m_history;
    std::optional<std::size_t> m_lastHolder;
    GilSummary m_counts;
    std::unique_ptr<LatencyHistogram> m_holds;
    std::unique_ptr<LatencyHistogram> m_waits;
};

} // namespace timeslice
