// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/framepump.h"
#include "ui/gapmeter.h"
#include "ui/statusstrip.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QWidget>

#include <algorithm>
#include <thread>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

MonotonicTime at(Nanoseconds time)
{
    return MonotonicTime(time);
}

Frame frameWith(std::size_t points)
{
    Frame frame;
    frame.points.resize(points);
    frame.latest = std::make_shared<const Snapshot>();
    return frame;
}

} // namespace

class TestGapMeter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsKnownBeforeTheFirstGap();
    void recentQuantilesAreExact();
    void overallKeepsWhatRecentForgets();
    void clearForgetsEverything();
    void aBlockedEventLoopShowsAsOneLongGap();
    void stoppedMeterMeasuresNothing();

    void pumpJoinsFramesThatComeTooFast();
    void pumpWaitsWhileTheWindowIsHidden();
    void pumpIsSilentWhenNothingIsNew();
    void pumpKeepsTheNewestPointsOnly();
    void flushDeliversToAHiddenWindow();

    void observerCostIsAnAverageOverTwoSeconds();
    void workOnTheWindowsThreadIsNoCostOfIt();
    void theTracesReaderIsPartOfTheCost();
    void throttlingIsCountedFromTheFirstReading();
};

void TestGapMeter::nothingIsKnownBeforeTheFirstGap()
{
    const GapStatistics gaps;
    QVERIFY(!gaps.overall());
    QVERIFY(!gaps.recent(at(1s)));
}

void TestGapMeter::recentQuantilesAreExact()
{
    GapStatistics gaps;
    for (int i = 1; i <= 100; ++i)
        gaps.add(at(i * 16ms), i * 1ms);
    const auto recent = gaps.recent(at(100 * 16ms));
    QVERIFY(recent);
    QCOMPARE(recent->count, std::uint64_t{100});
    QCOMPARE(recent->p50, Nanoseconds(50ms));
    QCOMPARE(recent->p99, Nanoseconds(99ms));
    QCOMPARE(recent->max, Nanoseconds(100ms));
}

void TestGapMeter::overallKeepsWhatRecentForgets()
{
    GapStatistics gaps;
    gaps.add(at(1s), 500ms);
    gaps.add(at(20s), 16ms);
    gaps.add(at(20s + 16ms), 16ms);
    const auto recent = gaps.recent(at(20s + 16ms));
    QVERIFY(recent);
    QCOMPARE(recent->count, std::uint64_t{2});
    QCOMPARE(recent->max, Nanoseconds(16ms));
    const auto overall = gaps.overall();
    QVERIFY(overall);
    QCOMPARE(overall->count, std::uint64_t{3});
    QCOMPARE(overall->max, Nanoseconds(500ms));
    QVERIFY(!gaps.recent(at(60s)));
}

void TestGapMeter::clearForgetsEverything()
{
    GapStatistics gaps;
    gaps.add(at(1s), 500ms);
    gaps.clear();
    QVERIFY(!gaps.overall());
    gaps.add(at(2s), 1ms);
    QCOMPARE(gaps.overall()->max, Nanoseconds(1ms));
}

void TestGapMeter::aBlockedEventLoopShowsAsOneLongGap()
{
    GapMeter meter;
    meter.start();
    QTRY_VERIFY(meter.overall() && meter.overall()->count >= 3);
    std::this_thread::sleep_for(120ms); // the window hangs
    const auto before = meter.overall()->count;
    QTRY_VERIFY(meter.overall()->count > before);
    QVERIFY(meter.overall()->max >= 120ms);
    QVERIFY(meter.recent()->max >= 120ms);
}

void TestGapMeter::stoppedMeterMeasuresNothing()
{
    GapMeter meter;
    meter.start();
    QTRY_VERIFY(meter.overall().has_value());
    meter.stop();
    const auto count = meter.overall()->count;
    QTest::qWait(60);
    QCOMPARE(meter.overall()->count, count);
}

void TestGapMeter::pumpJoinsFramesThatComeTooFast()
{
    QWidget window;
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    FramePump pump(&window, nullptr);
    std::size_t points = 0;
    int frames = 0;
    connect(&pump, &FramePump::frameDue, this, [&](const Frame &frame) {
        points += frame.points.size();
        ++frames;
    });
    for (int i = 0; i < 100; ++i)
        pump.push(frameWith(3)); // all within one turn of the event loop
    QTRY_COMPARE(points, std::size_t{300});
    QVERIFY2(frames < 50, qPrintable(QString::number(frames))); // 100 would be one for each
}

void TestGapMeter::pumpWaitsWhileTheWindowIsHidden()
{
    QWidget window;
    FramePump pump(&window, nullptr);
    QSignalSpy spy(&pump, &FramePump::frameDue);
    pump.push(frameWith(2));
    pump.push(frameWith(2));
    QTest::qWait(100);
    QCOMPARE(spy.count(), 0);
    window.show();
    QTRY_COMPARE(spy.count(), 1);
    QCOMPARE(spy.at(0).at(0).value<Frame>().points.size(), std::size_t{4});
    window.hide();
    pump.push(frameWith(1));
    QTest::qWait(100);
    QCOMPARE(spy.count(), 1);
}

void TestGapMeter::pumpIsSilentWhenNothingIsNew()
{
    QWidget window;
    window.show();
    FramePump pump(&window, nullptr);
    QSignalSpy spy(&pump, &FramePump::frameDue);
    pump.push(frameWith(1));
    QTRY_COMPARE(spy.count(), 1);
    QTest::qWait(150);
    pump.flush();
    QCOMPARE(spy.count(), 1);
}

void TestGapMeter::pumpKeepsTheNewestPointsOnly()
{
    QWidget window;
    FramePump pump(&window, nullptr);
    Frame first = frameWith(1);
    first.points.front().itemsPerSecond = 42;
    pump.push(first);
    pump.push(frameWith(FramePump::kMaxPending));
    std::size_t points = 0;
    bool holdsOldest = false;
    connect(&pump, &FramePump::frameDue, this, [&](const Frame &frame) {
        points = frame.points.size();
        holdsOldest = frame.points.front().itemsPerSecond == 42;
    });
    pump.flush();
    QCOMPARE(points, FramePump::kMaxPending);
    QVERIFY(!holdsOldest);
}

void TestGapMeter::flushDeliversToAHiddenWindow()
{
    QWidget window;
    FramePump pump(&window, nullptr);
    QSignalSpy spy(&pump, &FramePump::frameDue);
    pump.push(frameWith(1));
    pump.flush();
    QCOMPARE(spy.count(), 1);
}

void TestGapMeter::observerCostIsAnAverageOverTwoSeconds()
{
    ObserverCost cost;
    QVERIFY(!cost.shares());
    cost.add(at(0s), 0ms, 0ms);
    QVERIFY(!cost.shares());
    // One expensive second, then cheap ones: after two of those it is forgotten.
    cost.add(at(1s), 500ms, 100ms);
    QCOMPARE(cost.shares()->sampler, 0.5);
    QCOMPARE(*cost.shares()->window, 0.1);
    for (int second = 2; second <= 6; ++second)
        cost.add(at(second * 1s), 500ms + second * 10ms, 100ms + second * 20ms);
    QVERIFY(std::abs(cost.shares()->sampler - 0.01) < 1e-9);
    QVERIFY(std::abs(*cost.shares()->window - 0.02) < 1e-9);
}

void TestGapMeter::workOnTheWindowsThreadIsNoCostOfIt()
{
    ObserverCost cost;
    cost.add(at(0s), 0ms, 0ms);
    cost.add(at(1s), 10ms, std::nullopt);
    cost.add(at(2s), 20ms, 1990ms);
    QVERIFY(!cost.shares()->window);
    QVERIFY(std::abs(cost.shares()->sampler - 0.01) < 1e-9);

    StatusStrip strip{Machine()};
    strip.setCost(cost.shares());
    const auto labels = strip.findChildren<QLabel *>();
    QVERIFY(std::ranges::any_of(labels, [](const QLabel *label) {
        return label->text().contains(QLatin1String("without the window"));
    }));
}

void TestGapMeter::theTracesReaderIsPartOfTheCost()
{
    ObserverCost cost;
    cost.add(at(0s), 0ms, 0ms, 0.1);
    cost.add(at(1s), 50ms, 0ms, 0.3);
    QVERIFY(std::abs(cost.shares()->sampler - 0.25) < 1e-9);
    // Each run has a reader of its own, which begins at 0; between runs there is none.
    cost.beginRun();
    cost.add(at(2s), 100ms, 0ms);
    cost.add(at(3s), 150ms, 0ms, 0.1);
    QVERIFY(std::abs(cost.shares()->sampler - 0.15) < 1e-9);
}

void TestGapMeter::throttlingIsCountedFromTheFirstReading()
{
    StatusStrip strip{Machine()};
    const auto says = [&strip](const char *words) {
        return std::ranges::any_of(strip.findChildren<QLabel *>(), [words](const QLabel *label) {
            return label->text().contains(QLatin1String(words));
        });
    };
    strip.setThrottle(ThrottleReading{1000, 900, 5});
    QVERIFY(!says("throttled"));
    strip.setThrottle(ThrottleReading{1100, 900, 5});
    QVERIFY(!says("throttled"));
    strip.setThrottle(ThrottleReading{1200, 950, 6});
    QVERIFY(says("throttled in 25"));
    QVERIFY(says("of the quota's periods"));
    strip.setThrottle(ThrottleReading{10, 5, 6}); // another group
    QVERIFY(!says("throttled"));
    strip.setThrottle({});
    QVERIFY(!says("throttled"));
}

QTEST_MAIN(TestGapMeter)
#include "tst_gapmeter.moc"
