// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/runtrace.h"

#include <system_error>

namespace timeslice {

namespace {

// A reader thread that cannot start is a reason, too.
Result<std::unique_ptr<SwitchTracer>> openTracer(int tid, TracerOptions options)
{
    try {
        return SwitchTracer::open(tid, std::move(options));
    } catch (const std::system_error &error) {
        return failErrno(error.code().value(), "trace", "its reader thread cannot start");
    }
}

// Of one worker, from go to its end, as it accounted for itself.
std::optional<TaskAccount> kernelAccount(const WorkerSlot &slot)
{
    const auto atGo = slot.atGo.load();
    const auto atEnd = slot.atEnd.load();
    if (!atGo || !atEnd)
        return std::nullopt;
    return TaskAccount{
        .tid = slot.tid.load(std::memory_order_relaxed),
        .voluntary = atEnd->voluntary - atGo->voluntary,
        .involuntary = atEnd->involuntary - atGo->involuntary,
        .runningNs = atEnd->cpuNs - atGo->cpuNs,
    };
}

std::optional<TaskAccount> traceAccount(const TimelineView &view, const WorkerSlot &slot)
{
    const auto atGo = slot.atGo.load();
    const auto atEnd = slot.atEnd.load();
    const auto lane = view.laneOfTid(slot.tid.load(std::memory_order_relaxed));
    if (!atGo || !atEnd || !lane)
        return std::nullopt;
    const auto stats = view.stats(*lane, TimeSpan{atGo->atNs, atEnd->atNs});
    return TaskAccount{
        .tid = slot.tid.load(std::memory_order_relaxed),
        .voluntary = stats.voluntary,
        .involuntary = stats.involuntary,
        .runningNs = stats.sums.runningNs,
    };
}

} // namespace

RunTrace::RunTrace() = default;

RunTrace::RunTrace(int tid, std::shared_ptr<PerfCalls> calls)
    : m_store(std::make_shared<TimelineStore>())
{
    auto opened = openTracer(
        tid,
        TracerOptions{
            .sink = [store = m_store](const SwitchChunkPtr &chunk) { store->append(*chunk); },
            .calls = std::move(calls)});
    if (opened) {
        m_tracer = std::move(*opened);
        m_result.source = TraceSource::Perf;
        return;
    }
    const auto access = explainRefusal(opened.error(), readPerfEventParanoid());
    m_result.source = TraceSource::None;
    m_result.reason = access.cause;
    m_result.remedy = access.remedy;
    m_store.reset();
}

TimelineViewPtr RunTrace::view() const
{
    return m_store ? m_store->view() : nullptr;
}

TraceResult RunTrace::finish(const Board &board)
{
    if (!m_tracer)
        return m_result;
    m_tracer->stop();
    const auto status = m_tracer->status();
    m_result.records = status.records;
    m_result.lost = status.lost;
    m_result.readerCpuSeconds = toSeconds(status.readerCpu);
    m_result.timeline = m_store->view();

    std::vector<TaskAccount> kernel;
    std::vector<TaskAccount> trace;
    for (unsigned worker = 0; worker < board.workers(); ++worker) {
        if (const auto account = kernelAccount(board.slot(worker)))
            kernel.push_back(*account);
        if (const auto account = traceAccount(*m_result.timeline, board.slot(worker)))
            trace.push_back(*account);
    }
    m_result.check = selfCheck(trace, kernel, status.lost);
    return m_result;
}

} // namespace timeslice
