// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/rates.h"

#include <QTest>

#include <cmath>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

constexpr auto kStart = MonotonicTime(1000s);

CpuTicks ticks(int cpu, std::uint64_t user, std::uint64_t idle)
{
    return {.cpu = cpu, .user = user, .idle = idle};
}

TaskReading task(int tid, std::uint64_t cpuNs, MonotonicTime started = kStart - 60s)
{
    TaskReading reading;
    reading.pid = 10;
    reading.tid = tid;
    reading.started = started;
    reading.cpuNs = cpuNs;
    reading.voluntary = cpuNs / 1'000'000;
    reading.involuntary = cpuNs / 10'000'000;
    return reading;
}

/// Two snapshots one second apart, of run 7.
struct Second {
    Snapshot before;
    Snapshot after;

    Second()
    {
        before.run = after.run = 7;
        before.begin = kStart;
        after.begin = kStart + 1s;
    }
    [[nodiscard]] Rates rates() const { return timeslice::rates(before, after).value(); }
};

} // namespace

class TestRates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void busyShareIsTicksOverAllTicks();
    void everyKindOfBusyTickCounts();
    void cpuThatWasOfflineIsUnknown();
    void cpuThatWentBackwardsIsUnknown();
    void decreasingIowaitIsNoGap();
    void withoutATickNothingIsKnown();
    void runIsTheSumOverItsTasks();
    void tasksAreMatchedInAnyOrder();
    void taskThatBeganInBetweenCountsWhole();
    void taskThatWasNotObservedBeforeIsUnknown();
    void reusedTidIsAnotherTask();
    void endedTaskKeepsItsTotals();
    void unreadableTaskMakesTheSumUnknown();
    void counterThatWentBackwardsIsUnknown();
    void othersAreWhatTheRunDidNotUse();
    void itemsPerSecondAddUp();
    void anotherRunIsNotCompared();
    void suspendIsAnError();
    void orderOfTimeMatters();
    void observerHasItsShare();
};

void TestRates::busyShareIsTicksOverAllTicks()
{
    Second second;
    second.before.cpus = {ticks(0, 100, 900), ticks(3, 0, 0)};
    second.after.cpus = {ticks(0, 125, 975), ticks(3, 100, 0)};
    const auto rates = second.rates();
    QCOMPARE(rates.seconds, 1.0);
    QCOMPARE(rates.cpuBusy, (std::vector{0.25, 1.0}));
}

void TestRates::everyKindOfBusyTickCounts()
{
    Second second;
    second.before.cpus = {CpuTicks{.cpu = 0}};
    second.after.cpus = {
        CpuTicks{0, 1, 1, 1, 6, 8, 1, 1, 1}}; // user nice system idle iowait irq softirq steal
    QCOMPARE(second.rates().cpuBusy, (std::vector{0.3}));
}

void TestRates::cpuThatWasOfflineIsUnknown()
{
    Second second;
    second.before.cpus = {ticks(0, 0, 0), ticks(2, 0, 0)};
    second.after.cpus = {ticks(0, 50, 50), ticks(1, 50, 50), ticks(2, 0, 100)};
    const auto rates = second.rates();
    QCOMPARE(rates.cpuBusy.size(), std::size_t{3});
    QCOMPARE(rates.cpuBusy[0], 0.5);
    QVERIFY(std::isnan(rates.cpuBusy[1]));
    QCOMPARE(rates.cpuBusy[2], 0.0);
    QVERIFY(std::isnan(rates.otherCores)); // a part is not the whole

    // The other way round the CPU is simply not there any more.
    std::swap(second.before.cpus, second.after.cpus);
    QCOMPARE(second.rates().cpuBusy.size(), std::size_t{2});
}

void TestRates::cpuThatWentBackwardsIsUnknown()
{
    Second second;
    second.before.cpus = {ticks(0, 100, 100), ticks(1, 100, 100)};
    second.after.cpus = {ticks(0, 99, 200), ticks(1, 200, 99)};
    const auto rates = second.rates();
    QVERIFY(std::isnan(rates.cpuBusy[0]));
    QVERIFY(std::isnan(rates.cpuBusy[1]));
}

void TestRates::decreasingIowaitIsNoGap()
{
    Second second;
    second.before.cpus = {CpuTicks{.cpu = 0, .user = 10, .idle = 10, .iowait = 10}};
    second.after.cpus = {CpuTicks{.cpu = 0, .user = 20, .idle = 40, .iowait = 4}};
    QCOMPARE(second.rates().cpuBusy, (std::vector{0.25}));
}

void TestRates::withoutATickNothingIsKnown()
{
    Second second;
    second.before.cpus = second.after.cpus = {ticks(0, 5, 5)};
    QVERIFY(std::isnan(second.rates().cpuBusy[0]));
    second.before.cpus.clear();
    second.after.cpus.clear();
    QVERIFY(std::isnan(second.rates().otherCores));
}

void TestRates::runIsTheSumOverItsTasks()
{
    Second second;
    second.before.tasks = {task(1, 0), task(2, 500'000'000)};
    second.after.tasks = {task(1, 1'000'000'000), task(2, 750'000'000)};
    const auto rates = second.rates();
    QCOMPARE(rates.runCores, 1.25);
    QCOMPARE(rates.voluntaryPerSecond, 1250.0);
    QCOMPARE(rates.involuntaryPerSecond, 125.0);

    second.after.begin = kStart + 2s;
    QCOMPARE(second.rates().runCores, 0.625);
    second.before.tasks.clear();
    second.after.tasks.clear();
    QCOMPARE(second.rates().runCores, 0.0); // a run that has no task uses no CPU
}

void TestRates::tasksAreMatchedInAnyOrder()
{
    Second second;
    second.before.tasks = {task(1, 10), task(2, 20), task(3, 30)};
    second.after.tasks = {task(3, 30), task(1, 10), task(2, 20 + 1'000'000'000)};
    QCOMPARE(second.rates().runCores, 1.0);
}

void TestRates::taskThatBeganInBetweenCountsWhole()
{
    Second second;
    // Start times are rounded down to 10 ms, so this one may have begun just after the first snapshot.
    second.after.tasks = {task(1, 400'000'000, kStart - 9ms), task(2, 100'000'000, kStart + 500ms)};
    QCOMPARE(second.rates().runCores, 0.5);
}

void TestRates::taskThatWasNotObservedBeforeIsUnknown()
{
    Second second;
    second.after.tasks = {task(1, 400'000'000, kStart - 1s)};
    const auto rates = second.rates();
    QVERIFY(std::isnan(rates.runCores));
    QVERIFY(std::isnan(rates.voluntaryPerSecond));
    // Unless it has not used anything yet.
    second.after.tasks = {task(1, 0, kStart - 1s)};
    QCOMPARE(second.rates().runCores, 0.0);
}

void TestRates::reusedTidIsAnotherTask()
{
    Second second;
    auto ended = task(1, 5'000'000'000);
    second.before.tasks = {ended};
    ended.alive = false;
    second.after.tasks = {ended, task(1, 250'000'000, kStart + 100ms)};
    QCOMPARE(second.rates().runCores, 0.25);
}

void TestRates::endedTaskKeepsItsTotals()
{
    Second second;
    auto ended = task(1, 500'000'000);
    second.before.tasks = {task(1, 250'000'000)};
    ended.alive = false;
    second.after.tasks = {ended};
    QCOMPARE(second.rates().runCores, 0.25);
    second.before.tasks = second.after.tasks;
    QCOMPARE(second.rates().runCores, 0.0);
    // What was never read of it does not matter any more.
    second.before.tasks[0].voluntary.reset();
    second.after.tasks[0].voluntary.reset();
    QCOMPARE(second.rates().voluntaryPerSecond, 0.0);
}

void TestRates::unreadableTaskMakesTheSumUnknown()
{
    Second second;
    second.before.tasks = {task(1, 0), task(2, 0)};
    second.after.tasks = {task(1, 1'000'000'000), task(2, 1'000'000'000)};
    second.after.tasks[1].voluntary.reset();
    const auto rates = second.rates();
    QVERIFY(std::isnan(rates.voluntaryPerSecond));
    QCOMPARE(rates.runCores, 2.0);
    QCOMPARE(rates.involuntaryPerSecond, 200.0);
}

void TestRates::counterThatWentBackwardsIsUnknown()
{
    Second second;
    second.before.tasks = {task(1, 1'000'000'000)};
    second.after.tasks = {task(1, 999'999'999)};
    QVERIFY(std::isnan(second.rates().runCores));
}

void TestRates::othersAreWhatTheRunDidNotUse()
{
    Second second;
    second.before.cpus = {ticks(0, 0, 0), ticks(1, 0, 0)};
    second.after.cpus = {ticks(0, 100, 0), ticks(1, 50, 50)};
    second.before.tasks = {task(1, 0)};
    second.after.tasks = {task(1, 1'000'000'000)};
    QCOMPARE(second.rates().otherCores, 0.5);
    // The run's own clock is finer than the ticks: what would be less than nothing is nothing.
    second.after.tasks = {task(1, 1'600'000'000)};
    QCOMPARE(second.rates().otherCores, 0.0);

    second.before.run = second.after.run = 0;
    const auto idle = second.rates();
    QCOMPARE(idle.otherCores, 1.5);
    QVERIFY(std::isnan(idle.runCores));
    QVERIFY(std::isnan(idle.itemsPerSecond));
}

void TestRates::itemsPerSecondAddUp()
{
    Second second;
    second.before.workers = {{.itemsDone = 1, .itemsFailed = 0}, {.itemsDone = 2, .itemsFailed = 0}};
    second.after.workers = {{.itemsDone = 11, .itemsFailed = 3}, {.itemsDone = 7, .itemsFailed = 0}};
    const auto rates = second.rates();
    QCOMPARE(rates.workerItemsPerSecond, (std::vector{10.0, 5.0}));
    QCOMPARE(rates.itemsPerSecond, 15.0);
    second.after.workers[1].itemsDone = 1;
    QVERIFY(std::isnan(second.rates().itemsPerSecond));
}

void TestRates::anotherRunIsNotCompared()
{
    Second second;
    second.before.tasks = second.after.tasks = {task(1, 5)};
    second.before.workers = second.after.workers = {{.itemsDone = 1}};
    second.before.cpus = {ticks(0, 0, 0)};
    second.after.cpus = {ticks(0, 50, 50)};
    second.after.run = 8;
    const auto rates = second.rates();
    QVERIFY(std::isnan(rates.runCores));
    QVERIFY(std::isnan(rates.itemsPerSecond));
    QVERIFY(std::isnan(rates.voluntaryPerSecond));
    QVERIFY(std::isnan(rates.otherCores)); // whose the cores were cannot be told
    QVERIFY(rates.workerItemsPerSecond.empty());
    QCOMPARE(rates.cpuBusy, (std::vector{0.5}));
}

void TestRates::suspendIsAnError()
{
    Second second;
    second.before.suspended = 5s;
    second.after.suspended = 65s;
    const auto slept = rates(second.before, second.after);
    QVERIFY(!slept);
    QCOMPARE(slept.error().kind, ErrorKind::Unsupported);
    second.after.suspended = 5s + 20us; // the two clocks are not read at one moment
    QVERIFY(rates(second.before, second.after));
    second.after.suspended = 5s - 20us;
    QVERIFY(rates(second.before, second.after));
}

void TestRates::orderOfTimeMatters()
{
    const Second second;
    QCOMPARE(rates(second.after, second.before).error().kind, ErrorKind::Malformed);
    QCOMPARE(rates(second.after, second.after).error().kind, ErrorKind::Malformed);
}

void TestRates::observerHasItsShare()
{
    Second second;
    second.before.observerCpuNs = 1'000'000;
    second.after.observerCpuNs = 6'000'000;
    QCOMPARE(second.rates().observerShare, 0.005);
}

QTEST_GUILESS_MAIN(TestRates)
#include "tst_rates.moc"
