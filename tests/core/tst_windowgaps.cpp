// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/windowgaps.h"

#include <QTest>

#include <cmath>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

constexpr MonotonicTime kStart{1000s};

} // namespace

class TestWindowGaps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsKnownBeforeAWindowTells();
    void aFreezeIsInEachIntervalThatItTouches();
    void whatIsForgottenIsNotAskedFor();
};

void TestWindowGaps::nothingIsKnownBeforeAWindowTells()
{
    const WindowGaps gaps;
    QVERIFY(!gaps.known());
    QVERIFY(std::isnan(gaps.longestIn(kStart, kStart + 1s)));
}

void TestWindowGaps::aFreezeIsInEachIntervalThatItTouches()
{
    WindowGaps gaps;
    gaps.add(kStart + 16ms, 16ms);
    gaps.add(kStart + 32ms, 16ms);
    gaps.add(kStart + 282ms, 250ms);
    gaps.add(kStart + 298ms, 16ms);
    QCOMPARE(gaps.known(), std::optional(kStart + 298ms));
    QCOMPARE(gaps.longestIn(kStart, kStart + 32ms), 0.016); // it begins where this ends
    for (const auto begin : {0ms, 100ms, 200ms})
        QCOMPARE(gaps.longestIn(kStart + begin, kStart + begin + 100ms), 0.25);
    QCOMPARE(gaps.longestIn(kStart + 282ms, kStart + 382ms), 0.016);
    QVERIFY(std::isnan(gaps.longestIn(kStart + 298ms, kStart + 400ms))); // not known yet
}

void TestWindowGaps::whatIsForgottenIsNotAskedFor()
{
    WindowGaps gaps;
    gaps.add(kStart + 100ms, 100ms);
    gaps.add(kStart + 300ms, 200ms);
    gaps.forgetUntil(kStart + 200ms);
    QVERIFY(std::isnan(gaps.longestIn(kStart, kStart + 100ms)));
    QCOMPARE(gaps.longestIn(kStart + 200ms, kStart + 300ms), 0.2); // one that lasted on is kept
}

QTEST_APPLESS_MAIN(TestWindowGaps)
#include "tst_windowgaps.moc"
