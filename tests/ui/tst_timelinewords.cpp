// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"
#include "tests/ui/timelinecardtest.h"
#include "ui/tablewindow.h"
#include "ui/timeline/selectionstats.h"
#include "ui/timeline/slicetable.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QClipboard>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableView>
#include <QToolButton>

#include <cmath>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelineWords : public TimelineCardTest {
    Q_OBJECT

private Q_SLOTS:
    void slicesAreDescribed();
    void waitsSayWhoHadTheCore();
    void namesAreEscapedInTips();
    void statisticsAreTheStores();
    void statisticsAreOfTheWorkers();
    void statisticsAsTextAreATable();
    void tableHoldsTheSlicesInView();
    void tableIsCutWhenLong();
    void chosenSlicesAreCopied();
    void statisticsAreCopied();
    void screenReadersHearIt();
};

void TestTimelineWords::slicesAreDescribed()
{
    const auto view = workersView();
    const auto looks = taskLooks(*view, kWorkers);
    const auto words = [&](LaneId lane, std::uint64_t us) {
        return plain(describeSlice(*view, lane, TraceScript::at(us), {}, TraceScript::at(0), looks).text());
    };
    const LaneId first{LaneId::Kind::Task, 1};
    const LaneId second{LaneId::Kind::Task, 2};
    const LaneId core{LaneId::Kind::Core, 0};
    QCOMPARE(
        words(first, 15),
        u"worker 0: running\nTask: tid 101, pid 100\nCore: 0\nStart: 0.0000100 s\nLength: 20.0 µs\n"
        "Ended because: it blocked (voluntary)"_s);
    QVERIFY(words(first, 60).endsWith(u"Ended because: it was preempted (involuntary)"_s));
    QVERIFY(words(second, 92).endsWith(u"Ended because: it ended"_s));
    QVERIFY(words(second, 99).startsWith(u"worker 1: not there"_s));
    QVERIFY(words(core, 15).startsWith(u"core 0: worker 0\nTask: tid 101"_s));
    QVERIFY(words(core, 40).startsWith(u"core 0: none of ours"_s));
}

void TestTimelineWords::waitsSayWhoHadTheCore()
{
    const auto view = workersView();
    const auto looks = taskLooks(*view, kWorkers);
    // Preempted on core 0 from 70 to 80, when worker 1 ran there.
    const auto waited = plain(
        describeSlice(*view, {LaneId::Kind::Task, 1}, TraceScript::at(75), {}, TraceScript::at(0), looks)
            .text());
    QVERIFY2(waited.startsWith(u"worker 0: preempted, waiting for a core"_s), qPrintable(waited));
    QVERIFY2(
        waited.endsWith(u"Before on: core 0\nThere meanwhile: worker 1 for 10.0 µs"_s), qPrintable(waited));
    // Blocked from 30 to 50 after core 0, which was not ours.
    const auto blocked = plain(
        describeSlice(*view, {LaneId::Kind::Task, 1}, TraceScript::at(40), {}, TraceScript::at(0), looks)
            .text());
    QVERIFY2(blocked.endsWith(u"There meanwhile: none of ours for 20.0 µs"_s), qPrintable(blocked));
    // Several slices in one pixel are summed up.
    const auto many = plain(describeSlice(
                                *view, {LaneId::Kind::Task, 1}, TraceScript::at(75),
                                TraceScript::span(0, 100), TraceScript::at(0), looks)
                                .text());
    QVERIFY2(many.contains(u"In this pixel: 3 switches, running 50 %"_s), qPrintable(many));
}

void TestTimelineWords::namesAreEscapedInTips()
{
    TraceScript script;
    script.name(0, 100, "<b>&x").end(100, 0, 50, SwitchKind::Out);
    const auto view = script.view(100);
    const auto looks = taskLooks(*view, {});
    const auto html =
        describeSlice(*view, {LaneId::Kind::Task, 0}, TraceScript::at(10), {}, TraceScript::at(0), looks)
            .html();
    QVERIFY2(html.contains(u"&lt;b&gt;&amp;x"_s), qPrintable(html));
    QVERIFY(!html.contains(u"<b>&x"_s));
}

void TestTimelineWords::statisticsAreTheStores()
{
    const auto view = workersView();
    const MeasuredLanes lanes{
        {{{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Task, 2}, u"worker 1"_s}}, u"2 workers"_s};
    const auto stats = selectionStats(*view, TraceScript::span(0, 100), lanes);
    QCOMPARE(stats.together.stats.sums.runningNs, std::uint64_t{85'000});
    QCOMPARE(stats.together.stats.voluntary, std::uint64_t{4}); // its end is no switch
    QCOMPARE(stats.together.stats.involuntary, std::uint64_t{1});
    QCOMPARE(stats.together.stats.migrations, std::uint64_t{2});
    QCOMPARE(stats.together.stats.longestRunnableNs, std::uint64_t{29'000});
    QCOMPARE(stats.together.longestRunnableOn, u"worker 1"_s);
    QCOMPARE(stats.together.name, u"2 workers"_s);
    // Shares are of the time they were there: 99 and 94 us.
    QCOMPARE(stats.together.presentNs(), std::uint64_t{193'000});
    double shares = 0;
    for (const auto ns :
         {stats.together.stats.sums.runningNs, stats.together.stats.sums.runnableNs,
          stats.together.stats.sums.blockedNs})
        shares += stats.together.share(ns);
    QVERIFY(std::abs(shares - 1) < 1e-12);
    // A task that was not there has no shares, rather than shares of 0.
    const auto none =
        selectionStats(*view, TraceScript::span(96, 99), MeasuredLanes{{lanes.lanes.back()}, u"worker 1"_s});
    QVERIFY(std::isnan(none.together.share(0)));
    QCOMPARE(statCells(none.together).front().value, u"not measured"_s);
}

// Which tasks are counted when nobody has chosen any, and what they are called.
void TestTimelineWords::statisticsAreOfTheWorkers()
{
    auto script = twoWorkers();
    script.fork(3, 200, 100, 200).run(200, 1, 4, 6, SwitchKind::Out, 200);
    script.run(300, 1, 6, 8, SwitchKind::Out, 300);
    TimelineStore store({}, {.traced = {}, .bystander = {.tid = 300}});
    store.append(script.chunk(100, true));
    TimelineScene scene;
    scene.view = store.view();
    scene.options.showsMainThread = true;
    scene.arrange();
    const auto measured = [&scene] {
        QStringList names;
        for (const auto &[lane, name] : scene.measuredLanes().lanes)
            names.append(name);
        return QStringList{scene.measuredLanes().together} + names;
    };
    QCOMPARE(measured(), (QStringList{u"prog main"_s, u"prog main"_s})); // a program: not what started it
    QCOMPARE(scene.measuredLanes().lanes.front().first, (LaneId{LaneId::Kind::Task, 3}));
    scene.labels = kWorkers;
    scene.arrange();
    QCOMPARE(measured(), (QStringList{u"2 workers"_s, u"worker 0"_s, u"worker 1"_s}));
    scene.options.hiddenTasks = {1};
    scene.arrange();
    QCOMPARE(measured(), (QStringList{u"worker 1"_s, u"worker 1"_s}));
    scene.options.isAllMeasured = true;
    QCOMPARE(measured().first(), u"3 tasks"_s);
    scene.options.isAllMeasured = false;
    const auto window = *scene.view->laneOfTid(300);
    scene.chosen = {window};
    QCOMPARE(measured(), (QStringList{u"this window"_s, u"this window"_s}));
    scene.chosen = {{LaneId::Kind::Task, 0}};
    QCOMPARE(measured(), (QStringList{u"prog main"_s, u"prog main"_s}));
    QCOMPARE(scene.measuredLanes().lanes.front().first, (LaneId{LaneId::Kind::Task, 0}));
}

void TestTimelineWords::statisticsAsTextAreATable()
{
    TraceScript script = twoWorkers();
    script.lost(0, 100, 5);
    const auto view = script.view(100);
    const MeasuredLanes lanes{
        {{{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Task, 2}, u"worker 1"_s}}, u"2 workers"_s};
    const auto text = statsAsText(selectionStats(*view, TraceScript::span(0, 100), lanes));
    const auto lines = text.split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    for (const auto &line : lines)
        QCOMPARE(line.count(u'\t'), lines.first().count(u'\t'));
    QVERIFY(lines[0].contains(u"not known"_s));
    QVERIFY(lines[3].startsWith(u"2 workers\t"_s));
}

void TestTimelineWords::tableHoldsTheSlicesInView()
{
    const auto view = workersView();
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"worker 0"_s}, {{LaneId::Kind::Core, 0}, u"core 0"_s}};
    SliceTableModel model(slicesOf(*view, TraceScript::span(20, 75), lanes, TraceScript::at(0)));
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells.append(plain(model.index(row, column).data().toString()));
        rows.append(cells.join(u'|'));
    }
    const QStringList expected{
        u"worker 0|101|running|0.000010000 s|20.0 µs|0|it blocked (voluntary)"_s,
        u"worker 0|101|blocked|0.000030000 s|20.0 µs||"_s,
        u"worker 0|101|running|0.000050000 s|20.0 µs|0|it was preempted (involuntary)"_s,
        u"worker 0|101|preempted, waiting for a core|0.000070000 s|10.0 µs||"_s,
        u"core 0|101|running|0.000010000 s|20.0 µs||it blocked (voluntary)"_s,
        u"core 0|101|running|0.000050000 s|20.0 µs||it was preempted (involuntary)"_s,
        u"core 0|102|running|0.000070000 s|10.0 µs||it blocked (voluntary)"_s};
    QVERIFY2(rows == expected, qPrintable(rows.join(u'\n')));
    // Sorting goes by the number and not by its text.
    QVERIFY(model.index(0, SliceTableModel::Length).data(Qt::UserRole).toULongLong() == 20'000);
    QCOMPARE(model.headerData(SliceTableModel::Core, Qt::Horizontal, Qt::DisplayRole).toString(), u"core"_s);
}

void TestTimelineWords::tableIsCutWhenLong()
{
    SyntheticRunTrace trace({.tasks = 2, .cpus = 2, .slices = 120'000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const std::vector<std::pair<LaneId, QString>> lanes{
        {{LaneId::Kind::Task, 1}, u"a"_s}, {{LaneId::Kind::Task, 2}, u"b"_s}};
    const auto table = slicesOf(*view, view->known(), lanes, 0);
    QVERIFY(table.isCut);
    QCOMPARE(table.rows.size(), SliceTable::kMostRows);
    QVERIFY(!slicesOf(*view, {view->known().beginNs, view->known().beginNs + 1'000'000}, lanes, 0).isCut);

    m_card->showView(view);
    m_card->showTable();
    auto *window = m_card->findChild<SliceTableWindow *>();
    QVERIFY(window != nullptr);
    QCOMPARE(window->findChild<QTableView *>()->model()->rowCount(), static_cast<int>(SliceTable::kMostRows));
}

// Rows that were not chosen are not copied, even when they lie between others.
void TestTimelineWords::chosenSlicesAreCopied()
{
    showWorkers();
    m_card->showTable();
    auto *view = m_card->findChild<SliceTableWindow *>()->findChild<QTableView *>();
    QVERIFY(selectedText(*view).isEmpty());
    view->selectRow(0);
    view->selectionModel()->select(
        view->model()->index(2, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const auto lines = selectedText(*view).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    for (const int row : {0, 2}) {
        QStringList cells;
        for (int column = 0; column < SliceTableModel::kColumns; ++column)
            cells.append(view->model()->index(row, column).data().toString());
        QCOMPARE(lines[row == 0 ? 1 : 2], cells.join(u'\t'));
    }
}

void TestTimelineWords::statisticsAreCopied()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    QSignalSpy done(m_card.get(), &TimelineCard::done);
    QTest::keyClick(m_canvas, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(done.size(), 1);
    const auto *copied = QGuiApplication::clipboard()->mimeData();
    QVERIFY(copied->hasFormat(u"text/tab-separated-values"_s));
    QVERIFY(copied->text().contains(u"worker 1\t"_s));
}

void TestTimelineWords::screenReadersHearIt()
{
    showWorkers();
    auto *interface = QAccessible::queryAccessibleInterface(m_canvas);
    QVERIFY(interface != nullptr);
    QCOMPARE(interface->text(QAccessible::Name), u"Timeline"_s);
    const auto words = plain(interface->text(QAccessible::Description));
    QVERIFY2(words.contains(u"worker 0: running"_s), qPrintable(words));
    for (auto *button : m_card->findChildren<QToolButton *>())
        QVERIFY(!QAccessible::queryAccessibleInterface(button)->text(QAccessible::Name).isEmpty());
}

QTEST_MAIN(TestTimelineWords)
#include "tst_timelinewords.moc"
