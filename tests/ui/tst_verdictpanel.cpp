// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/verdictfixture.h"
#include "ui/canvasview.h"
#include "ui/livepage.h"
#include "ui/measuretable.h"
#include "ui/ratebars.h"
#include "ui/resultpage.h"
#include "ui/statebars.h"
#include "ui/themecontroller.h"
#include "ui/verdictpanel.h"
#include "ui/verdictwords.h"

#include "core/workload/mandelbrotcanvas.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <cstring>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

QString visibleText(const QWidget &widget)
{
    QStringList texts;
    for (const auto *label : widget.findChildren<QLabel *>()) {
        if (label->isVisibleTo(&widget))
            texts.append(label->text());
    }
    return texts.join(QLatin1Char('\n'));
}

const QString kSpeedup = QStringLiteral("×1.97");

} // namespace

class TestVerdictPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void theTableIsCopiedWithTabs();

    void pagesFollowTheRun();
    void progressIsByItemsOrByTime();
    void failedRunShowsItsOutput();
    void refusalReplacesTheVerdict();
    void baselineIsOfferedOnlyWhenItHelps();
    void oneNumberHasOneName();

    void canvasIsColouredByWorker();
    void hostileCanvasIsNoPicture();
};

void TestVerdictPanel::theTableIsCopiedWithTabs()
{
    ThemeController themes;
    MeasureTable table(&themes, QStringLiteral("Measurements"));
    table.setMeasures(
        {{QStringLiteral("Throughput"), {QStringLiteral("49.6"), QStringLiteral("items/s")}, {}, false},
         {QStringLiteral("Items"), {QStringLiteral("7"), {}}, {}, true}});
    QCOMPARE(table.toText(), QStringLiteral("Throughput\t49.6\titems/s\nItems\t7\t"));
    QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), table.toText());
    table.setMeasures({{QStringLiteral("Items"), {QStringLiteral("8"), {}}, {}, false}});
    QCOMPARE(visibleText(table).split(QLatin1Char('\n'), Qt::SkipEmptyParts).size(), 2);
    // Words take a line of their own and wrap there, however long they are.
    const int before = table.minimumSizeHint().width();
    table.setMeasures(
        {{QStringLiteral("Circle"), {QStringLiteral("0 -> 1 -> ").repeated(200), {}}, {}, false, true}});
    QVERIFY(table.minimumSizeHint().width() <= before + 100);
    QVERIFY(visibleText(table).contains(QLatin1String("0 -> 1")));
}

void TestVerdictPanel::pagesFollowTheRun()
{
    ThemeController themes;
    VerdictPanel panel(&themes);
    panel.showIntroduction(QStringLiteral("A title"), QStringLiteral("F5 runs it."));
    QVERIFY(visibleText(panel).contains(QLatin1String("F5 runs it.")));
    panel.beginRun();
    RunProgress progress;
    progress.state = LabState::Running;
    progress.items = 12;
    progress.itemLimit = 48;
    progress.seconds = 1.5;
    progress.itemsPerSecond = 8;
    panel.setProgress(progress);
    QVERIFY(!visibleText(panel).contains(QLatin1String("F5 runs it.")));
    QVERIFY(visibleText(panel).contains(QLatin1String("12 of 48")));
    QCOMPARE(panel.findChild<QProgressBar *>()->value(), 250);
    panel.addNotice(QStringLiteral("Worker 3 is late."));
    QVERIFY(visibleText(panel).contains(QLatin1String("Worker 3 is late.")));

    panel.showResult(shared(aRun()), aVerdict(), {});
    const QString text = visibleText(panel);
    QVERIFY(text.contains(kSpeedup));
    QVERIFY(text.contains(QLatin1String("Where the time went")));
    QVERIFY(!text.contains(QLatin1String("Worker 3 is late.")));
    QVERIFY(!text.contains(QLatin1String("Against the baseline"))); // nothing to compare with
    panel.showResult(
        shared(aRun()), aVerdict(),
        {{QStringLiteral("One after another"), 50, false, true},
         {QStringLiteral("Qt threads, 2"), 100, true, false}});
    QVERIFY(visibleText(panel).contains(QLatin1String("Against the baseline")));
    panel.showResult(
        shared(aRun()), aVerdict(),
        {{QStringLiteral("Processes, 2"), 50, false, false},
         {QStringLiteral("Qt threads, 2"), 100, true, false}});
    QVERIFY(visibleText(panel).contains(QLatin1String("Against other runs")));
    panel.beginRun();
    QVERIFY(!visibleText(panel).contains(QLatin1String("Worker 3 is late."))); // of the run before
}

void TestVerdictPanel::progressIsByItemsOrByTime()
{
    RunProgress progress;
    QVERIFY(!shareDone(progress));
    progress.duration = 8;
    QVERIFY(!shareDone(progress)); // before go
    progress.seconds = 2;
    QCOMPARE(*shareDone(progress), 0.25);
    progress.seconds = 9;
    QCOMPARE(*shareDone(progress), 1.0);
    progress = {};
    progress.seconds = 1;
    progress.items = 30;
    progress.itemLimit = 120;
    QCOMPARE(*shareDone(progress), 0.25);
    progress.itemsFailed = 30; // they are not done again
    QCOMPARE(*shareDone(progress), 0.5);
}

void TestVerdictPanel::failedRunShowsItsOutput()
{
    ThemeController themes;
    VerdictPanel panel(&themes);
    Recording run = aRun();
    run.outcome = Outcome::Failed;
    run.items = 0;
    run.error = Error{ErrorKind::System, 0, "worker 1", "a worker was killed by SIGKILL"};
    run.output = QStringLiteral("<b>terrible</b> things");
    run.notes.append(QStringLiteral("Killed after 350 ms."));
    Verdict verdict;
    verdict.happening = Happening::Failed;
    panel.showResult(shared(run), verdict, {});
    const QString text = visibleText(panel);
    QVERIFY(text.contains(QLatin1String("The run failed")));
    QVERIFY(text.contains(QLatin1String("SIGKILL")));
    QVERIFY(text.contains(QLatin1String("Killed after 350 ms.")));
    QVERIFY(!text.contains(QLatin1String("Efficiency"))); // nothing was measured
    auto *output = panel.findChild<QPlainTextEdit *>();
    QVERIFY(output->isVisibleTo(&panel));
    QCOMPARE(output->toPlainText(), run.output);

    panel.showResult(shared(aRun()), aVerdict(), {});
    QVERIFY(!output->isVisibleTo(&panel));
    QVERIFY(!visibleText(panel).contains(QLatin1String("The run failed")));
}

void TestVerdictPanel::refusalReplacesTheVerdict()
{
    ThemeController themes;
    VerdictPanel panel(&themes);
    panel.showResult(shared(aRun()), aVerdict(), {});
    QVERIFY(visibleText(panel).contains(kSpeedup));
    panel.showRefusal({ErrorKind::Malformed, 0, "/tmp/x.json", "this is not an experiment"});
    const QString text = visibleText(panel);
    QVERIFY(text.contains(QLatin1String("Nothing was started")));
    QVERIFY2(text.contains(QLatin1String("not an experiment")), qPrintable(text));
    QVERIFY(!text.contains(kSpeedup));
    QVERIFY(!text.contains(QLatin1String("Efficiency")));
}

void TestVerdictPanel::baselineIsOfferedOnlyWhenItHelps()
{
    ThemeController themes;
    VerdictPanel panel(&themes);
    QSignalSpy wanted(&panel, &VerdictPanel::baselineWanted);
    Verdict verdict = aVerdict();
    verdict.speedup = std::unexpected(NoSpeedup::NoBaseline);
    panel.showResult(shared(aRun()), verdict, {});
    auto *button = panel.findChild<QPushButton *>();
    QVERIFY(button->isVisibleTo(&panel));
    button->click();
    QCOMPARE(wanted.count(), 1);
    panel.showResult(shared(aRun()), aVerdict(), {});
    QVERIFY(!button->isVisibleTo(&panel));
}

// Time in the run queue is not what the timeline calls preempted.
void TestVerdictPanel::oneNumberHasOneName()
{
    ThemeController themes;
    StateBars bars(&themes);
    const std::vector<StateShares> rows{{QStringLiteral("worker 0"), 0.5, 0.25, 0.125, 0.125, true}};
    bars.setRows(rows, StateBars::Runnable::WaitingForCore);
    const auto described = [&bars] {
        return bars.accessibleDescription().replace(QChar(QChar::Nbsp), QLatin1Char(' '));
    };
    QCOMPARE(
        described(),
        QStringLiteral(
            "worker 0: running 50 %, waiting for a core 25 %, blocked 13 %, waiting for GIL 13 %"));
    bars.setRows(rows, StateBars::Runnable::Preempted);
    QVERIFY2(described().contains(QLatin1String("preempted 25 %")), qPrintable(described()));

    // A program's tasks have their times from the trace where it is exact.
    Recording run = aRun();
    run.command = QStringList{QStringLiteral("make")};
    VerdictPanel panel(&themes);
    for (const auto &[source, name] :
         {std::pair{TraceSource::Perf, "preempted"}, std::pair{TraceSource::Sampled, "waiting for a core"}}) {
        run.trace.source = source;
        panel.showResult(shared(run), aVerdict(), {});
        const auto *states = panel.findChild<StateBars *>();
        QVERIFY2(states->accessibleDescription().contains(QLatin1String(name)), name);
    }
}

void TestVerdictPanel::canvasIsColouredByWorker()
{
    ThemeController themes;
    std::vector<std::byte> canvas(mandelbrotCanvasBytes(32, 16));
    QVERIFY(canvasPicture(canvas, CanvasColours(themes, 2, 100)).isNull()); // nobody has begun
    MandelbrotHeader header;
    header.width = 32;
    header.height = 16;
    header.tile = 8;
    header.maxIterations = 100;
    auto painter = MandelbrotPainter::on(canvas, header);
    QVERIFY(painter);
    painter->paint(0, 0, {5, 1});
    painter->paint(1, 0, {5, 2});
    painter->paint(2, 0, {100, 1});
    painter->paint(3, 0, {65535, 9}); // more than the header allows, by a worker that does not exist
    const CanvasColours colours(themes, 2, 100);
    const QImage picture = canvasPicture(canvas, colours);
    QCOMPARE(picture.size(), QSize(32, 16));
    QVERIFY(picture.pixel(0, 0) != picture.pixel(1, 0)); // two workers
    QVERIFY(picture.pixel(0, 0) != picture.pixel(2, 0)); // outside and inside
    QCOMPARE(QColor(picture.pixel(10, 10)), themes.theme().ground);
    QVERIFY(QColor(picture.pixel(2, 0)).lightness() < QColor(picture.pixel(0, 0)).lightness());
    QCOMPARE(canvasPicture(canvas, colours, QSize(8, 8)).size(), QSize(8, 4));
}

void TestVerdictPanel::hostileCanvasIsNoPicture()
{
    ThemeController themes;
    const CanvasColours colours(themes, 2, 100);
    QVERIFY(canvasPicture({}, colours).isNull());
    std::vector<std::byte> noise(4096, std::byte{0xff});
    QVERIFY(canvasPicture(noise, colours).isNull());
    MandelbrotHeader header; // claims more than there is
    header.magic = MandelbrotHeader::kMagic;
    header.width = 4096;
    header.height = 4096;
    header.tile = 32;
    header.maxIterations = 10;
    std::memcpy(noise.data(), &header, sizeof header);
    QVERIFY(canvasPicture(noise, colours).isNull());
    CanvasView view(&themes);
    view.resize(300, 200);
    view.freeze(noise, 2);
    QVERIFY(view.picture().isNull());
    QVERIFY(!view.grab().isNull()); // paints its frame, and does not crash
}

QTEST_MAIN(TestVerdictPanel)
#include "tst_verdictpanel.moc"
