// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/syntheticruntrace.h"
#include "tests/ui/layoutfixture.h"

#include <QLocale>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

namespace {

#define COMPARE_LINES(FOUND, ...)                                                                            \
    do {                                                                                                     \
        const QStringList expected{__VA_ARGS__};                                                             \
        const QStringList found = FOUND;                                                                     \
        QVERIFY2(                                                                                            \
            found == expected,                                                                               \
            qPrintable(u"found\n"_s + found.join(u'\n') + u"\nexpected\n"_s + expected.join(u'\n')));        \
    } while (false)

} // namespace

class TestTimelineLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void slicesBecomeBlocks();
    void coresShowWhoRan();
    void tasksCanShowWhereTheyRan();
    void edgesAndGapsKeepTheirShares();
    void manySlicesAreStacked();
    void closerThanANanosecondAColumn();
    void nothingIsLostAtAnyZoom();
    void lostRecordsAreMarkedWithTheirCount();
    void aLossTooShortToSeeIsWidened();
    void oldDetailIsShownAsSums();
    void beforeBirthAndAfterTheEndIsNothing();
    void blocksSayWhoseTheyAreWhenThereIsRoom();
    void heatIsTheBusyShareOfEachCore();
    void theSelectionHasItsLength();
    void theRulerCountsFromTheOrigin();
    void theRulerHasABaseFarFromTheOrigin();
    void legendKnowsWhatIsThere();
    void devicePixelsAreColumns();
    void rowsShrinkThenScroll();
    void namesNeverTouch();
    void aThousandLanesAreLaidOut();
};

void TestTimelineLayout::slicesBecomeBlocks()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    COMPARE_LINES(
        textOf(Picture{.columns = 100}.of(*view, TraceScript::span(0, 100))).first(3),
        u"prog main|##--------------------------------------------------------------------------------------------------|"_s,
        u"prog     | /////////####################--------------------####################//////////##########----------|"_s,
        u"prog     | /////////////////////////////####################--------------------##########----------#####     |"_s);
}

void TestTimelineLayout::coresShowWhoRan()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture{.labels = {{101, 0, u"worker 0"_s}, {102, 1, u"worker 1"_s}}, .columns = 100};
    picture.options.arrangement = LaneArrangement::ByCore;
    // The main task is none of the workers: neutral.
    COMPARE_LINES(
        textOf(picture.of(*view, TraceScript::span(0, 100))),
        u"core 0   |nn        aaaaaaaaaaaaaaaaaaaa                    aaaaaaaaaaaaaaaaaaaabbbbbbbbbbaaaaaaaaaa          |"_s,
        u"core 1   |                              bbbbbbbbbbbbbbbbbbbb                                        bbbbb     |"_s);
}

void TestTimelineLayout::tasksCanShowWhereTheyRan()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture{.labels = {{101, 0, u"worker 0"_s}, {102, 1, u"worker 1"_s}}, .columns = 100};
    picture.options.arrangement = LaneArrangement::ByWorker;
    picture.options.isColouredByCore = true;
    COMPARE_LINES(
        textOf(picture.of(*view, TraceScript::span(0, 100))),
        u"worker 0 | /////////aaaaaaaaaaaaaaaaaaaa--------------------aaaaaaaaaaaaaaaaaaaa//////////aaaaaaaaaa----------|"_s,
        u"worker 1 | /////////////////////////////bbbbbbbbbbbbbbbbbbbb--------------------aaaaaaaaaa----------bbbbb     |"_s,
        u"prog main|aa--------------------------------------------------------------------------------------------------|"_s);
}

void TestTimelineLayout::edgesAndGapsKeepTheirShares()
{
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 35, SwitchKind::Out);
    script.run(100, 0, 38, 97);
    const auto view = script.view(100);
    const auto list = Picture{.columns = 10}.of(*view, TraceScript::span(0, 100));
    // The gap of 3 us in a column of 10, and the end at 97, are in the columns' shares.
    COMPARE_LINES(textOf(list).first(1), u"prog main|###:#####:|"_s);
    QCOMPARE(list.shares.at(0).share(TimelineRole::Running), 0.7F);
    QCOMPARE(list.shares.at(0).share(TimelineRole::Blocked), 0.3F);
    QCOMPARE(list.shares.at(1).share(TimelineRole::Running), 0.7F);
}

void TestTimelineLayout::manySlicesAreStacked()
{
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 1, SwitchKind::Out);
    for (std::uint64_t us = 400; us < 800; us += 4)
        script.run(100, 0, us, us + 3);
    const auto view = script.view(1000);
    // Far from them each state is shown as it is; among them, shares: 3 of 4 us.
    COMPARE_LINES(
        textOf(Picture{.columns = 50}.of(*view, TraceScript::span(0, 1000))).first(1),
        u"prog main|:-------------0000007777777777777777777700000000--|"_s);
}

void TestTimelineLayout::closerThanANanosecondAColumn()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    const TimeSpan visible{TraceScript::at(30) - 500, TraceScript::at(30) + 500};
    Picture picture{.columns = 4000};
    const auto list = picture.of(*view, visible);
    const auto row = letters(list, 2);
    QCOMPARE(row, QString(2000, u'#') + QString(2000, u'-'));
}

// The shares of all columns together are the store's own sums: for each state, lane and zoom.
void TestTimelineLayout::nothingIsLostAtAnyZoom()
{
    SyntheticRunTrace trace({.tasks = 5, .cpus = 2, .slices = 5000, .seed = 3});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const auto known = view->known();
    Picture picture{.columns = 321};
    for (std::uint64_t length = known.lengthNs(); length > 2000; length = length * 10 / 27) {
        const TimeSpan visible{
            known.beginNs + (known.lengthNs() - length) / 3,
            known.beginNs + (known.lengthNs() - length) / 3 + length};
        const auto list = picture.of(*view, visible);
        for (std::uint32_t row = 0; row < list.rows.size(); ++row) {
            if (list.rows[row].kind != LaneEntry::Kind::Task && list.rows[row].kind != LaneEntry::Kind::Core)
                continue;
            StateSums sums;
            view->columns(list.rows[row].lane, visible, std::span(&sums, 1));
            const std::pair<TimelineRole, std::uint64_t> states[] = {
                {TimelineRole::Running, sums.runningNs},
                {TimelineRole::Runnable, sums.runnableNs},
                {TimelineRole::Blocked, sums.blockedNs},
                {TimelineRole::Unknown, sums.unknownNs}};
            for (const auto &[role, ns] : states) {
                const double expected =
                    static_cast<double>(ns) / static_cast<double>(visible.lengthNs()) * list.columns;
                // A column that counts as solid may lack a 512th; columns of few ns are of unequal length.
                const double tolerance =
                    list.columns / 512.0 + 2.0 * list.columns * list.columns / static_cast<double>(length);
                QVERIFY2(
                    std::abs(painted(list, row, role) - expected) <= tolerance,
                    qPrintable(u"%1: %2 painted, %3 expected, %4 ns"_s.arg(list.rows[row].name)
                                   .arg(painted(list, row, role))
                                   .arg(expected)
                                   .arg(length)));
            }
        }
    }
}

void TestTimelineLayout::lostRecordsAreMarkedWithTheirCount()
{
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 10, SwitchKind::Out);
    script.run(100, 0, 20, 30).lost(0, 60, 12).run(100, 0, 70, 90);
    const auto view = script.view(100);
    Picture picture{.columns = 50};
    COMPARE_LINES(
        textOf(picture.of(*view, TraceScript::span(0, 100))),
        u"prog main|#####-----#####~~~~~~~~~~~~~~~-----##########-----|"_s,
        u"core 0   |aaaaa     aaaaa~~~~~~~~~~~~~~~     aaaaaaaaaa     |"_s,
        u"lost in all cores from 15 to 30: 12 lost"_s, u"lost in prog main from 15 to 30: 12 lost"_s,
        u"lost in core 0 from 15 to 30: 12 lost"_s);

    // A switch-out without its switch-in right behind: one mark (the second one widened by four columns), of
    // which the number is not all there is.
    script.name(0, 100, "prog").end(100, 0, 10, SwitchKind::Out);
    script.lost(0, 60, 12).run(100, 0, 62, 63).end(100, 0, 64, SwitchKind::Out);
    const auto contradicting = script.view(100);
    const auto lines = textOf(picture.of(*contradicting, TraceScript::span(0, 100)));
    QVERIFY2(
        lines.last() == u"lost in core 0 from 5 to 34: 12 or more lost"_s, qPrintable(lines.join(u'\n')));
}

void TestTimelineLayout::aLossTooShortToSeeIsWidened()
{
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 10, SwitchKind::Out);
    script.run(100, 0, 50'000, 50'010).lost(0, 50'012, 3).lost(0, 50'013, 4);
    const auto view = script.view(100'000);
    const auto list = Picture{.columns = 100}.of(*view, TraceScript::span(0, 100'000));
    const auto mark = std::ranges::find_if(list.lost, [&list](const LostMark &lost) {
        return list.rows[lost.row].kind == LaneEntry::Kind::Core;
    });
    QVERIFY(mark != list.lost.end());
    QVERIFY(mark->end - mark->begin >= 4);
    QVERIFY(mark->begin <= 50 && mark->end > 50);
    QCOMPARE(mark->count, std::uint64_t{7}); // both in one mark
}

void TestTimelineLayout::oldDetailIsShownAsSums()
{
    SyntheticRunTrace trace({.tasks = 2, .cpus = 1, .slices = 60'000, .keepTruth = false});
    TimelineStore store({.bytes = 400'000});
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    const auto list = Picture{.columns = 60}.of(*view, view->known());
    int marked = 0;
    for (const auto &mark : list.summaries) {
        marked += mark.end - mark.begin;
        QVERIFY(mark.begin <= 1);
    }
    QVERIFY2(marked > 30, qPrintable(textOf(list).join(u'\n')));
    for (const auto &piece : list.pieces) {
        for (const auto &mark : list.summaries) {
            if (piece.row == mark.row && piece.begin >= mark.begin && piece.end <= mark.end)
                QCOMPARE(piece.kind, DrawPiece::Kind::Stacked);
        }
    }
}

void TestTimelineLayout::beforeBirthAndAfterTheEndIsNothing()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(40, 101).end(100, 0, 41, SwitchKind::Out);
    script.run(101, 0, 50, 60, SwitchKind::Exit);
    const auto view = script.view(100);
    COMPARE_LINES(
        textOf(Picture{.columns = 20}.of(*view, TraceScript::span(0, 100))).first(2),
        u"prog main|########:-----------|"_s, u"prog     |        //##        |"_s);
}

void TestTimelineLayout::blocksSayWhoseTheyAreWhenThereIsRoom()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture{.labels = {{101, 0, u"worker 0"_s}, {102, 12, u"worker 12"_s}}, .columns = 200};
    picture.options.arrangement = LaneArrangement::ByCore;
    const auto wordsAt = [&picture, &view](int columns) {
        picture.columns = columns;
        QStringList words;
        for (const auto &label : picture.of(*view, TraceScript::span(0, 100)).labels)
            words.append(u"%1 at %2"_s.arg(label.text).arg(label.begin));
        return words.join(u", ");
    };
    QCOMPARE(wordsAt(200), u"0 at 20, 0 at 100, 0 at 160, 12 at 60"_s); // 20 columns are too few for "12"
    QCOMPARE(wordsAt(60), QString());
    QCOMPARE(wordsAt(400), u"0 at 40, 0 at 200, 12 at 280, 0 at 320, 12 at 120"_s);
}

void TestTimelineLayout::heatIsTheBusyShareOfEachCore()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    const auto list = Picture{.columns = 10}.of(*view, TraceScript::span(0, 100));
    QCOMPARE(list.heat.size(), std::size_t{2});
    QCOMPARE(list.heat[0].cpu, 0);
    const auto sum = [](const std::vector<float> &shares) {
        return std::accumulate(shares.begin(), shares.end(), 0.0F);
    };
    QCOMPARE(sum(list.heat[0].shares), 6.2F); // 62 of 100 us
    QCOMPARE(sum(list.heat[1].shares), 2.5F);
    QCOMPARE(list.rows.front().kind, LaneEntry::Kind::Heat);
}

void TestTimelineLayout::theSelectionHasItsLength()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture{.columns = 100, .selection = TraceScript::span(20, 45)};
    auto list = picture.of(*view, TraceScript::span(0, 100));
    QVERIFY(list.selection);
    QCOMPARE(list.selection->begin, 70.0);
    QCOMPARE(list.selection->end, 95.0);
    QCOMPARE(list.selection->text, u"25.0\u00A0µs selected"_s);
    list = picture.of(*view, TraceScript::span(30, 40));
    QVERIFY(list.selection && !list.selection->isBeginVisible && !list.selection->isEndVisible);
    QCOMPARE(list.selection->end - list.selection->begin, list.plot.width());
    QVERIFY(!picture.of(*view, TraceScript::span(50, 90)).selection);
}

void TestTimelineLayout::theRulerCountsFromTheOrigin()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    const auto list = Picture{.columns = 400}.of(*view, TraceScript::span(0, 100));
    QCOMPARE(list.rulerUnit, u"µs"_s);
    QVERIFY(list.rulerBase.isEmpty());
    QStringList numbers;
    for (const auto &tick : list.ticks) {
        if (!tick.text.isEmpty())
            numbers.append(u"%1@%2"_s.arg(tick.text).arg(tick.x - list.plot.left()));
    }
    QCOMPARE(numbers.join(u' '), u"0@0 20@80 40@160 60@240 80@320 100@400"_s);
}

void TestTimelineLayout::theRulerHasABaseFarFromTheOrigin()
{
    TraceScript script;
    script.name(0, 100, "prog").end(100, 0, 10, SwitchKind::Out);
    const auto view = script.view(20'000'000);
    const auto visible = TraceScript::span(12'345'678, 12'345'778);
    const auto list = Picture{.columns = 400}.of(*view, visible);
    QCOMPARE(list.rulerUnit, u"µs"_s);
    QCOMPARE(list.rulerBase, u"12.345\u00A0s +"_s);
    QStringList numbers;
    for (const auto &tick : list.ticks) {
        if (!tick.text.isEmpty())
            numbers.append(tick.text);
    }
    QCOMPARE(numbers.join(u' '), u"680 700 720 740 760"_s);
    const auto whole = Picture{.columns = 400}.of(*view, view->known());
    QCOMPARE(whole.rulerUnit, u"s"_s);
    QVERIFY(whole.rulerBase.isEmpty());
}

void TestTimelineLayout::legendKnowsWhatIsThere()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    const auto list = Picture{.columns = 100}.of(*view, TraceScript::span(0, 100));
    const std::array<bool, kTimelineRoles> expected{true, true, false, true, false};
    QCOMPARE(list.present, expected);
}

void TestTimelineLayout::devicePixelsAreColumns()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture{.columns = 100};
    picture.metrics.pixelRatio = 2;
    const auto list = picture.of(*view, TraceScript::span(0, 100));
    QCOMPARE(list.plot.width(), 50.0);
    QCOMPARE(list.columns, 100);
    QCOMPARE(letters(list, 2).left(12), u" /////////##"_s);
}

void TestTimelineLayout::rowsShrinkThenScroll()
{
    auto script = twoWorkers();
    const auto view = script.view(100);
    Picture picture;
    picture.height = 1000;
    const auto roomy = picture.of(*view, TraceScript::span(0, 100));
    picture.height = 240;
    const auto tight = picture.of(*view, TraceScript::span(0, 100));
    picture.height = 90;
    const auto least = picture.of(*view, TraceScript::span(0, 100));
    QVERIFY(roomy.contentHeight <= roomy.rowsHeight && tight.contentHeight <= tight.rowsHeight);
    QVERIFY(least.contentHeight > least.rowsHeight);
    QVERIFY(roomy.rows[1].height > tight.rows[1].height);
    QVERIFY(!roomy.rows[1].detail.isEmpty());
    QVERIFY(least.rows[1].detail.isEmpty() && least.rows[1].isNamed);
    QVERIFY(least.rows.size() < roomy.rows.size());

    picture.scroll = 1e6; // to the end, not further
    const auto scrolled = picture.of(*view, TraceScript::span(0, 100));
    QCOMPARE(scrolled.rows.front().kind, LaneEntry::Kind::Heat); // which stays
    QCOMPARE(scrolled.rows.back().name, u"core 1"_s);
    const auto &last = scrolled.rows.back();
    QVERIFY(std::abs(last.top + last.height - (scrolled.rowsTop + scrolled.rowsHeight)) < 1);
}

void TestTimelineLayout::namesNeverTouch()
{
    SyntheticRunTrace trace({.tasks = 200, .cpus = 4, .slices = 400});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    for (const double height : {100.0, 300.0, 900.0, 3000.0}) {
        Picture picture;
        picture.height = height;
        const auto list = picture.of(*view, view->known());
        double free = 0;
        int named = 0;
        for (const auto &row : list.rows) {
            if (!row.isNamed || row.kind == LaneEntry::Kind::Heat)
                continue;
            const double middle = row.top + row.height / 2;
            QVERIFY(middle - 0.36 * 15 >= free); // letters are lower than their line
            free = middle + 0.36 * 15;
            ++named;
        }
        QVERIFY(named > 0);
    }
}

void TestTimelineLayout::aThousandLanesAreLaidOut()
{
    SyntheticRunTrace trace({.tasks = 1000, .cpus = 4, .slices = 5000, .keepTruth = false});
    TimelineStore store;
    SwitchChunk chunk;
    while (trace.next(chunk))
        store.append(chunk);
    const auto view = store.view();
    Picture picture;
    picture.height = 400;
    const auto grouped = picture.of(*view, view->known());
    QVERIFY2(grouped.contentHeight < 1000, qPrintable(QString::number(grouped.contentHeight)));
    picture.options.groupsMany = false;
    const auto list = picture.of(*view, view->known());
    QVERIFY(list.rows.size() < 100);
    QVERIFY2(list.contentHeight > 5000, qPrintable(QString::number(list.contentHeight)));
    picture.scroll = list.contentHeight / 2;
    const auto further = picture.of(*view, view->known());
    QVERIFY(further.rows.back().lane.index > list.rows.back().lane.index + 300);
}

QTEST_MAIN(TestTimelineLayout)
#include "tst_timelinelayout.moc"
