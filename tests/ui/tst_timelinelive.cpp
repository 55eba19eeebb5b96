// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"
#include "tests/ui/timelinecardtest.h"

#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelineLive : public TimelineCardTest {
    Q_OBJECT

private Q_SLOTS:
    void followsARunUnderWay();
    void draggingStopsFollowing();
    void pausedStandsStill();
    void nothingIsPaintedWhenNothingIsNew();
    void aRunThatEndsIsKept();
    void saysWhyThereIsNothing();
    void sampledIsSaid();
    void themesChange();
    void manyLanesScroll();
    void veryManyLanesAreGrouped();
    void busiestKeepsLanesThatDifferByLittle();
    void processesOpenAndClose();
};

void TestTimelineLive::followsARunUnderWay()
{
    auto store = std::make_shared<TimelineStore>();
    TraceScript script;
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    QVERIFY(m_card->isFollowing());
    script.name(0, 100, "prog").fork(1, 101);
    for (std::uint64_t ms = 0; ms < 3000; ms += 10) {
        script.run(101, 0, ms * 1000 + 10, ms * 1000 + 5000);
        store->append(script.chunk(ms * 1000 + 6000, false));
        if (ms % 500 == 0)
            QTest::qWait(1);
    }
    // A view is made when one was asked for: with the next chunk, as the tracer brings them.
    std::uint64_t us = 3'000'000;
    const auto arrived = [&] {
        store->append(script.chunk(us += 1000, false));
        return m_card->visibleRange().endNs >= TraceScript::at(3'000'000);
    };
    QTRY_VERIFY(arrived());
    QVERIFY(m_card->isFollowing());
    QCOMPARE(m_card->visibleRange().lengthNs(), Viewport::kFollowNs);

    auto *follow = m_canvas->findChild<QToolButton *>();
    QVERIFY(follow->isHidden());
    QTest::keyClick(m_canvas, Qt::Key_A);
    QVERIFY(!m_card->isFollowing());
    QVERIFY(!follow->isHidden());
    follow->click();
    QVERIFY(m_card->isFollowing());
}

void TestTimelineLive::draggingStopsFollowing()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    static_cast<void>(store->view()); // asked for, so that the chunk brings one
    store->append(script.chunk(2'100'000, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    QSignalSpy follows(m_card.get(), &TimelineCard::followChanged);
    QTest::mousePress(m_canvas, Qt::LeftButton, {}, {300, 100});
    moveTo(*m_canvas, {400, 100}, Qt::LeftButton);
    QTest::mouseRelease(m_canvas, Qt::LeftButton, {}, {400, 100});
    QVERIFY(m_card->selection());
    QVERIFY(!m_card->isFollowing());
    QCOMPARE(follows.size(), 1);
}

void TestTimelineLive::pausedStandsStill()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    store->append(script.chunk(2'000'000, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    m_card->setPaused(true);
    const auto range = m_card->visibleRange();
    std::uint64_t us = 2'000'000;
    for (int i = 0; i < 30; ++i) {
        store->append(script.chunk(us += 100'000, false));
        QTest::qWait(10);
    }
    QCOMPARE(m_card->visibleRange(), range);
    m_card->setPaused(false);
    const auto moved = [&] {
        store->append(script.chunk(us += 1000, false));
        return m_card->visibleRange() != range;
    };
    QTRY_VERIFY(moved());
}

// Counts paint events of a widget.
class PaintCounter : public QObject {
public:
    int count = 0;
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

void TestTimelineLive::nothingIsPaintedWhenNothingIsNew()
{
    auto store = std::make_shared<TimelineStore>();
    auto script = twoWorkers();
    static_cast<void>(store->view()); // asked for, so that the chunk brings one
    store->append(script.chunk(3'000'001, false));
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    // Looked at is what will not change any more; the run goes on.
    showRange(TraceScript::span(0, 100));
    QTest::qWait(50);
    PaintCounter painted;
    m_canvas->installEventFilter(&painted);
    const auto known = m_canvas->view()->known().endNs;
    std::uint64_t us = 3'000'001;
    const auto wentOn = [&] {
        store->append(script.chunk(us += 100'000, false));
        return m_canvas->view()->known().endNs > known + 1'000'000'000;
    };
    QTRY_VERIFY(wentOn());
    QCOMPARE(painted.count, 0);
}

void TestTimelineLive::aRunThatEndsIsKept()
{
    std::weak_ptr<const TimelineStore> watched;
    {
        auto store = std::make_shared<TimelineStore>();
        watched = store;
        auto script = twoWorkers();
        m_card->watch([store] { return store->view(); });
        m_card->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
        store->append(script.chunk(100, true));
    }
    QTRY_VERIFY(watched.expired()); // the card lets go of the store, and keeps the view
    QVERIFY(m_canvas->view()->isFinished());
    QVERIFY(!m_canvas->isLive());
    QCOMPARE(m_canvas->view()->known(), TraceScript::span(0, 100));
    QVERIFY(m_canvas->findChild<QToolButton *>()->isHidden());
}

void TestTimelineLive::saysWhyThereIsNothing()
{
    m_card->clear(u"Tracing is not allowed."_s);
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    const auto empty = m_card->grab().toImage();
    m_card->clear({});
    QVERIFY(m_card->grab().toImage() != empty);
    QVERIFY(m_card->isEmpty());
    QVERIFY(picture({400, 300}, 1).isNull());
    for (const auto key : {Qt::Key_W, Qt::Key_F, Qt::Key_Period, Qt::Key_Down, Qt::Key_Z})
        QTest::keyClick(m_canvas, key);
    turnWheel(*m_canvas, {300, 100}, {0, 120});
    m_card->showTable();
    m_card->copyStatistics();
}

void TestTimelineLive::sampledIsSaid()
{
    showWorkers();
    QVERIFY2(m_card->description().startsWith(u"exact, all of "_s), qPrintable(m_card->description()));
    m_card->setSampled(u"perf events are refused"_s);
    QVERIFY2(!m_card->description().contains(u"exact"_s), qPrintable(m_card->description()));
    QVERIFY(m_card->description().contains(u"perf events are refused"_s));
    const auto shot = m_card->grab().toImage();
    m_card->setSampled({});
    QVERIFY(m_card->grab().toImage() != shot);
}

void TestTimelineLive::themesChange()
{
    showWorkers();
    const auto corner = [this] { return m_card->grab().toImage().pixelColor(450, 8); };
    QCOMPARE(corner(), lightTheme().card);
    m_themes->setMode(ThemeController::Mode::Dark);
    QCOMPARE(corner(), darkTheme().card);
    const auto height = m_canvas->drawList().plot.height();
    m_themes->setScale(1.5);
    QTest::qWait(1);
    QVERIFY(m_canvas->drawList().plot.height() < height); // larger text beside it
    m_themes->setScale(1);
}

void TestTimelineLive::manyLanesScroll()
{
    SyntheticRunTrace trace({.tasks = 1000, .cpus = 2, .slices = 3000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    m_card->showView(store.view());
    auto options = m_card->options();
    options.groupsMany = false;
    m_card->setOptions(options);
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    auto *bar = m_card->findChild<QScrollBar *>();
    QTRY_VERIFY(bar->isVisible());
    QVERIFY(bar->maximum() > 5000);
    const auto first = m_canvas->drawList().rows.back().name;
    turnWheel(*m_canvas, {5, 100}, {0, -1200});
    QVERIFY(bar->value() > 0);
    QVERIFY(m_canvas->drawList().rows.back().name != first);
    QTest::keyClick(m_canvas, Qt::Key_PageUp);
    QTest::keyClick(m_canvas, Qt::Key_PageUp);
    QCOMPARE(bar->value(), 0);
    for (int i = 0; i < 60; ++i)
        QTest::keyClick(m_canvas, Qt::Key_Down);
    QVERIFY2(bar->value() > 0, "the chosen lane stays in view");
}

void TestTimelineLive::veryManyLanesAreGrouped()
{
    SyntheticRunTrace trace({.tasks = 1000, .cpus = 2, .slices = 3000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    std::vector<TaskLabel> labels;
    for (std::size_t i = 1; i < view->tasks().size(); ++i)
        labels.push_back({view->tasks()[i].tid, static_cast<int>(i) - 1, u"worker %1"_s.arg(i - 1)});
    m_card->setLabels(labels);
    m_card->resize(900, 800);
    m_card->showView(view);
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    m_canvas->setFocus();
    QVERIFY2(m_card->findChild<QScrollBar *>()->isHidden(), "all of them are in view at once");
    const auto closed = rowNames();
    QCOMPARE(closed[1], u"workers 0–31"_s);
    QVERIFY(closed.contains(u"workers 960–991"_s));
    const auto describedAs = [this] { return plain(m_canvas->accessibleDescription()); };
    QVERIFY2(describedAs().startsWith(u"workers 0–31: running "_s), qPrintable(describedAs()));
    // By a click and by Enter.
    const auto click = [this](const QString &name, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(m_canvas, Qt::LeftButton, modifiers, QPoint(5, at(0, name).toPoint().y()));
    };
    click(u"workers 32–63"_s);
    QVERIFY(rowNames().contains(u"worker 32"_s));
    QVERIFY(!rowNames().contains(u"worker 64"_s));
    click(u"workers 32–63"_s);
    QCOMPARE(rowNames(), closed);
    QSignalSpy visited(m_canvas, &TimelineCanvas::sliceVisited);
    QTest::keyClick(m_canvas, Qt::Key_Down);
    QCOMPARE(visited.takeLast().at(0).toString(), u"workers 0–31, closed"_s);
    QCOMPARE(m_canvas->scene().measuredLanes().lanes.size(), std::size_t{32});
    QVERIFY(m_canvas->drawList().rows[1].isChosen);
    QTest::keyClick(m_canvas, Qt::Key_Return);
    QCOMPARE(rowNames()[2], u"worker 0"_s);
    // With Ctrl a click chooses all of a group; hidden they are gone, and counted.
    QTest::keyClick(m_canvas, Qt::Key_Escape);
    click(u"workers 64–95"_s, Qt::ControlModifier);
    QCOMPARE(m_canvas->scene().chosen.size(), std::size_t{32});
    QTest::keyClick(m_canvas, Qt::Key_H);
    QVERIFY(!rowNames().contains(u"workers 64–95"_s));
    QVERIFY2(m_card->description().endsWith(u", 32 hidden"_s), qPrintable(m_card->description()));
    QTest::keyClick(m_canvas, Qt::Key_H, Qt::ShiftModifier);
    QVERIFY(triggerMenu(u"Group lanes"_s));
    QCOMPARE(rowNames()[1], u"worker 0"_s);
}

// Two workers that have about the same time take turns at being the busiest of the last two seconds.
void TestTimelineLive::busiestKeepsLanesThatDifferByLittle()
{
    auto store = std::make_shared<TimelineStore>();
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 101).fork(1, 102).end(100, 0, 2, SwitchKind::Out);
    script.run(101, 0, 10, 100'000).run(102, 1, 10, 900'000);
    static_cast<void>(store->view());
    store->append(script.chunk(1'000'000, false));
    auto options = m_card->options();
    options.order = LaneOrder::Busiest;
    m_card->setOptions(options);
    m_card->setLabels(kWorkers);
    m_card->watch([store] { return store->view(); });
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    QTRY_COMPARE(rowNames()[1], u"worker 1"_s);
    // Now the first has a little more.
    script.run(101, 0, 1'000'000, 1'830'000);
    std::uint64_t us = 1'900'000;
    const auto goOn = [&] { store->append(script.chunk(us += 1000, false)); };
    const auto hasCome = [&] {
        goOn();
        return m_canvas->view()->known().endNs > TraceScript::at(1'900'000);
    };
    QTRY_VERIFY(hasCome());
    for (int i = 0; i < 30; ++i) {
        QTest::qWait(50);
        goOn();
    }
    QCOMPARE(rowNames()[1], u"worker 1"_s);
    // Now much more; the card says so by itself, within moments.
    us = std::max<std::uint64_t>(us, 2'000'000);
    script.run(101, 0, us, us + 900'000);
    us += 900'000;
    const auto isFirst = [&] {
        goOn();
        return rowNames()[1] == u"worker 0"_s;
    };
    QTRY_VERIFY(isFirst());
}

void TestTimelineLive::processesOpenAndClose()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 200, 100, 200).fork(2, 201, 200, 200);
    script.end(100, 0, 6, SwitchKind::Out);
    m_card->showView(script.view(10));
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    const auto rows = [this] { return m_canvas->drawList().rows.size(); };
    QCOMPARE(rows(), std::size_t{7}); // all cores, prog main, its child with two, cores, core 0
    const auto &list = m_canvas->drawList();
    const auto title = std::ranges::find(list.rows, LaneEntry::Kind::Group, &DrawRow::kind);
    QVERIFY(title != list.rows.end());
    QTest::mouseClick(
        m_canvas, Qt::LeftButton, {}, QPoint(5, static_cast<int>(title->top + title->height / 2)));
    QCOMPARE(rows(), std::size_t{5});
}

QTEST_MAIN(TestTimelineLive)
#include "tst_timelinelive.moc"
