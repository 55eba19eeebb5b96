// SPDX-License-Identifier: GPL-3.0-or-later
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

/// A completed run of two threads that kept two cores busy.
Recording aRun()
{
    Recording run;
    run.id = 2;
    run.experiment.workload = "primes";
    run.experiment.model = "qthread";
    run.experiment.workers = 2;
    run.experiment.items = 1000;
    run.machine.cpusOnline = {0, 1};
    run.machine.cpusAllowed = {0, 1};
    run.outcome = Outcome::Completed;
    run.wallSeconds = 10;
    run.cpuSeconds = 19.8;
    run.items = 1000;
    run.itemsPerSecond = 100;
    run.latency = LatencySummary{20ms, 21ms, 25ms, 34ms};
    run.switches = {100, 300, 5};
    run.memoryPeak = MemoryReading{30'000'000, 19'200'000, 10'000'000};
    for (unsigned i = 0; i < 2; ++i) {
        WorkerResult worker;
        worker.index = i;
        worker.states = {9.9, 0.1, 0.0, std::nullopt};
        run.workers.push_back(worker);
    }
    return run;
}

RecordingPtr shared(const Recording &run)
{
    return std::make_shared<const Recording>(run);
}

Verdict aVerdict()
{
    Verdict verdict;
    verdict.happening = Happening::CoresBusy;
    verdict.itemsPerSecond = 100;
    verdict.coresUsed = 1.98;
    verdict.efficiency = 0.99;
    verdict.voluntaryPerSecond = 10;
    verdict.involuntaryPerSecond = 30;
    verdict.runnableShare = 0.01;
    verdict.blockedShare = 0.0;
    verdict.possibleCores = 2;
    verdict.speedup = Speedup{1.97, 0.03, true, 2};
    return verdict;
}

QString visibleText(const QWidget &widget)
{
    QStringList texts;
    for (const auto *label : widget.findChildren<QLabel *>()) {
        if (label->isVisibleTo(&widget))
            texts.append(label->text());
    }
    return texts.join(QLatin1Char('\n'));
}

QString valueOf(const std::vector<Measure> &rows, const char *name)
{
    for (const Measure &row : rows) {
        if (row.name == QLatin1String(name))
            return row.quantity.toString().replace(QChar(QChar::Nbsp), QLatin1Char(' '));
    }
    return QStringLiteral("no such row");
}

const QString kSpeedup = QStringLiteral("×1.97");

} // namespace

class TestVerdictPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void aClearSpeedupIsTheBigNumber();
    void withoutASpeedupTheThroughputIs_data();
    void withoutASpeedupTheThroughputIs();
    void differencesWithinTheNoiseAreNotClaimed();
    void slowerThanTheBaselineIsSaid();
    void waitingOverlapsBeyondTheCores();
    void everyHappeningHasItsSentence_data();
    void everyHappeningHasItsSentence();
    void aFailureSaysWhatAndNoNumber();

    void theTableNamesWhatWasNotMeasured();
    void theTableIsCopiedWithTabs();

    void stateSharesAddUp();
    void manyWorkersBecomeAFewRows();
    void unknownStatesStayUnknown();
    void ratesCompareTheNewestOfEachKind();
    void ratesNeedAtLeastTwoRuns();
    void namesSayHowARunWasDone();

    void pagesFollowTheRun();
    void progressIsByItemsOrByTime();
    void failedRunShowsItsOutput();
    void refusalReplacesTheVerdict();
    void baselineIsOfferedOnlyWhenItHelps();

    void canvasIsColouredByWorker();
    void hostileCanvasIsNoPicture();
};

void TestVerdictPanel::aClearSpeedupIsTheBigNumber()
{
    const VerdictWords words = inWords(aRun(), aVerdict());
    QCOMPARE(words.number, kSpeedup);
    QVERIFY(words.unit.isEmpty());
    QVERIFY(words.caption.contains(QLatin1String("2 workers")));
    QVERIFY(words.caption.contains(QLatin1String("possible")));
    QVERIFY(words.happened.startsWith(QLatin1String("Both workers kept a core busy")));
    QVERIFY(words.reason.isEmpty());
    QVERIFY(!words.offersBaseline);
}

void TestVerdictPanel::withoutASpeedupTheThroughputIs_data()
{
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, NoSpeedup reason, const char *says) {
        QTest::newRow(name) << static_cast<int>(reason) << QString(QLatin1String(says));
    };
    row("none yet", NoSpeedup::NoBaseline, "run the baseline");
    row("itself", NoSpeedup::IsBaseline, "This is the baseline");
    row("not completed", NoSpeedup::NotCompleted, "did not complete");
    row("other work", NoSpeedup::DifferentWork, "other work");
    row("other results", NoSpeedup::DifferentChecksum, "other results");
    row("too short", NoSpeedup::TooShort, "too little");
}

void TestVerdictPanel::withoutASpeedupTheThroughputIs()
{
    QFETCH(int, reason);
    QFETCH(QString, says);
    Verdict verdict = aVerdict();
    verdict.speedup = std::unexpected(static_cast<NoSpeedup>(reason));
    const VerdictWords words = inWords(aRun(), verdict);
    QCOMPARE(words.number, QStringLiteral("100"));
    QCOMPARE(words.unit, QStringLiteral("items/s"));
    QVERIFY2(words.reason.contains(says), qPrintable(words.reason));
    QCOMPARE(words.offersBaseline, static_cast<NoSpeedup>(reason) == NoSpeedup::NoBaseline);
}

void TestVerdictPanel::differencesWithinTheNoiseAreNotClaimed()
{
    Verdict verdict = aVerdict();
    verdict.speedup = Speedup{1.01, 0.03, false, 2};
    const VerdictWords words = inWords(aRun(), verdict);
    QCOMPARE(words.number, QStringLiteral("100"));
    QVERIFY2(words.reason.contains(QLatin1String("noise")), qPrintable(words.reason));
}

void TestVerdictPanel::slowerThanTheBaselineIsSaid()
{
    Verdict verdict = aVerdict();
    verdict.speedup = Speedup{0.8, 0.03, true, 2};
    QVERIFY(inWords(aRun(), verdict).caption.contains(QLatin1String("slower")));
}

void TestVerdictPanel::waitingOverlapsBeyondTheCores()
{
    Recording run = aRun();
    run.experiment.workers = 200;
    Verdict verdict = aVerdict();
    verdict.happening = Happening::Waiting;
    verdict.blockedShare = 0.99;
    verdict.speedup = Speedup{198, 0.03, true, 2};
    const VerdictWords words = inWords(run, verdict);
    QCOMPARE(words.number, QStringLiteral("×198"));
    QVERIFY(!words.caption.contains(QLatin1String("possible"))); // "of 2 possible" would be nonsense
}

void TestVerdictPanel::everyHappeningHasItsSentence_data()
{
    QTest::addColumn<int>("happening");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, Happening happening, const char *says) {
        QTest::newRow(name) << static_cast<int>(happening) << QString(QLatin1String(says));
    };
    row("stopped", Happening::Stopped, "You stopped");
    row("nothing", Happening::NothingMeasured, "did not tell");
    row("busy", Happening::CoresBusy, "a core busy");
    row("shared", Happening::CoresShared, "took turns");
    row("one core", Happening::OneCoreOnly, "share one core");
    row("waiting", Happening::Waiting, "waited");
    row("mixed", Happening::Mixed, "other programs");
    row("throttled", Happening::Throttled, "quota");
}

void TestVerdictPanel::everyHappeningHasItsSentence()
{
    QFETCH(int, happening);
    QFETCH(QString, says);
    Verdict verdict = aVerdict();
    verdict.happening = static_cast<Happening>(happening);
    for (const unsigned workers : {1U, 2U, 64U}) {
        Recording run = aRun();
        run.experiment.workers = workers;
        const VerdictWords words = inWords(run, verdict);
        QVERIFY2(words.happened.contains(says), qPrintable(words.happened));
        QVERIFY2(words.happened.endsWith(QLatin1Char('.')), qPrintable(words.happened));
        QVERIFY2(!words.happened.contains(QLatin1Char('%') + QLatin1String("1")), qPrintable(words.happened));
    }
}

void TestVerdictPanel::aFailureSaysWhatAndNoNumber()
{
    Recording run = aRun();
    run.outcome = Outcome::Failed;
    run.error = Error{ErrorKind::TimedOut, 0, "timeslice-worker", "gave no answer for 5 s"};
    Verdict verdict = aVerdict();
    verdict.happening = Happening::Failed;
    const VerdictWords words = inWords(run, verdict);
    QVERIFY(words.isFailure);
    QVERIFY(words.number.isEmpty());
    QVERIFY2(words.happened.contains(QLatin1String("no answer")), qPrintable(words.happened));
    QCOMPARE(endInWords(run), QStringLiteral("Failed"));
}

void TestVerdictPanel::theTableNamesWhatWasNotMeasured()
{
    const auto rows = measuresOf(aRun(), aVerdict());
    QCOMPARE(valueOf(rows, "Throughput"), QStringLiteral("100 items/s"));
    QCOMPARE(valueOf(rows, "CPU used"), QStringLiteral("1.98 cores"));
    QCOMPARE(valueOf(rows, "Efficiency"), QStringLiteral("99 %"));
    QVERIFY(valueOf(rows, "Switches").startsWith(QLatin1String("40")));
    QCOMPARE(valueOf(rows, "voluntary"), QStringLiteral("25 %"));
    QVERIFY(valueOf(rows, "Memory").startsWith(QLatin1String("19.2")));
    QVERIFY(valueOf(rows, "Slowest item").startsWith(QLatin1String("34")));
    for (const Measure &row : rows)
        QVERIFY2(!row.help.isEmpty(), qPrintable(row.name));

    const auto unknown = measuresOf({}, {});
    for (const char *name :
         {"Throughput", "Time", "CPU used", "Efficiency", "Switches", "voluntary", "Memory", "Typical item",
          "Slowest item"})
        QCOMPARE(valueOf(unknown, name), notMeasured());
}

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
}

void TestVerdictPanel::stateSharesAddUp()
{
    const auto rows = stateShares(aRun().workers);
    QCOMPARE(rows.size(), std::size_t{2});
    for (const StateShares &row : rows) {
        QVERIFY(row.isKnown);
        QVERIFY(std::abs(row.running + row.runnable + row.blocked - 1) < 1e-9);
    }
    QCOMPARE(rows[1].label, QStringLiteral("worker 1"));
}

void TestVerdictPanel::manyWorkersBecomeAFewRows()
{
    std::vector<WorkerResult> workers(200);
    for (unsigned i = 0; i < workers.size(); ++i) {
        workers[i].index = i;
        workers[i].states = {static_cast<double>(i), 200.0 - i, 10.0, std::nullopt};
    }
    const auto rows = stateShares(workers);
    QCOMPARE(rows.size(), std::size_t{4});
    QCOMPARE(rows[0].label, QStringLiteral("all 200"));
    QVERIFY(std::abs(rows[0].running - 19900.0 / 42000.0) < 1e-9);
    QCOMPARE(rows[1].label, QStringLiteral("worker 199")); // ran most
    QCOMPARE(rows[3].label, QStringLiteral("worker 0")); // ran least
}

void TestVerdictPanel::unknownStatesStayUnknown()
{
    std::vector<WorkerResult> workers(2);
    workers[0].states = {1.0, std::nullopt, 1.0, std::nullopt};
    workers[1].states = {0.0, 0.0, 0.0, std::nullopt};
    for (const StateShares &row : stateShares(workers))
        QVERIFY(!row.isKnown);
}

void TestVerdictPanel::ratesCompareTheNewestOfEachKind()
{
    const auto runOf = [](std::uint64_t id, const char *model, unsigned workers, double rate) {
        Recording run = aRun();
        run.id = id;
        run.experiment.model = model;
        run.experiment.workers = workers;
        run.itemsPerSecond = rate;
        return shared(run);
    };
    const RecordingPtr baseline = runOf(3, "sequential", 1, 50);
    const RecordingPtr older = runOf(1, "qthread", 2, 90);
    const RecordingPtr newest = runOf(2, "qthread", 2, 95);
    const RecordingPtr processes = runOf(4, "qprocess", 2, 99);
    Recording other = aRun();
    other.id = 5;
    other.experiment.seed = 99;
    other.experiment.workers = 8;
    const auto bars = rateBars(processes, baseline, {older, newest, baseline, processes, shared(other)});
    QCOMPARE(bars.size(), std::size_t{3});
    QCOMPARE(bars[0].itemsPerSecond, 50.0); // the baseline comes first
    QCOMPARE(bars[1].itemsPerSecond, 95.0); // the newest of its kind
    QVERIFY(bars[2].isThisRun);

    std::vector<RecordingPtr> many{baseline};
    for (unsigned i = 1; i <= 20; ++i)
        many.push_back(runOf(10 + i, "pool", i, 100.0 + i));
    many.push_back(processes);
    const auto few = rateBars(processes, baseline, many);
    QCOMPARE(few.size(), kMaxRateBars);
    QCOMPARE(few.front().itemsPerSecond, 50.0);
    QCOMPARE(std::ranges::count(few, true, &RateBar::isThisRun), 1);
}

void TestVerdictPanel::ratesNeedAtLeastTwoRuns()
{
    const auto run = shared(aRun());
    QVERIFY(rateBars(run, nullptr, {run}).empty());
}

void TestVerdictPanel::namesSayHowARunWasDone()
{
    Experiment experiment = aRun().experiment;
    QCOMPARE(shortName(experiment), QStringLiteral("Qt threads, 2"));
    QCOMPARE(
        planInWords(experiment),
        QStringLiteral("Count primes: Qt threads, 2 workers, until 1000 items are done"));
    experiment.pin = Pin::One;
    experiment.isolate = true;
    QCOMPARE(shortName(experiment), QStringLiteral("Qt threads, 2, all on one core, isolated"));
    experiment = {};
    experiment.workload = "primes";
    experiment.model = "sequential";
    experiment.durationSeconds = 8;
    QCOMPARE(shortName(experiment), QStringLiteral("One after another"));
    QCOMPARE(planInWords(experiment), QStringLiteral("Count primes: One after another, for 8 s"));
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
        {{QStringLiteral("One after another"), 50, false}, {QStringLiteral("Qt threads, 2"), 100, true}});
    QVERIFY(visibleText(panel).contains(QLatin1String("Against the baseline")));
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
