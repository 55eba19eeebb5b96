// SPDX-License-Identifier: GPL-3.0-or-later
// The models that are event loops, and what they are made of.
#include "core/lab/lab.h"
#include "core/model/loopmeter.h"
#include "core/model/reactor.h"
#include "tests/support/tinyexperiments.h"

#include <QCoro/QCoroTask>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 60'000;

struct Pipe {
    Pipe()
    {
        int fds[2];
        if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0) {
            readEnd = UniqueFd(fds[0]);
            writeEnd = UniqueFd(fds[1]);
        }
    }
    void write() const { QCOMPARE(::write(writeEnd.get(), "x", 1), 1); }
    UniqueFd readEnd;
    UniqueFd writeEnd;
};

using Wakes = std::vector<std::pair<int, Reactor::Wake>>;

QCoro::Task<> waitFor(Reactor &reactor, Waiting waiting, int name, Wakes &wakes)
{
    const auto wake = co_await reactor.wait(waiting);
    wakes.emplace_back(name, wake);
}

QCoro::Task<> takeTurns(Reactor &reactor, int name, int turns, std::vector<int> &order)
{
    for (int i = 0; i < turns; ++i) {
        if (co_await reactor.turn() == Reactor::Wake::Cancelled)
            co_return;
        order.push_back(name);
    }
}

MonotonicTime far()
{
    return MonotonicClock::now() + 1h;
}

} // namespace

class TestLoopModels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aDescriptorWakesWhoWaitsForIt();
    void timesComeInTheirOrder();
    void aDescriptorThatIsNotReadyTimesOut();
    void aNumberThatCameBackIsWatchedAnew();
    void whatCannotBeWatchedIsReadyAtOnce();
    void turnsAreTakenInTurn();
    void turnsLeaveTheLoopToOthers();
    void cancelEndsEveryWait();

    void everyMissedBeatCounts();

    void manyItemsAreInFlight();
    void computingItemsMakeTheLoopLate();
    void thePoolKeepsTheLoopFree_data();
    void thePoolKeepsTheLoopFree();
    void aBlockedLoopShowsInTheSeries();
    void aQueueShowsInTheSeries();
    void aFrozenWindowShowsInTheSeries();
    void othersHaveNoLoop();
    void aKilledProcessOfThePoolFailsTheRun();
    void aStopEndsThousandsOfWaits();

private:
    RecordingPtr run(Experiment experiment)
    {
        Lab lab(options());
        QSignalSpy finished(&lab, &Lab::runFinished);
        if (const auto id = lab.start(experiment); !id)
            qWarning("%s", describe(id.error()).c_str());
        [&] { QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs); }();
        return finished.isEmpty() ? nullptr : finished.front().front().value<RecordingPtr>();
    }
    LabOptions options() const
    {
        return {.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()};
    }

    QTemporaryDir m_runtime;
};

void TestLoopModels::aDescriptorWakesWhoWaitsForIt()
{
    const auto reactor = std::move(*Reactor::create({}));
    const Pipe first;
    const Pipe second;
    Wakes wakes;
    const auto a = waitFor(*reactor, {first.readEnd.get(), POLLIN, far()}, 1, wakes);
    const auto b = waitFor(*reactor, {second.readEnd.get(), POLLIN, far()}, 2, wakes);
    second.write();
    QTRY_COMPARE(wakes.size(), 1U);
    QCOMPARE(wakes[0], std::pair(2, Reactor::Wake::Ready));
    first.write();
    QTRY_COMPARE(wakes.size(), 2U);
    QCOMPARE(wakes[1], std::pair(1, Reactor::Wake::Ready));
}

void TestLoopModels::timesComeInTheirOrder()
{
    const auto reactor = std::move(*Reactor::create({}));
    const auto now = MonotonicClock::now();
    Wakes wakes;
    std::vector<QCoro::Task<>> tasks;
    for (const int ms : {30, 10, 20, -5, 10})
        tasks.push_back(waitFor(*reactor, {.until = now + std::chrono::milliseconds(ms)}, ms, wakes));
    QTRY_COMPARE(wakes.size(), 5U);
    std::vector<int> order;
    for (const auto &[name, wake] : wakes) {
        QCOMPARE(wake, Reactor::Wake::Ready);
        order.push_back(name);
    }
    QCOMPARE(order, (std::vector<int>{-5, 10, 10, 20, 30}));
    QVERIFY(MonotonicClock::now() >= now + 30ms);
}

void TestLoopModels::aDescriptorThatIsNotReadyTimesOut()
{
    const auto reactor = std::move(*Reactor::create({}));
    const Pipe pipe;
    Wakes wakes;
    const auto task = waitFor(*reactor, {pipe.readEnd.get(), POLLIN, MonotonicClock::now() + 5ms}, 1, wakes);
    QTRY_COMPARE(wakes.size(), 1U);
    QCOMPARE(wakes[0].second, Reactor::Wake::TimedOut);
}

void TestLoopModels::aNumberThatCameBackIsWatchedAnew()
{
    const auto reactor = std::move(*Reactor::create({}));
    Wakes wakes;
    int number = -1;
    for (int i = 0; i < 3; ++i) {
        const Pipe pipe;
        if (number < 0)
            number = pipe.readEnd.get();
        QCOMPARE(pipe.readEnd.get(), number);
        const auto task = waitFor(*reactor, {number, POLLIN, far()}, i, wakes);
        pipe.write();
        QTRY_COMPARE(wakes.size(), static_cast<std::size_t>(i) + 1);
        QCOMPARE(wakes.back(), std::pair(i, Reactor::Wake::Ready));
    }
}

void TestLoopModels::whatCannotBeWatchedIsReadyAtOnce()
{
    const auto reactor = std::move(*Reactor::create({}));
    QTemporaryFile file; // epoll refuses regular files: they are always ready
    QVERIFY(file.open());
    Wakes wakes;
    const auto task = waitFor(*reactor, {static_cast<int>(file.handle()), POLLIN, far()}, 1, wakes);
    QTRY_COMPARE(wakes.size(), 1U);
    QCOMPARE(wakes[0].second, Reactor::Wake::Ready);
}

void TestLoopModels::turnsAreTakenInTurn()
{
    const auto reactor = std::move(*Reactor::create(1ms));
    std::vector<int> order;
    const auto a = takeTurns(*reactor, 1, 3, order);
    const auto b = takeTurns(*reactor, 2, 3, order);
    QVERIFY(order.empty()); // not from within
    QTRY_COMPARE(order.size(), 6U);
    QCOMPARE(order, (std::vector<int>{1, 2, 1, 2, 1, 2}));
}

void TestLoopModels::turnsLeaveTheLoopToOthers()
{
    const auto reactor = std::move(*Reactor::create({}));
    const Pipe pipe;
    Wakes wakes;
    std::vector<int> order;
    const auto busy = takeTurns(*reactor, 1, 1'000'000'000, order);
    const auto waiting = waitFor(*reactor, {pipe.readEnd.get(), POLLIN, far()}, 2, wakes);
    bool hasFired = false;
    QTimer::singleShot(1ms, this, [&] {
        hasFired = true;
        pipe.write();
    });
    QTRY_VERIFY(hasFired && wakes.size() == 1);
    QVERIFY(!order.empty());
    reactor->cancel();
}

void TestLoopModels::cancelEndsEveryWait()
{
    const auto reactor = std::move(*Reactor::create({}));
    const Pipe pipe;
    Wakes wakes;
    std::vector<int> order;
    const auto a = waitFor(*reactor, {pipe.readEnd.get(), POLLIN, far()}, 1, wakes);
    const auto b = waitFor(*reactor, {.until = far()}, 2, wakes);
    const auto c = takeTurns(*reactor, 3, 1, order);
    reactor->cancel();
    QCOMPARE(wakes.size(), 2U);
    const auto later = waitFor(*reactor, {.until = far()}, 4, wakes);
    QCOMPARE(wakes.size(), 3U);
    for (const auto &[name, wake] : wakes)
        QCOMPARE(wake, Reactor::Wake::Cancelled);
    QVERIFY(a.isReady() && b.isReady() && c.isReady() && later.isReady());
    QVERIFY(order.empty());
}

void TestLoopModels::everyMissedBeatCounts()
{
    const auto board = std::move(*Board::createAnonymous({.workers = 1}));
    LoopMeter meter(board);
    const MonotonicTime start(1s);
    meter.begin(start);
    QCOMPARE(board.loopState().nextBeatNs.load(), toBoardNs(start + LoopMeter::kBeat));
    meter.beat(start + LoopMeter::kBeat + 100us); // on time, but for 100 us
    QCOMPARE(board.loopLag().max(), Nanoseconds(100us));
    // Blocked for 5 beats: they count with 40, 30, 20, 10 and 0 ms.
    meter.beat(meter.next() + 4 * LoopMeter::kBeat);
    const LatencyHistogram *const lag = &board.loopLag();
    const auto summary = summarise({&lag, 1});
    QVERIFY(summary);
    QCOMPARE(summary->max, Nanoseconds(4 * LoopMeter::kBeat));
    QVERIFY(summary->p50 > 5ms && summary->p50 < 15ms); // of 0, 0.1, 10, 20, 30 and 40 ms
    QCOMPARE(
        board.loopState().worstLagNs.exchange(0), static_cast<std::uint64_t>((4 * LoopMeter::kBeat).count()));
    meter.end(meter.next() + 70ms); // blocked to the very end
    QCOMPARE(board.loopLag().max(), Nanoseconds(70ms));
    QCOMPARE(board.loopState().nextBeatNs.load(), 0U);
}

void TestLoopModels::manyItemsAreInFlight()
{
    auto experiment = tinyExperiment("sleep", "event-loop", 1);
    experiment.items = 200;
    experiment.params.set("sleep_ms", 20.0);
    experiment.params.set("concurrency", std::int64_t{50});
    const auto recording = run(experiment);
    QVERIFY(recording && recording->latency);
    QCOMPARE(recording->items, 200U);
    // Little's law: items in flight = throughput x latency.
    const double inFlight = *recording->itemsPerSecond * toSeconds(recording->latency->p50);
    QVERIFY2(inFlight > 10 && inFlight < 60, qPrintable(QString::number(inFlight)));
}

void TestLoopModels::computingItemsMakeTheLoopLate()
{
    auto experiment = tinyExperiment("primes", "event-loop", 1);
    experiment.params.set("range", std::int64_t{200'000});
    const auto recording = run(experiment);
    QVERIFY(recording && recording->latency && recording->loopLag);
    // It cannot look at its clock while an item computes: a beat that fell into the longest item waited for
    // its end, and items longer than two beats cannot hide between them.
    if (recording->latency->max > 2 * LoopMeter::kBeat)
        QVERIFY(recording->loopLag->max >= recording->latency->max / 4);
    QVERIFY(recording->loopLag->max > Nanoseconds(0));
}

void TestLoopModels::thePoolKeepsTheLoopFree_data()
{
    QTest::addColumn<QString>("executor");
    QTest::newRow("threads") << QStringLiteral("threads");
    QTest::newRow("processes") << QStringLiteral("processes");
}

void TestLoopModels::thePoolKeepsTheLoopFree()
{
    QFETCH(QString, executor);
    auto experiment = tinyExperiment("sum", "event-loop-pool", 2);
    experiment.params.set("executor", executor.toStdString());
    const auto pooled = run(experiment);
    const auto plain = run(tinyExperiment("sum", "sequential", 1));
    QVERIFY(pooled && plain);
    QVERIFY2(!pooled->error, pooled->error ? describe(*pooled->error).c_str() : "");
    QCOMPARE(pooled->outcome, Outcome::Completed);
    QCOMPARE(pooled->checksum, plain->checksum);
    QCOMPARE(pooled->items, plain->items);
    QCOMPARE(pooled->workers.size(), 2U);
    QCOMPARE(pooled->workers[0].pid == pooled->workers[1].pid, executor == QLatin1String("threads"));
    QVERIFY(pooled->cpuSeconds.has_value());
}

void TestLoopModels::aBlockedLoopShowsInTheSeries()
{
    // Each of the few items takes several intervals of the sampler.
    auto experiment = tinyExperiment("primes", "event-loop", 1);
    experiment.items = 2;
    experiment.params.set("range", std::int64_t{5'000'000});
    const auto recording = run(experiment);
    QVERIFY(recording && recording->loopLag);
    QVERIFY(!recording->series.empty());
    double worst = 0;
    for (const auto &point : recording->series) {
        if (!std::isnan(point.loopLag))
            worst = std::max(worst, point.loopLag);
    }
    QVERIFY(worst > 0);
    QVERIFY(worst <= toSeconds(recording->latency->max) + recording->wallSeconds);
    // While an item computes, the loop is later in each interval than in the one before, by its length.
    const auto grows = [](const SeriesPoint &before, const SeriesPoint &after) {
        return after.loopLag > before.loopLag && after.loopLag - before.loopLag < 2 * after.seconds;
    };
    if (toSeconds(recording->latency->max) > 5 * recording->series.front().seconds)
        QVERIFY(std::ranges::adjacent_find(recording->series, grows) != recording->series.end());
}

void TestLoopModels::aQueueShowsInTheSeries()
{
    for (const bool isIsolated : {false, true}) {
        auto experiment = longExperiment("producer-consumer", "qthread", 3);
        experiment.items.reset();
        experiment.durationSeconds = 1;
        experiment.isolate = isIsolated;
        experiment.params.set("capacity", std::int64_t{4});
        experiment.params.set("consume_steps", std::int64_t{200'000}); // the queue is full before long
        const auto recording = run(experiment);
        QVERIFY(recording && recording->outcome == Outcome::Completed);
        QVERIFY(!recording->series.empty());
        double longest = 0;
        for (const auto &point : recording->series) {
            QCOMPARE(point.gauges.size(), std::size_t{3});
            QVERIFY(point.gauges[0] >= 0 && point.gauges[0] <= 4);
            QVERIFY(point.gauges[1] >= 0 && point.gauges[1] <= 1); // one producer
            QVERIFY(point.gauges[2] >= 0 && point.gauges[2] <= 2);
            longest = std::max(longest, point.gauges[0]);
        }
        QVERIFY(longest > 0);
        QVERIFY(longest <= std::get<double>(recording->results[0])); // no more than the workload saw itself
    }
}

// What the window does, without one: it tells each time its event loop has turned.
void TestLoopModels::aFrozenWindowShowsInTheSeries()
{
    auto how = options();
    how.hasWindow = true;
    Lab lab(how);
    QSignalSpy finished(&lab, &Lab::runFinished);
    QTimer turns;
    auto last = MonotonicClock::now();
    Nanoseconds longest{};
    connect(&turns, &QTimer::timeout, &lab, [&] {
        const auto now = MonotonicClock::now();
        longest = std::max(longest, now - last);
        lab.noteWindowGap(now, now - last);
        last = now;
    });
    turns.start(5ms);
    auto experiment = tinyExperiment("primes", "ui-thread", 1);
    experiment.items.reset();
    experiment.durationSeconds = 1.5;
    experiment.params.set("slice_ms", std::int64_t{300});
    QVERIFY(lab.start(experiment));
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QVERIFY(!recording->series.empty());
    double worst = 0;
    for (const auto &point : recording->series) {
        QVERIFY(!std::isnan(point.frameGap));
        worst = std::max(worst, point.frameGap);
    }
    QVERIFY(worst >= 0.3); // a slice is no shorter
    QVERIFY(worst <= toSeconds(std::max(longest, MonotonicClock::now() - last)));
    // All intervals of a freeze tell it, although nothing could be told while it lasted.
    const auto isPlateau = [](const SeriesPoint &before, const SeriesPoint &after) {
        return before.frameGap >= 0.3 && before.frameGap == after.frameGap;
    };
    QVERIFY(std::ranges::adjacent_find(recording->series, isPlateau) != recording->series.end());
}

void TestLoopModels::othersHaveNoLoop()
{
    auto experiment = tinyExperiment("primes", "qthread", 2);
    experiment.items.reset();
    experiment.durationSeconds = 0.5;
    const auto recording = run(experiment);
    QVERIFY(recording && !recording->loopLag);
    QVERIFY(!recording->series.empty());
    for (const auto &point : recording->series)
        QVERIFY(std::isnan(point.loopLag) && std::isnan(point.frameGap) && point.gauges.empty());
}

void TestLoopModels::aKilledProcessOfThePoolFailsTheRun()
{
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    auto experiment = longExperiment("sleep", "event-loop-pool", 2);
    experiment.params.set("executor", std::string("processes"));
    QVERIFY(lab.start(experiment));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(1).itemsDone.load() > 3, kPatienceMs);
    QCOMPARE(::kill(lab.board()->slot(1).pid.load(), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(
        recording->error->what.find("SIGKILL") != std::string::npos, describe(*recording->error).c_str());
    QVERIFY(recording->workers[0].cpuSeconds.has_value());
}

void TestLoopModels::aStopEndsThousandsOfWaits()
{
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    auto experiment = longExperiment("sleep", "event-loop", 1);
    experiment.params.set("sleep_ms", 60'000.0);
    experiment.params.set("concurrency", std::int64_t{5'000});
    QVERIFY(lab.start(experiment));
    QTRY_COMPARE_WITH_TIMEOUT(lab.state(), LabState::Running, kPatienceMs);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, Outcome::Stopped);
    QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
}

QTEST_GUILESS_MAIN(TestLoopModels)
#include "tst_loopmodels.moc"
