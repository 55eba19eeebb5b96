// SPDX-License-Identifier: GPL-3.0-or-later
// Where lines and heat cells are drawn, in pixels. No widgets.
#include "tests/ui/chartfixture.h"
#include "ui/charts/heatmap.h"

#include <QTest>

using namespace timeslice;

namespace {

constexpr QSizeF kSize{1000, 100};

/// A window on `seconds` after kGo; `columns` outlives it.
TimeWindow windowOn(const SampleColumns &columns, double seconds, bool isMoving = false)
{
    return {&columns, {0, seconds}, toSeconds(kGo.time_since_epoch()), isMoving};
}

double widthOf(const QPolygonF &piece)
{
    return piece.back().x() - piece.front().x();
}

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' '));
}

} // namespace

class TestPlotLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void linesBreakWhereNothingWasMeasured();
    void linesBreakWhereTheMachineSlept();
    void aSingleValueBetweenHolesIsALine();
    void noPeakIsLostInDenseData();
    void linesEndAtTheEdgesOfThePlot();
    void dashesStandStill();
    void othersAreHatchedAndManyLinesLabelled();
    void aDurationsUnitStandsAtTheTopTick_data();
    void aDurationsUnitStandsAtTheTopTick();
    void anEmptyChartSaysSo();
    void heatCellsShowTheMeanAndLeaveHoles();
    void heatLabelsFitAndHoldFirstAndLast();
};

void TestPlotLayout::linesBreakWhereNothingWasMeasured()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 10));
    Column values(columns.rows(), 0.5F);
    std::fill(values.begin() + 40, values.begin() + 60, kHole); // 4.0 to 6.0 s
    const auto pieces = linePieces(windowOn(columns, 10), values, 1, kSize);
    QCOMPARE(pieces.size(), 2);
    QVERIFY(std::abs(pieces[0].front().x()) < 1e-6); // the first interval begins at 0
    QVERIFY(std::abs(pieces[0].back().x() - 400) < 1e-6);
    QVERIFY(std::abs(pieces[1].front().x() - 600) < 1e-6);
    QVERIFY(std::abs(pieces[1].back().x() - 1000) < 1e-6);
    for (const auto &piece : pieces) {
        for (const auto &point : piece)
            QVERIFY(std::abs(point.y() - 50) < 1e-3); // nothing is drawn down to 0
    }
    std::fill(values.begin(), values.end(), kHole);
    QVERIFY(linePieces(windowOn(columns, 10), values, 1, kSize).isEmpty());
}

void TestPlotLayout::linesBreakWhereTheMachineSlept()
{
    auto points = pointsBetween(kGo, 0, 2);
    for (auto &later : pointsBetween(kGo, 8, 10))
        points.push_back(later);
    const SampleColumns columns = columnsOf(points);
    const auto pieces = linePieces(windowOn(columns, 10), columns.itemsPerSecond(), 300, kSize);
    QCOMPARE(pieces.size(), 2);
    QVERIFY(std::abs(pieces[0].back().x() - 200) < 1e-6);
    QVERIFY(std::abs(pieces[1].front().x() - 800) < 1e-6);
}

void TestPlotLayout::aSingleValueBetweenHolesIsALine()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 10));
    Column values(columns.rows(), kHole);
    values[50] = 1;
    const auto pieces = linePieces(windowOn(columns, 10), values, 1, kSize);
    QCOMPARE(pieces.size(), 1);
    QVERIFY(std::abs(widthOf(pieces[0]) - 10) < 1e-6); // one interval of 100 ms
}

void TestPlotLayout::noPeakIsLostInDenseData()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 600)); // six samples a pixel
    for (const std::size_t peak : {std::size_t{17}, std::size_t{3001}, std::size_t{5990}}) {
        for (const bool isMoving : {false, true}) {
            for (const bool isCrowded : {false, true}) {
                Column values(columns.rows(), 0.2F);
                values[peak] = 0.9F;
                const auto pieces = linePieces(windowOn(columns, 600, isMoving), values, 1, kSize, isCrowded);
                QCOMPARE(pieces.size(), 1);
                QVERIFY2(pieces[0].size() < 50, "what lies on a straight line is left out");
                double highest = kSize.height();
                for (const auto &point : pieces[0])
                    highest = std::min(highest, point.y());
                QVERIFY2(std::abs(highest - 10) < 1, qPrintable(QString::number(highest)));
            }
        }
    }
}

void TestPlotLayout::linesEndAtTheEdgesOfThePlot()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 10));
    TimeWindow window = windowOn(columns, 10);
    window.axis = {3.14, 6.28}; // between samples
    const auto pieces = linePieces(window, columns.voluntaryPerSecond(), 100, kSize);
    QCOMPARE(pieces.size(), 1);
    QVERIFY(std::abs(pieces[0].front().x()) < 1e-6);
    QVERIFY(std::abs(pieces[0].back().x() - kSize.width()) < 1e-6);
    window.axis = {20, 30};
    QVERIFY(linePieces(window, columns.voluntaryPerSecond(), 100, kSize).isEmpty());
}

void TestPlotLayout::dashesStandStill()
{
    const QList<qreal> dash{10, 5};
    const QPolygonF whole(QList<QPointF>{{0, 50}, {300, 50}});
    const auto dashes = dashesAlong(whole, dash, 1);
    QCOMPARE(dashes.size(), 20);
    for (qsizetype i = 0; i < dashes.size(); ++i) {
        QVERIFY(std::abs(dashes[i].x1() - 15.0 * static_cast<double>(i)) < 1e-6);
        QVERIFY(std::abs(dashes[i].length() - 10) < 1e-6);
    }
    // A line that begins later has its dashes where the longer one has them.
    for (const QLineF &part : dashesAlong(QPolygonF(QList<QPointF>{{37, 50}, {300, 20}}), dash, 1)) {
        const double phase = std::fmod(part.center().x(), 15);
        QVERIFY2(phase > 0 && phase < 10, qPrintable(QString::number(phase)));
    }
    QVERIFY(dashesAlong(whole, {0, 0}, 1).isEmpty());
}

void TestPlotLayout::othersAreHatchedAndManyLinesLabelled()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 10, 8));
    const ChartSpec spec = coresSpec(columns, lightTheme(), false);
    QCOMPARE(spec.form, ChartSpec::Form::Lines);
    const auto content = layoutLines(spec, windowOn(columns, 10), shareTicks(), kSize, lightTheme().card);
    QCOMPARE(content.lines.size(), std::size_t{8});
    QCOMPARE(content.hatchedAreas.size(), 1); // "others" is an area, not a ninth line
    QCOMPARE(content.hatchedAreas.front().boundingRect().bottom(), kSize.height());
    QVERIFY(std::abs(content.hatchedAreas.front().boundingRect().top() - 90) < 1e-3);
    for (std::size_t i = 0; i < content.lines.size(); ++i)
        QCOMPARE(content.lines[i].endLabel, QString::number(i));
    QCOMPARE(plain(content.grid.back().label), QStringLiteral("100 %"));
    QCOMPARE(content.grid.front().label, QStringLiteral("0"));
    QVERIFY(content.emptyText.isEmpty());

    const SampleColumns few = columnsOf(pointsBetween(kGo, 0, 10, 2));
    const ChartSpec two = coresSpec(few, lightTheme(), false);
    for (const auto &line : layoutLines(two, windowOn(few, 10), shareTicks(), kSize, lightTheme().card).lines)
        QVERIFY(line.endLabel.isEmpty()); // the legend is enough
}

void TestPlotLayout::aDurationsUnitStandsAtTheTopTick_data()
{
    QTest::addColumn<double>("highest");
    QTest::addColumn<QStringList>("labels");
    const auto row = [](const char *name, double highest, const char *labels) {
        QTest::newRow(name) << highest << QString::fromUtf8(labels).split(QLatin1Char('|'));
    };
    row("seconds", 1.9, "0|1|2 s");
    row("one second", 1, "0.0|0.5|1.0 s");
    row("milliseconds", 0.28, "0|100|200|300 ms");
    row("two digits", 0.0019, "0|1|2 ms");
    row("microseconds", 0.00014, "0|50|100|150 µs");
}

void TestPlotLayout::aDurationsUnitStandsAtTheTopTick()
{
    QFETCH(double, highest);
    QFETCH(QStringList, labels);
    const SampleColumns columns;
    const auto spec = extraSpecs(columns, lightTheme(), {.hasLoopLag = true}).front();
    QStringList found;
    for (const auto &line : layoutFrame(spec, {0, 10}, ticksUpTo(highest), kSize).grid)
        found.append(plain(line.label));
    labels.replace(0, QStringLiteral("0")); // nothing has no decimals
    QCOMPARE(found, labels);
}

void TestPlotLayout::anEmptyChartSaysSo()
{
    const SampleColumns nothing;
    for (const ChartSpec &spec : chartSpecs(nothing, lightTheme(), {})) {
        const auto content = layoutLines(spec, windowOn(nothing, 10), ticksUpTo(1), kSize, lightTheme().card);
        QVERIFY2(!content.emptyText.isEmpty(), qPrintable(spec.id));
        QVERIFY(!content.referenceY);
    }
}

void TestPlotLayout::heatCellsShowTheMeanAndLeaveHoles()
{
    auto points = pointsBetween(kGo, 0, 10, 32);
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].cpuBusy[0] = i % 2 == 0 ? 0.0 : 1.0; // 0.5 on average
        if (i >= 40 && i < 60)
            points[i].cpuBusy[1] = std::nan("");
    }
    const SampleColumns columns = columnsOf(points);
    const ChartSpec spec = coresSpec(columns, lightTheme(), false);
    QCOMPARE(spec.form, ChartSpec::Form::HeatMap);
    constexpr int kWidth = 50; // two samples a pixel
    const HeatCells cells = heatCells(spec, windowOn(columns, 10), 1, kWidth, lightTheme());
    QCOMPARE(cells.image.size(), QSize(kWidth, 32)); // "others" is no row
    QVERIFY(isNear(cells.image.pixel(25, 0), heatColour(lightTheme(), 0.5)));
    QVERIFY(isNear(cells.image.pixel(25, 20), heatColour(lightTheme(), busyShare(20, 32))));
    QCOMPARE(qAlpha(cells.image.pixel(25, 1)), 0); // the hole is no idle core
    QCOMPARE(qAlpha(cells.image.pixel(10, 1)), 255);
    QCOMPARE(cells.from, 0.0);
    QCOMPARE(cells.to, static_cast<double>(kWidth));
    // Of the part that has not happened yet nothing is drawn.
    const HeatCells early = heatCells(spec, windowOn(columns, 20), 1, kWidth, lightTheme());
    QCOMPARE(qAlpha(early.image.pixel(40, 5)), 0);
    QCOMPARE(early.to, kWidth / 2.0);
}

void TestPlotLayout::heatLabelsFitAndHoldFirstAndLast()
{
    const SampleColumns columns = columnsOf(pointsBetween(kGo, 0, 1, 61));
    const ChartSpec spec = coresSpec(columns, lightTheme(), false);
    for (const double height : {80.0, 200.0, 2000.0}) {
        constexpr double kLine = 14;
        const auto labels = heatLabels(spec, height, kLine);
        QCOMPARE(labels.front().second, QStringLiteral("0"));
        QCOMPARE(labels.back().second, QStringLiteral("60"));
        for (std::size_t i = 1; i < labels.size(); ++i) {
            const auto rows = static_cast<double>(labels[i].first - labels[i - 1].first);
            QVERIFY(rows * height / 61 >= kLine); // no two overlap
        }
    }
    QCOMPARE(heatLabels(spec, 2000, 14).size(), std::size_t{61});
}

QTEST_APPLESS_MAIN(TestPlotLayout)
#include "tst_plotlayout.moc"
