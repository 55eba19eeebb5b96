// SPDX-License-Identifier: GPL-3.0-or-later
// The lab's timelines: exact ones against the kernel's own accounts, and what happens where they are refused.
#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "tests/support/fakeperf.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <cmath>
#include <unistd.h>

using namespace timeslice;
using namespace Qt::StringLiterals;

namespace {

constexpr int kPatienceMs = 60'000;

Experiment halfASecondOf(const std::string &workload, const std::string &model)
{
    Experiment experiment{
        .workload = workload, .model = model, .workers = findModel(model)->singleWorker ? 1U : 3U};
    experiment.durationSeconds = 0.5;
    if (workload == "primes")
        experiment.params.set("range", std::int64_t{200});
    if (workload == "sleep")
        experiment.params.set("sleep_ms", 1.0);
    if (workload == "http")
        experiment.params.set("delay_ms", std::int64_t{1});
    return experiment;
}

// Task by task, for a test that fails.
QString differences(const SelfCheck &check)
{
    QString text;
    for (const auto &task : check.tasks)
        text += u"tid %1: %2 switches, %3 involuntary, running %4 %; "_s.arg(task.tid)
                    .arg(task.switches)
                    .arg(task.involuntary)
                    .arg(100 * task.running.value_or(0));
    return text;
}

} // namespace

class TestLabTrace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theTraceEqualsTheKernelsCounters_data();
    void theTraceEqualsTheKernelsCounters();
    void sharesOfTheCoresComeFromTheTrace();
    void theRunBeforeIsNotWhatOthersUse();
    void theServerCountsAsTheRuns();
    void aRefusalFallsBackToSampling_data();
    void aRefusalFallsBackToSampling();
    void exactOrNothing();
    void nothingIsTracedThatIsNotWanted();
    void aSampledTimelineSeesProcesses();
    void theTimelineCanBeSeenWhileItGrows();
    void theTimelineTakesTheMemoryItMay();
    void theLabsOwnThreadIsABystander_data();
    void theLabsOwnThreadIsABystander();

private:
    LabOptions options() const
    {
        return {
            .workerProgram = QStringLiteral(TIMESLICE_WORKER),
            .runtimeDirectory = m_runtime.path(),
            .hasWindow = true};
    }
    RecordingPtr run(Lab &lab, const Experiment &experiment, TraceMode mode)
    {
        return run(lab, experiment, RunOptions{.trace = mode});
    }
    RecordingPtr run(Lab &lab, const Experiment &experiment, const RunOptions &how)
    {
        QSignalSpy finished(&lab, &Lab::runFinished);
        if (const auto id = lab.start(experiment, how); !id) {
            qWarning("%s", describe(id.error()).c_str());
            return nullptr;
        }
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
            return nullptr;
        return finished.front().front().value<RecordingPtr>();
    }

    QTemporaryDir m_runtime;
};

void TestLabTrace::theTraceEqualsTheKernelsCounters_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("model");
    for (const auto &model : models()) {
        for (const auto *const workload : {"primes", "sleep", "http"}) {
            if (!whyNot(workload, model.id) && !model.interpreter)
                QTest::addRow("%s/%s", workload, model.id.c_str())
                    << QString::fromLatin1(workload) << QString::fromStdString(model.id);
        }
    }
}

void TestLabTrace::theTraceEqualsTheKernelsCounters()
{
    QFETCH(QString, workload);
    QFETCH(QString, model);
    Lab lab(options());
    QString differing;
    // What a hypervisor takes away is in the trace's time and not in the kernel's account: once in a while a
    // busy virtual machine makes the two differ. A trace that is wrong is so each time.
    for (int attempt = 0; attempt < 6; ++attempt) {
        const auto recording =
            run(lab, halfASecondOf(workload.toStdString(), model.toStdString()), TraceMode::Perf);
        QVERIFY(recording);
        const auto &trace = recording->trace;
        if (trace.source == TraceSource::None)
            QSKIP(qPrintable(QString::fromStdString("no exact trace here: " + trace.reason)));
        QCOMPARE(trace.source, TraceSource::Perf);
        QVERIFY(trace.timeline != nullptr);
        QVERIFY(trace.timeline->isFinished());
        QVERIFY(*trace.records > 0);
        if (*trace.lost > 0) // a machine too busy to read them: the recording says so, and compares nothing
            QSKIP("records were lost");
        QVERIFY(trace.check);
        QCOMPARE(trace.check->tasks.size(), recording->workers.size());
        for (const auto &worker : recording->workers)
            QVERIFY(trace.timeline->laneOfTid(worker.tid));
        for (const auto &task : trace.timeline->tasks())
            QVERIFY2(!task.name.empty(), qPrintable(QString::number(task.tid)));
        for (const auto &task : trace.check->tasks)
            QVERIFY2(task.switches == 0, qPrintable(differences(*trace.check))); // counts know no hypervisor
        if (trace.check->verdict == SelfCheckVerdict::Agrees)
            return;
        differing = differences(*trace.check);
    }
    QFAIL(qPrintable(differing));
}

void TestLabTrace::sharesOfTheCoresComeFromTheTrace()
{
    Lab lab(options());
    const auto recording = run(lab, halfASecondOf("primes", "qthread"), TraceMode::Perf);
    QVERIFY(recording);
    if (recording->trace.source == TraceSource::None)
        QSKIP(recording->trace.reason.c_str());
    if (*recording->trace.lost > 0)
        QSKIP("records were lost");
    QVERIFY(!recording->series.empty());
    double exact = 0;
    double charged = 0;
    for (const auto &point : recording->series) {
        QCOMPARE(point.cpuOurs.size(), point.cpus.size());
        for (const double share : point.cpuOurs) {
            QVERIFY2(share >= 0 && share <= 1, qPrintable(QString::number(share)));
            exact += share * point.seconds;
        }
        charged += point.runCores * point.seconds;
    }
    // Every switch of the run's tasks is in some interval of the series, but for those at its edges.
    double seen = 0;
    for (const auto &point : recording->series)
        seen += (point.voluntaryPerSecond + point.involuntaryPerSecond) * point.seconds;
    double traced = 0;
    const auto &view = *recording->trace.timeline;
    for (std::uint32_t task = 0; task < view.tasks().size(); ++task)
        traced += static_cast<double>(view.stats({LaneId::Kind::Task, task}, view.known()).sums.switches);
    QVERIFY2(seen > 0 && seen <= traced + 0.5, qPrintable(u"%1 of %2 switches"_s.arg(seen).arg(traced)));
    // The workers' CPU clocks over the same intervals; the engine's own thread is in the trace alone.
    QVERIFY2(
        exact > 0.8 * charged && exact < 1.2 * charged + 0.05,
        qPrintable(u"%1 s on cores, %2 s charged"_s.arg(exact).arg(charged)));
}

// Busy cores are told over a second, in which there was another run: whose they were adds up all the same.
void TestLabTrace::theRunBeforeIsNotWhatOthersUse()
{
    Lab lab(options());
    auto experiment = halfASecondOf("primes", "qthread");
    experiment.durationSeconds = 1.2;
    const auto before = run(lab, experiment, TraceMode::Perf);
    std::vector<SeriesPoint> points;
    connect(&lab, &Lab::frameReady, this, [&](const Frame &frame) {
        if (lab.state() == LabState::Running)
            points.insert(points.end(), frame.points.begin(), frame.points.end());
    });
    experiment.durationSeconds = 0.7;
    const auto after = run(lab, experiment, TraceMode::Perf);
    QVERIFY(before && after);
    if (after->trace.source == TraceSource::None)
        QSKIP(after->trace.reason.c_str());
    std::erase_if(points, [](const SeriesPoint &point) { return point.cpuOurs.empty(); });
    QVERIFY(points.size() >= 2);
    double used = 0;
    double seconds = 0;
    for (const auto &point : points) {
        used += point.runCores * point.seconds;
        seconds += point.seconds;
        if (seconds < 0.2)
            continue; // the kernel counts in steps of 10 ms
        const auto both = used / seconds + point.otherCores;
        QVERIFY2(
            !(both > static_cast<double>(point.cpus.size()) + 0.4),
            qPrintable(u"%1 cores of the run and %2 of others, of %3"_s.arg(used / seconds)
                           .arg(point.otherCores)
                           .arg(point.cpus.size())));
    }
}

void TestLabTrace::theServerCountsAsTheRuns()
{
    Lab lab(options());
    const auto recording = run(lab, halfASecondOf("http", "qthread"), TraceMode::Perf);
    QVERIFY(recording);
    if (recording->trace.source == TraceSource::None)
        QSKIP(recording->trace.reason.c_str());
    if (*recording->trace.lost > 0)
        QSKIP("records were lost");
    QVERIFY(!recording->series.empty());
    double inTrace = 0;
    double ours = 0;
    for (const auto &point : recording->series) {
        for (const double share : point.cpuOurs)
            inTrace += share * point.seconds;
        ours += point.runCores * point.seconds;
    }
    // It answers every request, and was there before the trace.
    QVERIFY2(ours > 1.05 * inTrace, qPrintable(u"%1 s, %2 s of it in the trace"_s.arg(ours).arg(inTrace)));
}

void TestLabTrace::aRefusalFallsBackToSampling_data()
{
    QTest::addColumn<int>("code");
    QTest::newRow("paranoid or seccomp") << EACCES;
    QTest::newRow("sandbox") << EPERM;
    QTest::newRow("no perf at all") << ENOSYS;
    QTest::newRow("out of descriptors") << EMFILE;
    QTest::newRow("locked memory") << 0;
}

void TestLabTrace::aRefusalFallsBackToSampling()
{
    QFETCH(int, code);
    auto kernel = std::make_shared<timeslice::testing::FakePerf>();
    if (code != 0)
        kernel->refuseOpen(code);
    else
        kernel->refuseRingsAbove(0, EPERM);
    auto with = options();
    with.perfCalls = kernel;
    Lab lab(with);
    const auto recording = run(lab, halfASecondOf("primes", "qthread"), TraceMode::Auto);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    const auto &trace = recording->trace;
    QCOMPARE(trace.source, TraceSource::Sampled);
    QVERIFY(!trace.reason.empty());
    QVERIFY(!trace.records && !trace.lost && !trace.check);
    QVERIFY(trace.readerCpuSeconds && *trace.readerCpuSeconds > 0);
    QVERIFY(trace.timeline && trace.timeline->isFinished());
    QVERIFY(trace.timeline->cores().empty()); // which core a task had is not known
    for (const auto &worker : recording->workers) {
        const auto lane = trace.timeline->laneOfTid(worker.tid);
        QVERIFY(lane);
        const auto sums = trace.timeline->stats(*lane, trace.timeline->known()).sums;
        const auto running = static_cast<double>(sums.runningNs) / 1e9;
        QVERIFY2(
            running <= *worker.cpuSeconds + 0.05 && running >= 0.5 * *worker.cpuSeconds - 0.05,
            qPrintable(u"%1 s of %2 s"_s.arg(running).arg(*worker.cpuSeconds)));
    }
    for (const auto &point : recording->series)
        QVERIFY(point.cpuOurs.empty());
    QCOMPARE(kernel->openEvents(), 0);
}

void TestLabTrace::exactOrNothing()
{
    auto kernel = std::make_shared<timeslice::testing::FakePerf>();
    kernel->refuseOpen(EACCES);
    auto with = options();
    with.perfCalls = kernel;
    Lab lab(with);
    const auto recording = run(lab, halfASecondOf("sleep", "qthread"), TraceMode::Perf);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->trace.source, TraceSource::None);
    QVERIFY(!recording->trace.reason.empty());
    QVERIFY(recording->trace.timeline == nullptr);
}

void TestLabTrace::nothingIsTracedThatIsNotWanted()
{
    auto kernel = std::make_shared<timeslice::testing::FakePerf>();
    auto with = options();
    with.perfCalls = kernel;
    Lab lab(with);
    const auto recording = run(lab, halfASecondOf("sleep", "qthread"), TraceMode::Off);
    QVERIFY(recording);
    QCOMPARE(recording->trace.source, TraceSource::Off);
    QVERIFY(recording->trace.timeline == nullptr);
    QVERIFY(!recording->trace.readerCpuSeconds);
}

void TestLabTrace::aSampledTimelineSeesProcesses()
{
    Lab lab(options());
    const auto recording = run(lab, halfASecondOf("primes", "qprocess"), TraceMode::Sampled);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->trace.source, TraceSource::Sampled);
    for (const auto &worker : recording->workers)
        QVERIFY(recording->trace.timeline->laneOfTid(worker.tid));
}

void TestLabTrace::theTimelineCanBeSeenWhileItGrows()
{
    Lab lab(options());
    auto experiment = halfASecondOf("primes", "qthread");
    experiment.durationSeconds = 600;
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(experiment, {.trace = TraceMode::Auto}));
    QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
    const auto isThere = [&lab] {
        const auto view = lab.trace().timeline;
        return view && view->laneOfTid(lab.board()->slot(0).tid.load());
    };
    QTRY_VERIFY_WITH_TIMEOUT(isThere(), kPatienceMs);
    const auto early = lab.trace().timeline;
    QTRY_VERIFY_WITH_TIMEOUT(lab.trace().timeline->known().endNs > early->known().endNs, kPatienceMs);
    QVERIFY(!early->isFinished());
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QVERIFY(lab.trace().timeline->isFinished());
}

void TestLabTrace::theTimelineTakesTheMemoryItMay()
{
    const auto hasOnlySumsOfTheBeginning = [&](Lab &lab) -> std::optional<bool> {
        const auto recording = run(lab, halfASecondOf("sleep", "qthread"), TraceMode::Perf);
        if (!recording || !recording->trace.timeline)
            return std::nullopt;
        const auto &view = *recording->trace.timeline;
        return std::ranges::any_of(recording->workers, [&view](const WorkerResult &worker) {
            const auto lane = view.laneOfTid(worker.tid);
            return lane && view.detailFromNs(*lane) > view.tasks()[lane->index].bornNs;
        });
    };
    auto with = options();
    with.timelineBytes = 16 * 1024;
    Lab lab(with);
    const auto whenLittle = hasOnlySumsOfTheBeginning(lab);
    if (!whenLittle)
        QSKIP("no exact trace here");
    QVERIFY(*whenLittle); // hundreds of switches of each worker are more than that
    lab.setTimelineBytes(TimelineLimits().bytes);
    QCOMPARE(hasOnlySumsOfTheBeginning(lab), std::optional(false));
    QVERIFY(lab.recordings().front()->trace.timeline); // both of them fit now
    lab.setTimelineBytes(16 * 1024);
    QCOMPARE(hasOnlySumsOfTheBeginning(lab), std::optional(true));
    QVERIFY(!lab.recordings().front()->trace.timeline);
    QCOMPARE(hasOnlySumsOfTheBeginning(*std::make_unique<Lab>(options())), std::optional(false));
}

void TestLabTrace::theLabsOwnThreadIsABystander_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QStringList>("command");
    QTest::newRow("workers of this process") << u"qthread"_s << QStringList();
    QTest::newRow("workers elsewhere") << u"qprocess"_s << QStringList();
    QTest::newRow("a program") << u"command"_s << QStringList{u"sleep"_s, u"0.2"_s};
}

void TestLabTrace::theLabsOwnThreadIsABystander()
{
    QFETCH(QString, model);
    QFETCH(QStringList, command);
    Lab lab(options());
    Experiment experiment{.workload = "command", .model = "command", .workers = 1};
    if (command.isEmpty())
        experiment = halfASecondOf("sleep", model.toStdString());
    const auto recording =
        run(lab, experiment, {.trace = TraceMode::Perf, .command = command, .tracesOwnThread = true});
    QVERIFY(recording);
    const auto &trace = recording->trace;
    if (trace.source == TraceSource::None)
        QSKIP(trace.reason.c_str());
    QVERIFY(trace.timeline && trace.timeline->isFinished());
    const auto &view = *trace.timeline;
    const auto lane = view.laneOfTid(::gettid());
    QVERIFY(lane && lane->index > 0);
    QVERIFY(view.tasks()[lane->index].isBystander);
    QVERIFY(view.tasks().front().tid != ::gettid());
    QVERIFY(view.stats(*lane, view.known()).sums.runningNs > 0); // it draws frames, so to speak
    // None of the run's: not among its workers, and not in its sums and shares.
    for (const auto &worker : recording->workers)
        QVERIFY(worker.tid != ::gettid());
    if (*trace.lost > 0)
        QSKIP("records were lost");
    std::uint64_t tasksNs = 0;
    for (std::uint32_t i = 0; i < view.tasks().size(); ++i)
        tasksNs += i == lane->index ? 0 : view.stats({LaneId::Kind::Task, i}, view.known()).sums.runningNs;
    std::uint64_t coresNs = 0;
    for (const auto &sums : view.coreSums(view.known()))
        coresNs += sums.runningNs;
    QCOMPARE(coresNs, tasksNs);
    QVERIFY(trace.check);
    QVERIFY2(trace.check->verdict != SelfCheckVerdict::Differs, qPrintable(differences(*trace.check)));
}

QTEST_GUILESS_MAIN(TestLabTrace)
#include "tst_labtrace.moc"
