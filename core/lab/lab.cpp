// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/lab.h"

#include "core/analyse/verdict.h"
#include "core/lab/recorder.h"
#include "core/lab/runtrace.h"
#include "core/lab/tracedpoint.h"
#include "core/lab/windowgaps.h"
#include "core/model/catalogue.h"
#include "core/observe/sampler.h"
#include "core/run/headroom.h"
#include "core/run/interpretersearch.h"
#include "core/run/rundirectory.h"
#include "core/run/runhost.h"
#include "core/run/serverprocess.h"
#include "core/workload/catalogue.h"

#include <QCoreApplication>
#include <QTimer>

#include <algorithm>
#include <array>
#include <deque>
#include <pthread.h>
#include <ranges>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kFrameInterval = 33ms;
constexpr std::size_t kKeptRecordings = 200;
// A kernel looks at the stop flag each 10 ms of its work; one that took longer than this deserves a word.
constexpr auto kCheckpointPatience = 500ms;

QString defaultWorkerProgram()
{
    return QCoreApplication::applicationDirPath() + QStringLiteral("/timeslice-worker");
}

TaskInfo ownThread()
{
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return {.pid = ::getpid(), .tid = ::gettid(), .name = name.data()};
}

// The run under way. Its parts end in this order: host, server, run.
struct CurrentRun {
    std::uint64_t id = 0;
    RunPlan plan;
    std::shared_ptr<const Workload> workload; ///< For what it tells of itself while it runs.
    std::unique_ptr<RunDirectory> directory;
    std::shared_ptr<const Board> board;
    std::unique_ptr<Recorder> recorder;
    RunOptions options;
    RunTrace trace;
    WindowGaps windowGaps; ///< Empty unless it works on the window's thread.
    std::vector<int> rootPids;
    std::unique_ptr<ServerProcess> server;
    std::unique_ptr<RunHost> host;
    std::optional<HostEnd> hostEnd;
    std::optional<Error> serverError; ///< The server ended while it was needed.
    bool isServerGone = true;
    bool waitsForInterpreter = false; ///< It is not known yet which ones there are.
    bool stopAsked = false;

    [[nodiscard]] RunSubject subject() const
    {
        return {
            .run = id,
            .board = board,
            .rootPids = rootPids,
            .readsMemory = true,
            .settlesWorkers = plan.command.isEmpty(),
            .hasLoop = findModel(plan.experiment.model)->hasLoop,
            .workload = workload,
            .gauges = findWorkload(plan.experiment.workload)->gauges.size()};
    }
};

// A point of a traced run waits until the trace knows what happened in its time: some milliseconds. One of a
// run on the window's thread waits until the window has come back from it.
struct PendingPoint {
    std::uint64_t run = 0;
    SeriesPoint point;
};

} // namespace

class Lab::Private {
public:
    Private(Lab *lab, LabOptions labOptions)
        : q(lab)
        , options(std::move(labOptions))
        , machine(readMachine())
        , sampler({}, options.samplingHz)
    {
        if (options.workerProgram.isEmpty())
            options.workerProgram = defaultWorkerProgram();
        frameTimer.setInterval(kFrameInterval);
        QObject::connect(&frameTimer, &QTimer::timeout, q, [this] { collect(); });
        frameTimer.start();
        checkpointTimer.setSingleShot(true);
        QObject::connect(&checkpointTimer, &QTimer::timeout, q, [this] { reportLateWorkers(); });
    }

    void setState(LabState newState);
    Result<void> open(RunPlan plan, const RunOptions &how);
    void startParts();
    Result<void> chooseInterpreterFor(RunPlan &plan) const;
    void findInterpreters();
    void startServer();
    void startHost();
    void addRootPid(int pid);
    void noteHostEnd(const HostEnd &end);
    void endWhenAllGone();
    void finishRun();
    void giveUpOldTimelines();
    void collect();
    void releasePoints(std::vector<SeriesPoint> &into);
    void reportLateWorkers();

    Lab *const q;
    LabOptions options;
    const Machine machine;
    Sampler sampler;
    SeriesBuilder series;
    std::deque<PendingPoint> pending;
    std::vector<SnapshotPtr> inbox;
    SnapshotPtr latest;
    QTimer frameTimer;
    QTimer checkpointTimer;
    LabState state = LabState::Idle;
    std::uint64_t lastId = 0;
    std::unique_ptr<CurrentRun> run;
    std::shared_ptr<const Board> lastBoard;
    Experiment lastExperiment;
    std::vector<RecordingPtr> recordings;
    std::unique_ptr<InterpreterSearch> search;
    std::shared_ptr<const Interpreters> interpreters;
};

void Lab::Private::setState(LabState newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged(state);
}

// Makes everything that can fail before anything is started.
Result<void> Lab::Private::open(RunPlan plan, const RunOptions &how)
{
    const auto now = readMachine(); // affinity and quota may be others than when the program began
    auto next = std::make_unique<CurrentRun>();
    next->id = lastId + 1;
    auto directory = RunDirectory::create(options.runtimeDirectory);
    if (!directory)
        return std::unexpected(directory.error());
    next->directory = std::move(*directory);
    next->plan = std::move(plan);
    next->plan.cpusAllowed = now.cpusAllowed;
    next->plan.runDirectory = next->directory->path();
    next->plan.workerProgram = options.workerProgram;
    next->plan.command = how.command;
    next->options = how;

    const auto &planned = next->plan.experiment;
    next->workload = findWorkload(planned.workload)->make(workSpecOf(planned));
    const auto needs = next->workload->needs();
    auto board = Board::create(
        next->plan.boardPath().toStdString(),
        {.workers = planned.workers,
         .arenaBytes = needs.arenaBytes,
         .gilEvents = findModel(planned.model)->gilEvents});
    if (!board)
        return std::unexpected(board.error());
    next->board = std::make_shared<const Board>(std::move(*board));
    next->recorder = std::make_unique<Recorder>(next->id, planned, how.command, now, next->board);
    if (needs.httpServer)
        next->server = std::make_unique<ServerProcess>(options.workerProgram, options.helloTimeout);

    lastId = next->id;
    lastBoard = next->board;
    lastExperiment = planned;
    run = std::move(next);
    return {};
}

// Nothing to do for models without one, and while it is not known what there is.
Result<void> Lab::Private::chooseInterpreterFor(RunPlan &plan) const
{
    const auto &model = *findModel(plan.experiment.model);
    if (!model.interpreter || !interpreters)
        return {};
    const auto chosen = chooseInterpreter(model, plan.experiment.params.choice("interpreter"), *interpreters);
    if (!chosen)
        return std::unexpected(chosen.error());
    plan.interpreter = chosen->path;
    return {};
}

void Lab::Private::findInterpreters()
{
    if (search)
        return;
    search = std::make_unique<InterpreterSearch>(
        options.interpreterDirectories.isEmpty() ? InterpreterSearch::standardDirectories()
                                                 : options.interpreterDirectories);
    QObject::connect(search.get(), &InterpreterSearch::finished, q, [this](const Interpreters &found) {
        interpreters = std::make_shared<const Interpreters>(found);
        if (run && run->waitsForInterpreter && !run->hostEnd) {
            run->waitsForInterpreter = false;
            if (const auto chosen = chooseInterpreterFor(run->plan); !chosen)
                noteHostEnd(HostEnd{chosen.error(), {}, {}});
            else
                startParts();
        }
        Q_EMIT q->interpretersFound();
    });
    search->start();
}

void Lab::Private::startParts()
{
    if (run->server)
        startServer();
    else
        startHost();
}

void Lab::Private::startServer()
{
    auto &server = *run->server;
    run->isServerGone = false;
    QObject::connect(&server, &ServerProcess::processStarted, q, [this](int pid) { addRootPid(pid); });
    QObject::connect(&server, &ServerProcess::ready, q, [this](const HttpEndpoint &endpoint) {
        run->plan.httpServer = endpoint;
        startHost();
    });
    QObject::connect(&server, &ServerProcess::ended, q, [this](const std::optional<Error> &error) {
        run->isServerGone = true;
        if (run->hostEnd) { // expected: the run is over
            endWhenAllGone();
            return;
        }
        run->serverError = error.value_or(Error{ErrorKind::Gone, 0, "the local server", "ended too early"});
        if (run->host)
            run->host->stop(); // its items fail from now on
        else
            noteHostEnd({});
    });
    server.start();
}

void Lab::Private::startHost()
{
    if (run->host || run->hostEnd)
        return; // stopped while the server came up
    const auto &plan = run->plan;
    const auto &model = *findModel(plan.experiment.model);
    const auto kind = model.onUiThread                    ? HostKind::Ui
        : plan.experiment.isolate || model.needsChildHost ? HostKind::Child
                                                          : HostKind::Thread;
    if (kind == HostKind::Child) {
        if (const auto written = writePlan(plan); !written) {
            noteHostEnd(HostEnd{written.error(), {}, {}});
            return;
        }
    }
    run->host = makeRunHost(kind, plan, run->board, options.helloTimeout);
    // Also when it is being stopped: the engine then only says that it has ended.
    QObject::connect(run->host.get(), &RunHost::engineReady, q, [this](int tid) {
        run->trace = RunTrace(
            {.mode = run->options.trace,
             .limits = {.bytes = options.timelineBytes},
             .bystander = run->options.tracesOwnThread ? ownThread() : TaskInfo(),
             .calls = options.perfCalls},
            tid, run->subject());
        if (findModel(run->plan.experiment.model)->gilEvents > 0)
            run->trace.watchLock(run->board);
        run->host->proceed();
    });
    QObject::connect(run->host.get(), &RunHost::processStarted, q, [this](int pid) { addRootPid(pid); });
    QObject::connect(
        run->host.get(), &RunHost::finished, q, [this](const HostEnd &end) { noteHostEnd(end); });
    run->host->start();
}

void Lab::Private::addRootPid(int pid)
{
    run->rootPids.push_back(pid);
    run->trace.addRootPid(pid);
    sampler.addRootPid(pid);
}

void Lab::Private::noteHostEnd(const HostEnd &end)
{
    if (run->hostEnd)
        return;
    run->hostEnd = end;
    run->board->stop();
    if (!run->isServerGone)
        run->server->end();
    endWhenAllGone();
}

void Lab::Private::endWhenAllGone()
{
    if (!run->hostEnd || !run->isServerGone)
        return;
    // Queued: this was called by a signal of the host or the server, and they are deleted now.
    QMetaObject::invokeMethod(q, [this] { finishRun(); }, Qt::QueuedConnection);
}

void Lab::Private::finishRun()
{
    if (!run)
        return;
    checkpointTimer.stop();
    sampler.unwatch(); // puts a last snapshot into the mailbox
    if (const auto known = run->windowGaps.known()) { // this is called by the window's event loop
        const auto now = MonotonicClock::now();
        run->windowGaps.add(now, now - *known);
    }
    const auto trace = run->trace.finish(
        *run->board, run->plan.command.isEmpty() ? Accounted::Workers : Accounted::Descendants);
    collect();

    auto end = std::move(*run->hostEnd);
    if (run->server) {
        if (run->serverError && !run->stopAsked)
            end.error = run->serverError;
        if (end.error)
            end.output += run->server->output();
    }
    if (!run->plan.interpreter.isEmpty())
        run->recorder->setInterpreter(readInterpreterReport(run->directory->path(), run->plan.interpreter));
    const auto recording = run->recorder->finish(end, trace, run->trace.lockSummary(), run->stopAsked);
    run.reset();
    if (recordings.size() == kKeptRecordings)
        recordings.erase(recordings.begin());
    recordings.push_back(recording);
    giveUpOldTimelines();
    setState(LabState::Idle);
    Q_EMIT q->runFinished(recording);
}

// The timelines of all recordings together take what one run's may, or only the newest is kept. Whoever still
// shows an older one keeps it.
void Lab::Private::giveUpOldTimelines()
{
    std::size_t bytes = 0;
    for (auto &recording : recordings | std::views::reverse) {
        if (!recording->trace.timeline)
            continue;
        bytes += recording->trace.timeline->bytes();
        if (bytes <= options.timelineBytes || recording == recordings.back())
            continue;
        auto without = std::make_shared<Recording>(*recording);
        without->trace.timeline.reset();
        without->trace.reason = "it was given up to bound the memory that timelines take";
        recording = std::move(without);
    }
}

void Lab::Private::collect()
{
    if (run)
        run->trace.readLock();
    sampler.mailbox().drain(inbox);
    Frame frame;
    for (const auto &snapshot : inbox) {
        if (auto point = series.add(snapshot))
            pending.push_back({snapshot->run, *std::move(point)});
        if (run && snapshot->run == run->id)
            run->recorder->addSnapshot(snapshot);
        latest = snapshot;
    }
    const bool hasNews = !inbox.empty();
    inbox.clear(); // gives the snapshots back to the sampler
    releasePoints(frame.points);
    if (run && state == LabState::Preparing && run->board->goTime())
        setState(LabState::Running);
    if (!hasNews && frame.points.empty())
        return;
    frame.latest = latest;
    frame.missed = latest->missed;
    Q_EMIT q->frameReady(frame);
}

void Lab::Private::releasePoints(std::vector<SeriesPoint> &into)
{
    for (; !pending.empty(); pending.pop_front()) {
        auto &[runId, point] = pending.front();
        const bool isOurs = run && runId == run->id;
        const auto windowKnown = isOurs ? run->windowGaps.known() : std::nullopt;
        if (windowKnown && *windowKnown < point.time)
            return;
        if (isOurs && run->trace.source() == TraceSource::Perf) {
            const auto view = run->trace.view();
            if (!view->isFinished() && toBoardNs(point.time) > view->known().endNs)
                return;
            fillFromTrace(point, *view);
        }
        if (windowKnown) {
            run->windowGaps.forgetUntil(point.begin());
            point.frameGap = run->windowGaps.longestIn(point.begin(), point.time);
        }
        if (isOurs)
            run->recorder->addPoint(point);
        into.push_back(std::move(point));
    }
}

void Lab::Private::reportLateWorkers()
{
    if (!run || state != LabState::Stopping)
        return;
    QStringList late;
    for (unsigned index = 0; index < run->board->workers(); ++index) {
        const auto phase = run->board->slot(index).phase.load(std::memory_order_acquire);
        if (phase == static_cast<std::uint32_t>(WorkerPhase::Working))
            late << QString::number(index);
    }
    if (late.isEmpty())
        return;
    constexpr qsizetype kNamed = 8;
    const auto named = late.mid(0, kNamed).join(QStringLiteral(", "))
        + (late.size() > kNamed ? QStringLiteral(" and %1 more").arg(late.size() - kNamed) : QString());
    Q_EMIT q->noticed((late.size() == 1
                           ? QStringLiteral("Worker %1 has not reached its next checkpoint yet.")
                           : QStringLiteral("Workers %1 have not reached their next checkpoint yet."))
                          .arg(named));
}

Lab::Lab(LabOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(options)))
{
    RunDirectory::removeStale(d->options.runtimeDirectory);
}

Lab::~Lab()
{
    if (d->run) {
        d->run->board->stop();
        // Hosts and server end what they started in their destructors; nobody listens to their signals any
        // more.
        if (d->run->host)
            d->run->host->disconnect(this);
        if (d->run->server)
            d->run->server->disconnect(this);
        d->run.reset();
    }
}

const Machine &Lab::machine() const
{
    return d->machine;
}

LabState Lab::state() const
{
    return d->state;
}

Result<std::uint64_t> Lab::start(const Experiment &experiment, RunOptions options)
{
    if (d->run)
        return fail(ErrorKind::Unsupported, "run", "another run is under way");
    auto valid = validated(experiment);
    if (!valid)
        return std::unexpected(valid.error());
    if (const auto reason = options.force ? std::nullopt : whyTooMuch(*valid, readHeadroom()))
        return fail(ErrorKind::Unsupported, "/workers", *reason);
    if (findModel(valid->model)->onUiThread && !d->options.hasWindow)
        return fail(
            ErrorKind::Unsupported, "/model",
            valid->model + " needs the window: it shows what happens to it while it works");
    if ((valid->model == kOwnProgram) == options.command.isEmpty())
        return fail(
            ErrorKind::Malformed, "command",
            options.command.isEmpty() ? "is missing: the program to run, and its arguments"
                                      : "is for the model command only");
    const bool needsInterpreter = findModel(valid->model)->interpreter.has_value();
    RunPlan asked{.experiment = std::move(*valid)};
    if (const auto chosen = d->chooseInterpreterFor(asked); !chosen)
        return std::unexpected(chosen.error());
    if (const auto opened = d->open(std::move(asked), options); !opened)
        return std::unexpected(opened.error());
    d->run->waitsForInterpreter = needsInterpreter && !d->interpreters;
    d->sampler.watch(d->run->subject());
    const auto id = d->run->id;
    d->setState(LabState::Preparing);
    if (!d->run || d->run->hostEnd)
        return id; // whoever heard of it has stopped it already
    if (d->run->waitsForInterpreter)
        d->findInterpreters();
    else
        d->startParts();
    return id;
}

void Lab::stop()
{
    if (!d->run || d->run->stopAsked || d->run->hostEnd)
        return;
    d->run->stopAsked = true;
    d->setState(LabState::Stopping);
    d->checkpointTimer.start(kCheckpointPatience);
    d->run->board->stop();
    if (d->run->host)
        d->run->host->stop();
    else
        d->noteHostEnd({});
}

std::shared_ptr<const Board> Lab::board() const
{
    return d->lastBoard;
}

const Experiment &Lab::experiment() const
{
    return d->lastExperiment;
}

TimelineViewPtr Lab::timeline() const
{
    if (d->run)
        return d->run->trace.view();
    return d->recordings.empty() ? nullptr : d->recordings.back()->trace.timeline;
}

TraceResult Lab::trace() const
{
    if (d->run)
        return d->run->trace.status();
    return d->recordings.empty() ? TraceResult() : d->recordings.back()->trace;
}

const std::vector<RecordingPtr> &Lab::recordings() const
{
    return d->recordings;
}

RecordingPtr Lab::baselineOf(const Recording &recording) const
{
    for (const auto &candidate : d->recordings | std::views::reverse) {
        if (isBaselineOf(*candidate, recording))
            return candidate;
    }
    return nullptr;
}

void Lab::findInterpreters()
{
    d->findInterpreters();
}

std::shared_ptr<const Interpreters> Lab::interpreters() const
{
    return d->interpreters;
}

void Lab::setSamplingRate(double hz)
{
    d->sampler.setRate(hz);
}

void Lab::noteWindowGap(MonotonicTime end, Nanoseconds length)
{
    if (d->run && findModel(d->run->plan.experiment.model)->onUiThread)
        d->run->windowGaps.add(end, length);
}

} // namespace timeslice
