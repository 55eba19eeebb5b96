// SPDX-License-Identifier: GPL-3.0-or-later
// The three charts as widgets: what is on the screen, how often it is painted, and what pointer and keys do.
#include "tests/ui/chartfixture.h"
#include "ui/charts/chartcard.h"
#include "ui/charts/chartstack.h"
#include "ui/charts/charttable.h"
#include "ui/charts/crosshair.h"
#include "ui/charts/heatmap.h"
#include "ui/charts/linechart.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QGraphicsView>
#include <QGuiApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace timeslice;

namespace {

/// Counts how often widgets are painted.
class PaintCounter : public QObject {
public:
    void watch(QWidget *widget) { widget->installEventFilter(this); }
    int count = 0;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        count += event->type() == QEvent::Paint ? 1 : 0;
        return QObject::eventFilter(watched, event);
    }
};

template <typename Widget>
QList<Widget *> childrenOf(const QWidget &parent)
{
    QList<Widget *> found;
    for (auto *child : parent.findChildren<QWidget *>()) {
        if (auto *widget = dynamic_cast<Widget *>(child))
            found.append(widget);
    }
    return found;
}

/// A stack of charts on the screen.
struct Charts {
    explicit Charts(int cpus = 2)
        : stack(&themes, cpus)
    {
        themes.setMode(ThemeController::Mode::Light);
        stack.resize(900, 660);
        stack.show();
        [&] { QVERIFY(QTest::qWaitForWindowExposed(&stack)); }();
        cards = childrenOf<ChartCard>(stack);
    }

    /// Shows a finished run of ten seconds, so that second t is at t/10 of every plot.
    void showRun(const std::vector<SeriesPoint> &series)
    {
        stack.showRecording(std::make_shared<const Recording>(recordingOf(series, 10)));
    }
    /// The data's rectangle of a chart, as it is on the screen.
    [[nodiscard]] QImage plot(int chart) const
    {
        return cards[chart]->grab().toImage().copy(cards[chart]->plotRect().toRect());
    }
    void pointAt(int chart, double share) const
    {
        const QRectF plot = cards[chart]->plotRect();
        const QPointF at = plot.topLeft() + QPointF(share * plot.width(), plot.height() / 2);
        QMouseEvent move(
            QEvent::MouseMove, at, cards[chart]->mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(cards[chart], &move);
    }
    /// What stands beside the crosshair; empty when there is none.
    [[nodiscard]] QString readout() const
    {
        const Readout *shown = childrenOf<Readout>(stack).constFirst();
        return shown->isVisible() ? shown->text().replace(QChar(QChar::Nbsp), QLatin1Char(' ')) : QString();
    }

    ThemeController themes;
    ChartStack stack;
    QList<ChartCard *> cards;
};

int column(const QImage &plot, double seconds)
{
    return static_cast<int>(seconds / 10 * plot.width());
}

QString line(const QString &text, const char *beginning)
{
    for (const QString &candidate : text.split(QLatin1Char('\n'))) {
        if (candidate.startsWith(QLatin1String(beginning)))
            return candidate;
    }
    return QStringLiteral("no such line");
}

} // namespace

class TestCharts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void noMoreThanOneUpdateAFrame();
    void timeCountsFromGoWheneverItIsHeardOf();
    void nothingIsPaintedWithoutNewData();
    void hiddenChartsCatchUpWhenTheyAreShown();

    void nothingIsDrawnWhereNothingWasMeasured();
    void linesHaveTheColoursOfTheTheme();
    void sixteenCoresAreLinesAndMoreAHeatMap_data();
    void sixteenCoresAreLinesAndMoreAHeatMap();
    void heatMapIsDarkerWhereACoreIsBusier();
    void perWorkerThroughputHasALineForEach();
    void baselineIsADottedLine();
    void pausedPictureStandsStill();
    void plotsShareTheTimeAxis();
    void aRangeIsShownAloneOrInAllOfTheRun();

    void theButtonOfTheRangeCoversNothing();
    void aFourthChartComesAndGoesWithItsRun();
    void theFourthChartIsAsTheOthers();

    void crosshairReadsAllChartsAtOneTime();
    void crosshairNamesHoles();
    void arrowKeysMoveTheCrosshair();
    void tableOpensByTheMenuAndIsCopied();

    void picturesHaveTheSizeThatWasAskedFor();
    void wholeRecordingIsOnePicture();
};

void TestCharts::noMoreThanOneUpdateAFrame()
{
    Charts charts;
    PaintCounter painted;
    painted.watch(childrenOf<QGraphicsView>(charts.stack).constFirst()->viewport());
    constexpr int kFrames = 200;
    QElapsedTimer time;
    time.start();
    for (int i = 1; i <= kFrames; ++i) {
        charts.stack.addFrame(frameOf({pointAt(after(kGo, kInterval * i))}));
        QTest::qWait(1);
    }
    QTRY_VERIFY(painted.count > 0);
    // A frame is 33 ms, and one that comes up to 10 ms early is not put off.
    const auto most = time.elapsed() / 23 + 2;
    QVERIFY2(painted.count <= most, qPrintable(QStringLiteral("%1 > %2").arg(painted.count).arg(most)));
}

void TestCharts::timeCountsFromGoWheneverItIsHeardOf()
{
    Charts charts;
    const auto go = MonotonicClock::now() - std::chrono::seconds(3);
    charts.stack.beginRun(recordingOf({}, 10).experiment);
    charts.stack.addFrame(frameOf(pointsBetween(go, 0, 2)));
    charts.stack.markGo(go);
    QTest::keyClick(charts.cards[0], Qt::Key_End);
    QCOMPARE(charts.readout().section(QLatin1Char('\n'), 0, 0), QStringLiteral("2.0 s"));
}

void TestCharts::nothingIsPaintedWithoutNewData()
{
    Charts charts;
    charts.stack.addFrame(frameOf(pointsBetween(kGo, -10, 0)));
    QTest::qWait(400); // the last update that was put off
    PaintCounter painted;
    for (auto *view : childrenOf<QGraphicsView>(charts.stack))
        painted.watch(view->viewport());
    for (auto *card : charts.cards)
        painted.watch(card);
    for (int i = 0; i < 10; ++i) {
        charts.stack.addFrame(frameOf({})); // progress without a new sample
        QTest::qWait(30);
    }
    QCOMPARE(painted.count, 0);
    charts.stack.addFrame(frameOf(pointsBetween(kGo, 0, 1)));
    QTRY_COMPARE(painted.count, 3); // each plot once, the cards around them not at all
    QTest::qWait(100);
    QCOMPARE(painted.count, 3);
}

void TestCharts::hiddenChartsCatchUpWhenTheyAreShown()
{
    Charts charts;
    charts.stack.hide();
    charts.stack.addFrame(frameOf(pointsBetween(kGo, -20, 0)));
    charts.stack.show();
    QTRY_VERIFY(countPixels(charts.plot(0), lightTheme().running) > 100);
}

void TestCharts::nothingIsDrawnWhereNothingWasMeasured()
{
    Charts charts;
    auto series = pointsBetween(kGo, 0, 10);
    for (std::size_t i = 40; i < 60; ++i) { // 4 to 6 s
        series[i].cpuBusy[0] = std::nan("");
        series[i].itemsPerSecond = std::nan("");
        series[i].voluntaryPerSecond = std::nan("");
    }
    charts.showRun(series);
    const QColor colours[] = {lightTheme().running, lightTheme().running, lightTheme().voluntary};
    for (int chart = 0; chart < 3; ++chart) {
        const QImage plot = charts.plot(chart);
        for (int x = column(plot, 4) + 3; x < column(plot, 6) - 3; ++x)
            QVERIFY2(countInColumn(plot, x, colours[chart]) == 0, qPrintable(QString::number(x)));
        for (const auto &[from, to] : {std::pair{0.1, 3.9}, {6.2, 9.9}}) {
            for (int x = column(plot, from); x < column(plot, to); ++x)
                QVERIFY2(countInColumn(plot, x, colours[chart]) > 0, qPrintable(QString::number(x)));
        }
    }
}

void TestCharts::linesHaveTheColoursOfTheTheme()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    for (const bool dark : {true, false}) {
        charts.themes.setMode(dark ? ThemeController::Mode::Dark : ThemeController::Mode::Light);
        const Theme &theme = dark ? darkTheme() : lightTheme();
        QTRY_VERIFY(countPixels(charts.plot(1), theme.running) > 500);
        QVERIFY(countPixels(charts.plot(0), theme.running) > 500); // core 0
        QVERIFY(countPixels(charts.plot(0), theme.preempted) > 300); // core 1, dashed
        QVERIFY(countPixels(charts.plot(0), theme.others) > 100); // hatched
        QVERIFY(countPixels(charts.plot(2), theme.voluntary) > 500);
        QVERIFY(countPixels(charts.plot(2), theme.preempted) > 300);
        const QImage throughput = charts.plot(1);
        QVERIFY(isNear(throughput.pixel(throughput.width() / 2, 1), theme.card));
    }
}

void TestCharts::sixteenCoresAreLinesAndMoreAHeatMap_data()
{
    QTest::addColumn<int>("cpus");
    QTest::addColumn<bool>("isHeatMap");
    QTest::newRow("1") << 1 << false;
    QTest::newRow("16") << 16 << false;
    QTest::newRow("17") << 17 << true;
    QTest::newRow("64") << 64 << true;
}

void TestCharts::sixteenCoresAreLinesAndMoreAHeatMap()
{
    QFETCH(int, cpus);
    QFETCH(bool, isHeatMap);
    Charts charts(cpus);
    charts.showRun(pointsBetween(kGo, 0, 10, cpus));
    const auto maps = childrenOf<HeatMap>(*charts.cards[0]);
    QCOMPARE(!maps.isEmpty() && maps.constFirst()->isVisible(), isHeatMap);
    QCOMPARE(childrenOf<LineChart>(*charts.cards[0]).constFirst()->isVisible(), !isHeatMap);
    QVERIFY(childrenOf<HeatMap>(*charts.cards[1]).isEmpty()); // one line of throughput remains one
    if (isHeatMap)
        return;
    const QImage plot = charts.plot(0);
    for (int cpu = 0; cpu < cpus; ++cpu) {
        const QColor colour = seriesStyle(lightTheme(), cpu).color;
        QVERIFY2(countPixels(plot, colour) > 100, qPrintable(QString::number(cpu)));
    }
}

void TestCharts::heatMapIsDarkerWhereACoreIsBusier()
{
    constexpr int kCpus = 64;
    Charts charts(kCpus);
    auto series = pointsBetween(kGo, 0, 10, kCpus);
    for (std::size_t i = 40; i < 60; ++i)
        series[i].cpuBusy[32] = std::nan("");
    charts.showRun(series);
    const QImage plot = charts.plot(0);
    const auto at = [&](int cpu, double seconds) {
        return plot.pixel(column(plot, seconds), static_cast<int>((cpu + 0.5) * plot.height() / kCpus));
    };
    for (const int cpu : {2, 20, 40, 61}) {
        const QColor expected = heatColour(lightTheme(), busyShare(cpu, kCpus));
        QVERIFY2(isNear(at(cpu, 3), expected, 12), qPrintable(QString::number(cpu)));
    }
    // A hole shows card and stripes, no shade of load.
    int likeLoad = 0;
    for (double seconds = 4.2; seconds < 5.8; seconds += 0.02)
        likeLoad += isNear(at(32, seconds), heatColour(lightTheme(), busyShare(32, kCpus)), 12) ? 1 : 0;
    QCOMPARE(likeLoad, 0);
    charts.pointAt(0, 0.3);
    const QString text = charts.readout();
    QVERIFY2(text.contains(QLatin1String("mean of 64 50 %")), qPrintable(text));
    QVERIFY2(text.contains(QLatin1String("most: core 63 98 %")), qPrintable(text));
}

void TestCharts::perWorkerThroughputHasALineForEach()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    QCOMPARE(countPixels(charts.plot(1), lightTheme().preempted), 0);
    charts.stack.setPerWorker(true);
    QVERIFY(charts.stack.isPerWorker());
    QTRY_VERIFY(countPixels(charts.plot(1), lightTheme().preempted) > 300);
    charts.pointAt(1, 0.5);
    QCOMPARE(line(charts.readout(), "worker 0"), QStringLiteral("worker 0 100 items/s"));
    QCOMPARE(line(charts.readout(), "worker 1"), QStringLiteral("worker 1 200 items/s"));
}

void TestCharts::baselineIsADottedLine()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    const int before = countPixels(charts.plot(1), lightTheme().text);
    charts.stack.setBaseline(150, QStringLiteral("baseline: 150 items/s"));
    QTRY_VERIFY(countPixels(charts.plot(1), lightTheme().text) > before + 50);
    charts.stack.setBaseline(std::nullopt, {});
    QTRY_COMPARE(countPixels(charts.plot(1), lightTheme().text), before);
}

void TestCharts::pausedPictureStandsStill()
{
    Charts charts;
    charts.stack.addFrame(frameOf(pointsBetween(kGo, -20, 0)));
    QTRY_VERIFY(countPixels(charts.plot(0), lightTheme().running) > 100);
    charts.stack.setPaused(true);
    QVERIFY(charts.stack.isPaused());
    QTest::qWait(50);
    const QImage before = charts.plot(0);
    auto busier = pointsBetween(kGo, 0, 5);
    for (auto &point : busier)
        point.cpuBusy = {0.9, 0.95};
    charts.stack.addFrame(frameOf(busier));
    QTest::qWait(300);
    QCOMPARE(charts.plot(0), before);
    charts.stack.setPaused(false);
    QTRY_VERIFY(charts.plot(0) != before); // and what came meanwhile is there
    const QImage now = charts.plot(0);
    const int newest = now.width() - 20;
    const int high = now.height() / 10; // 0.9
    QVERIFY(
        isNear(now.pixel(newest, high), lightTheme().running, 40)
        || isNear(now.pixel(newest, high - 1), lightTheme().running, 40)
        || isNear(now.pixel(newest, high + 1), lightTheme().running, 40));
}

void TestCharts::plotsShareTheTimeAxis()
{
    for (const int cpus : {2, 16, 64}) {
        Charts charts(cpus);
        charts.showRun(pointsBetween(kGo, 0, 10, cpus));
        const QRectF first = charts.cards[0]->plotRect().translated(charts.cards[0]->pos());
        for (const auto *card : charts.cards) {
            const QRectF plot = card->plotRect().translated(card->pos());
            QCOMPARE(plot.left(), first.left());
            QCOMPARE(plot.width(), first.width());
        }
    }
}

void TestCharts::aRangeIsShownAloneOrInAllOfTheRun()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    auto *button = charts.stack.findChild<QToolButton *>();
    QVERIFY(button->isHidden());
    const double go = toSeconds(kGo.time_since_epoch());
    charts.stack.markRange(std::pair(go + 4, go + 5.6));
    charts.stack.showRange(std::pair(go + 4, go + 5.6));
    const auto timeAt = [&](double share) {
        charts.pointAt(1, share);
        return charts.readout().section(QLatin1Char('\n'), 0, 0);
    };
    QTRY_VERIFY(button->isVisible());
    QCOMPARE(timeAt(0.5), QStringLiteral("4.8 s"));
    QCOMPARE(button->text(), QStringLiteral("Show all"));
    QSignalSpy wanted(&charts.stack, &ChartStack::rangeWantedChanged);
    button->click();
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(timeAt(0.5), QStringLiteral("5.0 s"));
    QCOMPARE(button->text(), QStringLiteral("Show range"));
    QTest::mouseDClick(charts.cards[2], Qt::LeftButton, {}, charts.cards[2]->rect().center());
    QCOMPARE(timeAt(0.5), QStringLiteral("4.8 s"));
    // Its table is of the range, too.
    charts.stack.showTable(QStringLiteral("throughput"));
    const auto *table = charts.stack.findChild<ChartTableWindow *>()->findChild<QTableView *>();
    QCOMPARE(table->model()->rowCount(), 19); // 3.9 s to 5.7 s
    charts.stack.showRange(std::nullopt);
    QTRY_VERIFY(button->isHidden());
    QCOMPARE(timeAt(0.5), QStringLiteral("5.0 s"));
}

void TestCharts::theButtonOfTheRangeCoversNothing()
{
    for (const int cpus : {2, 8, 32}) { // a legend beside the title, below it, and of a heat map
        Charts charts(cpus);
        auto *button = charts.stack.findChild<QToolButton *>();
        charts.stack.showRecording(
            std::make_shared<const Recording>(recordingOf(pointsBetween(kGo, 0, 10, cpus), 10)));
        const double from = toSeconds(kGo.time_since_epoch()) + 4;
        charts.stack.showRange(std::pair(from, from + 1.5));
        for (const int width : {900, 640, 420}) {
            charts.stack.resize(width, 660);
            charts.stack.settle();
            QVERIFY(button->isVisible());
            const auto &card = *charts.cards[0];
            const QRect below = button->geometry().translated(-card.pos());
            QVERIFY(QRect(QPoint(), card.size()).contains(below));
            const QImage covered = charts.cards[0]->grab(below).toImage();
            const QImage blank = [&covered] {
                QImage image(covered.size(), covered.format());
                image.fill(lightTheme().card);
                return image;
            }();
            QVERIFY2(covered == blank, qPrintable(QStringLiteral("%1 cores, %2 px").arg(cpus).arg(width)));
        }
    }
}

void TestCharts::aFourthChartComesAndGoesWithItsRun()
{
    Charts charts;
    const auto shown = [&] {
        QStringList names;
        for (const auto *card : childrenOf<ChartCard>(charts.stack)) {
            if (card->isVisible())
                names.append(card->accessibleName());
        }
        return names;
    };
    const QStringList always{
        QStringLiteral("Cores chart"), QStringLiteral("Throughput chart"),
        QStringLiteral("Context switches chart")};
    QCOMPARE(shown(), always);
    const Recording queue = queueRecordingOf(queuePointsBetween(kGo, 0, 10), 10);
    charts.stack.beginRun(queue.experiment); // there at once, and does not come when the run is over
    QCOMPARE(shown(), always + QStringList{QStringLiteral("Queue length chart")});
    QCOMPARE(charts.stack.chartTitle(QStringLiteral("gauges")), QStringLiteral("Queue length"));
    charts.stack.endRun(std::make_shared<const Recording>(queue));
    QCOMPARE(charts.stack.chartIds().size(), 4);
    auto *const fourth = childrenOf<ChartCard>(charts.stack).constLast();
    charts.stack.activateWindow();
    fourth->setFocus();
    QTRY_COMPARE(charts.stack.currentChart(), QStringLiteral("gauges"));

    Experiment loop = queue.experiment;
    loop.workload = "primes";
    loop.model = "event-loop";
    charts.stack.beginRun(loop);
    QCOMPARE(shown(), always + QStringList{QStringLiteral("Loop lag chart")});
    QCOMPARE(childrenOf<ChartCard>(charts.stack).size(), 4);

    charts.showRun(pointsBetween(kGo, 0, 10));
    QCOMPARE(shown(), always);
    QVERIFY(charts.stack.chartIds().contains(charts.stack.currentChart()));
    QVERIFY(charts.stack.renderChart(QStringLiteral("gauges"), {800, 300}, 1).isNull());
    charts.stack.showRecording(nullptr);
    QCOMPARE(shown(), always);
}

void TestCharts::theFourthChartIsAsTheOthers()
{
    Charts charts;
    charts.stack.showRecording(
        std::make_shared<const Recording>(queueRecordingOf(queuePointsBetween(kGo, 0, 10), 10)));
    charts.cards = childrenOf<ChartCard>(charts.stack);
    QCOMPARE(charts.cards.size(), 4);
    QCoreApplication::processEvents(); // the layout
    for (const bool dark : {false, true}) {
        charts.themes.setMode(dark ? ThemeController::Mode::Dark : ThemeController::Mode::Light);
        const Theme &theme = dark ? darkTheme() : lightTheme();
        QTRY_VERIFY(countPixels(charts.plot(3), theme.running) > 500);
        QTRY_VERIFY(countPixels(charts.plot(3), theme.voluntary) > 100); // who waits
    }
    const QRectF first = charts.cards[0]->plotRect();
    QCOMPARE(charts.cards[3]->plotRect().left(), first.left());
    QCOMPARE(charts.cards[3]->plotRect().width(), first.width());
    // The time labels stand below the lowest chart only.
    const auto below = [&](int chart) {
        return charts.cards[chart]->height() - charts.cards[chart]->plotRect().bottom();
    };
    QCOMPARE(below(2), below(1));
    QVERIFY(below(3) > below(2));

    charts.pointAt(0, 0.42); // on another one
    QCOMPARE(line(charts.readout(), "queue length"), QStringLiteral("queue length 6 items"));
    QCOMPARE(line(charts.readout(), "consumers waiting"), QStringLiteral("consumers waiting 2"));
    charts.pointAt(3, 0.42); // and on itself
    QCOMPARE(line(charts.readout(), "voluntary"), QStringLiteral("voluntary 40.0 /s"));
    QTest::keyClick(charts.cards[3], Qt::Key_End);
    QVERIFY(charts.cards[3]->accessibleDescription().contains(QLatin1String("queue length 6")));
}

void TestCharts::crosshairReadsAllChartsAtOneTime()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    QVERIFY(charts.readout().isEmpty());
    std::array<QImage, 3> before;
    for (int chart = 0; chart < 3; ++chart)
        before[static_cast<std::size_t>(chart)] = charts.plot(chart);
    charts.pointAt(1, 0.42);
    const QString text = charts.readout();
    QCOMPARE(text.section(QLatin1Char('\n'), 0, 0), QStringLiteral("4.2 s"));
    QCOMPARE(line(text, "core 0"), QStringLiteral("core 0 33 %"));
    QCOMPARE(line(text, "core 1"), QStringLiteral("core 1 67 %"));
    QCOMPARE(line(text, "others"), QStringLiteral("others 10 %"));
    QCOMPARE(line(text, "items"), QStringLiteral("items 300 items/s"));
    QCOMPARE(line(text, "voluntary"), QStringLiteral("voluntary 40.0 /s"));
    QCOMPARE(line(text, "involuntary"), QStringLiteral("involuntary 10.0 /s"));
    for (int chart = 0; chart < 3; ++chart) { // the line is there in each of them, and only there
        const QImage &was = before[static_cast<std::size_t>(chart)];
        const QImage now = charts.plot(chart);
        const int at = column(now, 4.2);
        QSet<int> changed;
        for (int x = 0; x < now.width(); ++x) {
            for (int y = 0; y < now.height(); ++y) {
                if (now.pixel(x, y) != was.pixel(x, y))
                    changed.insert(x);
            }
        }
        QVERIFY(!changed.isEmpty());
        for (const int x : changed)
            QVERIFY2(std::abs(x - at) <= 6, qPrintable(QString::number(x)));
    }
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(charts.cards[1], &leave);
    QVERIFY(charts.readout().isEmpty());
    QCOMPARE(charts.plot(0), before[0]);
}

void TestCharts::crosshairNamesHoles()
{
    Charts charts;
    auto series = pointsBetween(kGo, 0, 10);
    series[49].cpuBusy[1] = std::nan("");
    series[49].involuntaryPerSecond = std::nan("");
    charts.showRun(series);
    charts.pointAt(0, 0.5);
    QCOMPARE(line(charts.readout(), "core 0"), QStringLiteral("core 0 33 %"));
    QCOMPARE(line(charts.readout(), "core 1"), QStringLiteral("core 1 not measured"));
    QCOMPARE(line(charts.readout(), "involuntary"), QStringLiteral("involuntary not measured"));
}

void TestCharts::arrowKeysMoveTheCrosshair()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    charts.stack.activateWindow();
    charts.cards[2]->setFocus();
    QTRY_VERIFY(charts.cards[2]->hasFocus());
    QCOMPARE(charts.stack.currentChart(), QStringLiteral("switches"));
    const auto time = [&] { return charts.readout().section(QLatin1Char('\n'), 0, 0); };
    QTest::keyClick(charts.cards[2], Qt::Key_End);
    QCOMPARE(time(), QStringLiteral("10.0 s"));
    QTest::keyClick(charts.cards[2], Qt::Key_Left);
    QTest::keyClick(charts.cards[2], Qt::Key_Left);
    QCOMPARE(time(), QStringLiteral("9.8 s"));
    QTest::keyClick(charts.cards[2], Qt::Key_Home);
    QCOMPARE(time(), QStringLiteral("0.1 s"));
    QTest::keyClick(charts.cards[2], Qt::Key_Right);
    QCOMPARE(time(), QStringLiteral("0.2 s"));
    charts.cards[2]->clearFocus();
    QVERIFY(charts.readout().isEmpty());
}

void TestCharts::tableOpensByTheMenuAndIsCopied()
{
    Charts charts;
    charts.showRun(pointsBetween(kGo, 0, 10));
    charts.stack.activateWindow();
    charts.cards[0]->setFocus();
    QTRY_VERIFY(charts.cards[0]->hasFocus());
    charts.cards[0]->actions().constFirst()->trigger();
    auto *table = charts.stack.findChild<ChartTableWindow *>();
    QVERIFY(table && table->isVisible());
    auto *view = table->findChild<QTableView *>();
    QCOMPARE(view->model()->rowCount(), 100);
    QVERIFY(QTest::qWaitForWindowExposed(table));
    table->activateWindow(); // a desktop does it by itself
    QTRY_COMPARE(QApplication::activeWindow(), table);
    view->setFocus();
    view->selectRow(1);
    QTest::keyClick(view, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(
        QGuiApplication::clipboard()->text(),
        QStringLiteral("time (s)\tcore 0 (%)\tcore 1 (%)\tothers (%)\n0.20\t33\t67\t10\n"));
    QTest::keyClick(table, Qt::Key_Escape);
    QTRY_VERIFY(!charts.stack.findChild<ChartTableWindow *>());
}

void TestCharts::picturesHaveTheSizeThatWasAskedFor()
{
    Charts charts;
    charts.stack.showRecording(
        std::make_shared<const Recording>(queueRecordingOf(queuePointsBetween(kGo, 0, 10), 10)));
    QCOMPARE(charts.stack.chartIds().size(), 4);
    for (const QString &id : charts.stack.chartIds()) {
        for (const double scale : {1.0, 2.0}) {
            const QImage picture = charts.stack.renderChart(id, {800, 300}, scale);
            QCOMPARE(picture.size(), QSize(800, 300));
            const QColor colour =
                id == QLatin1String("switches") ? lightTheme().voluntary : lightTheme().running;
            QVERIFY2(countPixels(picture, colour) > 500, qPrintable(id));
        }
    }
    QVERIFY(charts.stack.renderChart(QStringLiteral("nothing"), {800, 300}, 1).isNull());
    QVERIFY(charts.stack.renderChart(QStringLiteral("cores"), {}, 1).isNull());
}

void TestCharts::wholeRecordingIsOnePicture()
{
    const Recording recording = recordingOf(pointsBetween(kGo, 0, 10, 64), 10);
    for (const Theme *theme : {&lightTheme(), &darkTheme()}) {
        const QImage picture = ChartStack::renderRecording(recording, *theme, {1200, 900}, 1);
        QCOMPARE(picture.size(), QSize(1200, 900));
        QVERIFY(countPixels(picture, theme->running) > 500);
        QVERIFY(countPixels(picture, theme->voluntary) > 500);
        QVERIFY(countPixels(picture, theme->card) > 100'000);
    }
    const Recording queue = queueRecordingOf(queuePointsBetween(kGo, 0, 10), 10);
    const QImage four = ChartStack::renderRecording(queue, lightTheme(), {1200, 900}, 1);
    QVERIFY(four != ChartStack::renderRecording(recording, lightTheme(), {1200, 900}, 1));
    QVERIFY(countPixels(four.copy(0, 700, 1200, 200), lightTheme().running) > 500); // the queue, below
    // A run that never reached go is a picture too, and not a crash.
    Recording failed = recording;
    failed.go.reset();
    failed.series.clear();
    QCOMPARE(ChartStack::renderRecording(failed, lightTheme(), {1200, 900}, 1).size(), QSize(1200, 900));
}

QTEST_MAIN(TestCharts)
#include "tst_charts.moc"
