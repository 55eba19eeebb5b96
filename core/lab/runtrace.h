// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/observe/timelinestore.h"
#include "core/perf/tracer.h"
#include "core/record/recording.h"

#include <memory>

namespace timeslice {

/// The exact trace of one run, from the engine's first moment to its last: tracer, store, and why there is
/// none.
///
/// The tracer's reader thread feeds the store; the lab takes views of it.
/// Thread: the lab's.
class RunTrace {
public:
    /// \param tid  The engine's thread, which has created no worker yet.
    /// Never fails: without a trace `result` says why and what helps.
    /// \param calls  Empty: the real kernel calls.
    RunTrace(int tid, std::shared_ptr<PerfCalls> calls = {});
    /// A run for which none was wanted.
    RunTrace();

    /// The newest view that is ready; nullptr without a trace. Cost: a pointer.
    [[nodiscard]] TimelineViewPtr view() const;

    /// Ends the trace, compares it with the kernel's accounts of the workers on the board, and says how it
    /// went. Blocks until the last record is read (some milliseconds).
    [[nodiscard]] TraceResult finish(const Board &board);

private:
    std::shared_ptr<TimelineStore> m_store;
    std::unique_ptr<SwitchTracer> m_tracer; ///< After the store it feeds: it must end first.
    TraceResult m_result;
};

} // namespace timeslice
