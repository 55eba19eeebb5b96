// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/runtrace.h"

#include "core/lab/foreigntasks.h"
#include "core/procfs/cputimes.h"

#include <system_error>
#include <utility>

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

SelfCheck checkWorkers(
    const TimelineView &view, const Board &board, std::uint64_t lost, const SelfCheckTolerance &tolerance)
{
    std::vector<TaskAccount> kernel;
    std::vector<TaskAccount> trace;
    for (unsigned worker = 0; worker < board.workers(); ++worker) {
        if (const auto account = kernelAccount(board.slot(worker)))
            kernel.push_back(*account);
        if (const auto account = traceAccount(view, board.slot(worker)))
            trace.push_back(*account);
    }
    return selfCheck(trace, kernel, lost, tolerance);
}

// All processes together: what the kernel keeps of children that have ended is one sum.
SelfCheck checkDescendants(
    const TimelineView &view, const Board &board, std::uint64_t lost, const SelfCheckTolerance &tolerance)
{
    auto kernel = kernelAccount(board.slot(0));
    if (!kernel || view.tasksWithoutLane() > 0)
        return {};
    TaskAccount trace{.tid = kernel->tid, .runningNs = 0};
    for (const auto index : foreignTasks(view, board.enginePid())) {
        const auto stats = view.stats({LaneId::Kind::Task, index}, view.known());
        trace.voluntary += stats.voluntary;
        trace.involuntary += stats.involuntary;
        *trace.runningNs += stats.sums.runningNs;
        ++kernel->exits;
    }
    auto check = selfCheck({&trace, 1}, {&*kernel, 1}, lost, tolerance);
    // A process that nobody waited for is in the trace alone.
    if (check.verdict == SelfCheckVerdict::Differs && check.tasks.front().switches > 0)
        check.verdict = SelfCheckVerdict::NotPossible;
    return check;
}

} // namespace

RunTrace::RunTrace() = default;

RunTrace::RunTrace(TraceRequest request, int tid, RunSubject subject)
{
    const auto mode = request.mode;
    const auto limits = request.limits;
    if (mode == TraceMode::Off)
        return;
    if (mode == TraceMode::Sampled)
        m_result.reason = "it was asked for";
    else if (
        openExact(std::move(request), {.pid = subject.board->enginePid(), .tid = tid, .name = "engine"})
        || mode == TraceMode::Perf)
        return;
    openSampled(std::move(subject), limits);
}

bool RunTrace::openExact(TraceRequest request, TaskInfo traced)
{
    const int tid = traced.tid;
    const int bystander = request.bystander.tid;
    const auto store = std::make_shared<TimelineStore>(
        request.limits, TimelineTasks{std::move(traced), std::move(request.bystander)});
    auto opened = openTracer(
        tid,
        TracerOptions{
            .sink = [store](const SwitchChunkPtr &chunk) { store->append(*chunk); },
            .bystander = bystander,
            .calls = std::move(request.calls)});
    if (!opened) {
        const auto access = explainRefusal(opened.error(), readPerfEventParanoid());
        m_result.source = TraceSource::None;
        m_result.reason = access.cause;
        m_result.remedy = access.remedy;
        return false;
    }
    m_store = store;
    m_tracer = std::move(*opened);
    m_result.source = TraceSource::Perf;
    return true;
}

void RunTrace::openSampled(RunSubject subject, TimelineLimits limits)
{
    try {
        m_sampled = std::make_unique<SampledTimeline>(std::move(subject), limits);
        m_result.source = TraceSource::Sampled;
    } catch (const std::system_error &error) {
        m_result.source = TraceSource::None;
        m_result.reason = std::string("the thread that reads the tasks cannot start: ") + error.what();
    }
}

void RunTrace::addRootPid(int pid)
{
    if (m_sampled)
        m_sampled->addRootPid(pid);
}

void RunTrace::watchLock(std::shared_ptr<const Board> board)
{
    m_lock.emplace(std::move(board));
}

void RunTrace::readLock()
{
    if (!m_lock)
        return;
    m_lock->read();
    m_lockHistory = m_lock->history();
}

std::optional<GilSummary> RunTrace::lockSummary() const
{
    return m_lock ? std::optional(m_lock->summary()) : std::nullopt;
}

TimelineViewPtr RunTrace::view() const
{
    auto view = m_store ? m_store->view() : m_sampled ? m_sampled->view() : nullptr;
    if (view && m_lockHistory)
        view = view->with(m_lockHistory);
    return view;
}

TraceResult RunTrace::status() const
{
    auto result = m_result;
    if (m_isFinished)
        return result;
    result.timeline = view();
    if (m_tracer) {
        const auto status = m_tracer->status();
        result.records = status.records;
        result.lost = status.lost + status.malformed;
        result.malformed = status.malformed;
        result.hasUncountedLosses = result.timeline->losses().hasUncounted;
        result.readerCpuSeconds = toSeconds(status.readerCpu);
    } else if (m_sampled) {
        const auto status = m_sampled->status();
        result.readerCpuSeconds = toSeconds(status.readerCpu);
        result.samplePeriodSeconds = toSeconds(status.period);
    }
    return result;
}

const TraceResult &RunTrace::finish()
{
    if (m_isFinished)
        return m_result;
    if (m_tracer)
        m_tracer->stop();
    if (m_sampled)
        m_sampled->stop();
    readLock();
    m_result = status();
    m_isFinished = true;
    return m_result;
}

std::optional<SelfCheck> RunTrace::check(const Board &board, Accounted accounted, Nanoseconds stolen) const
{
    if (!m_isFinished || !m_tracer)
        return std::nullopt;
    SelfCheckTolerance tolerance;
    // Stolen time is told in whole ticks, of each CPU.
    if (stolen.count() > 0)
        tolerance.stolenNs = static_cast<std::uint64_t>(
            (stolen + static_cast<std::int64_t>(m_result.timeline->cores().size()) * fromClockTicks(1))
                .count());
    const auto lost = m_result.lost.value_or(0);
    return accounted == Accounted::Workers ? checkWorkers(*m_result.timeline, board, lost, tolerance)
                                           : checkDescendants(*m_result.timeline, board, lost, tolerance);
}

} // namespace timeslice
