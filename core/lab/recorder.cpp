// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/recorder.h"

#include "core/lab/foreigntasks.h"
#include "core/observe/seriesthinning.h"
#include "core/workload/catalogue.h"

#include <algorithm>

namespace timeslice {

namespace {

constexpr double kNsPerSecond = 1e9;
// Of a run's time series. Beyond either it is kept at half the resolution.
constexpr std::size_t kMostPoints = 50'000; // 83 minutes at 10 Hz
constexpr std::size_t kMostSeriesBytes = 64 << 20;

std::optional<std::uint64_t> difference(std::uint64_t before, std::uint64_t after)
{
    if (before == ThreadUsage::kUnknown || after == ThreadUsage::kUnknown || after < before)
        return std::nullopt;
    return after - before;
}

std::optional<double> seconds(std::optional<std::uint64_t> ns)
{
    return ns ? std::optional(static_cast<double>(*ns) / kNsPerSecond) : std::nullopt;
}

// The sum over all workers is known only when each of them is.
template <typename T, typename Get>
std::optional<T> sum(const std::vector<WorkerResult> &workers, Get get)
{
    T total{};
    for (const auto &worker : workers) {
        const std::optional<T> value = get(worker);
        if (!value)
            return std::nullopt;
        total += *value;
    }
    return workers.empty() ? std::nullopt : std::optional(total);
}

} // namespace

Recorder::Recorder(
    std::uint64_t id, Experiment experiment, QStringList command, Machine machine,
    std::shared_ptr<const Board> board)
    : m_recording(std::make_shared<Recording>())
    , m_board(std::move(board))
{
    m_recording->id = id;
    m_recording->experiment = std::move(experiment);
    m_recording->command = std::move(command);
    m_recording->machine = std::move(machine);
    m_recording->startedAt = QDateTime::currentDateTime();
}

void Recorder::addSnapshot(const SnapshotPtr &snapshot)
{
    if (!m_first)
        m_first = snapshot;
    else
        m_unseen += snapshot->sequence - m_last->sequence - 1;
    m_last = snapshot;
    ++m_samples;
    auto &gaps = m_recording->gaps;
    for (const auto &gap : snapshot->gaps) {
        if (gaps.size() < Recording::kMostGaps && std::ranges::find(gaps, gap.what, &Gap::what) == gaps.end())
            gaps.push_back(gap);
    }
    if (const auto &memory = snapshot->memory) {
        auto &peak = m_recording->memoryPeak;
        if (!peak)
            peak = memory;
        peak->rssBytes = std::max(peak->rssBytes, memory->rssBytes);
        peak->pssBytes = std::max(peak->pssBytes, memory->pssBytes);
        peak->ussBytes = std::max(peak->ussBytes, memory->ussBytes);
    }
}

void Recorder::addPoint(const SeriesPoint &point)
{
    if (const auto go = m_board->goTime(); go && point.begin() >= *go)
        append(m_recording->series, point);
    auto &series = m_recording->series;
    if (series.size() > kMostPoints || series.size() * bytesOf(point) > kMostSeriesBytes)
        thin(series);
}

// The worker's own account is exact. Of one that died without it, the sampler's last reading is all there is,
// and that is an account since the thread began and not since go: its CPU time and switches stay unknown.
WorkerResult Recorder::workerResult(unsigned index) const
{
    const auto &slot = m_board->slot(index);
    WorkerResult result;
    result.index = index;
    result.name = "worker " + std::to_string(index);
    result.pid = slot.pid.load(std::memory_order_relaxed);
    result.tid = slot.tid.load(std::memory_order_relaxed);
    result.items = slot.itemsDone.load(std::memory_order_relaxed);
    result.itemsFailed = slot.itemsFailed.load(std::memory_order_relaxed);

    const auto atGo = slot.atGo.load();
    const auto atEnd = slot.atEnd.load();
    if (!atGo || !atEnd)
        return result;
    result.cpuSeconds = seconds(difference(atGo->cpuNs, atEnd->cpuNs));
    result.switches.voluntary = difference(atGo->voluntary, atEnd->voluntary);
    result.switches.involuntary = difference(atGo->involuntary, atEnd->involuntary);
    result.switches.migrations = difference(atGo->migrations, atEnd->migrations);
    result.states.running = result.cpuSeconds;
    result.states.runnable = seconds(difference(atGo->queueWaitNs, atEnd->queueWaitNs));
    if (result.states.running && result.states.runnable) {
        const auto whole = static_cast<double>(atEnd->atNs - atGo->atNs) / kNsPerSecond;
        // The three clocks are read one after another: a blocked share of some microseconds below 0 is 0.
        result.states.blocked = std::max(0.0, whole - *result.states.running - *result.states.runnable);
    }
    if (m_board->gilLog(index).capacity() > 0)
        result.states.gilWait = seconds(slot.gilWaitNs.load(std::memory_order_relaxed));
    return result;
}

std::vector<WorkerResult> Recorder::foreignTasks() const
{
    const auto enginePid = m_board->enginePid();
    std::vector<WorkerResult> results;
    const auto add = [&](int pid, int tid, const std::string &name) -> WorkerResult & {
        results.push_back(
            {.index = static_cast<unsigned>(results.size()), .name = name, .pid = pid, .tid = tid});
        return results.back();
    };
    if (const auto &trace = m_recording->trace; trace.source == TraceSource::Perf) {
        const auto &view = *trace.timeline;
        for (const auto index : timeslice::foreignTasks(view, enginePid)) {
            const auto &task = view.tasks()[index];
            const auto stats = view.stats({LaneId::Kind::Task, index}, view.known());
            auto &result = add(task.pid, task.tid, task.name);
            if (stats.sums.unknownNs > 0)
                continue; // records were lost: what is known of it is a part of it
            result.cpuSeconds = seconds(stats.sums.runningNs);
            result.switches = {stats.voluntary, stats.involuntary, stats.migrations};
            result.states.running = result.cpuSeconds;
            result.states.runnable = seconds(stats.sums.runnableNs);
            result.states.blocked = seconds(stats.sums.blockedNs);
        }
    } else if (m_last) {
        for (const auto &task : m_last->tasks) {
            if (task.pid == enginePid)
                continue;
            auto &result = add(task.pid, task.tid, task.name);
            result.cpuSeconds = seconds(task.cpuNs);
            result.switches.voluntary = task.voluntary;
            result.switches.involuntary = task.involuntary;
            result.states.running = result.cpuSeconds;
            result.states.runnable = seconds(task.queueWaitNs);
        }
    }
    return results;
}

void Recorder::addTotals()
{
    auto &recording = *m_recording;
    const auto &workers = recording.workers;
    recording.cpuSeconds = sum<double>(workers, [](const auto &w) { return w.cpuSeconds; });
    recording.switches.voluntary =
        sum<std::uint64_t>(workers, [](const auto &w) { return w.switches.voluntary; });
    recording.switches.involuntary =
        sum<std::uint64_t>(workers, [](const auto &w) { return w.switches.involuntary; });
    recording.switches.migrations =
        sum<std::uint64_t>(workers, [](const auto &w) { return w.switches.migrations; });
    recording.states.running = sum<double>(workers, [](const auto &w) { return w.states.running; });
    recording.states.runnable = sum<double>(workers, [](const auto &w) { return w.states.runnable; });
    recording.states.blocked = sum<double>(workers, [](const auto &w) { return w.states.blocked; });
    recording.states.gilWait = sum<double>(workers, [](const auto &w) { return w.states.gilWait; });
}

void Recorder::addMissingTotals()
{
    auto &recording = *m_recording;
    // Samples miss tasks that came and went in between: their sum would be a part of the whole.
    const auto &trace = recording.trace;
    if (trace.source != TraceSource::Perf || !trace.timeline || trace.timeline->tasksWithoutLane() > 0)
        return;
    const auto &tasks = recording.workers;
    if (!recording.switches.migrations)
        recording.switches.migrations =
            sum<std::uint64_t>(tasks, [](const auto &t) { return t.switches.migrations; });
    if (!recording.states.runnable)
        recording.states.runnable = sum<double>(tasks, [](const auto &t) { return t.states.runnable; });
    if (!recording.states.blocked)
        recording.states.blocked = sum<double>(tasks, [](const auto &t) { return t.states.blocked; });
}

// What the workers published of their items.
void Recorder::addProgress()
{
    auto &recording = *m_recording;
    std::uint64_t lastItemNs = 0;
    std::vector<const LatencyHistogram *> histograms;
    for (unsigned index = 0; index < m_board->workers(); ++index) {
        const auto &slot = m_board->slot(index);
        recording.items += slot.itemsDone.load(std::memory_order_relaxed);
        recording.itemsFailed += slot.itemsFailed.load(std::memory_order_relaxed);
        recording.checksum += slot.checksum.load(std::memory_order_relaxed);
        lastItemNs = std::max(lastItemNs, slot.lastItemNs.load(std::memory_order_relaxed));
        if (recording.itemError.empty())
            recording.itemError = m_board->errorText(index);
        histograms.push_back(&m_board->latency(index));
    }
    recording.latency = summarise(histograms);
    recording.go = m_board->goTime();
    // An execution of a program that was cut short ends no item, but took its time and has its account.
    const auto &only = m_board->slot(0);
    const bool isProgram = !recording.command.isEmpty() && only.pid.load(std::memory_order_relaxed) > 0;
    const auto programEnd = isProgram ? only.atEnd.load() : std::nullopt;
    const auto endNs = std::max(lastItemNs, programEnd ? programEnd->atNs : 0);
    if (recording.go && endNs > toBoardNs(*recording.go))
        recording.wallSeconds = toSeconds(fromBoardNs(endNs) - *recording.go);
    if (recording.wallSeconds > 0 && lastItemNs > 0)
        recording.itemsPerSecond = static_cast<double>(recording.items) / recording.wallSeconds;
}

// Where the timeline tells less than its numbers seem to.
void Recorder::addTraceNotes()
{
    auto &recording = *m_recording;
    const auto &trace = recording.trace;
    if (trace.malformed.value_or(0) > 0)
        recording.notes << QStringLiteral("%1 records of the trace could not be read; they count as lost.")
                               .arg(*trace.malformed);
    if (trace.hasUncountedLosses)
        recording.notes << QStringLiteral("More records of the trace were lost than the kernel counted: some "
                                          "contradict each other. The timeline shows where.");
    if (const auto unlisted = trace.timeline ? trace.timeline->tasksWithoutLane() : 0; unlisted > 0)
        recording.notes
            << QStringLiteral("%1 more tasks had no room in the timeline and are not listed.").arg(unlisted);
}

// What the workload itself measured, and the picture it painted.
void Recorder::addResults()
{
    auto &recording = *m_recording;
    const auto *const info = findWorkload(recording.experiment.workload);
    const auto arena = m_board->arena();
    recording.results = info->make(workSpecOf(recording.experiment))
                            ->results(
                                {.arena = arena,
                                 .workers = m_board->workers(),
                                 .items = recording.items,
                                 .wallSeconds = recording.wallSeconds});
    recording.results.resize(info->results.size());
    if (info->paints)
        recording.canvas.assign(arena.begin(), arena.end());
    const LatencyHistogram *const lag = &m_board->loopLag();
    recording.loopLag = summarise({&lag, 1});
}

std::optional<Nanoseconds> Recorder::stolen() const
{
    return m_first && m_last ? stolenTime(m_first->cpus, m_last->cpus) : std::nullopt;
}

RecordingPtr
Recorder::finish(const HostEnd &end, TraceResult trace, std::optional<GilSummary> lock, bool stopAsked)
{
    auto &recording = *m_recording;
    recording.lock = lock;
    recording.trace = std::move(trace);
    for (unsigned index = 0; index < m_board->workers(); ++index)
        recording.workers.push_back(workerResult(index));
    addTotals();
    addProgress();
    if (!recording.command.isEmpty()) {
        recording.workers = foreignTasks();
        addMissingTotals();
    }
    recording.error = end.error;
    recording.notes = end.notes;
    addTraceNotes();
    recording.output = end.output;
    recording.outcome = end.error ? Outcome::Failed : stopAsked ? Outcome::Stopped : Outcome::Completed;
    addResults();

    if (m_first && m_last) {
        recording.observer.samples = m_samples;
        recording.observer.missed = m_last->missed - m_first->missed + m_unseen;
        recording.observer.cpuSeconds = seconds(difference(m_first->observerCpuNs, m_last->observerCpuNs));
        if (recording.observer.cpuSeconds)
            *recording.observer.cpuSeconds += recording.trace.readerCpuSeconds.value_or(0);
        if (const auto taken = stolen())
            recording.stolenSeconds = toSeconds(*taken);
        if (m_first->throttle && m_last->throttle)
            recording.throttle = ThrottleReading{
                m_last->throttle->periods - m_first->throttle->periods,
                m_last->throttle->throttledPeriods - m_first->throttle->throttledPeriods,
                m_last->throttle->throttledNs - m_first->throttle->throttledNs,
            };
        if (m_last->suspended - m_first->suspended > std::chrono::milliseconds(100))
            recording.notes << QStringLiteral("The machine was suspended during this run.");
    }
    return std::exchange(m_recording, nullptr);
}

} // namespace timeslice
