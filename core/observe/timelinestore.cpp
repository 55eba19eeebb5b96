// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/timelinestore.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr std::uint32_t kNoLane = kNoKey;

constexpr std::size_t kSummaryFraction = 4; // of the limit at most for summaries without detail
constexpr std::size_t kGivenUpFraction = 8; // of the limit, and of the time, given up at once
constexpr std::uint64_t kLeastGivenUpNs = 1'000'000;
constexpr std::size_t kCached = 1024;

SliceEnd sliceEndOf(SwitchKind kind)
{
    return kind == SwitchKind::OutPreempted ? SliceEnd::Preempted : SliceEnd::Blocked;
}

constexpr std::size_t cacheSlot(std::int32_t tid)
{
    return static_cast<std::uint32_t>(tid) % kCached;
}

constexpr std::size_t kTaskBytes = sizeof(TaskInfo) + 128; // with its entries in the maps

} // namespace

struct TimelineStore::Task {
    Task(std::uint32_t position, const TaskInfo &info, TaskState initial, LaneMemory &memory)
        : index(position)
        , tid(info.tid)
        , isBystander(info.isBystander)
        , lane(LaneId::Kind::Task, info.bornNs, initial, memory)
    { }

    std::uint32_t index;
    std::int32_t tid;
    bool isBystander; ///< It occupies a core, but is not on the core's lane.
    Core *core = nullptr; ///< Where its open slice runs.
    LaneBuilder lane;
};

struct TimelineStore::Core {
    Core(int number, std::uint64_t bornNs, LaneMemory &memory)
        : cpu(number)
        , lane(LaneId::Kind::Core, bornNs, TaskState::Absent, memory)
        , lastNs(bornNs)
        , lossFromNs(bornNs)
    { }

    int cpu;
    LaneBuilder lane; ///< Its open slice's key is the lane of the task that runs here.
    std::uint64_t lastNs; ///< The latest record: up to here all is known.
    std::uint64_t lossFromNs; ///< Where the latest loss began; the trace's begin when there was none.
    std::int32_t tid = 0; ///< Who runs here; 0: none of ours.
    Task *task = nullptr; ///< The same; null when it has no lane.
};

TimelineStore::TimelineStore(TimelineLimits limits, TimelineTasks tasks)
    : m_limits(limits)
    , m_known(std::move(tasks))
{
    publish();
}

TimelineStore::~TimelineStore() = default;

void TimelineStore::append(const SwitchChunk &chunk)
{
    if (m_beginNs == 0 && m_tasks.empty())
        begin(chunk.traceBeginNs);
    auto name = chunk.names.begin();
    for (const auto &record : chunk.records) {
        for (; name != chunk.names.end() && name->timeNs < record.timeNs; ++name)
            applyName(*name);
        process(record);
    }
    for (; name != chunk.names.end(); ++name)
        applyName(*name);
    m_horizonNs = std::max(m_horizonNs, chunk.horizonNs);
    if (!chunk.records.empty())
        m_horizonNs = std::max(m_horizonNs, chunk.records.back().timeNs);
    m_isFinished |= chunk.last;
    if (!chunk.records.empty() || !chunk.names.empty() || chunk.last)
        m_version.fetch_add(1, std::memory_order_relaxed);

    keepWithinLimit();
    if (m_wanted.exchange(false, std::memory_order_relaxed) || chunk.last)
        publish();
}

void TimelineStore::begin(std::uint64_t timeNs)
{
    m_beginNs = timeNs;
    m_horizonNs = timeNs;
    if (m_known.traced.tid == 0)
        return;
    auto traced = m_known.traced;
    traced.bornNs = timeNs;
    addTask(std::move(traced), TaskState::Unknown);
}

void TimelineStore::process(const SwitchRecord &record)
{
    auto &core = record.cpu < m_coreByCpu.size() && m_coreByCpu[record.cpu] != nullptr
        ? *m_coreByCpu[record.cpu]
        : addCore(record.cpu);
    // The two cases that make up nearly all of a trace first: a task leaves a core, and a known one comes to
    // a free one.
    if (core.tid == record.tid
        && (record.kind == SwitchKind::Out || record.kind == SwitchKind::OutPreempted)) {
        endSlice(core, record.timeNs, sliceEndOf(record.kind));
    } else if (const auto &cached = m_cache[cacheSlot(record.tid)]; record.kind == SwitchKind::In
               && core.tid == 0 && cached.tid == record.tid && cached.task != nullptr
               && cached.task->core == nullptr) {
        beginSlice(core, *cached.task, record.timeNs);
    } else {
        processUnusual(record, core);
    }
    core.lastNs = std::max(core.lastNs, record.timeNs);
}

void TimelineStore::processUnusual(const SwitchRecord &record, Core &core)
{
    switch (record.kind) {
    case SwitchKind::In:
        switchIn(record, core);
        break;
    case SwitchKind::Out:
    case SwitchKind::OutPreempted:
        switchOut(record, core);
        break;
    case SwitchKind::Fork:
        fork(record, core);
        break;
    case SwitchKind::Exit:
        exit(record, core);
        break;
    case SwitchKind::Lost:
        lose(record, core);
        break;
    }
}

void TimelineStore::switchIn(const SwitchRecord &record, Core &core)
{
    cutShort(core, record.timeNs);
    const auto lane = laneOf(record);
    if (lane == kOtherTask) {
        core.lane.begin(record.timeNs, kOtherTask);
        core.tid = record.tid;
        return;
    }
    cutShortElsewhere(*m_tasks[lane], record.timeNs);
    beginSlice(core, *m_tasks[lane], record.timeNs);
}

// A task leaves a core on which it was not seen to arrive.
void TimelineStore::switchOut(const SwitchRecord &record, Core &core)
{
    const auto lane = laneOf(record);
    cutShort(core, record.timeNs);
    if (lane == kOtherTask) {
        addLoss(core, record.timeNs, 0);
        return;
    }
    auto &task = *m_tasks[lane];
    cutShortElsewhere(task, record.timeNs);
    if (hasRunSinceBegin(task)) {
        beginSlice(core, task, m_beginNs);
        endSlice(core, record.timeNs, sliceEndOf(record.kind));
    } else {
        endUnseen(core, task, record.timeNs, sliceEndOf(record.kind));
    }
}

void TimelineStore::fork(const SwitchRecord &record, Core &core)
{
    const auto parentTid = static_cast<std::int32_t>(record.detail);
    auto parent = findLane(parentTid);
    if (parent == kNoLane && parentTid > 0) {
        const auto bornNs = m_tasks.empty() ? m_beginNs : record.timeNs;
        // A thread has the pid of its creator; a process does not tell it.
        parent = addTask(
            {.pid = record.pid != record.tid ? record.pid : 0,
             .tid = parentTid,
             .parentTid = 0,
             .name = {},
             .bornNs = bornNs,
             .goneNs = {}},
            TaskState::Unknown);
    }
    // Who forks is running; if it is the traced task's first sign, it has been since the trace began.
    if (core.tid == 0 && parent < m_tasks.size() && hasRunSinceBegin(*m_tasks[parent]))
        beginSlice(core, *m_tasks[parent], m_beginNs);
    if (const auto former = findLane(record.tid); former < m_tasks.size()) {
        // The tid is used again. If its former owner's end was not seen, it was lost.
        cutShortElsewhere(*m_tasks[former], record.timeNs);
        endTask(*m_tasks[former], record.timeNs);
    }
    addTask(
        {.pid = record.pid,
         .tid = record.tid,
         .parentTid = parentTid,
         .name = parent < m_infos.size() ? m_infos[parent].name : std::string(),
         .bornNs = record.timeNs,
         .goneNs = {}},
        TaskState::Runnable);
}

void TimelineStore::exit(const SwitchRecord &record, Core &core)
{
    const auto lane = findLane(record.tid);
    if (lane >= m_tasks.size()) {
        if (core.tid == record.tid)
            endSlice(core, record.timeNs, SliceEnd::Exited);
        m_laneByTid.erase(record.tid);
        m_cache[cacheSlot(record.tid)] = {};
        return;
    }
    auto &task = *m_tasks[lane];
    if (task.lane.isGone())
        return;
    if (core.tid == 0 && hasRunSinceBegin(task))
        beginSlice(core, task, m_beginNs);
    if (core.tid == record.tid) {
        endSlice(core, record.timeNs, SliceEnd::Exited);
    } else {
        cutShort(core, record.timeNs);
        cutShortElsewhere(task, record.timeNs);
        endUnseen(core, task, record.timeNs, SliceEnd::Exited);
    }
    endTask(task, record.timeNs);
}

void TimelineStore::lose(const SwitchRecord &record, Core &core)
{
    core.lossFromNs = core.lastNs;
    addLoss(core, record.timeNs, record.detail);
    if (core.tid != 0)
        endSlice(core, core.lastNs, SliceEnd::Unknown);
}

void TimelineStore::applyName(const TaskName &name)
{
    auto lane = findLane(name.tid);
    if (lane == kNoLane && m_tasks.empty()) {
        // The traced task renames itself before anything else.
        lane = addTask(
            {.pid = name.pid, .tid = name.tid, .parentTid = 0, .name = {}, .bornNs = m_beginNs, .goneNs = {}},
            TaskState::Unknown);
    }
    if (lane >= m_tasks.size())
        return;
    m_infos[lane].name = name.text();
    m_infosChanged = true;
}

TimelineStore::Core &TimelineStore::addCore(unsigned cpu)
{
    if (cpu >= m_coreByCpu.size())
        m_coreByCpu.resize(cpu + 1, nullptr);
    m_cores.push_back(std::make_unique<Core>(static_cast<int>(cpu), m_beginNs, m_memory));
    m_coreByCpu[cpu] = m_cores.back().get();
    return *m_cores.back();
}

// kNoLane: never seen. kOtherTask: known, but beyond the number that get a lane.
std::uint32_t TimelineStore::findLane(std::int32_t tid)
{
    auto &cached = m_cache[cacheSlot(tid)];
    if (cached.tid == tid && tid != 0)
        return cached.lane;
    const auto found = m_laneByTid.find(tid);
    if (found == m_laneByTid.end())
        return kNoLane;
    remember(tid, found->second);
    return found->second;
}

void TimelineStore::remember(std::int32_t tid, std::uint32_t lane)
{
    const bool isReady = lane < m_tasks.size() && !m_tasks[lane]->lane.isGone() && m_infos[lane].pid != 0;
    m_cache[cacheSlot(tid)] = {.tid = tid, .lane = lane, .task = isReady ? m_tasks[lane].get() : nullptr};
}

std::uint32_t TimelineStore::laneOf(const SwitchRecord &record)
{
    const auto lane = findLane(record.tid);
    const bool isUsable = lane == kOtherTask || (lane < m_tasks.size() && !m_tasks[lane]->lane.isGone());
    if (isUsable) {
        if (lane != kOtherTask && m_infos[lane].pid == 0) {
            m_infos[lane].pid = record.pid;
            m_infosChanged = true;
            remember(record.tid, lane);
        }
        return lane;
    }
    if (record.tid == m_known.bystander.tid) {
        auto bystander = m_known.bystander;
        bystander.pid = record.pid;
        bystander.bornNs = m_beginNs;
        bystander.isBystander = true;
        return addTask(std::move(bystander), TaskState::Unknown);
    }
    // The traced task was there before; any other one whose creation was not seen is there from now on.
    const auto bornNs = m_tasks.empty() ? m_beginNs : record.timeNs;
    return addTask(
        {.pid = record.pid, .tid = record.tid, .parentTid = 0, .name = {}, .bornNs = bornNs, .goneNs = {}},
        TaskState::Unknown);
}

std::uint32_t TimelineStore::addTask(TaskInfo info, TaskState initial)
{
    auto lane = kOtherTask;
    const auto tid = info.tid;
    if (m_tasks.size() < m_limits.taskLanes) {
        lane = static_cast<std::uint32_t>(m_tasks.size());
        m_tasks.push_back(std::make_unique<Task>(lane, info, initial, m_memory));
        m_infos.push_back(std::move(info));
        m_infosChanged = true;
        m_memory.bytes += kTaskBytes;
    } else {
        ++m_tasksWithoutLane;
    }
    m_laneByTid[tid] = lane;
    remember(tid, lane);
    return lane;
}

void TimelineStore::beginSlice(Core &core, Task &task, std::uint64_t timeNs)
{
    if (!task.isBystander)
        core.lane.begin(timeNs, task.index);
    core.tid = task.tid;
    core.task = &task;
    task.lane.begin(timeNs, static_cast<std::uint32_t>(core.cpu));
    task.core = &core;
}

void TimelineStore::endSlice(Core &core, std::uint64_t timeNs, SliceEnd end)
{
    if (core.task == nullptr || !core.task->isBystander)
        core.lane.end(timeNs, end);
    core.tid = 0;
    if (core.task == nullptr)
        return;
    core.task->lane.end(timeNs, end);
    core.task->core = nullptr;
    core.task = nullptr;
}

// A task leaves a core on which it was not seen to arrive.
void TimelineStore::endUnseen(Core &core, Task &task, std::uint64_t timeNs, SliceEnd end)
{
    addLoss(core, timeNs, 0);
    task.lane.endUnseen(core.lossFromNs, timeNs, static_cast<std::uint32_t>(core.cpu), end);
}

// Something else is seen on a core although nobody has left it: a record is missing.
void TimelineStore::cutShort(Core &core, std::uint64_t timeNs)
{
    if (core.tid == 0)
        return;
    addLoss(core, timeNs, 0);
    endSlice(core, core.lastNs, SliceEnd::Unknown);
}

// A task is seen on a core although it has not left another one.
void TimelineStore::cutShortElsewhere(Task &task, std::uint64_t timeNs)
{
    if (task.core != nullptr)
        cutShort(*task.core, timeNs);
}

void TimelineStore::addLoss(const Core &core, std::uint64_t endNs, std::uint64_t count)
{
    m_losses.add({core.lastNs, std::max(core.lastNs, endNs)}, core.cpu, count);
}

// Whether this is the first sign of a task that was there before: then it has run since the trace began.
bool TimelineStore::hasRunSinceBegin(const Task &task) const
{
    return (task.index == 0 || task.isBystander) && m_losses.isEmpty() && !task.lane.isOpen()
        && !task.lane.hasSlices();
}

void TimelineStore::endTask(Task &task, std::uint64_t timeNs)
{
    if (task.lane.isGone())
        return;
    task.lane.setGone(timeNs);
    auto &info = m_infos[task.index];
    info.goneNs = timeNs;
    m_infosChanged = true;
    remember(info.tid, task.index);
}

template <typename Function>
void TimelineStore::forEachLane(Function function)
{
    for (const auto &task : m_tasks)
        function(task->lane);
    for (const auto &core : m_cores)
        function(core->lane);
}

void TimelineStore::keepWithinLimit()
{
    m_memory.dropUnusedRetired();
    if (m_memory.bytes <= m_limits.bytes)
        return;
    giveUpOldest();
    std::size_t summaries = 0;
    forEachLane([&](const LaneBuilder &lane) { summaries += lane.summaryBytes(); });
    if (summaries > m_limits.bytes / kSummaryFraction)
        forEachLane([](LaneBuilder &lane) { lane.thinSummaries(); });
    publish(); // the last view would keep alive what was just given up
}

void TimelineStore::giveUpOldest()
{
    const auto target = m_limits.bytes - m_limits.bytes / kGivenUpFraction;
    while (m_memory.bytes > target) {
        std::uint64_t oldestNs = UINT64_MAX;
        forEachLane([&](const LaneBuilder &lane) { oldestNs = std::min(oldestNs, lane.oldestDetailNs()); });
        if (oldestNs >= m_horizonNs)
            return; // only blocks that still grow are left
        // A piece of the time at once, for all lanes: the lists of summaries are copied each time.
        const auto untilNs =
            oldestNs + std::max((m_horizonNs - oldestNs) / kGivenUpFraction, kLeastGivenUpNs);
        forEachLane([untilNs](LaneBuilder &lane) { lane.summariseUntil(untilNs); });
    }
}

void TimelineStore::publish()
{
    if (m_infosChanged || !m_frozenInfos)
        m_frozenInfos = std::make_shared<const std::vector<TaskInfo>>(m_infos);
    m_infosChanged = false;
    if (!m_frozenCores || m_frozenCores->size() != m_cores.size()) {
        std::vector<int> cpus;
        for (const auto &core : m_cores)
            cpus.push_back(core->cpu);
        m_frozenCores = std::make_shared<const std::vector<int>>(std::move(cpus));
    }

    TimelineView::Data data{
        .version = m_version.load(std::memory_order_relaxed),
        .known = {m_beginNs, m_horizonNs},
        .isFinished = m_isFinished,
        .bytes = m_memory.bytes,
        .tasksWithoutLane = m_tasksWithoutLane,
        .tasks = m_frozenInfos,
        .cores = m_frozenCores,
        .losses = m_losses.freeze(*m_frozenCores),
        .taskLanes = {},
        .coreLanes = {}};
    data.taskLanes.reserve(m_tasks.size());
    for (const auto &task : m_tasks)
        data.taskLanes.push_back(task->lane.snapshot());
    data.coreLanes.reserve(m_cores.size());
    for (const auto &core : m_cores)
        data.coreLanes.push_back(core->lane.snapshot());
    auto view = std::make_shared<const TimelineView>(std::move(data));
    {
        const std::scoped_lock lock(m_publishMutex);
        m_published.swap(view);
    }
    // The former view ends here, outside the lock and on this thread unless somebody holds it.
}

TimelineViewPtr TimelineStore::view() const
{
    m_wanted.store(true, std::memory_order_relaxed);
    const std::scoped_lock lock(m_publishMutex);
    return m_published;
}

} // namespace timeslice
