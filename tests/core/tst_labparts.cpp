// SPDX-License-Identifier: GPL-3.0-or-later
// What the lab makes of what it is told: points, recordings, and how many of them it keeps.
#include "core/lab/keptrecordings.h"
#include "core/lab/recorder.h"
#include "core/lab/tracedpoint.h"
#include "tests/ui/timelinefixture.h"

#include <QTest>

#include <cmath>

using namespace timeslice;
using timeslice::testing::TraceScript;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMs = 1'000; // in the microseconds of a TraceScript
constexpr int kEngine = 100; // the traced process of a TraceScript
constexpr int kProgram = 200;

// An engine that starts a program, which runs from 10 ms to 30 ms, and from 40 ms until it ends at 60 ms.
TraceScript program()
{
    TraceScript script;
    script.name(0, kEngine, "engine").end(kEngine, 0, 3 * kMs, SwitchKind::Out);
    script.fork(2 * kMs, kProgram, kEngine, kProgram).name(2 * kMs, kProgram, "prog", kProgram);
    script.run(kProgram, 0, 10 * kMs, 30 * kMs, SwitchKind::Out, kProgram);
    script.run(kProgram, 0, 40 * kMs, 60 * kMs, SwitchKind::Exit, kProgram);
    return script;
}

TimelineViewPtr viewOf(TraceScript script, TimelineLimits limits = {})
{
    TimelineStore store(limits);
    store.append(script.chunk(1'200 * kMs, true));
    return store.view();
}

// Of CPU 0, which was busy for half of the time.
SeriesPoint pointAt(std::uint64_t ms, double seconds, double busySeconds)
{
    SeriesPoint point;
    point.time = fromBoardNs(TraceScript::at(ms * kMs));
    point.seconds = seconds;
    point.busySeconds = busySeconds;
    point.cpus = {0};
    point.cpuBusy = {0.5};
    point.runCores = 0.4;
    point.otherCores = 0.25;
    return point;
}

bool isNear(double value, double expected)
{
    return std::abs(value - expected) < 1e-9;
}

// A run of a program with this trace, which has begun and ended.
RecordingPtr recordingOf(TraceResult trace, bool hasItem = true)
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    board->setEnginePid(kEngine);
    board->go({});
    const auto goNs = toBoardNs(*board->goTime());
    auto &slot = board->slot(0);
    slot.pid.store(kProgram);
    slot.tid.store(kProgram);
    slot.atGo.store({.atNs = goNs, .cpuNs = 0, .voluntary = 0, .involuntary = 0});
    if (hasItem) {
        slot.itemsDone.store(1);
        slot.lastItemNs.store(goNs + 60'000'000);
    }
    slot.atEnd.store({.atNs = goNs + 70'000'000, .cpuNs = 40'000'000, .voluntary = 1, .involuntary = 0});
    const Experiment experiment{.workload = "command", .model = "command", .workers = 1, .items = 1};
    Recorder recorder(1, experiment, {u"prog"_s}, Machine(), board);
    return recorder.finish({}, std::move(trace), std::nullopt, !hasItem);
}

TraceResult traced(TimelineViewPtr view)
{
    TraceResult trace;
    trace.source = TraceSource::Perf;
    trace.records = 7;
    trace.lost = 0;
    trace.hasUncountedLosses = view->losses().hasUncounted;
    trace.timeline = std::move(view);
    return trace;
}

RecordingPtr kept(std::size_t canvasBytes, std::size_t points)
{
    auto recording = std::make_shared<Recording>();
    recording->canvas.resize(canvasBytes);
    recording->series.resize(points);
    return recording;
}

} // namespace

class TestLabParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatOthersUsedComesFromTheTraceWhereItReachesBack();
    void aTraceThatIsTooYoungLeavesWhatOthersUsed();
    void theServerIsTheRunsOwn();
    void totalsThatTheKernelDoesNotTellAreTheTasks();
    void aTaskWhoseRecordsWereLostTellsNothing();
    void lossesWithoutANumberAreTold();
    void recordsThatCannotBeReadAreTold();
    void tasksWithoutALaneAreTold();
    void aProgramThatWasCutShortHasItsTime();
    void aLongSeriesIsKeptAtHalfTheResolution();
    void onlyTheNewestPicturesAndSeriesAreKept();
    void onlyTheNewestRecordingsAreKept();
};

void TestLabParts::whatOthersUsedComesFromTheTraceWhereItReachesBack()
{
    auto point = pointAt(1'050, 0.1, 1.0); // from 50 ms on; the program still runs for 10 ms of it
    fillFromTrace(point, *viewOf(program()));
    QVERIFY2(isNear(point.otherCores, 0.5 - 0.010), qPrintable(QString::number(point.otherCores)));
    QVERIFY(isNear(point.runCores, 0));
}

// Another run may have had the cores before it.
void TestLabParts::aTraceThatIsTooYoungLeavesWhatOthersUsed()
{
    auto point = pointAt(60, 0.05, 1.0);
    fillFromTrace(point, *viewOf(program()));
    QVERIFY2(isNear(point.otherCores, 0.25), qPrintable(QString::number(point.otherCores)));
    QVERIFY(isNear(point.runCores, 0.04 / 0.05)); // the interval itself is known
}

void TestLabParts::theServerIsTheRunsOwn()
{
    auto point = pointAt(1'050, 0.1, 1.0);
    fillFromTrace(point, *viewOf(program()), {.inInterval = 0.2, .inWindow = 0.3});
    QVERIFY2(isNear(point.otherCores, 0.5 - 0.010 - 0.3), qPrintable(QString::number(point.otherCores)));
    QVERIFY(isNear(point.runCores, 0.2));
    QVERIFY(isNear(point.cpuOurs[0], 0)); // on which core it was is not known

    auto unknown = pointAt(1'050, 0.1, 1.0);
    const double nan = std::nan("");
    fillFromTrace(unknown, *viewOf(program()), {.inInterval = nan, .inWindow = nan});
    QVERIFY(isNear(unknown.otherCores, 0.25)); // as sampled
    QVERIFY(isNear(unknown.runCores, 0.4));
}

void TestLabParts::totalsThatTheKernelDoesNotTellAreTheTasks()
{
    const auto recording = recordingOf(traced(viewOf(program())));
    QCOMPARE(recording->workers.size(), 1U);
    const auto &task = recording->workers.front();
    QCOMPARE(task.name, std::string("prog"));
    QVERIFY(isNear(task.cpuSeconds.value(), 0.04));
    QCOMPARE(recording->switches.voluntary, std::optional<std::uint64_t>(1)); // the kernel's own
    QCOMPARE(recording->switches.migrations, task.switches.migrations);
    QVERIFY(recording->switches.migrations && recording->states.runnable && recording->states.blocked);
    QVERIFY(isNear(*recording->states.blocked, 0.01));
    QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(u' ')));
}

void TestLabParts::aTaskWhoseRecordsWereLostTellsNothing()
{
    const auto recording = recordingOf(traced(viewOf(program().lost(0, 35 * kMs, 5))));
    const auto &task = recording->workers.front();
    QVERIFY(!task.cpuSeconds && !task.switches.voluntary && !task.switches.migrations);
    QVERIFY(!task.states.running && !task.states.runnable && !task.states.blocked);
    QVERIFY(!recording->switches.migrations && !recording->states.blocked);
    QVERIFY(recording->cpuSeconds); // the kernel's account misses nothing
}

void TestLabParts::lossesWithoutANumberAreTold()
{
    const auto recording = recordingOf(traced(viewOf(program().lost(0, 35 * kMs, 0))));
    QCOMPARE(recording->trace.lost, std::optional<std::uint64_t>(0));
    QVERIFY(recording->trace.hasUncountedLosses);
    QVERIFY2(
        recording->notes.join(u' ').contains(u"More records of the trace were lost"_s),
        qPrintable(recording->notes.join(u' ')));
}

void TestLabParts::recordsThatCannotBeReadAreTold()
{
    auto trace = traced(viewOf(program()));
    trace.malformed = 3;
    const auto recording = recordingOf(std::move(trace));
    QVERIFY2(
        recording->notes.join(u' ').contains(u"3 records of the trace could not be read"_s),
        qPrintable(recording->notes.join(u' ')));
}

void TestLabParts::tasksWithoutALaneAreTold()
{
    auto script = program();
    script.fork(4 * kMs, 301, kProgram, 301).fork(4 * kMs, 302, kProgram, 302);
    const auto recording = recordingOf(traced(viewOf(std::move(script), {.taskLanes = 2})));
    QCOMPARE(recording->workers.size(), 1U);
    QVERIFY2(
        recording->notes.join(u' ').contains(u"2 more tasks had no room"_s),
        qPrintable(recording->notes.join(u' ')));
    QVERIFY(!recording->states.blocked); // the sum of some is not the sum of all
}

void TestLabParts::aProgramThatWasCutShortHasItsTime()
{
    const auto whole = recordingOf({});
    QVERIFY(isNear(whole->wallSeconds, 0.07));
    QVERIFY(whole->itemsPerSecond);
    const auto cut = recordingOf({}, false);
    QCOMPARE(cut->outcome, Outcome::Stopped);
    QCOMPARE(cut->items, 0U);
    QVERIFY(isNear(cut->wallSeconds, 0.07));
    QVERIFY(!cut->itemsPerSecond); // none was finished
}

void TestLabParts::aLongSeriesIsKeptAtHalfTheResolution()
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    board->go({});
    const auto experiment = validated({.workload = "primes", .model = "qthread", .workers = 1}).value();
    Recorder recorder(1, experiment, {}, Machine(), board);
    constexpr std::size_t kPoints = 120'000;
    double seconds = 0;
    for (std::size_t i = 1; i <= kPoints; ++i) {
        SeriesPoint point;
        point.time = *board->goTime() + i * 100ms;
        point.seconds = 0.1;
        point.itemsPerSecond = static_cast<double>(i % 7);
        seconds += point.seconds;
        recorder.addPoint(point);
    }
    const auto recording = recorder.finish({}, {}, std::nullopt, false);
    QVERIFY2(recording->series.size() <= 50'000, qPrintable(QString::number(recording->series.size())));
    QVERIFY(recording->series.size() > 20'000);
    double length = 0;
    double items = 0;
    double expected = 0;
    for (const auto &point : recording->series) {
        length += point.seconds;
        items += point.seconds * point.itemsPerSecond;
    }
    for (std::size_t i = 1; i <= kPoints; ++i)
        expected += 0.1 * static_cast<double>(i % 7);
    QVERIFY(std::abs(length - seconds) < 1e-6 * seconds);
    QVERIFY(std::abs(items - expected) < 1e-6 * expected);
}

void TestLabParts::onlyTheNewestPicturesAndSeriesAreKept()
{
    KeptRecordings recordings({.canvasBytes = 2'500, .seriesBytes = 25 * sizeof(SeriesPoint)});
    const auto first = kept(1'000, 10);
    for (const auto &recording : {first, kept(1'000, 10), kept(1'000, 10)})
        recordings.add(recording);
    const auto &all = recordings.all();
    QCOMPARE(all.size(), 3U);
    QVERIFY(all[0]->canvas.empty() && all[0]->series.empty());
    QCOMPARE(all[0]->notes.size(), 2);
    QCOMPARE(first->canvas.size(), 1'000U); // whoever shows it keeps it
    for (const auto index : {1U, 2U}) {
        QCOMPARE(all[index]->canvas.size(), 1'000U);
        QCOMPARE(all[index]->series.size(), 10U);
        QVERIFY(all[index]->notes.isEmpty());
    }
    recordings.add(kept(10'000, 100)); // the newest one is kept, whatever it takes
    QCOMPARE(all.back()->canvas.size(), 10'000U);
    QVERIFY(all[2]->canvas.empty() && all[2]->series.empty());
    QCOMPARE(all[0]->notes.size(), 2); // said once
}

void TestLabParts::onlyTheNewestRecordingsAreKept()
{
    KeptRecordings recordings({.recordings = 2});
    QVERIFY(recordings.newest() == nullptr);
    const auto first = kept(0, 0);
    const auto second = kept(0, 0);
    const auto third = kept(0, 0);
    for (const auto &recording : {first, second, third})
        recordings.add(recording);
    QVERIFY(recordings.all() == (std::vector{second, third}));
    QVERIFY(recordings.newest() == third);
}

QTEST_GUILESS_MAIN(TestLabParts)
#include "tst_labparts.moc"
