// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyse/verdict.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace timeslice;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Points of 0.1 s with these throughputs.
std::vector<SeriesPoint> points(const std::vector<double> &itemsPerSecond)
{
    std::vector<SeriesPoint> series;
    for (const double rate : itemsPerSecond) {
        SeriesPoint point;
        point.seconds = 0.1;
        point.itemsPerSecond = rate;
        series.push_back(point);
    }
    return series;
}

/// A quiet, completed run of 100 items in one second on a machine with four CPUs: CPU-bound, its workers
/// always running.
Recording run(const char *model, unsigned workers, double wallSeconds = 1.0)
{
    Recording recording;
    recording.experiment.workload = "primes";
    recording.experiment.model = model;
    recording.experiment.workers = workers;
    recording.experiment.items = 100;
    recording.experiment.params.set("range", std::int64_t{1000});
    recording.machine.cpusOnline = {0, 1, 2, 3};
    recording.machine.cpusAllowed = {0, 1, 2, 3};
    recording.outcome = Outcome::Completed;
    recording.items = 100;
    recording.wallSeconds = wallSeconds;
    recording.itemsPerSecond = 100 / wallSeconds;
    recording.cpuSeconds = workers * wallSeconds;
    recording.states = {workers * wallSeconds, 0.0, 0.0, std::nullopt};
    recording.checksum = 0x1234;
    recording.switches = {10, 20, 0};
    recording.series = points(std::vector<double>(10, 100 / wallSeconds));
    return recording;
}

Recording sequentialRun()
{
    return run("sequential", 1);
}

/// Gives the workers' time to the three states, in shares.
void setShares(Recording &recording, double running, double runnable, double blocked)
{
    const double all = recording.experiment.workers * recording.wallSeconds;
    recording.states = {running * all, runnable * all, blocked * all, std::nullopt};
    recording.cpuSeconds = running * all;
}

} // namespace

class TestVerdict : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersAreRatiosOfTheRecording();
    void whatWasNotMeasuredStaysNothing();
    void possibleCores_data();
    void possibleCores();
    void happening_data();
    void happening();
    void aClearSpeedupIsClaimed();
    void noSpeedupIsClaimed_data();
    void noSpeedupIsClaimed();
    void withinNoiseIsNotClear();
    void aShortRunWithoutASpreadIsTrustedLess();
    void runsByDurationMayDifferInItemsAndChecksum();
    void runsStandSideBySideOnlyWithTheSameResultsAndLanguage();
    void sameWorkLooksAtTheWorkloadOnly();
    void noiseComesFromTheSpread();
    void noiseNeedsThreePoints();
    void aSliverAtTheEndHardlyCounts();
    void intervalsBeyondTheRunDoNotCount();
    void threadsUnderOneLockAreNamed();
    void aCrowdAtTheLockIsNamed();
    void pythonHasABaselineOfItsOwn();
};

void TestVerdict::threadsUnderOneLockAreNamed()
{
    auto recording = run("cpython-threading", 4, 2.0);
    setShares(recording, 0.25, 0.01, 0.74); // one core together
    recording.interpreter = InterpreterReport{.version = "3.11.2", .implementation = "CPython"};
    QCOMPARE(judge(recording, nullptr).happening, Happening::LockShared);
    recording.interpreter->gilEnabled = false;
    QCOMPARE(judge(recording, nullptr).happening, Happening::Waiting);
    recording.interpreter->gilEnabled = true;
    setShares(recording, 0.01, 0.01, 0.98); // it waited for something else
    QCOMPARE(judge(recording, nullptr).happening, Happening::Waiting);
    setShares(recording, 0.95, 0.04, 0.01); // a library that lets go of the lock
    QCOMPARE(judge(recording, nullptr).happening, Happening::CoresBusy);
    recording.experiment.model = "cpython-multiprocessing";
    setShares(recording, 0.25, 0.01, 0.74);
    QCOMPARE(judge(recording, nullptr).happening, Happening::Waiting);
}

void TestVerdict::aCrowdAtTheLockIsNamed()
{
    auto recording = run("cpython-threading", 1000, 2.0); // each may ask 200 times a second
    setShares(recording, 0.01, 0.14, 0.85);
    recording.interpreter =
        InterpreterReport{.version = "3.11.2", .implementation = "CPython", .switchIntervalSeconds = 0.005};
    const auto happened = [&](std::uint64_t voluntary) {
        recording.switches.voluntary = voluntary;
        return judge(recording, nullptr).happening;
    };
    QCOMPARE(happened(90'000), Happening::LockCrowded);
    QCOMPARE(happened(59'000), Happening::Waiting); // few asked
    recording.experiment.workers = 2000;
    QCOMPARE(happened(79'000), Happening::Waiting); // few of so many
    recording.experiment.workers = 30;
    QCOMPARE(happened(90'000), Happening::Waiting); // so few cannot ask as often: it was for something else
    recording.experiment.workers = 1000;
    recording.cpuSeconds = 0.8;
    QCOMPARE(happened(90'000), Happening::Waiting); // it took little
    recording.cpuSeconds = 2.6;
    recording.interpreter->gilEnabled = false;
    QCOMPARE(happened(90'000), Happening::Waiting);
    recording.interpreter->gilEnabled = true;
    recording.experiment.model = "cpython-multiprocessing";
    QCOMPARE(happened(90'000), Happening::Waiting);
}

void TestVerdict::pythonHasABaselineOfItsOwn()
{
    const InterpreterReport python{
        .path = QStringLiteral("/a"), .version = "3.11.2", .implementation = "CPython"};
    auto native = sequentialRun();
    auto baseline = run("cpython-sequential", 1, 10.0);
    auto threads = run("cpython-threading", 2, 9.0);
    native.id = 1;
    baseline.id = 2;
    threads.id = 3;
    baseline.interpreter = threads.interpreter = python;
    QVERIFY(isBaselineOf(baseline, threads));
    QVERIFY(!isBaselineOf(native, threads));
    QVERIFY(!isBaselineOf(baseline, baseline));
    QVERIFY(!isBaselineOf(baseline, run("qthread", 2)));
    threads.interpreter->path = QStringLiteral("/another");
    QVERIFY(!isBaselineOf(baseline, threads));
    threads.interpreter = python;
    threads.interpreter->gilEnabled = false;
    QVERIFY(!isBaselineOf(baseline, threads));
    QCOMPARE(judge(baseline, nullptr).speedup.error(), NoSpeedup::IsBaseline);
}

void TestVerdict::numbersAreRatiosOfTheRecording()
{
    auto recording = run("qthread", 2, 2.0);
    setShares(recording, 0.75, 0.15, 0.1);
    const auto verdict = judge(recording, nullptr);
    QCOMPARE(verdict.itemsPerSecond, std::optional(50.0));
    QCOMPARE(verdict.coresUsed, std::optional(1.5));
    QCOMPARE(verdict.efficiency, std::optional(0.75));
    QCOMPARE(verdict.voluntaryPerSecond, std::optional(5.0));
    QCOMPARE(verdict.involuntaryPerSecond, std::optional(10.0));
    QVERIFY(std::abs(*verdict.runnableShare - 0.15) < 1e-12);
    QVERIFY(std::abs(*verdict.blockedShare - 0.1) < 1e-12);
}

void TestVerdict::whatWasNotMeasuredStaysNothing()
{
    Recording recording = run("qthread", 2);
    recording.cpuSeconds.reset();
    recording.switches = {};
    recording.states.runnable.reset();
    auto verdict = judge(recording, nullptr);
    QVERIFY(
        !verdict.coresUsed && !verdict.efficiency && !verdict.voluntaryPerSecond
        && !verdict.involuntaryPerSecond);
    QVERIFY(!verdict.runnableShare && !verdict.blockedShare);

    recording = run("qthread", 2);
    recording.wallSeconds = 0;
    recording.states = {0.0, 0.0, 0.0, std::nullopt};
    verdict = judge(recording, nullptr);
    QVERIFY(!verdict.coresUsed && !verdict.voluntaryPerSecond && !verdict.blockedShare);
}

void TestVerdict::possibleCores_data()
{
    QTest::addColumn<Recording>("recording");
    QTest::addColumn<double>("cores");
    auto recording = run("qthread", 2);
    QTest::newRow("workers") << recording << 2.0;
    recording.experiment.workers = 16;
    QTest::newRow("CPUs allowed") << recording << 4.0;
    recording.machine.cpusAllowed = {2, 3};
    QTest::newRow("fewer allowed than online") << recording << 2.0;
    recording.machine.cpusAllowed.clear();
    QTest::newRow("allowed unknown") << recording << 4.0;
    recording.machine.cpusOnline.clear();
    QTest::newRow("CPUs unknown") << recording << 16.0;
    recording = run("qthread", 4);
    recording.machine.cpuQuota = 1.5;
    QTest::newRow("quota") << recording << 1.5;
    recording.machine.cpuQuota = 0.5;
    recording.experiment.pin = Pin::One;
    QTest::newRow("quota below the one core") << recording << 0.5;
    recording.machine.cpuQuota.reset();
    QTest::newRow("pinned to one") << recording << 1.0;
    recording.experiment.pin = Pin::Spread;
    QTest::newRow("spread") << recording << 4.0;
}

void TestVerdict::possibleCores()
{
    QFETCH(Recording, recording);
    QFETCH(double, cores);
    QCOMPARE(judge(recording, nullptr).possibleCores, cores);
}

void TestVerdict::happening_data()
{
    QTest::addColumn<Recording>("recording");
    QTest::addColumn<Happening>("expected");
    const auto row = [](const char *name, Happening expected, auto change) {
        auto recording = run("qthread", 2);
        change(recording);
        QTest::newRow(name) << recording << expected;
    };
    row("failed", Happening::Failed, [](Recording &r) { r.outcome = Outcome::Failed; });
    row("stopped", Happening::Stopped, [](Recording &r) { r.outcome = Outcome::Stopped; });
    row("no item ended", Happening::NothingMeasured, [](Recording &r) { r.items = 0; });
    row("cores busy", Happening::CoresBusy, [](Recording &r) { setShares(r, 0.95, 0.04, 0.01); });
    row("others took the cores", Happening::CoresTaken, [](Recording &r) { setShares(r, 0.5, 0.49, 0.01); });
    row("others took what they would have taken turns on", Happening::CoresTaken, [](Recording &r) {
        r.machine.cpusAllowed = {0, 1};
        r.experiment.workers = 4; // on two cores half of the queueing would be their own
        setShares(r, 0.2, 0.79, 0.01);
        r.cpuSeconds = 0.8 * r.wallSeconds;
    });
    row("some ended early", Happening::WorkRanOut, [](Recording &r) {
        setShares(r, 0.98, 0.01, 0.01);
        r.cpuSeconds = 1.1 * r.wallSeconds;
    });
    row("blocked now and then", Happening::Mixed, [](Recording &r) { setShares(r, 0.67, 0.09, 0.24); });
    row("one worker that is blocked now and then", Happening::Mixed, [](Recording &r) {
        r.experiment.workers = 1;
        setShares(r, 0.67, 0.09, 0.24);
    });
    row("took turns", Happening::CoresShared, [](Recording &r) {
        r.experiment.workers = 8;
        setShares(r, 0.5, 0.49, 0.01);
    });
    row("pinned to one", Happening::OneCoreOnly, [](Recording &r) {
        r.experiment.pin = Pin::One;
        setShares(r, 0.5, 0.5, 0.0);
    });
    row("one allowed", Happening::OneCoreOnly, [](Recording &r) {
        r.machine.cpusAllowed = {3};
        setShares(r, 0.5, 0.5, 0.0);
    });
    row("one worker on one core", Happening::CoresBusy, [](Recording &r) {
        r.experiment.workers = 1;
        r.experiment.pin = Pin::One;
        setShares(r, 1.0, 0.0, 0.0);
    });
    row("waiting", Happening::Waiting, [](Recording &r) { setShares(r, 0.02, 0.0, 0.98); });
    row("waiting while pinned", Happening::Waiting, [](Recording &r) {
        r.experiment.pin = Pin::One;
        setShares(r, 0.02, 0.0, 0.98);
    });
    row("mixed", Happening::Mixed, [](Recording &r) { setShares(r, 0.55, 0.0, 0.45); });
    row("throttled", Happening::Throttled,
        [](Recording &r) { r.throttle = ThrottleReading{10, 4, 300'000'000}; });
    row("hardly throttled", Happening::CoresBusy,
        [](Recording &r) { r.throttle = ThrottleReading{100, 1, 1000}; });
    row("quota never asked", Happening::CoresBusy, [](Recording &r) { r.throttle = ThrottleReading{}; });
    row("busy, no schedstat", Happening::CoresBusy, [](Recording &r) { r.states = {}; });
    row("idle, no schedstat", Happening::Waiting, [](Recording &r) { r.states = {}, r.cpuSeconds = 0.1; });
    row("between, no schedstat", Happening::Mixed, [](Recording &r) { r.states = {}, r.cpuSeconds = 1.1; });
    row("nothing known of CPU", Happening::NothingMeasured,
        [](Recording &r) { r.states = {}, r.cpuSeconds.reset(); });
}

void TestVerdict::happening()
{
    QFETCH(Recording, recording);
    QFETCH(Happening, expected);
    QCOMPARE(judge(recording, nullptr).happening, expected);
}

void TestVerdict::aClearSpeedupIsClaimed()
{
    const auto baseline = sequentialRun();
    const auto verdict = judge(run("qthread", 2, 0.5), &baseline);
    QVERIFY(verdict.speedup);
    QCOMPARE(verdict.speedup->ratio, 2.0);
    QVERIFY(verdict.speedup->isClear);
    QCOMPARE(verdict.speedup->possible, 2.0);
    QVERIFY(verdict.speedup->noise >= 0.02 && verdict.speedup->noise < 0.03);

    const auto slower = judge(run("qthread", 2, 2.0), &baseline);
    QVERIFY(slower.speedup && slower.speedup->isClear);
    QCOMPARE(slower.speedup->ratio, 0.5);
}

void TestVerdict::noSpeedupIsClaimed_data()
{
    QTest::addColumn<Recording>("recording");
    QTest::addColumn<Recording>("baseline");
    QTest::addColumn<NoSpeedup>("reason");
    const auto row = [](const char *name, NoSpeedup reason, auto change) {
        auto recording = run("qthread", 2, 0.5);
        auto baseline = sequentialRun();
        change(recording, baseline);
        QTest::newRow(name) << recording << baseline << reason;
    };
    using R = Recording;
    row("sequential itself", NoSpeedup::IsBaseline, [](R &r, R &) { r.experiment.model = "sequential"; });
    row("stopped", NoSpeedup::NotCompleted, [](R &r, R &) { r.outcome = Outcome::Stopped; });
    row("failed", NoSpeedup::NotCompleted, [](R &r, R &) { r.outcome = Outcome::Failed; });
    row("baseline stopped", NoSpeedup::NotCompleted, [](R &, R &b) { b.outcome = Outcome::Stopped; });
    row("no item", NoSpeedup::NotCompleted, [](R &r, R &) { r.items = 0, r.itemsPerSecond.reset(); });
    row("baseline without rate", NoSpeedup::NotCompleted, [](R &, R &b) { b.itemsPerSecond.reset(); });
    row("other items", NoSpeedup::DifferentWork, [](R &r, R &) { r.experiment.items = 200; });
    row("other seed", NoSpeedup::DifferentWork, [](R &r, R &) { r.experiment.seed = 2; });
    row("other workload", NoSpeedup::DifferentWork, [](R &r, R &) { r.experiment.workload = "sum"; });
    row("unknown workload", NoSpeedup::DifferentWork,
        [](R &r, R &b) { r.experiment.workload = b.experiment.workload = "vanished"; });
    row("other parameter", NoSpeedup::DifferentWork,
        [](R &r, R &) { r.experiment.params.set("range", std::int64_t{2000}); });
    row("items against duration", NoSpeedup::DifferentWork, [](R &r, R &) {
        r.experiment.items.reset();
        r.experiment.durationSeconds = 1;
    });
    row("an item failed", NoSpeedup::DifferentWork, [](R &r, R &) { r.itemsFailed = 1; });
    row("an item of the baseline failed", NoSpeedup::DifferentWork, [](R &, R &b) { b.itemsFailed = 1; });
    row("other checksum", NoSpeedup::DifferentChecksum, [](R &r, R &) { r.checksum = 0x4321; });
    row("too short", NoSpeedup::TooShort, [](R &r, R &) { r.wallSeconds = 0.049; });
    row("baseline too short", NoSpeedup::TooShort, [](R &, R &b) { b.wallSeconds = 0.01; });
    row("too few items", NoSpeedup::TooShort, [](R &r, R &b) { r.items = b.items = 2; });
}

void TestVerdict::noSpeedupIsClaimed()
{
    QFETCH(Recording, recording);
    QFETCH(Recording, baseline);
    QFETCH(NoSpeedup, reason);
    const auto verdict = judge(recording, &baseline);
    QVERIFY(!verdict.speedup);
    QCOMPARE(verdict.speedup.error(), reason);

    QCOMPARE(judge(run("qthread", 2), nullptr).speedup.error(), NoSpeedup::NoBaseline);
    auto queue = run("qthread", 2);
    queue.experiment.workload = "producer-consumer"; // which one worker cannot do alone
    QCOMPARE(judge(queue, nullptr).speedup.error(), NoSpeedup::NoSuchBaseline);
    QCOMPARE(judge(baseline, &baseline).speedup.error(), NoSpeedup::IsBaseline);
}

void TestVerdict::withinNoiseIsNotClear()
{
    const auto baseline = sequentialRun();
    // 1.5 % faster: within the 2 % that two equal runs may differ by.
    auto recording = run("qthread", 2, 1 / 1.015);
    auto verdict = judge(recording, &baseline);
    QVERIFY(verdict.speedup && !verdict.speedup->isClear);

    // 30 % faster on average, but from points that jump between 10 and 250 items/s.
    recording = run("qthread", 2, 1 / 1.3);
    recording.series = points({10, 250, 10, 250, 10, 250});
    verdict = judge(recording, &baseline);
    QVERIFY(verdict.speedup && !verdict.speedup->isClear);
    QVERIFY(verdict.speedup->noise > 0.3);

    // The noise is the ratio's own: 11 % faster, give or take 10 % of that, reaches below 1.
    const auto isClear = [&](double ratio) {
        auto uncertain = run("qthread", 2, 1 / ratio);
        uncertain.series.clear(); // shows no spread, so 10 % are assumed
        return judge(uncertain, &baseline).speedup->isClear;
    };
    QVERIFY(!isClear(1.11));
    QVERIFY(isClear(1.13));
}

void TestVerdict::aShortRunWithoutASpreadIsTrustedLess()
{
    const auto baseline = sequentialRun();
    auto recording = run("qthread", 2, 1 / 1.08);
    QVERIFY(judge(recording, &baseline).speedup->isClear);
    recording.series.clear();
    QVERIFY(!judge(recording, &baseline).speedup->isClear);
    QVERIFY(judge(recording, &baseline).speedup->noise > 0.1);
}

void TestVerdict::runsByDurationMayDifferInItemsAndChecksum()
{
    auto baseline = sequentialRun();
    auto recording = run("qthread", 2);
    for (auto *one : {&baseline, &recording}) {
        one->experiment.items.reset();
        one->experiment.durationSeconds = 1;
    }
    recording.items = 190;
    recording.itemsPerSecond = 190;
    recording.checksum = 7;
    const auto verdict = judge(recording, &baseline);
    QVERIFY(verdict.speedup);
    QCOMPARE(verdict.speedup->ratio, 1.9);

    // Tiles of a picture cost different amounts: the slower run saw others.
    for (auto *one : {&baseline, &recording})
        one->experiment.workload = "mandelbrot";
    QCOMPARE(judge(recording, &baseline).speedup.error(), NoSpeedup::UnevenItems);
    QCOMPARE(judge(recording, nullptr).speedup.error(), NoSpeedup::UnevenItems); // no baseline would help
    QVERIFY(!isComparable(recording, baseline));
}

void TestVerdict::runsStandSideBySideOnlyWithTheSameResultsAndLanguage()
{
    const auto a = sequentialRun();
    QVERIFY(isComparable(a, run("qthread", 2)));
    const auto isComparableWith = [&a](auto change) {
        auto other = run("qthread", 2);
        change(other);
        return isComparable(a, other) || isComparable(other, a);
    };
    QVERIFY(!isComparableWith([](Recording &r) { r.outcome = Outcome::Stopped; }));
    QVERIFY(!isComparableWith([](Recording &r) { r.itemsFailed = 1; }));
    QVERIFY(!isComparableWith([](Recording &r) { r.checksum += 1; }));
    QVERIFY(!isComparableWith([](Recording &r) { r.experiment.seed += 1; }));
    QVERIFY(!isComparableWith([](Recording &r) { r.experiment.model = "cpython-threading"; }));
}

void TestVerdict::sameWorkLooksAtTheWorkloadOnly()
{
    const auto a = sequentialRun();
    auto b = run("qprocess", 4);
    QVERIFY(sameWork(a, b));
    // A parameter of the model is part of how, not of what.
    b.experiment.params.set("data_by", std::string("pipe"));
    QVERIFY(sameWork(a, b));
    b.experiment.isolate = true;
    b.experiment.pin = Pin::Spread;
    QVERIFY(sameWork(a, b));
    b.experiment.params = {};
    QVERIFY(!sameWork(a, b));
    QVERIFY(!sameWork(b, a));
}

void TestVerdict::noiseComesFromTheSpread()
{
    Recording recording = run("qthread", 2);
    QCOMPARE(throughputNoise(recording), std::optional(0.02)); // a constant series: the least
    // Mean 100, standard deviation of the sample 20: two standard errors of 4 points are 20 of 100.
    recording.series = points(
        {100 - std::sqrt(300.0), 100 + std::sqrt(300.0), 100 - std::sqrt(300.0), 100 + std::sqrt(300.0)});
    QVERIFY(std::abs(*throughputNoise(recording) - 0.2) < 1e-9);
    // Holes do not count.
    auto holes = points({kNaN, kNaN});
    recording.series.insert(recording.series.begin(), holes.begin(), holes.end());
    QVERIFY(std::abs(*throughputNoise(recording) - 0.2) < 1e-9);
}

void TestVerdict::noiseNeedsThreePoints()
{
    Recording recording = run("qthread", 2);
    for (const auto &series : {std::vector<double>{}, {1.0, 2.0}, {1.0, 2.0, kNaN}, {0.0, 0.0, 0.0, 0.0}}) {
        recording.series = points(series);
        QVERIFY(!throughputNoise(recording));
    }
}

void TestVerdict::aSliverAtTheEndHardlyCounts()
{
    Recording recording = run("qthread", 2);
    recording.series = points(std::vector<double>(20, 100.0));
    recording.series.push_back(points({0.0}).front());
    const auto whole = throughputNoise(recording);
    recording.series.back().seconds = 0.0001;
    const auto sliver = throughputNoise(recording);
    QVERIFY(*whole > 0.05);
    QCOMPARE(sliver, std::optional(0.02));
}

void TestVerdict::intervalsBeyondTheRunDoNotCount()
{
    Recording recording = run("qthread", 2);
    recording.go = MonotonicTime(std::chrono::seconds(1000));
    recording.wallSeconds = 0.45;
    // Ends at 0.05, 0.15, ... 0.55 s after go: the first began before it, the last two end behind the last
    // item.
    recording.series = points({50, 100, 100, 100, 60, 0});
    auto time = *recording.go + std::chrono::milliseconds(50);
    for (auto &point : recording.series) {
        point.time = time;
        time += std::chrono::milliseconds(100);
    }
    recording.series[4].time += std::chrono::milliseconds(20);
    QCOMPARE(throughputNoise(recording), std::optional(0.02));
    recording.go.reset();
    QVERIFY(*throughputNoise(recording) > 0.3);
}

QTEST_GUILESS_MAIN(TestVerdict)
#include "tst_verdict.moc"
