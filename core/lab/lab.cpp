// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/lab.h"

#include "core/lab/currentrun.h"
#include "core/lab/keptrecordings.h"
#include "core/lab/tracedpoint.h"
#include "core/model/catalogue.h"
#include "core/observe/sampler.h"
#include "core/run/headroom.h"
#include "core/run/interpretersearch.h"
#include "core/workload/catalogue.h"

#include <QCoreApplication>
#include <QTimer>

#include <deque>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

constexpr auto kFrameInterval = 33ms;
// A kernel looks at the stop flag each 10 ms of its work; one that took longer than this deserves a word.
constexpr auto kCheckpointPatience = 500ms;

QString defaultWorkerProgram()
{
    return QCoreApplication::applicationDirPath() + QStringLiteral("/timeslice-worker");
}

// A point of a traced run waits until the trace knows what happened in its time: some milliseconds. One of a
// run on the window's thread waits until the window has come back from it.
struct PendingPoint {
    std::uint64_t run = 0;
    SeriesPoint point;
    ProcessCores server; ///< What the local server had of it.
};

} // namespace

class Lab::Private {
public:
    Private(Lab *lab, LabOptions labOptions)
        : q(lab)
        , options(std::move(labOptions))
        , machine(readMachine())
        , sampler({}, options.samplingHz)
        , recordings({.timelineBytes = options.timelineBytes})
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
    KeptRecordings recordings;
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
    const auto &asked = plan.experiment;
    next->workload = findWorkload(asked.workload)->make(workSpecOf(asked));
    const auto needs = next->workload->needs();
    auto directory = RunDirectory::create(
        options.runtimeDirectory, needs.directory ? RunDirectory::Place::Disk : RunDirectory::Place::Memory);
    if (!directory)
        return std::unexpected(directory.error());
    next->directory = std::move(*directory);
    next->plan = std::move(plan);
    next->plan.cpusAllowed = now.cpusAllowed;
    next->plan.runDirectory = next->directory->path();
    next->plan.workerProgram = options.workerProgram;
    next->plan.command = how.command;
    next->plan.openFiles = options.programOpenFiles;
    next->options = how;

    const auto &planned = next->plan.experiment;
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
        next->server =
            std::make_unique<ServerProcess>(options.workerProgram, needs.tls, options.helloTimeout);

    lastId = next->id;
    lastBoard = next->board;
    lastExperiment = planned;
    run = std::move(next);
    return {};
}

// Nothing to do for experiments without one, and while it is not known what there is.
Result<void> Lab::Private::chooseInterpreterFor(RunPlan &plan) const
{
    if (!interpreters || !needsInterpreter(plan.experiment))
        return {};
    const auto chosen = chooseInterpreter(plan.experiment, *interpreters);
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
    QObject::connect(&server, &ServerProcess::processStarted, q, [this](int pid) {
        run->serverPid = pid;
        addRootPid(pid);
    });
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
    const bool inChild =
        plan.experiment.isolate || needsChildHost(plan.experiment.workload, plan.experiment.model);
    const auto kind = model.onUiThread ? HostKind::Ui : inChild ? HostKind::Child : HostKind::Thread;
    if (kind == HostKind::Child) {
        if (const auto written = writePlan(plan); !written) {
            noteHostEnd(HostEnd{written.error(), {}, {}});
            return;
        }
    }
    run->host = makeRunHost(kind, plan, run->board, options.helloTimeout);
    // Also when it is being stopped: the engine then only says that it has ended.
    QObject::connect(run->host.get(), &RunHost::engineReady, q, [this](int tid) {
        run->openTrace(tid, options);
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
    run->trace.finish();
    if (const auto known = run->windowGaps.known()) { // this is called by the window's event loop
        const auto now = MonotonicClock::now();
        run->windowGaps.add(now, now - *known);
    }
    collect();
    const auto recording = run->finish();
    run.reset();
    recordings.add(recording);
    setState(LabState::Idle);
    Q_EMIT q->runFinished(recording);
}

void Lab::Private::collect()
{
    if (run)
        run->trace.readLock();
    sampler.mailbox().drain(inbox);
    Frame frame;
    for (const auto &snapshot : inbox) {
        if (auto point = series.add(snapshot))
            pending.push_back({snapshot->run, *std::move(point), series.coresOf(run ? run->serverPid : 0)});
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
        auto &[runId, point, server] = pending.front();
        const bool isOurs = run && runId == run->id;
        const auto windowKnown = isOurs ? run->windowGaps.known() : std::nullopt;
        if (windowKnown && *windowKnown < point.time)
            return;
        if (isOurs && run->trace.source() == TraceSource::Perf) {
            const auto view = run->trace.view();
            if (!view->isFinished() && toBoardNs(point.time) > view->known().endNs)
                return;
            fillFromTrace(point, *view, server);
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
    if (const auto late = run->lateWorkers(); !late.isEmpty())
        Q_EMIT q->noticed(late);
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
    const bool asksInterpreter = needsInterpreter(*valid);
    RunPlan asked{.experiment = std::move(*valid)};
    if (const auto chosen = d->chooseInterpreterFor(asked); !chosen)
        return std::unexpected(chosen.error());
    if (const auto opened = d->open(std::move(asked), options); !opened)
        return std::unexpected(opened.error());
    d->run->waitsForInterpreter = asksInterpreter && !d->interpreters;
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

std::optional<InterpreterReport> Lab::interpreter() const
{
    if (!d->run || !d->interpreters || !findModel(d->run->plan.experiment.model)->interpreter)
        return std::nullopt;
    const auto found = std::ranges::find(*d->interpreters, d->run->plan.interpreter, &Interpreter::path);
    if (found == d->interpreters->end())
        return std::nullopt;
    return expectedReport(*found, d->run->plan.experiment);
}

const Experiment &Lab::experiment() const
{
    return d->lastExperiment;
}

TimelineViewPtr Lab::timeline() const
{
    if (d->run)
        return d->run->trace.view();
    const auto last = d->recordings.newest();
    return last ? last->trace.timeline : nullptr;
}

TraceResult Lab::trace() const
{
    if (d->run)
        return d->run->trace.status();
    const auto last = d->recordings.newest();
    return last ? last->trace : TraceResult();
}

const std::vector<RecordingPtr> &Lab::recordings() const
{
    return d->recordings.all();
}

RecordingPtr Lab::baselineOf(const Recording &recording) const
{
    return d->recordings.baselineOf(recording);
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

void Lab::setTimelineBytes(std::size_t bytes)
{
    d->options.timelineBytes = bytes;
    d->recordings.setTimelineBytes(bytes);
}

std::size_t Lab::timelineBytes() const
{
    return d->options.timelineBytes;
}

void Lab::noteWindowGap(MonotonicTime end, Nanoseconds length)
{
    if (d->run && findModel(d->run->plan.experiment.model)->onUiThread)
        d->run->windowGaps.add(end, length);
}

} // namespace timeslice
