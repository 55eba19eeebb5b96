// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/viewport.h"

#include <QTest>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

using namespace timeslice;

namespace {

// Three weeks after boot: a double no longer tells nanoseconds there.
constexpr std::uint64_t kBegin = 1'814'400'000'000'001;

TimeSpan span(std::uint64_t beginNs, std::uint64_t endNs)
{
    return {kBegin + beginNs, kBegin + endNs};
}

Viewport millisecond(int width = 1000)
{
    return Viewport(span(0, 1'000'000), width);
}

} // namespace

class TestTimelineViewport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void beginsWithAllOfIt();
    void placesAndTimesAreInverse();
    void zoomKeepsTheMomentUnderThePointer();
    void zoomEndsAtTheLimits();
    void panStaysInside();
    void draggingMovesThePicture();
    void jumpsCanBeUndone();
    void revealMovesAsLittleAsNeeded();
    void selectionsCanBeZoomedTo();
    void emptySelectionsAreNone();
    void followingKeepsTheNewestInView();
    void lookingElsewhereStopsFollowing();
    void aFinishedTraceIsNotFollowed();
    void nothingKnownIsNoTrouble();
    void neverLeavesWhatIsKnown();
};

void TestTimelineViewport::beginsWithAllOfIt()
{
    const auto viewport = millisecond();
    QCOMPARE(viewport.visible(), span(0, 1'000'000));
    QVERIFY(viewport.isAllVisible());
    QVERIFY(!viewport.isFollowing());
}

void TestTimelineViewport::placesAndTimesAreInverse()
{
    auto viewport = millisecond();
    viewport.show(span(1000, 2000));
    QCOMPARE(viewport.toNs(0), kBegin + 1000);
    QCOMPARE(viewport.toNs(1000), kBegin + 2000);
    QCOMPARE(viewport.toX(kBegin + 1500), 500.0);
    QCOMPARE(viewport.toX(kBegin), -1000.0);
    for (std::uint64_t ns = 1000; ns < 2000; ns += 7)
        QCOMPARE(viewport.toNs(viewport.toX(kBegin + ns)), kBegin + ns);
}

void TestTimelineViewport::zoomKeepsTheMomentUnderThePointer()
{
    auto viewport = millisecond();
    for (int i = 0; i < 20; ++i) {
        const auto before = viewport.toNs(300);
        viewport.zoom(0.8, 300);
        const auto after = viewport.toNs(300);
        QVERIFY((after > before ? after - before : before - after) <= 1);
    }
    QVERIFY(viewport.visible().lengthNs() < 12'000);
}

void TestTimelineViewport::zoomEndsAtTheLimits()
{
    auto viewport = millisecond();
    viewport.zoom(1e-9, 500);
    QCOMPARE(viewport.visible().lengthNs(), Viewport::kLeastNs);
    viewport.zoom(1e12, 200);
    QCOMPARE(viewport.visible(), span(0, 1'000'000));
    viewport.zoom(0.5, 5000); // beside the plot: at its edge
    QCOMPARE(viewport.visible(), span(500'000, 1'000'000));
}

void TestTimelineViewport::panStaysInside()
{
    auto viewport = millisecond();
    viewport.show(span(400'000, 500'000));
    viewport.pan(0.5);
    QCOMPARE(viewport.visible(), span(450'000, 550'000));
    viewport.pan(-0.5);
    QCOMPARE(viewport.visible(), span(400'000, 500'000));
    viewport.pan(100);
    QCOMPARE(viewport.visible(), span(900'000, 1'000'000));
    viewport.pan(-100);
    QCOMPARE(viewport.visible(), span(0, 100'000));
}

void TestTimelineViewport::draggingMovesThePicture()
{
    auto viewport = millisecond();
    viewport.show(span(400'000, 500'000));
    const auto grasped = viewport.toNs(600);
    viewport.drag(-200);
    QCOMPARE(viewport.toNs(400), grasped);
}

void TestTimelineViewport::jumpsCanBeUndone()
{
    auto viewport = millisecond();
    QVERIFY(!viewport.back());
    viewport.jump(span(100, 2000));
    viewport.jump(span(100, 2000)); // is there already
    viewport.zoom(0.5, 500);
    viewport.jump(span(5000, 9000));
    QVERIFY(viewport.back());
    QCOMPARE(viewport.visible().lengthNs(), std::uint64_t{950});
    QVERIFY(viewport.back());
    QVERIFY(viewport.isAllVisible());
    QVERIFY(!viewport.back());
}

void TestTimelineViewport::revealMovesAsLittleAsNeeded()
{
    auto viewport = millisecond();
    viewport.show(span(400'000, 500'000));
    viewport.reveal(kBegin + 450'000);
    QCOMPARE(viewport.visible(), span(400'000, 500'000));
    viewport.reveal(kBegin + 550'000);
    QCOMPARE(viewport.visible(), span(460'000, 560'000));
    viewport.reveal(kBegin);
    QCOMPARE(viewport.visible(), span(0, 100'000));
}

void TestTimelineViewport::selectionsCanBeZoomedTo()
{
    auto viewport = millisecond();
    viewport.select(span(160'000, 320'000));
    viewport.zoomToSelection();
    QCOMPARE(viewport.visible(), span(150'000, 330'000));
    QVERIFY(viewport.selection().has_value());
    QVERIFY(viewport.back());
    QVERIFY(viewport.isAllVisible());
}

void TestTimelineViewport::emptySelectionsAreNone()
{
    auto viewport = millisecond();
    viewport.select(span(10, 10));
    QVERIFY(!viewport.selection());
    viewport.zoomToSelection();
    QVERIFY(viewport.isAllVisible());
}

void TestTimelineViewport::followingKeepsTheNewestInView()
{
    Viewport viewport;
    viewport.setKnown(span(0, 1000), true);
    viewport.setFollowing(true);
    // The first seconds fill an axis that stands still.
    QCOMPARE(viewport.visible(), span(0, Viewport::kFollowNs));
    viewport.setKnown(span(0, Viewport::kFollowNs / 2), true);
    QCOMPARE(viewport.visible(), span(0, Viewport::kFollowNs));
    viewport.setKnown(span(0, 5 * Viewport::kFollowNs), true);
    QCOMPARE(viewport.visible(), span(4 * Viewport::kFollowNs, 5 * Viewport::kFollowNs));
}

void TestTimelineViewport::lookingElsewhereStopsFollowing()
{
    Viewport live;
    live.setKnown(span(0, 10 * Viewport::kFollowNs), true);
    live.setFollowing(true);
    for (const auto &look : std::vector<std::function<void(Viewport &)>>{
             [](Viewport &v) { v.pan(-0.1); }, [](Viewport &v) { v.zoom(0.5, 0); },
             [](Viewport &v) { v.show(span(0, 1000)); }, [](Viewport &v) { v.fit(); }}) {
        auto viewport = live;
        look(viewport);
        QVERIFY(!viewport.isFollowing());
        const auto seen = viewport.visible();
        viewport.setKnown(span(0, 20 * Viewport::kFollowNs), true);
        QCOMPARE(viewport.visible(), seen);
        viewport.setFollowing(true);
        QCOMPARE(viewport.visible().endNs, kBegin + 20 * Viewport::kFollowNs);
    }
}

void TestTimelineViewport::aFinishedTraceIsNotFollowed()
{
    auto viewport = millisecond();
    viewport.setFollowing(true);
    QVERIFY(!viewport.isFollowing());

    Viewport ended;
    ended.setKnown(span(0, 1000), true);
    ended.setFollowing(true);
    ended.setKnown(span(0, 5000), false);
    QVERIFY(!ended.isFollowing());
    QCOMPARE(ended.visible(), span(0, 5000)); // no blank time behind the end
}

void TestTimelineViewport::nothingKnownIsNoTrouble()
{
    Viewport viewport;
    viewport.zoom(0.1, 10);
    viewport.pan(1);
    viewport.fit();
    viewport.reveal(5);
    QCOMPARE(viewport.toNs(0), std::uint64_t{0});
    QVERIFY(std::isfinite(viewport.toX(kBegin)));
    viewport.setKnown(span(0, 0), false);
    QCOMPARE(viewport.visible().beginNs, kBegin);
}

void TestTimelineViewport::neverLeavesWhatIsKnown()
{
    std::mt19937 random(7);
    auto viewport = millisecond(777);
    const auto share = [&random] { return static_cast<double>(random() % 2001) / 1000 - 1; };
    for (int i = 0; i < 20'000; ++i) {
        switch (random() % 4) {
        case 0:
            viewport.zoom(std::pow(4, share()), share() * 1000);
            break;
        case 1:
            viewport.pan(3 * share());
            break;
        case 2:
            viewport.drag(900 * share());
            break;
        default:
            viewport.show(span(random() % 2'000'000, random() % 2'000'000));
        }
        const auto seen = viewport.visible();
        QVERIFY(seen.beginNs >= kBegin && seen.endNs <= kBegin + 1'000'000);
        QVERIFY(seen.lengthNs() >= Viewport::kLeastNs);
    }
}

QTEST_MAIN(TestTimelineViewport)
#include "tst_timelineviewport.moc"
