// SPDX-License-Identifier: GPL-3.0-or-later
// What the charts show, as numbers: columns, axes, feed, crosshair and table. No widgets.
#include "tests/ui/chartfixture.h"
#include "ui/charts/chartcursor.h"
#include "ui/charts/chartfeed.h"
#include "ui/charts/charttable.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace timeslice;

namespace {

constexpr QSizeF kSize{1000, 100};

/// A window on `seconds` after kGo; `columns` outlives it.
TimeWindow windowOn(const SampleColumns &columns, double seconds, bool isMoving = false)
{
    return {&columns, {0, seconds}, toSeconds(kGo.time_since_epoch()), isMoving};
}

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' '));
}

QString rowText(const Readout::Section &section, const char *name)
{
    for (const auto &row : section.rows) {
        if (row.name == QLatin1String(name))
            return plain(row.value);
    }
    return QStringLiteral("no such row");
}

} // namespace

class TestChartData : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void allColumnsHaveOneValuePerRow();
    void aCpuThatComesOrGoesLeavesHoles();
    void pointsThatAreNotLaterAreDropped();
    void oldRowsAreForgottenInAllColumns();
    void workersBeyondTheLimitAreNotKept();
    void nearestRowIsTheNearest();
    void gaugesAreTheRunsOwn();

    void liveAxisGrowsInStepsThenSlides();
    void liveAxisHasTheRunsLengthWhereItIsKnown();
    void timeTicksAreRoundAndNameTheUnitOnce();
    void valueTicksAreRoundAndHoldTheHighest();
    void valueAxisGrowsAtOnceAndShrinksLate();

    void feedShowsMachineThenRunThenRecording();
    void pausedFeedStandsStill();
    void aPartOfTheAxisIsMuchLessThanAll();
    void feedShowsTheRangeThatIsLookedAt();

    void cursorStepsFromSampleToSample();
    void cursorReadsNothingWhereNothingIs();
    void readoutGivesValuesWithUnits();
    void readoutOfAHeatMapGivesMeanAndMost();
    void tableHasUnitsAndNamesHoles();

    void onlySomeRunsHaveAFourthChart_data();
    void onlySomeRunsHaveAFourthChart();
    void durationsAreReadInTheUnitThatFits();
    void gaugesAreReadWithTheirUnits();
};

void TestChartData::allColumnsHaveOneValuePerRow()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 5, 3));
    QCOMPARE(columns.rows(), std::size_t{50});
    QCOMPARE(columns.seconds().size(), columns.rows());
    QCOMPARE(columns.cpus().size(), std::size_t{3});
    for (const auto &cpu : columns.cpus()) {
        QCOMPARE(cpu.busy.size(), columns.rows());
        QCOMPARE(cpu.busy.back(), static_cast<float>(busyShare(cpu.id, 3)));
    }
    for (const auto *column :
         {&columns.otherShare(), &columns.itemsPerSecond(), &columns.voluntaryPerSecond(),
          &columns.involuntaryPerSecond()})
        QCOMPARE(column->size(), columns.rows());
    QCOMPARE(columns.workers().size(), std::size_t{2});
    QCOMPARE(columns.otherShare().back(), 0.1F); // of all three, not 0.3 cores
}

void TestChartData::aCpuThatComesOrGoesLeavesHoles()
{
    SampleColumns columns;
    columns.append(pointAt(after(kGo, 0.1), 1));
    columns.append(pointAt(after(kGo, 0.2), 2)); // cpu 1 comes
    columns.append(pointAt(after(kGo, 0.3), 1)); // and goes
    const Column &late = columns.cpus()[1].busy;
    QVERIFY(std::isnan(late[0]) && !std::isnan(late[1]) && std::isnan(late[2]));
    SeriesPoint noCpus = pointAt(after(kGo, 0.4), 0);
    columns.append(noCpus);
    QVERIFY(std::isnan(columns.cpus()[0].busy[3]));
    QVERIFY(std::isnan(columns.otherShare()[3])); // a share of no cores is not 0
}

void TestChartData::pointsThatAreNotLaterAreDropped()
{
    SampleColumns columns;
    columns.append(pointAt(after(kGo, 0.2)));
    columns.append(pointAt(after(kGo, 0.2)));
    columns.append(pointAt(after(kGo, 0.1)));
    QCOMPARE(columns.rows(), std::size_t{1});
    columns.append(pointAt(after(kGo, 0.3)));
    QCOMPARE(columns.rows(), std::size_t{2});
}

void TestChartData::oldRowsAreForgottenInAllColumns()
{
    SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 100));
    const double keepFrom = toSeconds(kGo.time_since_epoch()) + 60;
    columns.forgetBefore(keepFrom);
    QVERIFY(columns.times().front() >= keepFrom);
    QVERIFY(columns.times().front() < keepFrom + 2 * kInterval); // and no more than that
    QCOMPARE(columns.cpus()[1].busy.size(), columns.rows());
    QCOMPARE(columns.workers()[1].size(), columns.rows());
    QCOMPARE(columns.involuntaryPerSecond().size(), columns.rows());
}

void TestChartData::workersBeyondTheLimitAreNotKept()
{
    SeriesPoint point = pointAt(after(kGo, 0.1));
    point.workerItemsPerSecond.assign(SampleColumns::kMaxWorkers + 1, 1.0);
    SampleColumns columns;
    columns.append(point);
    QVERIFY(columns.workers().empty());
    QCOMPARE(columns.itemsPerSecond().front(), 300.0F); // their sum is
}

void TestChartData::nearestRowIsTheNearest()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 1));
    const double go = toSeconds(kGo.time_since_epoch());
    QCOMPARE(columns.nearestRow(go - 100), std::size_t{0});
    QCOMPARE(columns.nearestRow(go + 0.54), std::size_t{4});
    QCOMPARE(columns.nearestRow(go + 0.56), std::size_t{5});
    QCOMPARE(columns.nearestRow(go + 100), std::size_t{9});
    QCOMPARE(SampleColumns().nearestRow(1), std::size_t{0});
}

void TestChartData::gaugesAreTheRunsOwn()
{
    SampleColumns columns = columnsOf(pointsBetween(kGo, -1, 0));
    for (const auto &point : queuePointsBetween(kGo, 0, 1))
        columns.append(point);
    columns.append(pointAt(after(kGo, 1.1)));
    QCOMPARE(columns.gauges().size(), std::size_t{3});
    for (const auto &gauge : columns.gauges())
        QCOMPARE(gauge.size(), columns.rows());
    QVERIFY(std::isnan(columns.gauges()[0].front()) && std::isnan(columns.gauges()[0].back()));
    QCOMPARE(columns.gauges()[2][12], 2.0F);
    QCOMPARE(columns.loopLag().size(), columns.rows());
    SampleColumns copied;
    for (std::size_t row = 0; row < columns.rows(); ++row)
        copied.append(columns, row);
    QCOMPARE(copied.gauges()[0][12], 6.0F);
    columns.forgetRun();
    QVERIFY(columns.gauges().empty() && columns.workers().empty());
}

void TestChartData::liveAxisGrowsInStepsThenSlides()
{
    QCOMPARE(liveAxis(1, std::nullopt), liveAxis(9, std::nullopt)); // it stands still in between
    double span = 0;
    int steps = 0;
    for (double elapsed = 0; elapsed < 300; elapsed += 0.5) {
        const TimeAxis axis = liveAxis(elapsed, std::nullopt);
        QVERIFY(axis.begin < axis.end);
        QVERIFY(axis.end >= elapsed);
        QVERIFY(axis.span() <= kLiveSpan * 1.001);
        QVERIFY(axis.span() >= span - 1e-9); // never shrinks
        steps += axis.span() > span + 1e-9 ? 1 : 0;
        span = axis.span();
    }
    QVERIFY2(steps <= 5, qPrintable(QString::number(steps)));
    QCOMPARE(liveAxis(300, std::nullopt).end, 300.0);
}

void TestChartData::liveAxisHasTheRunsLengthWhereItIsKnown()
{
    const TimeAxis axis = liveAxis(0, 8);
    QVERIFY(axis.end >= 8);
    QVERIFY(axis.end < 9);
    QCOMPARE(liveAxis(8, 8), axis); // its own duration does not move it
}

void TestChartData::timeTicksAreRoundAndNameTheUnitOnce()
{
    const std::vector<TimeTick> ticks = timeTicks({0, 10}, 5);
    QCOMPARE(ticks.size(), std::size_t{6});
    for (std::size_t i = 0; i < ticks.size(); ++i)
        QCOMPARE(ticks[i].seconds, 2.0 * static_cast<double>(i));
    QCOMPARE(ticks[1].text, QStringLiteral("2"));
    QCOMPARE(plain(ticks.back().text), QStringLiteral("10 s"));

    const std::vector<TimeTick> machine = timeTicks(machineAxis(), 6);
    QCOMPARE(machine.back().text, QStringLiteral("now"));
    QCOMPARE(plain(machine.front().text), QStringLiteral("−30 s"));

    // Part of a run is in the unit of all of it.
    const std::vector<TimeTick> part = timeTicks({3.8, 4.5}, 7);
    QCOMPARE(part.front().text, QStringLiteral("3.8"));
    QCOMPARE(plain(part.back().text), QStringLiteral("4.5 s"));

    for (const double span : {1e-4, 0.03, 1.0, 7.0, 59.0, 3000.0, 40'000.0}) {
        const auto some = timeTicks({0, span}, 7);
        QVERIFY(!some.empty() && some.size() <= 8);
        QCOMPARE(
            std::ranges::count_if(
                some, [](const TimeTick &tick) { return tick.text.contains(QChar(QChar::Nbsp)); }),
            1);
    }
}

void TestChartData::valueTicksAreRoundAndHoldTheHighest()
{
    for (double highest = 1e-3; highest < 1e9; highest *= 1.037) {
        const ValueTicks ticks = ticksUpTo(highest);
        QVERIFY(ticks.top >= highest * (1 - 1e-6));
        QVERIFY2(ticks.top <= 3 * highest, qPrintable(QString::number(highest))); // does not waste the plot
        QVERIFY(ticks.values.size() == 3 || ticks.values.size() == 4);
        QCOMPARE(ticks.values.front(), 0.0);
        QCOMPARE(ticks.values.back(), ticks.top);
        QCOMPARE(roundStep(ticks.values[1]), ticks.values[1]);
    }
    for (const double nothing : {0.0, -1.0, std::nan(""), HUGE_VAL})
        QCOMPARE(ticksUpTo(nothing).top, 1.0);
}

void TestChartData::valueAxisGrowsAtOnceAndShrinksLate()
{
    ValueAxis axis;
    axis.show(80);
    const double top = axis.top();
    QVERIFY(top >= 80);
    axis.show(60);
    QCOMPARE(axis.top(), top); // it stands still while values swing
    axis.show(std::nan(""));
    QCOMPARE(axis.top(), top);
    axis.show(10 * top);
    QVERIFY(axis.top() >= 10 * top);
    axis.show(1);
    QVERIFY(axis.top() < top);
}

void TestChartData::feedShowsMachineThenRunThenRecording()
{
    ChartFeed feed(kGo);
    QVERIFY(feed.window().columns->isEmpty());
    QVERIFY(!feed.add({}));
    QVERIFY(feed.add(pointsBetween(kGo, -20, 0)));
    QCOMPARE(feed.window().axis, machineAxis());
    QCOMPARE(feed.window().origin, toSeconds(kGo.time_since_epoch()));

    const Recording recording = recordingOf(pointsBetween(kGo, 0, 8), 8);
    feed.beginRun(recording.experiment);
    QCOMPARE(feed.window().axis, machineAxis()); // until go
    feed.markGo(kGo);
    QVERIFY(feed.add(pointsBetween(kGo, 0, 2)));
    QCOMPARE(feed.window().axis, liveAxis(2, 8));
    QVERIFY(feed.window().isMoving);

    feed.showRecording(std::make_shared<const Recording>(recording));
    QVERIFY(!feed.window().isMoving);
    QVERIFY(feed.window().axis.begin < 0); // a little of the machine before it
    QCOMPARE(feed.window().axis.end, 8.0);
    QCOMPARE(feed.window().columns->times().back(), toSeconds(kGo.time_since_epoch()) + 8);
    QVERIFY(!feed.add(pointsBetween(kGo, 8, 9))); // a finished run stands still
    Recording neverWent = recording;
    neverWent.go.reset();
    feed.showRecording(std::make_shared<const Recording>(neverWent));
    QCOMPARE(feed.window().axis, machineAxis());
    QVERIFY(!feed.recording());
}

void TestChartData::pausedFeedStandsStill()
{
    ChartFeed feed(kGo);
    feed.add(pointsBetween(kGo, 0, 2));
    feed.setPaused(true);
    const std::size_t rows = feed.window().columns->rows();
    QVERIFY(!feed.add(pointsBetween(kGo, 2, 4)));
    QCOMPARE(feed.window().columns->rows(), rows);
    feed.setPaused(false);
    QCOMPARE(feed.window().columns->rows(), 2 * rows); // nothing of the pause is lost
}

void TestChartData::aPartOfTheAxisIsMuchLessThanAll()
{
    const TimeAxis whole{-0.5, 10};
    const auto part = partAxis(whole, 4, 5.6, 0.1);
    QVERIFY(part);
    QVERIFY(std::abs(part->begin - 3.9) < 1e-9 && std::abs(part->end - 5.7) < 1e-9);
    // Short ones are in the middle of what can still be read, without leaving the axis.
    QCOMPARE(partAxis(whole, 4.999, 5.001, 1), std::optional(TimeAxis{4.5, 5.5}));
    QCOMPARE(partAxis(whole, 9.9, 9.95, 1), std::optional(TimeAxis{9, 10}));
    QCOMPARE(partAxis(whole, -0.5, -0.4, 1), std::optional(TimeAxis{-0.5, 0.5}));
    QVERIFY(!partAxis(whole, 0, 6, 1)); // hardly less
    QVERIFY(!partAxis(whole, 4, 4.1, 8)); // not enough samples for less
    QVERIFY(!partAxis(whole, 11, 12, 1));
    QVERIFY(!partAxis(whole, -3, -2, 1));
}

void TestChartData::feedShowsTheRangeThatIsLookedAt()
{
    const double go = toSeconds(kGo.time_since_epoch());
    const Recording recording = recordingOf(pointsBetween(kGo, 0, 30), 30);
    ChartFeed feed(kGo);
    feed.beginRun(recording.experiment);
    feed.markGo(kGo);
    QVERIFY(feed.add(pointsBetween(kGo, 0, 20)));
    const TimeAxis whole = feed.window().axis;
    feed.setRange(std::pair(go + 5, go + 5.2)); // two samples: ten are shown
    QVERIFY(feed.rangeAxis());
    QVERIFY(std::abs(feed.window().axis.begin - 4.6) < 1e-6);
    QVERIFY(std::abs(feed.window().axis.end - 5.6) < 1e-6);
    QCOMPARE(feed.window().origin, go); // the same time axis, of which this is a part
    QVERIFY2(!feed.add(pointsBetween(kGo, 20, 21)), "what comes is not in the picture");
    feed.setRangeWanted(false);
    QCOMPARE(feed.window().axis, whole);
    QVERIFY(feed.rangeAxis()); // it could be shown
    QVERIFY(feed.add(pointsBetween(kGo, 21, 22)));
    feed.setRangeWanted(true);
    feed.setPaused(true);
    QVERIFY(std::abs(feed.window().axis.span() - 1) < 1e-6);
    feed.setRange(std::nullopt);
    QCOMPARE(feed.window().axis, whole);
    feed.setPaused(false);
    feed.showRecording(std::make_shared<const Recording>(recording));
    feed.setRange(std::pair(go + 10, go + 14));
    QVERIFY(std::abs(feed.window().axis.span() - 4.5) < 1e-6);
}

void TestChartData::cursorStepsFromSampleToSample()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 10));
    const TimeWindow window = windowOn(columns, 10);
    ChartCursor cursor;
    QVERIFY(!cursor.row(window));
    cursor.step(ChartCard::Step::Back, window);
    QCOMPARE(cursor.row(window), std::optional(columns.rows() - 1));
    cursor.step(ChartCard::Step::Back, window);
    QCOMPARE(cursor.row(window), std::optional(columns.rows() - 2));
    cursor.step(ChartCard::Step::First, window);
    QCOMPARE(cursor.row(window), std::optional(std::size_t{0}));
    cursor.step(ChartCard::Step::Back, window);
    QCOMPARE(cursor.row(window), std::optional(std::size_t{0}));
    cursor.step(ChartCard::Step::Forward, window);
    QCOMPARE(cursor.row(window), std::optional(std::size_t{1}));
    cursor.step(ChartCard::Step::Last, window);
    cursor.step(ChartCard::Step::Forward, window);
    QCOMPARE(cursor.row(window), std::optional(columns.rows() - 1));
    cursor.clear();
    cursor.step(ChartCard::Step::Forward, window);
    QCOMPARE(cursor.row(window), std::optional(std::size_t{0}));
}

void TestChartData::cursorReadsNothingWhereNothingIs()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 2));
    const TimeWindow window = windowOn(columns, 10); // 8 s are still to come
    ChartCursor cursor;
    cursor.pointAt(0.1);
    QCOMPARE(cursor.row(window), std::optional(std::size_t{9}));
    cursor.pointAt(0.5);
    QVERIFY(!cursor.row(window));
    const SampleColumns nothing;
    QVERIFY(!cursor.row(windowOn(nothing, 10)));
}

void TestChartData::readoutGivesValuesWithUnits()
{
    auto points = pointsBetween(kGo, 0, 1);
    points[5].cpuBusy[1] = std::nan("");
    const SampleColumns columns = columnsOf(points);
    const auto specs = chartSpecs(columns, lightTheme(), {});
    const auto sections = readoutAt(5, specs, {});
    QCOMPARE(sections.size(), specs.size());
    QCOMPARE(rowText(sections[0], "core 0"), QStringLiteral("33 %"));
    QCOMPARE(rowText(sections[0], "core 1"), notMeasured());
    QCOMPARE(rowText(sections[0], "others"), QStringLiteral("10 %"));
    QCOMPARE(rowText(sections[1], "items"), QStringLiteral("300 items/s"));
    QCOMPARE(rowText(sections[2], "voluntary"), QStringLiteral("40.0 /s"));
    QCOMPARE(rowText(sections[2], "involuntary"), QStringLiteral("10.0 /s"));

    const TimeWindow window = windowOn(columns, 1);
    const Crosshair crosshair = crosshairAt(5, specs[0], window, 1, kSize);
    QVERIFY(std::abs(crosshair.x - 600) < 1e-6);
    QCOMPARE(crosshair.dots.size(), std::size_t{1}); // no dot for what is not known, none for others
    QVERIFY(std::abs(crosshair.dots[0].at.y() - 100 * (1 - 1 / 3.0)) < 1e-3);
    QCOMPARE(
        plain(describeRow(specs[0], 5)), QStringLiteral("core 0 33 %, core 1 not measured, others 10 %"));
}

void TestChartData::readoutOfAHeatMapGivesMeanAndMost()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 1, 63));
    const auto specs = chartSpecs(columns, lightTheme(), {});
    const auto sections = readoutAt(3, specs, {std::optional<std::size_t>(15), std::nullopt, std::nullopt});
    QCOMPARE(rowText(sections[0], "core 15"), QStringLiteral("25 %"));
    QCOMPARE(rowText(sections[0], "mean of 63"), QStringLiteral("50 %"));
    QCOMPARE(rowText(sections[0], "most: core 62"), QStringLiteral("98 %"));
    QVERIFY(sections[0].rows.size() < 6); // 63 lines would cover the chart
}

void TestChartData::tableHasUnitsAndNamesHoles()
{
    auto points = pointsBetween(kGo, 0, 1);
    points[5].cpuBusy[1] = std::nan("");
    const SampleColumns columns = columnsOf(points);
    const auto specs = chartSpecs(columns, lightTheme(), {});
    ChartTableModel cores(tableOf(specs[0], windowOn(columns, 10)));
    const QAbstractItemModelTester tester(&cores, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(cores.rowCount(), 10);
    QCOMPARE(cores.columnCount(), 4);
    const auto heading = [](const ChartTableModel &model, int column) {
        return model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    };
    QCOMPARE(heading(cores, 0), QStringLiteral("time (s)"));
    QCOMPARE(heading(cores, 1), QStringLiteral("core 0 (%)"));
    QCOMPARE(cores.index(5, 0).data().toString(), QStringLiteral("0.60"));
    QCOMPARE(cores.index(5, 1).data().toString(), QStringLiteral("33"));
    QCOMPARE(cores.index(5, 2).data().toString(), notMeasured());
    const ChartTableModel switches(tableOf(specs[2], windowOn(columns, 0.5)));
    QCOMPARE(switches.rowCount(), 5); // what is in view, not all there is
    QCOMPARE(heading(switches, 2), QStringLiteral("involuntary (/s)"));
}

void TestChartData::onlySomeRunsHaveAFourthChart_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("model");
    QTest::addColumn<QStringList>("more");
    const auto row = [](const char *workload, const char *model, const QStringList &more) {
        QTest::addRow("%s %s", workload, model)
            << QString::fromLatin1(workload) << QString::fromLatin1(model) << more;
    };
    row("primes", "qthread", {});
    row("primes", "event-loop", {QStringLiteral("loop-lag")});
    row("http", "event-loop-pool", {QStringLiteral("loop-lag")});
    row("primes", "cpython-asyncio", {QStringLiteral("loop-lag")});
    row("primes", "ui-thread", {QStringLiteral("frame-gap")}); // its loop is the window's
    row("producer-consumer", "gil-threads", {QStringLiteral("gauges")});
    row("nothing", "known", {});
}

void TestChartData::onlySomeRunsHaveAFourthChart()
{
    QFETCH(QString, workload);
    QFETCH(QString, model);
    QFETCH(QStringList, more);
    Experiment experiment;
    experiment.workload = workload.toStdString();
    experiment.model = model.toStdString();
    experiment.workers = workload == QLatin1String("producer-consumer") ? 2 : 1;
    experiment.items = 1;
    QStringList ids{QStringLiteral("cores"), QStringLiteral("throughput"), QStringLiteral("switches")};
    ids += more;
    const SampleColumns columns;
    QStringList found;
    const auto extra = extraQuantities(validated(experiment).value_or(experiment));
    for (const auto &spec : chartSpecs(columns, lightTheme(), {.extra = extra})) {
        found.append(spec.id);
        QVERIFY(!spec.title.isEmpty() && !spec.emptyText.isEmpty());
    }
    QCOMPARE(found, ids);
}

void TestChartData::durationsAreReadInTheUnitThatFits()
{
    auto points = pointsBetween(kGo, 0, 1);
    points[3].loopLag = 0.25;
    points[4].loopLag = 0.0000125;
    const SampleColumns columns = columnsOf(points);
    const auto specs = extraSpecs(columns, lightTheme(), {.hasLoopLag = true});
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(rowText(readoutAt(3, specs, {})[0], "lag"), QStringLiteral("250 ms"));
    QCOMPARE(rowText(readoutAt(4, specs, {})[0], "lag"), QStringLiteral("12.5 µs"));
    QCOMPARE(rowText(readoutAt(5, specs, {})[0], "lag"), notMeasured());
    QCOMPARE(plain(describeRow(specs[0], 3)), QStringLiteral("lag 250 ms"));
    const ChartTableModel table(tableOf(specs[0], windowOn(columns, 1)));
    QCOMPARE(table.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("lag (ms)"));
    QCOMPARE(table.index(3, 1).data().toString(), QStringLiteral("250.0"));
    QCOMPARE(table.index(5, 1).data().toString(), notMeasured());
}

void TestChartData::gaugesAreReadWithTheirUnits()
{
    const SampleColumns columns = columnsOf(queuePointsBetween(kGo, 0, 1));
    const auto extra = extraQuantities(queueRecordingOf({}, 1).experiment);
    const auto specs = extraSpecs(columns, lightTheme(), extra);
    QCOMPARE(specs.size(), std::size_t{1});
    QCOMPARE(specs[0].title, QStringLiteral("Queue length"));
    const auto section = readoutAt(3, specs, {})[0];
    QCOMPARE(rowText(section, "queue length"), QStringLiteral("6 items"));
    QCOMPARE(rowText(section, "producers waiting"), QStringLiteral("0"));
    QCOMPARE(rowText(section, "consumers waiting"), QStringLiteral("2"));
    QVERIFY(specs[0].reference);
    QCOMPARE(specs[0].reference->value, 8.0);
    QCOMPARE(specs[0].highest(0, columns.rows()), 8.0); // the axis holds all that the queue can
    const ChartTableModel table(tableOf(specs[0], windowOn(columns, 1)));
    QCOMPARE(
        table.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(),
        QStringLiteral("queue length (items)"));
    QCOMPARE(
        table.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(), QStringLiteral("producers waiting"));
    // Before the first sample of the run it is known what will be drawn, but not a line of it.
    const SampleColumns before = columnsOf(pointsBetween(kGo, 0, 1));
    QVERIFY(extraSpecs(before, lightTheme(), extra)[0].tracks.empty());
    QVERIFY(readoutAt(3, extraSpecs(before, lightTheme(), extra), {}).empty());
}

QTEST_APPLESS_MAIN(TestChartData)
#include "tst_chartdata.moc"
