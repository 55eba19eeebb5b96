// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/workload/workload.h"

#include <memory>
#include <optional>

namespace timeslice {

/// What every worker of a run has in common.
struct WorkerRules {
    std::optional<int> cpu; ///< Bind this worker to that CPU; nothing: let the scheduler decide.
    std::uint64_t failEvery = 0; ///< Every n-th item fails on purpose; 0: none.
};

/// One worker's life on the board: enter, wait for go, carry out items, leave. The same in every model.
///
/// Order: `enter` -> `waitForGo` -> `carryOut`... -> `leave`. Each step publishes what the sampler and the
/// lab read. Thread: constructed anywhere; all calls on the worker's own thread, because the kernel's
/// accounts are per thread.
class WorkerSession {
public:
    WorkerSession(const Board &board, const Workload &workload, StopToken stop, WorkerRules rules);

    /// Registers pid and tid, binds the thread and makes the worker's own state.
    /// \error  Why it cannot work, also put on the board. `leave` must still be called.
    [[nodiscard]] Result<void> enter(const WorkerResources &resources);

    /// Blocks until the run begins, then takes the kernel's account to subtract at the end.
    /// \return false when it was stopped before.
    bool waitForGo();

    /// The item to carry out next, as this worker's items have it (WorkerItems::next). May block.
    /// \return Nothing when this worker has nothing left to do.
    [[nodiscard]] std::optional<std::uint64_t> next();

    /// Carries out one item and accounts for it: latency, checksum, counters, error text.
    /// \error  The item's own error, for whoever waits for it; Cancelled when the run stops (not counted as
    /// failed).
    [[nodiscard]] Result<void> carryOut(std::uint64_t item);

    /// Accounts for an item that was carried out by other means than `carryOut`. \return As `carryOut`.
    [[nodiscard]] Result<void>
    publish(std::uint64_t item, Result<std::uint64_t> result, MonotonicTime begin, MonotonicTime end);

    /// Publishes what the kernel charged this thread since go, and the phase Finished. Idempotent.
    void leave();

    /// End of the item before, or when the run began.
    [[nodiscard]] MonotonicTime now() const { return m_now; }

private:
    const Board &m_board;
    const Workload &m_workload;
    StopToken m_stop;
    WorkerRules m_rules;
    unsigned m_index = 0;
    std::unique_ptr<WorkerItems> m_items;
    MonotonicTime m_now{};
    std::vector<int> m_cpusBefore; ///< Where the thread could run before it was bound.
    bool m_left = false;
};

/// Accounts for one item on the board: latency, checksum, counters, the worker's first error text. A
/// cancelled item is not counted. Thread: the one that owns the worker's slot.
void publishItem(
    const Board &board, unsigned worker, std::uint64_t item, const Result<std::uint64_t> &result,
    MonotonicTime begin, MonotonicTime end);

/// Carries out the worker's items until there are none, the deadline passes or the run stops.
///
/// \param stopOnFailure  Leave at the first failed item and stop the run for all; else failures are only
/// counted.
/// \return The first failure when `stopOnFailure`; a stop is not an error.
/// Thread: the session's.
[[nodiscard]] Result<void> carryOutAll(WorkerSession &session, const Board &board, bool stopOnFailure);

} // namespace timeslice
