// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/series.h"
#include "core/observe/seriesthinning.h"

#include <QTest>

#include <cmath>
#include <memory>
#include <vector>

using namespace timeslice;

namespace {

/// A machine of two CPUs and a run of one worker whose counters grow as told, read every 100 ms.
class FakeSampler {
public:
    /// CPU 0 and CPU 1 were busy for this share of the 100 ms since the last reading; the worker ran for
    /// `workerShare` of them and ended `items`. \param after  If it was not 100 ms.
    SnapshotPtr tick(
        double busy0, double busy1, double workerShare = 0, std::uint64_t items = 0,
        std::chrono::milliseconds after = std::chrono::milliseconds(100))
    {
        m_now += after;
        ++m_sequence;
        advance(m_cpus[0], busy0);
        advance(m_cpus[1], busy1);
        m_cpuNs += static_cast<std::uint64_t>(workerShare * 100e6);
        m_items += items;

        Snapshot snapshot;
        snapshot.sequence = m_sequence;
        snapshot.run = m_run;
        snapshot.begin = snapshot.end = m_now;
        snapshot.suspended = m_suspended;
        snapshot.observerCpuNs = m_sequence * 1'000'000; // 1 ms each: 1 % of a core
        snapshot.cpus = {m_cpus[0], m_cpus[1]};
        snapshot.loopLag = loopLag;
        snapshot.gauges = gauges;
        if (m_run != 0) {
            snapshot.workers = {WorkerReading{.itemsDone = m_items}};
            TaskReading task;
            task.pid = task.tid = 100;
            task.worker = 0;
            task.cpuNs = m_cpuNs;
            task.voluntary = m_items;
            task.involuntary = 2 * m_items;
            snapshot.tasks = {task};
            snapshot.memory = MemoryReading{3, 2, 1};
        }
        return std::make_shared<const Snapshot>(std::move(snapshot));
    }

    void beginRun(std::uint64_t run)
    {
        m_run = run;
        m_cpuNs = m_items = 0;
    }
    void endRun() { m_run = 0; }
    void suspend() { m_suspended += std::chrono::hours(1); }

    std::optional<Nanoseconds> loopLag; ///< Of snapshots from now on, as the next one.
    std::vector<double> gauges;

private:
    static void advance(CpuTicks &cpu, double busy)
    {
        const auto ticks = static_cast<std::uint64_t>(std::lround(busy * 10));
        cpu.user += ticks;
        cpu.idle += 10 - ticks;
    }

    MonotonicTime m_now{std::chrono::seconds(1000)};
    Nanoseconds m_suspended{};
    std::uint64_t m_sequence = 0;
    std::uint64_t m_run = 0;
    CpuTicks m_cpus[2] = {{.cpu = 0}, {.cpu = 5}};
    std::uint64_t m_cpuNs = 0;
    std::uint64_t m_items = 0;
};

bool isNear(double value, double expected)
{
    return std::abs(value - expected) < 1e-9;
}

} // namespace

class TestSeries : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void thereIsNoPointBeforeTheSecondSnapshot();
    void anIdleMachineHasCoresButNoRun();
    void runFieldsAreOfTheLastIntervalAndCoresOfTheLastSecond();
    void theFirstSnapshotOfARunGivesNoPoint();
    void othersAreToldApartFromTheBeginningOfTheRun();
    void theEndOfARunLeavesItsFieldsUnknown();
    void aSuspendLeavesAHoleAndForgetsTheSecondBefore();
    void aSnapshotThatIsNotLaterIsPassedOver();
    void onlyAboutASecondIsKept();
    void oneProcessIsToldApart();
    void pointsAreJoinedTwoByTwo();
    void whatDoesNotFollowStaysApart();
    void lagAndGaugesAreThoseOfTheLaterSnapshot();
    void aShortIntervalIsToldWithTheOneBefore();
    void whatIsToldAgainTakesTheOldOnesPlace();
};

void TestSeries::thereIsNoPointBeforeTheSecondSnapshot()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    QVERIFY(!builder.add(sampler.tick(1, 0)));
    QVERIFY(builder.add(sampler.tick(1, 0)));
}

void TestSeries::anIdleMachineHasCoresButNoRun()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    (void)builder.add(sampler.tick(0, 0));
    const auto point = builder.add(sampler.tick(1, 0.5));
    QVERIFY(point);
    QVERIFY(isNear(point->seconds, 0.1));
    QCOMPARE(point->cpus, (std::vector{0, 5}));
    QCOMPARE(point->cpuBusy, (std::vector{1.0, 0.5}));
    QVERIFY(isNear(point->otherCores, 1.5));
    QVERIFY(isNear(point->observerShare, 0.01));
    QVERIFY(std::isnan(point->runCores) && std::isnan(point->itemsPerSecond));
    QVERIFY(std::isnan(point->voluntaryPerSecond) && std::isnan(point->involuntaryPerSecond));
    QVERIFY(point->workerItemsPerSecond.empty());
    QVERIFY(!point->memory);
}

void TestSeries::runFieldsAreOfTheLastIntervalAndCoresOfTheLastSecond()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    sampler.beginRun(1);
    (void)builder.add(sampler.tick(0, 0));
    for (int i = 0; i < 5; ++i)
        (void)builder.add(sampler.tick(0, 0));
    for (int i = 0; i < 4; ++i)
        (void)builder.add(sampler.tick(1, 0, 1, 3));
    const auto point = builder.add(sampler.tick(1, 0, 0.5, 7));
    QVERIFY(point);
    QVERIFY(isNear(point->cpuBusy[0], 0.5)); // 5 of the last 10 intervals
    QVERIFY(isNear(point->otherCores, 0.5 - 0.45));
    QVERIFY(isNear(point->runCores, 0.5));
    QVERIFY(isNear(point->itemsPerSecond, 70));
    QCOMPARE(point->workerItemsPerSecond.size(), 1U);
    QVERIFY(isNear(point->workerItemsPerSecond[0], 70));
    QVERIFY(isNear(point->voluntaryPerSecond, 70));
    QVERIFY(isNear(point->involuntaryPerSecond, 140));
    QVERIFY(point->memory && point->memory->pssBytes == 2);
}

void TestSeries::theFirstSnapshotOfARunGivesNoPoint()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    (void)builder.add(sampler.tick(0, 0));
    sampler.beginRun(1);
    QVERIFY(!builder.add(sampler.tick(0, 0)));
    QVERIFY(builder.add(sampler.tick(0, 0)));
    sampler.beginRun(2);
    QVERIFY(!builder.add(sampler.tick(0, 0)));
    QVERIFY(builder.add(sampler.tick(0, 0)));
}

void TestSeries::othersAreToldApartFromTheBeginningOfTheRun()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    // Others keep a core busy, end, and the run takes it over: what they did before must not look like the
    // run's.
    for (int i = 0; i < 5; ++i)
        (void)builder.add(sampler.tick(1, 0));
    sampler.beginRun(1);
    (void)builder.add(sampler.tick(1, 0));
    std::optional<SeriesPoint> point;
    for (int i = 0; i < 3; ++i)
        point = builder.add(sampler.tick(1, 0.2, 1));
    QVERIFY(point);
    QVERIFY(isNear(point->cpuBusy[0], 1));
    QVERIFY(isNear(point->otherCores, 0.2));
}

void TestSeries::theEndOfARunLeavesItsFieldsUnknown()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    (void)builder.add(sampler.tick(1, 0)); // idle before
    sampler.beginRun(1);
    for (int i = 0; i < 3; ++i)
        (void)builder.add(sampler.tick(1, 0, 1, 1));
    sampler.endRun();
    const auto end = builder.add(sampler.tick(1, 0));
    QVERIFY(end);
    QVERIFY(isNear(end->cpuBusy[0], 1));
    QVERIFY(std::isnan(end->runCores) && std::isnan(end->itemsPerSecond));
    // Who used the core in between is not known; the idle time before the run does not tell.
    QVERIFY(std::isnan(end->otherCores));
    const auto idle = builder.add(sampler.tick(0.3, 0));
    QVERIFY(idle && isNear(idle->otherCores, 0.3));
}

void TestSeries::aSuspendLeavesAHoleAndForgetsTheSecondBefore()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    for (int i = 0; i < 5; ++i)
        (void)builder.add(sampler.tick(1, 1));
    sampler.suspend();
    QVERIFY(!builder.add(sampler.tick(0, 0)));
    const auto point = builder.add(sampler.tick(0.5, 0));
    QVERIFY(point);
    QVERIFY(isNear(point->cpuBusy[0], 0.5)); // nothing from before the suspend
    QVERIFY(isNear(point->seconds, 0.1));
}

void TestSeries::aSnapshotThatIsNotLaterIsPassedOver()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    const auto first = sampler.tick(0, 0);
    const auto second = sampler.tick(1, 0);
    (void)builder.add(first);
    QVERIFY(builder.add(second));
    QVERIFY(!builder.add(second));
    QVERIFY(!builder.add(first));
    const auto point = builder.add(sampler.tick(0, 0));
    QVERIFY(point && isNear(point->seconds, 0.1));
}

void TestSeries::onlyAboutASecondIsKept()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    std::vector<std::weak_ptr<const Snapshot>> all;
    for (int i = 0; i < 100; ++i) {
        auto snapshot = sampler.tick(0.5, 0.5);
        all.push_back(snapshot);
        (void)builder.add(std::move(snapshot));
    }
    const auto kept = std::ranges::count_if(all, [](const auto &one) { return !one.expired(); });
    QCOMPARE(kept, 11); // 10 intervals of 100 ms
    QVERIFY(!all.back().expired());
}

void TestSeries::oneProcessIsToldApart()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    (void)builder.add(sampler.tick(0, 0)); // before the run: nobody knows of the process
    sampler.beginRun(1);
    (void)builder.add(sampler.tick(1, 0, 1));
    for (int i = 0; i < 3; ++i)
        QVERIFY(builder.add(sampler.tick(1, 0, 0.5)));
    const auto point = builder.add(sampler.tick(1, 0, 0.25));
    QVERIFY(point && isNear(point->busySeconds, 0.5));
    const auto cores = builder.coresOf(100);
    QVERIFY(isNear(cores.inInterval, 0.25));
    QVERIFY(isNear(cores.inWindow, (1 + 3 * 0.5 + 0.25) / 5));
    QVERIFY(isNear(builder.coresOf(99).inInterval, 0) && isNear(builder.coresOf(99).inWindow, 0));
}

namespace {

SeriesPoint pointUntil(int tenths, double seconds, double rate)
{
    SeriesPoint point;
    point.time = MonotonicTime(std::chrono::milliseconds(100 * tenths));
    point.seconds = seconds;
    point.cpus = {0, 1};
    point.cpuBusy = {rate / 10, 0.5};
    point.busySeconds = 1;
    point.runCores = point.otherCores = point.itemsPerSecond = rate;
    point.workerItemsPerSecond = {rate};
    point.voluntaryPerSecond = point.involuntaryPerSecond = point.observerShare = rate;
    point.loopLag = rate / 100;
    point.gauges = {rate};
    return point;
}

} // namespace

void TestSeries::pointsAreJoinedTwoByTwo()
{
    const double nan = std::nan("");
    std::vector<SeriesPoint> series{
        pointUntil(1, 0.1, 4), pointUntil(4, 0.3, 8), pointUntil(5, 0.1, nan), pointUntil(6, 0.1, 1),
        pointUntil(7, 0.1, 2)};
    thin(series);
    QCOMPARE(series.size(), 3U);
    QVERIFY(isNear(series[0].seconds, 0.4));
    QCOMPARE(series[0].time, MonotonicTime(std::chrono::milliseconds(400)));
    for (const double value :
         {series[0].itemsPerSecond, series[0].workerItemsPerSecond[0], series[0].runCores,
          series[0].otherCores, series[0].voluntaryPerSecond, series[0].involuntaryPerSecond,
          series[0].observerShare, 10 * series[0].cpuBusy[0]})
        QVERIFY2(isNear(value, 7), qPrintable(QString::number(value))); // (0.1 * 4 + 0.3 * 8) / 0.4
    QVERIFY(isNear(series[0].loopLag, 0.08)); // the worst of the two
    QCOMPARE(series[0].gauges, std::vector{8.0}); // as it was at the end
    QVERIFY(std::isnan(series[0].frameGap));
    QVERIFY(isNear(series[0].cpuBusy[1], 0.5));
    QVERIFY(isNear(series[0].busySeconds, 1.3));
    QVERIFY(std::isnan(series[1].itemsPerSecond)); // a gap stays one
    QVERIFY(isNear(series[1].cpuBusy[1], 0.5));
    QVERIFY(isNear(series[2].itemsPerSecond, 2));
}

void TestSeries::whatDoesNotFollowStaysApart()
{
    auto hotplugged = pointUntil(4, 0.1, 3);
    hotplugged.cpus = {0};
    hotplugged.cpuBusy = {1};
    std::vector<SeriesPoint> series{pointUntil(1, 0.1, 1), pointUntil(3, 0.1, 2), hotplugged};
    thin(series); // a hole between the first two, and another number of CPUs
    QCOMPARE(series.size(), 3U);
    QVERIFY(isNear(series[1].itemsPerSecond, 2));
}

void TestSeries::lagAndGaugesAreThoseOfTheLaterSnapshot()
{
    FakeSampler sampler;
    SeriesBuilder builder;
    sampler.beginRun(1);
    (void)builder.add(sampler.tick(1, 0));
    const auto without = builder.add(sampler.tick(1, 0));
    QVERIFY(without && std::isnan(without->loopLag) && std::isnan(without->frameGap));
    QVERIFY(without->gauges.empty());
    sampler.loopLag = std::chrono::milliseconds(250);
    sampler.gauges = {3, 1};
    const auto late = builder.add(sampler.tick(1, 0));
    QVERIFY(late && isNear(late->loopLag, 0.25)); // longer than the interval: it lasts
    QCOMPARE(late->gauges, (std::vector{3.0, 1.0}));
    sampler.loopLag = Nanoseconds(0);
    sampler.gauges = {0, 2};
    const auto back = builder.add(sampler.tick(1, 0));
    QVERIFY(back);
    QCOMPARE(back->loopLag, 0.0); // on time, which is not "not measured"
    QCOMPARE(back->gauges, (std::vector{0.0, 2.0}));
}

void TestSeries::aShortIntervalIsToldWithTheOneBefore()
{
    using namespace std::chrono_literals;
    FakeSampler sampler;
    SeriesBuilder builder;
    sampler.beginRun(1);
    (void)builder.add(sampler.tick(1, 0));
    sampler.loopLag = 30ms;
    const auto regular = builder.add(sampler.tick(1, 0, 0.5, 10));
    QVERIFY(regular && isNear(regular->itemsPerSecond, 100));
    // One item in 5 ms would be 200 a second, and too short to be a point at all.
    sampler.loopLag = 10ms;
    const auto last = builder.add(sampler.tick(0, 0, 0.02, 1, 5ms));
    QVERIFY(last);
    QVERIFY(isNear(last->seconds, 0.105));
    QCOMPARE(last->time, regular->time + 5ms);
    QVERIFY(isNear(last->itemsPerSecond, 11 / 0.105));
    QVERIFY(isNear(last->workerItemsPerSecond[0], 11 / 0.105));
    QVERIFY(isNear(last->voluntaryPerSecond, 11 / 0.105));
    QVERIFY(isNear(last->runCores, 0.052 / 0.105));
    QVERIFY(isNear(builder.coresOf(100).inInterval, 0.052 / 0.105));
    QVERIFY(isNear(last->loopLag, 0.03));
    // Half as long as the one before says enough by itself; and so does what follows something short.
    (void)builder.add(sampler.tick(1, 0, 0.5, 10, 100ms));
    const auto half = builder.add(sampler.tick(1, 0, 0.5, 4, 50ms));
    QVERIFY(half && isNear(half->seconds, 0.05) && isNear(half->itemsPerSecond, 80));
    (void)builder.add(sampler.tick(1, 0, 0.5, 1, 20ms));
    const auto next = builder.add(sampler.tick(1, 0, 0.5, 8, 80ms));
    QVERIFY(next && isNear(next->seconds, 0.08) && isNear(next->itemsPerSecond, 100));
    // The run before is another one.
    sampler.beginRun(2);
    QVERIFY(!builder.add(sampler.tick(1, 0, 0, 0)));
    const auto first = builder.add(sampler.tick(1, 0, 0, 2, 20ms));
    QVERIFY(first && isNear(first->seconds, 0.02) && isNear(first->itemsPerSecond, 100));
}

void TestSeries::whatIsToldAgainTakesTheOldOnesPlace()
{
    std::vector<SeriesPoint> series;
    append(series, pointUntil(1, 0.1, 1));
    append(series, pointUntil(2, 0.1, 2));
    QCOMPARE(series.size(), 2U);
    append(series, pointUntil(3, 0.2, 3));
    QCOMPARE(series.size(), 2U);
    QVERIFY(isNear(series[1].itemsPerSecond, 3));
    append(series, pointUntil(5, 0.1, 4)); // after a hole
    QCOMPARE(series.size(), 3U);
    append(series, pointUntil(6, 0.1, 5));
    thin(series); // the last two are one now
    const auto size = series.size();
    append(series, pointUntil(7, 0.2, 9));
    QCOMPARE(series.size(), size);
    QVERIFY(isNear(series.back().itemsPerSecond, 4.5));
}

QTEST_GUILESS_MAIN(TestSeries)
#include "tst_series.moc"
