// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/runreader.h"

#include "core/procfs/cpuclock.h"

#include <algorithm>
#include <limits>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::size_t kMaxTasks = 20'000; ///< Against a run that forks without end.
constexpr std::size_t kMaxEndedHelpers = 4096;
constexpr unsigned kFdsPerTask = 3;
constexpr Nanoseconds kScanPeriod = std::chrono::seconds(1);

/// Half of what this process may open, so that everybody else keeps room.
unsigned fdBudget()
{
    constexpr rlim_t kMost = 65536;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    return static_cast<unsigned>(std::min(limit.rlim_cur, kMost) / 2);
}

} // namespace

RunReader::RunReader(const ProcRoot &root, RunSubject subject)
    : m_root(root)
    , m_subject(std::move(subject))
    , m_ownPid(::getpid())
    , m_isLive(m_root.proc == "/proc")
    , m_fdBudget(fdBudget())
    , m_newRoots(m_subject.rootPids)
    , m_slots(m_subject.board ? m_subject.board->workers() : 0)
    , m_ownRollup((m_root.proc / std::to_string(m_ownPid) / "smaps_rollup").string())
    , m_buffer(kBufferBytes)
{ }

void RunReader::read(Snapshot &snapshot, Depth depth)
{
    m_last = std::exchange(m_now, MonotonicClock::now());
    m_suspended = snapshot.suspended;
    const auto forks = std::exchange(m_forks, snapshot.forks);
    m_hasBirths = !m_forks || m_forks != forks || depth == Depth::Full;
    m_vanished = 0;
    snapshot.run = m_subject.run;
    readProgress(snapshot);
    readLoop(snapshot);
    readGauges(snapshot);
    addNewRoots(snapshot.gaps);
    linkSlots(snapshot.gaps);
    // Who has accounted is not read any more: what a thread does afterwards is not the worker's. Who accounts
    // while the others are read is settled in this very snapshot, too.
    settleWorkers();
    readTasks(depth, snapshot.gaps);
    settleWorkers();
    if (m_vanished > 0)
        addGap(
            snapshot.gaps, "tasks",
            {ErrorKind::Gone, 0, "", std::to_string(m_vanished) + " ended before they could be read"});
    publishTasks(snapshot);
    if (depth == Depth::Changed && m_subject.readsMemory)
        readMemory(snapshot.gaps);
    snapshot.memory = m_memory.reading();
}

void RunReader::readProgress(Snapshot &snapshot) const
{
    snapshot.workers.resize(m_slots.size());
    for (std::size_t worker = 0; worker < m_slots.size(); ++worker) {
        const auto &slot = m_subject.board->slot(static_cast<unsigned>(worker));
        snapshot.workers[worker] = {
            .itemsDone = slot.itemsDone.load(std::memory_order_relaxed),
            .itemsFailed = slot.itemsFailed.load(std::memory_order_relaxed),
            .gilWaitNs = slot.gilWaitNs.load(std::memory_order_relaxed),
        };
    }
}

void RunReader::readLoop(Snapshot &snapshot) const
{
    if (!m_subject.hasLoop)
        return;
    auto &loop = m_subject.board->loopState();
    // In this order: a loop that comes back in between then counts twice, and not never.
    const auto dueNs = loop.nextBeatNs.load(std::memory_order_acquire);
    const auto worstNs = loop.worstLagNs.exchange(0, std::memory_order_acq_rel);
    const auto nowNs = toBoardNs(MonotonicClock::now());
    if (dueNs > 0 || worstNs > 0)
        snapshot.loopLag = Nanoseconds(std::max(worstNs, dueNs > 0 && nowNs > dueNs ? nowNs - dueNs : 0));
}

void RunReader::readGauges(Snapshot &snapshot) const
{
    snapshot.gauges.assign(m_subject.gauges, std::numeric_limits<double>::quiet_NaN());
    if (m_subject.workload)
        m_subject.workload->readGauges(m_subject.board->arena(), snapshot.gauges);
}

Holding RunReader::holdingFor(unsigned fds) const
{
    return fds <= m_fdBudget ? Holding::Kept : Holding::Reopened;
}

void RunReader::addNewRoots(std::vector<Gap> &gaps)
{
    if (m_subject.board) {
        if (const int engine = m_subject.board->enginePid(); engine > 0)
            addProcess(engine, true, gaps);
    }
    for (const int pid : m_newRoots)
        addProcess(pid, true, gaps);
    m_newRoots.clear();
}

void RunReader::addProcess(int pid, bool isRoot, std::vector<Gap> &gaps)
{
    if (pid <= 0 || pid == m_ownPid || m_processOfPid.contains(pid) || m_refusedPids.contains(pid))
        return;
    const auto path = m_root.proc / std::to_string(pid);
    auto directory = TaskDirectory::open(path / "task", holdingFor(1));
    if (!directory) {
        if (directory.error().kind == ErrorKind::Gone) {
            ++m_vanished;
        } else {
            m_refusedPids.insert(pid);
            addGap(gaps, "pid " + std::to_string(pid), directory.error());
        }
        return;
    }
    m_fdBudget -= directory->keptFds();
    auto process = std::make_unique<Process>();
    process->pid = pid;
    process->isRoot = isRoot;
    process->directory = *std::move(directory);
    process->rollup = (path / "smaps_rollup").string();
    m_processOfPid[pid] = process.get();
    m_processes.push_back(std::move(process));
    listTasks(*m_processes.back(), gaps);
}

void RunReader::listTasks(Process &process, std::vector<Gap> &gaps)
{
    const auto listed = process.directory.list(m_tids, m_buffer);
    if (!listed && listed.error().kind == ErrorKind::Gone) {
        endProcess(process);
    } else if (!listed) {
        if (!std::exchange(process.isFailureTold, true))
            addGap(gaps, "pid " + std::to_string(process.pid), listed.error());
    } else {
        for (const int tid : m_tids) {
            if (!m_taskOfTid.contains(tid))
                addTask(process.pid, tid, &process, gaps);
        }
    }
}

void RunReader::addTask(int pid, int tid, Process *process, std::vector<Gap> &gaps)
{
    if (m_taskOfTid.size() >= kMaxTasks) {
        if (!std::exchange(m_isLimitTold, true))
            addGap(
                gaps, "tasks",
                {ErrorKind::Unsupported, 0, "", "only " + std::to_string(kMaxTasks) + " are read"});
        return;
    }
    const auto directory = m_root.proc / std::to_string(pid) / "task" / std::to_string(tid);
    const auto kind = process ? TaskProbe::Kind::Other : TaskProbe::Kind::OwnThread;
    auto probe = TaskProbe::open(pid, tid, kind, directory, holdingFor(kFdsPerTask), m_suspended);
    if (!probe && probe.error().kind == ErrorKind::Gone) {
        ++m_vanished;
        return;
    }
    if (!probe) {
        addGap(gaps, "tid " + std::to_string(tid), probe.error());
        probe = TaskProbe::unreadable(pid, tid);
    }
    m_fdBudget -= probe->keptFds();
    m_tasks.push_back(std::make_unique<TaskProbe>(*std::move(probe)));
    // Room for all of them, so that a reading in which more of them run than ever before allocates nothing,
    // either.
    if (m_wanting.capacity() < m_tasks.size())
        m_wanting.reserve(m_tasks.capacity());
    auto *const task = m_tasks.back().get();
    (process ? process->tasks : m_ownTasks).push_back(task);
    m_hasOwnWorkers = m_hasOwnWorkers || !process;
    m_taskOfTid[tid] = task;
    m_isOrderStale = true;
}

void RunReader::endTask(TaskProbe &task)
{
    task.end();
    const auto known = m_taskOfTid.find(task.reading().tid);
    if (known != m_taskOfTid.end() && known->second == &task)
        m_taskOfTid.erase(known);
    m_isOrderStale = true;
}

void RunReader::endProcess(Process &process)
{
    process.hasEnded = true;
    for (auto *const task : process.tasks) {
        m_fdBudget += task->keptFds();
        endTask(*task);
    }
    process.tasks.clear();
}

TaskProbe *RunReader::findTask(int pid, int tid) const
{
    const auto found = m_taskOfTid.find(tid);
    return found != m_taskOfTid.end() && found->second->reading().pid == pid ? found->second : nullptr;
}

void RunReader::linkSlots(std::vector<Gap> &gaps)
{
    for (std::size_t worker = 0; worker < m_slots.size(); ++worker) {
        auto &link = m_slots[worker];
        const auto &slot = m_subject.board->slot(static_cast<unsigned>(worker));
        const int pid = slot.pid.load(std::memory_order_relaxed);
        const int tid = slot.tid.load(std::memory_order_relaxed);
        if (pid <= 0 || tid <= 0 || (link.task && link.tid == tid))
            continue;
        link.task = findTask(pid, tid);
        // Its process is looked for once. A thread that the process has just started is found by listing it.
        if (!link.task && std::exchange(link.tid, tid) != tid)
            link.task = addWorker(pid, tid, gaps);
        if (!link.task && slot.atEnd.load()) {
            const auto atGo = slot.atGo.load();
            const auto started = fromBoardNs(atGo ? atGo->atNs : 0);
            m_tasks.push_back(std::make_unique<TaskProbe>(TaskProbe::accounted(pid, tid, started)));
            link.task = m_tasks.back().get();
        }
        if (link.task) {
            link.tid = tid;
            link.task->addWorker(static_cast<int>(worker));
            m_isOrderStale = true;
        }
    }
}

TaskProbe *RunReader::addWorker(int pid, int tid, std::vector<Gap> &gaps)
{
    if (pid == m_ownPid)
        addTask(pid, tid, nullptr, gaps);
    else
        addProcess(pid, false, gaps);
    return findTask(pid, tid);
}

void RunReader::readTasks(Depth depth, std::vector<Gap> &gaps)
{
    m_wanting.clear();
    for (auto *const task : m_ownTasks)
        readTask(*task, depth, gaps);
    std::erase_if(m_ownTasks, [](const TaskProbe *task) { return !task->isPresent(); });

    const bool isScan = depth == Depth::Full || m_now >= m_scanDue;
    if (isScan)
        m_scanDue = m_now + kScanPeriod;
    m_hasBirths = m_hasBirths || isScan;
    // Children that are found on the way join the end of the list.
    for (std::size_t at = 0; at < m_processes.size(); ++at) {
        auto &process = *m_processes[at];
        if (isScan || !isQuiet(process)) {
            readProcess(process, depth, gaps);
        } else if (process.isRoot && m_hasBirths) {
            // A supervisor may be given orphans while it sleeps.
            for (auto *const task : process.tasks)
                readChildren(*task, gaps);
        }
    }
    std::erase_if(m_processes, [this](const std::unique_ptr<Process> &process) {
        if (!process->hasEnded)
            return false;
        m_fdBudget += process->directory.keptFds();
        m_processOfPid.erase(process->pid);
        return true;
    });
    readSwitches(gaps);
}

bool RunReader::isQuiet(Process &process) const
{
    if (!m_isLive || process.isBusy)
        return false;
    const auto clock = processCpuClock(process.pid);
    const auto before = std::exchange(process.clock, clock ? std::optional(*clock) : std::nullopt);
    // To the nanosecond as before: no thread of it has run, so none has begun, ended or created anything.
    return process.clock && process.clock == before
        && std::ranges::none_of(process.tasks, &TaskProbe::wantsSwitches);
}

void RunReader::readProcess(Process &process, Depth depth, std::vector<Gap> &gaps)
{
    const auto readFrom = [&](std::size_t at) {
        for (; at < process.tasks.size(); ++at) {
            readTask(*process.tasks[at], depth, gaps);
            if (m_hasBirths)
                readChildren(*process.tasks[at], gaps);
        }
        std::erase_if(process.tasks, [](const TaskProbe *task) { return !task->isPresent(); });
    };
    readFrom(0);
    const bool mayHaveNewTasks = m_hasBirths && process.directory.count() != process.tasks.size();
    if (mayHaveNewTasks || process.tasks.empty()) {
        const auto known = process.tasks.size();
        listTasks(process, gaps);
        readFrom(known);
    }
    process.isBusy = std::ranges::any_of(process.tasks, &TaskProbe::hasRun);
    if (process.isBusy)
        process.clock.reset();
}

void RunReader::readTask(TaskProbe &task, Depth depth, std::vector<Gap> &gaps)
{
    const auto keptFds = task.keptFds();
    task.read(m_buffer, depth, gaps);
    if (!task.isPresent()) {
        m_fdBudget += keptFds;
        endTask(task);
    } else if (task.wantsSwitches()) {
        m_wanting.push_back(&task);
    }
}

void RunReader::readChildren(TaskProbe &task, std::vector<Gap> &gaps)
{
    if (!task.readChildren(m_children, m_buffer, gaps))
        return;
    for (const int pid : m_children)
        addProcess(pid, false, gaps);
}

void RunReader::readSwitches(std::vector<Gap> &gaps)
{
    constexpr int kOnePartIn = 500;
    const auto least = std::min(m_wanting.size(), kLeastSwitches);
    const auto deadline = MonotonicClock::now() + (m_now - m_last) / kOnePartIn;
    // Those that have waited longest come first.
    if (m_wanting.size() > least)
        std::ranges::sort(m_wanting, {}, &TaskProbe::switchesRead);
    for (std::size_t at = 0; at < m_wanting.size(); ++at) {
        if (at >= least && MonotonicClock::now() >= deadline)
            break;
        auto &task = *m_wanting[at];
        const auto keptFds = task.keptFds();
        task.readSwitches(m_buffer, gaps);
        if (!task.isPresent()) {
            m_fdBudget += keptFds;
            endTask(task);
        }
    }
}

void RunReader::settleWorkers()
{
    if (!m_subject.settlesWorkers)
        return;
    for (std::size_t worker = 0; worker < m_slots.size(); ++worker) {
        auto &link = m_slots[worker];
        if (link.isAccounted || !link.task)
            continue;
        if (const auto account = m_subject.board->slot(static_cast<unsigned>(worker)).atEnd.load()) {
            link.task->settle(*account);
            link.isAccounted = true;
        }
    }
}

void RunReader::publishTasks(Snapshot &snapshot)
{
    if (m_isOrderStale)
        orderTasks();
    snapshot.tasks.resize(m_order.size());
    for (std::size_t at = 0; at < m_order.size(); ++at)
        snapshot.tasks[at] = m_order[at]->reading();
}

void RunReader::orderTasks()
{
    const auto isEndedHelper = [](const std::unique_ptr<TaskProbe> &task) {
        return !task->isPresent() && task->reading().worker < 0;
    };
    auto surplus = std::ranges::count_if(m_tasks, isEndedHelper) - std::ptrdiff_t{kMaxEndedHelpers};
    if (surplus > 0) { // one that ended only now may still be listed with its process
        for (const auto &process : m_processes)
            std::erase_if(process->tasks, [](const TaskProbe *task) { return !task->isPresent(); });
        m_wanting.clear();
    }
    std::erase_if(m_tasks, [&](const auto &task) { return isEndedHelper(task) && surplus-- > 0; });

    m_order.clear();
    for (const auto &task : m_tasks)
        m_order.push_back(task.get());
    std::ranges::stable_sort(m_order, {}, [](const TaskProbe *task) {
        const int worker = task->reading().worker;
        return std::tuple(worker < 0, worker);
    });
    m_isOrderStale = false;
}

void RunReader::readMemory(std::vector<Gap> &gaps)
{
    // Before go the input is still being filled in, and a short run would be left with that.
    const bool isPreparing = m_subject.board && m_subject.board->state() == RunState::Preparing;
    if (isPreparing || !m_memory.isDue())
        return;
    m_memory.begin();
    if (m_hasOwnWorkers)
        m_memory.add(m_ownRollup, m_buffer);
    for (const auto &process : m_processes)
        m_memory.add(process->rollup, m_buffer);
    m_memory.finish(gaps);
}

} // namespace timeslice
