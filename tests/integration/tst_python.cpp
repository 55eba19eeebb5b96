// SPDX-License-Identifier: GPL-3.0-or-later
// The models in Python do the same work as those in C++ and publish the same.

#include "tests/integration/pythonfixture.h"

#include <QProcess>

#include <algorithm>
#include <cmath>
#include <thread>

using namespace timeslice;

class TestPython : public QObject, RunsOfATest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theBoardIsTheSameInBothLanguages();
    void everyPairGivesTheSameChecksum_data() { everyPythonWorkload(); }
    void everyPairGivesTheSameChecksum();
    void whatWorkersMeasureTheyMeasureInPython_data();
    void whatWorkersMeasureTheyMeasureInPython();
    void aFailedItemEndsTheRunOrIsCounted();
    void theInterpreterSaysWhatItIs();
    void workersArePinned();
    void anEventLoopTellsItsLag();
    void aSpeedupIsAgainstPythonsOwnBaseline();
    void threadsTakeTurnsOnTheLock();
    void noDirectoryIsLeft();
};

void TestPython::initTestCase()
{
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
    for (const auto &model : models()) {
        if (const auto reason = whyUnavailable(model, interpretersHere()))
            qInfo("not tested here: %s: %s", model.id.c_str(), reason->c_str());
    }
}

void TestPython::theBoardIsTheSameInBothLanguages()
{
    const auto path = m_runtime.filePath(QStringLiteral("board"));
    const auto board = Board::create(path.toStdString(), {.workers = 3, .arenaBytes = 100, .gilEvents = 10});
    QVERIFY(board);
    board->setItemLimit(77);
    board->go(std::chrono::seconds(100));

    const auto python = chooseInterpreter(*findModel("cpython-sequential"), "default", interpretersHere());
    QVERIFY(python);
    QProcess process;
    process.start(
        python->path,
        {QStringLiteral("-I"), QStringLiteral("-B"), QStringLiteral("-X"), QStringLiteral("utf8"),
         QStringLiteral(TIMESLICE_SOURCE "/tests/support/boardcheck.py"),
         QStringLiteral(TIMESLICE_SOURCE "/resources/python"), path});
    QVERIFY(process.waitForFinished(kPatienceMs));
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
    const auto lines = process.readAllStandardOutput().split('\n');

    const auto &slot = board->slot(1);
    QCOMPARE(slot.pid.load(), 101);
    QCOMPARE(slot.tid.load(), 102);
    QCOMPARE(slot.phase.load(), static_cast<std::uint32_t>(WorkerPhase::Working));
    QCOMPARE(slot.itemsDone.load(), 103U);
    QCOMPARE(slot.itemsFailed.load(), 104U);
    QCOMPARE(slot.gilWaitNs.load(), 105U);
    QCOMPARE(slot.checksum.load(), 0xfedc'ba98'7654'3210U);
    QCOMPARE(slot.lastItemNs.load(), 107U);
    const auto atGo = slot.atGo.load();
    const auto atEnd = slot.atEnd.load();
    QVERIFY(atGo && atEnd);
    QCOMPARE(atGo->atNs, 201U);
    QCOMPARE(atGo->cpuNs, 202U);
    QCOMPARE(atGo->voluntary, 203U);
    QCOMPARE(atGo->involuntary, 204U);
    QCOMPARE(atGo->queueWaitNs, ThreadUsage::kUnknown);
    QCOMPARE(atGo->migrations, 206U);
    QCOMPARE(atEnd->queueWaitNs, 215U);
    QCOMPARE(board->slot(0).pid.load(), 0); // neighbours are untouched
    QCOMPARE(board->slot(2).pid.load(), 0);

    const auto memory = Board::createAnonymous({.workers = 1});
    auto &expected = memory->latency(0);
    for (const auto &word : lines[0].split(' ').mid(1)) {
        const Nanoseconds latency(word.toLongLong());
        expected.record(latency);
    }
    for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket)
        QCOMPARE(board->latency(1).count(bucket), expected.count(bucket));
    QCOMPARE(board->latency(1).max(), expected.max());
    QCOMPARE(board->loopLag().max(), Nanoseconds(1234));
    QCOMPARE(board->loopState().nextBeatNs.load(), 1235U);
    QCOMPARE(board->loopState().worstLagNs.load(), 1236U);
    QCOMPARE(lines[1], "SHARE " + QByteArray::number(checksumShare(12345, 0xdead'beef'0bad'cafe)));
    QCOMPARE(QString::fromStdString(board->errorText(2)), QString(123, QChar(0xe9)));
    QCOMPARE(board->arena()[99], std::byte{42});
}

void TestPython::everyPairGivesTheSameChecksum()
{
    QFETCH(QString, workload);
    Lab lab(options());
    const auto native = finishedRun(lab, tinyExperiment(workload.toStdString(), "qthread", 3));
    QVERIFY(native && native->outcome == Outcome::Completed);
    for (const auto &variant : variantsFor(workload)) {
        const auto name = variant.name();
        auto experiment =
            tinyExperiment(workload.toStdString(), variant.model->id, workersFor(*variant.model, 3));
        variant.applyTo(experiment);
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording, name.c_str());
        QVERIFY2(!recording->error, recording->error ? (name + describe(*recording->error)).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Completed);
        QCOMPARE(recording->items, 24U);
        QCOMPARE(recording->itemsFailed, 0U);
        QVERIFY2(recording->checksum == native->checksum, name.c_str());
        QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
        QVERIFY(recording->wallSeconds > 0);
        QVERIFY(recording->latency.has_value());
        QVERIFY2(
            recording->canvas == native->canvas || workload == QLatin1String("mandelbrot"), name.c_str());
        std::uint64_t items = 0;
        for (const auto &worker : recording->workers) {
            QVERIFY2(worker.pid > 0 && worker.tid > 0, name.c_str());
            QVERIFY2(worker.cpuSeconds.has_value(), name.c_str());
            QVERIFY2(worker.switches.voluntary.has_value() && worker.switches.involuntary, name.c_str());
            QVERIFY2(worker.states.blocked.has_value() == native->states.blocked.has_value(), name.c_str());
            items += worker.items;
        }
        QCOMPARE(items, recording->items);
    }
}

void TestPython::whatWorkersMeasureTheyMeasureInPython_data()
{
    QTest::addColumn<QString>("workload");
    for (const auto *const workload : {"matrix", "file", "database"})
        QTest::newRow(workload) << QString::fromLatin1(workload);
}

void TestPython::whatWorkersMeasureTheyMeasureInPython()
{
    QFETCH(QString, workload);
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        const auto recording = finishedRun(lab, tinyExperiment(workload.toStdString(), model, 2));
        QVERIFY(recording && recording->outcome == Outcome::Completed);
        const auto results = resultsOf(*recording);
        QVERIFY(!results.empty());
        for (const auto &[field, value] : results) {
            const auto *const number = std::get_if<double>(&value);
            const auto *const text = std::get_if<std::string>(&value);
            QVERIFY2((number && *number > 0) || (text && !text->empty()), field->id.c_str());
            // What took time was done by two workers at most, within the run.
            if (number && field->unit == "s")
                QVERIFY2(*number <= 2 * recording->wallSeconds, field->id.c_str());
        }
    }
}

void TestPython::aFailedItemEndsTheRunOrIsCounted()
{
    Lab lab(options());
    for (const auto &variant : pythonVariants()) {
        const auto name = variant.name();
        auto experiment = tinyExperiment("primes", variant.model->id, workersFor(*variant.model, 2));
        variant.applyTo(experiment);
        experiment.params.set("fail_every", std::int64_t{7});
        const auto ended = finishedRun(lab, experiment);
        QVERIFY2(ended, name.c_str());
        QCOMPARE(ended->outcome, Outcome::Failed);
        QVERIFY2(ended->error && ended->error->what.find("on purpose") != std::string::npos, name.c_str());
        QVERIFY2(ended->itemsFailed >= 1, name.c_str());
        QVERIFY2(ended->notes.isEmpty(), qPrintable(ended->notes.join(QLatin1Char(' '))));

        experiment.params.set("on_failure", std::string("continue"));
        const auto counted = finishedRun(lab, experiment);
        QVERIFY2(counted, name.c_str());
        QCOMPARE(counted->outcome, Outcome::Completed);
        QCOMPARE(counted->itemsFailed, 3U);
        QCOMPARE(counted->items, 21U);
        QVERIFY2(counted->itemError.find("on purpose") != std::string::npos, counted->itemError.c_str());
    }
}

void TestPython::theInterpreterSaysWhatItIs()
{
    Lab lab(options());
    const auto native = finishedRun(lab, tinyExperiment("primes", "sequential", 1));
    QVERIFY(native && !native->interpreter);
    auto experiment = tinyExperiment("primes", "cpython-process-pool", 2);
    experiment.params.set("start_method", std::string("spawn"));
    experiment.params.set("switch_interval_us", std::int64_t{250});
    const auto recording = finishedRun(lab, experiment);
    QVERIFY(recording && recording->interpreter);
    const auto &said = *recording->interpreter;
    const auto chosen = chooseInterpreter(*findModel("cpython-process-pool"), "default", interpretersHere());
    QCOMPARE(said.path, chosen->path);
    QCOMPARE(said.version, chosen->version);
    QCOMPARE(said.implementation, chosen->implementation);
    QCOMPARE(said.gilEnabled, chosen->gilEnabled);
    QCOMPARE(said.startMethod, std::optional<std::string>("spawn"));
    QVERIFY(said.switchIntervalSeconds && std::abs(*said.switchIntervalSeconds - 250e-6) < 1e-9);

    const auto threads = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(threads && threads->interpreter);
    QVERIFY(!threads->interpreter->startMethod);
}

void TestPython::workersArePinned()
{
    Lab lab(options());
    for (const auto *const model : {"cpython-threading", "cpython-multiprocessing"}) {
        auto experiment = tinyExperiment("primes", model, 2);
        experiment.pin = Pin::One;
        const auto recording = finishedRun(lab, experiment);
        QVERIFY(recording && recording->outcome == Outcome::Completed);
        for (const auto &worker : recording->workers)
            QCOMPARE(worker.switches.migrations.value_or(0), 0U);
    }
}

void TestPython::anEventLoopTellsItsLag()
{
    Lab lab(options());
    auto experiment = tinyExperiment("primes", "cpython-asyncio", 1);
    experiment.params.set("range", std::int64_t{3'000}); // keeps the loop busy for more than its period
    const auto recording = finishedRun(lab, experiment);
    QVERIFY(recording && recording->loopLag);
    QVERIFY(recording->loopLag->max > Nanoseconds(0));

    experiment.items.reset();
    experiment.durationSeconds = 0.6;
    const auto longer = finishedRun(lab, experiment);
    QVERIFY(longer && !longer->series.empty());
    QVERIFY(std::ranges::any_of(longer->series, [](const SeriesPoint &point) { return point.loopLag > 0; }));
    const auto threads = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(threads && !threads->loopLag);
}

void TestPython::aSpeedupIsAgainstPythonsOwnBaseline()
{
    Lab lab(options());
    const auto native = finishedRun(lab, tinyExperiment("primes", "sequential", 1));
    const auto before = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(native && before);
    QVERIFY(!lab.baselineOf(*before));
    const auto baseline = finishedRun(lab, tinyExperiment("primes", "cpython-sequential", 1));
    const auto after = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(baseline && after);
    QCOMPARE(lab.baselineOf(*after), baseline);
    QCOMPARE(lab.baselineOf(*before), baseline);
    const auto pool = finishedRun(lab, tinyExperiment("primes", "pool", 2));
    QCOMPARE(lab.baselineOf(*pool), native);
}

void TestPython::threadsTakeTurnsOnTheLock()
{
    const auto python = chooseInterpreter(*findModel("cpython-threading"), "default", interpretersHere());
    if (!python->gilEnabled)
        QSKIP("the interpreter that was found has no GIL");
    if (std::thread::hardware_concurrency() < 2)
        QSKIP("there is only one core");
    Lab lab(options());
    auto experiment = endlessExperiment("primes", "cpython-threading", 2);
    experiment.durationSeconds = 1.5;
    const auto recording = finishedRun(lab, experiment);
    QVERIFY(recording && recording->outcome == Outcome::Completed);
    if (recording->trace.source != TraceSource::Perf)
        QSKIP("there is no exact trace on this machine");

    // Who ran when, in one sequence.
    struct Turn {
        TimeSpan span;
        std::size_t worker;
    };
    std::vector<Turn> slices;
    const auto &view = *recording->trace.timeline;
    for (std::size_t index = 0; index < 2; ++index) {
        const auto lane = view.laneOfTid(recording->workers[index].tid);
        QVERIFY(lane);
        std::vector<Segment> segments;
        view.segments(*lane, view.known(), 1'000'000, segments);
        for (const auto &segment : segments) {
            // What takes less than this only looks whether it may have the lock.
            if (segment.state == TaskState::Running && segment.span.lengthNs() > 200'000
                && segment.span.beginNs >= toBoardNs(*recording->go))
                slices.push_back({segment.span, index});
        }
    }
    std::ranges::sort(slices, {}, [](const Turn &turn) { return turn.span.beginNs; });
    std::uint64_t together = 0;
    std::uint64_t running = 0;
    std::vector<std::uint64_t> turns; // until the other one has it
    for (std::size_t i = 0; i < slices.size(); ++i) {
        running += slices[i].span.lengthNs();
        if (i > 0 && slices[i].worker != slices[i - 1].worker)
            together += overlapNs(slices[i].span, slices[i - 1].span);
        if (i == 0 || slices[i].worker != slices[i - 1].worker)
            turns.push_back(0);
        turns.back() += slices[i].span.lengthNs();
    }
    QVERIFY(turns.size() > 20);
    std::ranges::sort(turns);
    const auto median = static_cast<double>(turns[turns.size() / 2]) / 1e6;
    const auto share = static_cast<double>(together) / static_cast<double>(running);
    qInfo(
        "%zu turns in 1.5 s, median %.2f ms (switch interval 5 ms); both ran at once for %.1f %%",
        turns.size(), median, 100 * share);
    QVERIFY2(median > 3 && median < 12, qPrintable(QString::number(median)));
    QVERIFY2(share < 0.1, qPrintable(QString::number(share)));
}

void TestPython::noDirectoryIsLeft()
{
    QVERIFY2(directoriesLeft().isEmpty(), qPrintable(directoriesLeft().join(QLatin1Char(' '))));
}

QTEST_GUILESS_MAIN(TestPython)
#include "tst_python.moc"
