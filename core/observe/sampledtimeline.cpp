// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/sampledtimeline.h"

#include "core/observe/runreader.h"
#include "core/observe/systemreader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <unordered_map>
#include <unordered_set>

namespace timeslice {

namespace {

constexpr int kCostliest = 20; ///< A reading may take this part of the period.

// What makes a timeline; all else is the sampler's to read.
RunSubject tasksOf(RunSubject subject)
{
    subject.readsMemory = false;
    subject.hasLoop = false;
    subject.workload = nullptr;
    subject.gauges = 0;
    return subject;
}

/// Cumulative; what a task could not tell is nothing.
struct Counters {
    std::optional<std::uint64_t> runningNs;
    std::optional<std::uint64_t> runnableNs;
    std::optional<std::uint64_t> voluntary;
    std::optional<std::uint64_t> involuntary;
};

Counters countersOf(const TaskReading &reading)
{
    return {
        .runningNs = reading.cpuNs,
        .runnableNs = reading.queueWaitNs,
        .voluntary = reading.voluntary,
        .involuntary = reading.involuntary};
}

// Nothing is added where one of the two is not known: what has come together until now is not of this
// interval.
std::uint64_t grown(const std::optional<std::uint64_t> &before, const std::optional<std::uint64_t> &now)
{
    return before && now && *now > *before ? *now - *before : 0;
}

} // namespace

/// What the thread and its owner share, behind one mutex.
class SampledTimeline::Reader {
public:
    Reader(RunSubject subject, TimelineLimits limits)
        : m_limits(limits)
        , m_system({})
        , m_run({}, tasksOf(std::move(subject)))
        , m_beginNs(toBoardNs(MonotonicClock::now()))
        , m_untilNs(m_beginNs)
    {
        take(Depth::Full);
        publish();
        tell();
    }

    void take(Depth depth);
    void publish();
    void adaptPeriod(Nanoseconds cost);

    std::mutex mutex; ///< Protects everything but what is published; held for a whole reading.
    std::condition_variable_any wake;
    bool isFinished = false;
    SampledStatus status{.period = kPeriod};

    [[nodiscard]] TimelineViewPtr publishedView() const;
    [[nodiscard]] SampledStatus publishedStatus() const;
    /// After each reading.
    void tell();
    void addRootPid(int pid) { m_run.addRootPid(pid); }

private:
    struct Task {
        Task(std::uint64_t bornNs, LaneMemory &memory)
            : lane(LaneId::Kind::Task, bornNs, TaskState::Blocked, memory)
            , untilNs(bornNs)
        { }
        LaneBuilder lane;
        Counters counters; ///< At `untilNs`.
        std::uint64_t untilNs;
        std::uint64_t lateNs =
            0; ///< Charged, but longer than there was time for: it belongs to the next interval.
    };

    void add(const TaskReading &reading);
    Task &addTask(const TaskReading &reading);
    void advance(Task &task, const TaskReading &reading);
    void keepWithinLimit();

    const TimelineLimits m_limits;
    SystemReader m_system; ///< Whether the machine slept, and whether anybody has created a task.
    RunReader m_run;
    Snapshot m_snapshot;
    std::uint64_t m_beginNs;
    std::uint64_t m_untilNs; ///< When the last reading began.
    LaneMemory m_memory;
    std::vector<std::unique_ptr<Task>> m_tasks;
    std::vector<TaskInfo> m_infos; ///< As m_tasks.
    std::shared_ptr<const std::vector<TaskInfo>> m_frozenInfos; ///< Null when they have changed since.
    std::unordered_map<int, std::size_t> m_taskOfTid;
    std::unordered_set<int> m_tasksWithoutLane; ///< Their tids.
    std::uint64_t m_version = 0;

    mutable std::atomic<bool> m_isWanted = false; ///< Somebody asked for a view.
    mutable std::mutex m_publishMutex; ///< Protects the next two, for the time of copying them.
    TimelineViewPtr m_published;
    SampledStatus m_publishedStatus;
};

void SampledTimeline::Reader::take(Depth depth)
{
    m_untilNs = toBoardNs(MonotonicClock::now());
    m_snapshot.gaps.clear();
    m_system.read(m_snapshot);
    m_run.read(m_snapshot, depth);
    for (const auto &reading : m_snapshot.tasks)
        add(reading);
    ++status.samples;
    ++m_version;
    keepWithinLimit();
}

void SampledTimeline::Reader::add(const TaskReading &reading)
{
    const auto known = m_taskOfTid.find(reading.tid);
    const bool isSame = known != m_taskOfTid.end() && m_infos[known->second].pid == reading.pid
        && (reading.alive || !m_tasks[known->second]->lane.isGone());
    if (isSame) {
        if (!m_tasks[known->second]->lane.isGone())
            advance(*m_tasks[known->second], reading);
        auto &info = m_infos[known->second];
        if (!reading.alive) {
            m_tasks[known->second]->lane.setGone(m_untilNs);
            info.goneNs = m_untilNs;
            m_frozenInfos.reset();
        }
        if (info.name != reading.name) {
            info.name = reading.name;
            m_frozenInfos.reset();
        }
        return;
    }
    if (known != m_taskOfTid.end() && !reading.alive)
        return; // told already
    if (m_tasks.size() == m_limits.taskLanes) {
        m_tasksWithoutLane.insert(reading.tid);
        return;
    }
    auto &task = addTask(reading);
    advance(task, reading);
    if (!reading.alive) {
        task.lane.setGone(m_untilNs);
        m_infos.back().goneNs = m_untilNs;
    }
}

SampledTimeline::Reader::Task &SampledTimeline::Reader::addTask(const TaskReading &reading)
{
    const auto bornNs = std::clamp(toBoardNs(reading.started), m_beginNs, m_untilNs);
    m_tasks.push_back(std::make_unique<Task>(bornNs, m_memory));
    m_taskOfTid[reading.tid] = m_tasks.size() - 1;
    m_frozenInfos.reset();
    m_infos.push_back(
        {.pid = reading.pid,
         .tid = reading.tid,
         .parentTid = 0,
         .name = reading.name,
         .bornNs = bornNs,
         .goneNs = {}});
    auto &task = *m_tasks.back();
    // What it did before the timeline began is not part of it.
    if (toBoardNs(reading.started) < m_beginNs)
        task.counters = countersOf(reading);
    else
        task.counters = {.runningNs = 0, .runnableNs = 0, .voluntary = 0, .involuntary = 0};
    return task;
}

void SampledTimeline::Reader::advance(Task &task, const TaskReading &reading)
{
    const auto now = countersOf(reading);
    const TimeSpan interval{task.untilNs, m_untilNs};
    if (interval.lengthNs() == 0)
        return;
    task.untilNs = m_untilNs;
    if (!now.runningNs || !task.counters.runningNs) {
        task.lane.appendSums(interval, {.unknownNs = interval.lengthNs()}, 0);
        task.counters = now;
        return;
    }
    const auto charged = grown(task.counters.runningNs, now.runningNs) + task.lateNs;
    const auto running = std::min(charged, interval.lengthNs());
    const auto rest = interval.lengthNs() - running;
    const bool tellsWaits = now.runnableNs && task.counters.runnableNs;
    const auto runnable = std::min(grown(task.counters.runnableNs, now.runnableNs), rest);
    const auto involuntary = grown(task.counters.involuntary, now.involuntary);
    task.lateNs = charged - running;
    task.lane.appendSums(
        interval,
        {.runningNs = running,
         .runnableNs = runnable,
         .unknownNs = tellsWaits ? 0 : rest, // waiting for a core or blocked: the kernel does not say
         .switches = grown(task.counters.voluntary, now.voluntary) + involuntary},
        involuntary);
    task.counters = now;
}

void SampledTimeline::Reader::keepWithinLimit()
{
    m_memory.dropUnusedRetired();
    if (m_memory.bytes <= m_limits.bytes)
        return;
    for (const auto &task : m_tasks)
        task->lane.thinSummaries();
    publish(); // the last view would keep alive what was just given up
}

void SampledTimeline::Reader::publish()
{
    if (!m_frozenInfos)
        m_frozenInfos = std::make_shared<const std::vector<TaskInfo>>(m_infos);
    TimelineView::Data data{
        .version = m_version,
        .known = {m_beginNs, m_untilNs},
        .isFinished = isFinished,
        .bytes = m_memory.bytes,
        .tasksWithoutLane = m_tasksWithoutLane.size(),
        .tasks = m_frozenInfos,
        .cores = std::make_shared<const std::vector<int>>(),
        .losses = std::make_shared<const TimelineLosses>(),
        .taskLanes = {},
        .coreLanes = {}};
    data.taskLanes.reserve(m_tasks.size());
    for (const auto &task : m_tasks)
        data.taskLanes.push_back(task->lane.snapshot());
    auto view = std::make_shared<const TimelineView>(std::move(data));
    const std::scoped_lock lock(m_publishMutex);
    m_published.swap(view);
}

void SampledTimeline::Reader::tell()
{
    if (m_isWanted.exchange(false, std::memory_order_relaxed) || isFinished)
        publish();
    const std::scoped_lock lock(m_publishMutex);
    m_publishedStatus = status;
}

TimelineViewPtr SampledTimeline::Reader::publishedView() const
{
    m_isWanted.store(true, std::memory_order_relaxed);
    const std::scoped_lock lock(m_publishMutex);
    return m_published;
}

SampledStatus SampledTimeline::Reader::publishedStatus() const
{
    const std::scoped_lock lock(m_publishMutex);
    return m_publishedStatus;
}

void SampledTimeline::Reader::adaptPeriod(Nanoseconds cost)
{
    // Falls back slowly: one cheap reading between dear ones is no reason to hurry.
    const auto needed = std::max(kPeriod, kCostliest * cost);
    status.period = needed > status.period ? needed : status.period - (status.period - needed) / kCostliest;
}

SampledTimeline::SampledTimeline(RunSubject subject, TimelineLimits limits)
    : m_reader(std::make_unique<Reader>(std::move(subject), limits))
{
    m_thread = std::jthread([&reader = *m_reader](const std::stop_token &stop) {
        ::pthread_setname_np(::pthread_self(), "task-sampler");
        std::unique_lock lock(reader.mutex);
        std::chrono::steady_clock::time_point next(MonotonicClock::now().time_since_epoch());
        while (!stop.stop_requested()) {
            next += reader.status.period;
            if (reader.wake.wait_until(lock, stop, next, [] { return false; }) || stop.stop_requested())
                continue;
            const auto before = threadCpuTime();
            reader.take(Depth::Changed);
            reader.status.readerCpu = threadCpuTime();
            reader.adaptPeriod(reader.status.readerCpu - before);
            reader.tell();
            for (const auto now = std::chrono::steady_clock::now(); next + reader.status.period < now;
                 next += reader.status.period)
                ++reader.status.missed;
        }
    });
}

SampledTimeline::~SampledTimeline()
{
    stop();
}

void SampledTimeline::addRootPid(int pid)
{
    const std::scoped_lock lock(m_reader->mutex);
    m_reader->addRootPid(pid);
}

void SampledTimeline::stop()
{
    if (!m_thread.joinable())
        return;
    m_thread.request_stop();
    m_thread.join();
    const std::scoped_lock lock(m_reader->mutex);
    m_reader->take(Depth::Full);
    m_reader->isFinished = true;
    m_reader->tell();
}

TimelineViewPtr SampledTimeline::view() const
{
    return m_reader->publishedView();
}

SampledStatus SampledTimeline::status() const
{
    return m_reader->publishedStatus();
}

} // namespace timeslice
