// SPDX-License-Identifier: GPL-3.0-or-later
// What the verdict says, as words and numbers. No widgets.
#include "tests/ui/verdictfixture.h"
#include "ui/format.h"
#include "ui/measuretable.h"
#include "ui/ratebars.h"
#include "ui/resultpage.h"
#include "ui/statebars.h"
#include "ui/verdictwords.h"

#include <QCoreApplication>
#include <QLocale>
#include <QTest>

using namespace timeslice;

namespace {

QString plain(QString text)
{
    return text.replace(QChar(QChar::Nbsp), QLatin1Char(' '));
}

QString valueOf(const std::vector<Measure> &rows, const char *name)
{
    for (const Measure &row : rows) {
        if (row.name == QLatin1String(name))
            return plain(row.quantity.toString());
    }
    return QStringLiteral("no such row");
}

const QString kSpeedup = QStringLiteral("×1.97");

} // namespace

class TestVerdictWords : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void aClearSpeedupIsTheBigNumber();
    void withoutASpeedupTheThroughputIs_data();
    void withoutASpeedupTheThroughputIs();
    void differencesWithinTheNoiseAreNotClaimed();
    void nearlyAllTheTimeIsNotSaidOfLess();
    void slowerThanTheBaselineIsSaid();
    void waitingOverlapsBeyondTheCores();
    void everyHappeningHasItsSentence_data();
    void everyHappeningHasItsSentence();
    void aFailureSaysWhatAndNoNumber();
    void aStopSaysOfWhat();
    void aProgramHasWordsOfItsOwn();
    void tasksAreNamedAndTheBusiestComeFirst();
    void failedItemsAreARowOfTheirOwn();
    void whatAHypervisorTookIsToldWhereItMatters();
    void memoryIsThatOfWhoeverRanIt();
    void theTableNamesWhatWasNotMeasured();
    void stateSharesAddUp();
    void manyWorkersBecomeAFewRows();
    void unknownStatesStayUnknown();
    void ratesCompareTheNewestOfEachKind();
    void ratesTellRunsOfOneNameApart();
    void aSelfCheckSaysWhoDiffersByHowMuch();
    void ratesNeedAtLeastTwoRuns();
    void namesSayHowARunWasDone();
    void pythonIsComparedWithPython();
};

void TestVerdictWords::pythonIsComparedWithPython()
{
    auto run = aRun();
    QCOMPARE(interpreterInWords(run), QString());
    run.experiment.model = "cpython-multiprocessing";
    run.interpreter =
        InterpreterReport{.version = "3.11.2", .implementation = "CPython", .startMethod = "fork"};
    QCOMPARE(interpreterInWords(run), QStringLiteral("CPython 3.11.2, GIL on, fork"));
    QCOMPARE(valueOf(measuresOf(run, aVerdict()), "Run by"), QStringLiteral("CPython 3.11.2, GIL on, fork"));
    QVERIFY(inWords(run, aVerdict()).caption.contains(QLatin1String("against one worker in Python")));
    auto verdict = aVerdict();
    verdict.speedup = std::unexpected(NoSpeedup::NoBaseline);
    QVERIFY(inWords(run, verdict).reason.contains(QLatin1String("same interpreter")));
    verdict.happening = Happening::LockShared;
    QVERIFY(inWords(run, verdict).happened.contains(QLatin1String("GIL")));
    verdict.happening = Happening::LockCrowded;
    run.interpreter->switchIntervalSeconds = 0.005;
    QVERIFY(inWords(run, verdict).happened.contains(QLatin1String("switch interval (5.00")));
    run.interpreter = InterpreterReport{
        .version = "3.14.0", .implementation = "CPython", .gilEnabled = false, .freeThreaded = true};
    QCOMPARE(interpreterInWords(run), QStringLiteral("CPython 3.14.0, free-threaded, GIL off"));
}

void TestVerdictWords::aClearSpeedupIsTheBigNumber()
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

void TestVerdictWords::withoutASpeedupTheThroughputIs_data()
{
    QTest::addColumn<int>("reason");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, NoSpeedup reason, const char *says) {
        QTest::newRow(name) << static_cast<int>(reason) << QString(QLatin1String(says));
    };
    row("none yet", NoSpeedup::NoBaseline, "run the baseline");
    row("itself", NoSpeedup::IsBaseline, "This is the baseline");
    row("not completed", NoSpeedup::NotCompleted, "did not complete");
    row("impossible", NoSpeedup::NoSuchBaseline, "several workers");
    row("uneven", NoSpeedup::UnevenItems, "same number of items");
    row("other work", NoSpeedup::DifferentWork, "other work");
    row("other results", NoSpeedup::DifferentChecksum, "other results");
    row("too short", NoSpeedup::TooShort, "too little");
}

void TestVerdictWords::withoutASpeedupTheThroughputIs()
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

void TestVerdictWords::differencesWithinTheNoiseAreNotClaimed()
{
    Verdict verdict = aVerdict();
    verdict.speedup = Speedup{1.01, 0.03, false, 2};
    const VerdictWords words = inWords(aRun(), verdict);
    QCOMPARE(words.number, QStringLiteral("100"));
    QVERIFY2(words.reason.contains(QLatin1String("noise")), qPrintable(words.reason));
}

void TestVerdictWords::nearlyAllTheTimeIsNotSaidOfLess()
{
    Verdict verdict = aVerdict();
    QVERIFY(inWords(aRun(), verdict).happened.contains(QLatin1String("nearly all the time")));
    verdict.efficiency = 0.72;
    verdict.runnableShare = 0.28;
    for (const unsigned workers : {1U, 2U, 8U}) {
        Recording run = aRun();
        run.experiment.workers = workers;
        const QString happened = plain(inWords(run, verdict).happened);
        QVERIFY2(!happened.contains(QLatin1String("nearly all")), qPrintable(happened));
        QVERIFY2(happened.contains(QLatin1String("a core busy 72 % of the time.")), qPrintable(happened));
        QVERIFY2(happened.contains(QLatin1String("28 %")), qPrintable(happened));
    }
}

void TestVerdictWords::slowerThanTheBaselineIsSaid()
{
    Verdict verdict = aVerdict();
    verdict.speedup = Speedup{0.8, 0.03, true, 2};
    QVERIFY(inWords(aRun(), verdict).caption.contains(QLatin1String("slower")));
}

void TestVerdictWords::waitingOverlapsBeyondTheCores()
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

void TestVerdictWords::everyHappeningHasItsSentence_data()
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
    row("taken", Happening::CoresTaken, "other programs");
    row("ran out", Happening::WorkRanOut, "nothing left to do");
    row("mixed", Happening::Mixed, "part of the time");
    row("throttled", Happening::Throttled, "quota");
}

void TestVerdictWords::everyHappeningHasItsSentence()
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

void TestVerdictWords::aFailureSaysWhatAndNoNumber()
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

void TestVerdictWords::aStopSaysOfWhat()
{
    Recording run = aRun();
    run.outcome = Outcome::Stopped;
    QVERIFY(endInWords(run).startsWith(QLatin1String("Stopped after")));
    run.wallSeconds = 0;
    QCOMPARE(endInWords(run), QStringLiteral("Stopped before the first item"));
    run.command = {QStringLiteral("make")};
    QCOMPARE(endInWords(run), QStringLiteral("Stopped before the program had started"));
}

void TestVerdictWords::aProgramHasWordsOfItsOwn()
{
    Recording run = aRun();
    run.command = {QStringLiteral("make"), QStringLiteral("-j2")};
    run.items = 1;
    Verdict verdict = aVerdict();
    verdict.speedup = std::unexpected(NoSpeedup::NoBaseline);
    for (const auto happening : {Happening::CoresBusy, Happening::Waiting, Happening::Mixed}) {
        verdict.happening = happening;
        verdict.coresUsed = happening == Happening::Waiting ? 0.1 : 1.9;
        const VerdictWords words = inWords(run, verdict);
        QVERIFY2(words.happened.startsWith(QLatin1String("The program used")), qPrintable(words.happened));
        QVERIFY2(!words.happened.contains(QLatin1String("worker")), qPrintable(words.happened));
        QCOMPARE(
            words.happened.contains(QLatin1String("waited most of the time")),
            happening == Happening::Waiting);
        QVERIFY(!words.offersBaseline);
        QVERIFY(words.reason.isEmpty());
        QVERIFY(!words.unit.contains(QLatin1String("items")));
    }
    const auto rows = measuresOf(run, verdict);
    for (const char *name : {"Throughput", "Items done", "Typical item"})
        QCOMPARE(valueOf(rows, name), QStringLiteral("no such row"));
    for (const Measure &row : rows)
        QVERIFY2(!row.help.contains(QLatin1String("worker")), qPrintable(row.help));
}

void TestVerdictWords::tasksAreNamedAndTheBusiestComeFirst()
{
    std::vector<WorkerResult> tasks(20);
    for (unsigned i = 0; i < tasks.size(); ++i) {
        tasks[i].name = "make";
        tasks[i].tid = 4700 + static_cast<int>(i);
        if (i > 0)
            tasks[i].cpuSeconds = i;
        tasks[i].states = {1.0, 1.0, 2.0, std::nullopt};
    }
    const auto rows = taskShares(tasks);
    QCOMPARE(rows.size(), kMaxStateRows);
    QCOMPARE(rows.front().label, QStringLiteral("make 4719"));
    QCOMPARE(rows.front().blocked, 0.5);
}

void TestVerdictWords::failedItemsAreARowOfTheirOwn()
{
    Recording run = aRun();
    run.itemsFailed = 7;
    QCOMPARE(valueOf(measuresOf(run, aVerdict()), "Items failed"), QStringLiteral("7"));
    QCOMPARE(valueOf(measuresOf(aRun(), aVerdict()), "Items failed"), QStringLiteral("no such row"));
    run.wallSeconds = 0;
    QVERIFY(endInWords(run).contains(notMeasured()));
}

void TestVerdictWords::whatAHypervisorTookIsToldWhereItMatters()
{
    Recording run = aRun(); // 10 s on two cores
    QCOMPARE(stolenInWords(run), QString());
    run.stolenSeconds = 0.1;
    QCOMPARE(stolenInWords(run), QString());
    run.stolenSeconds = 0.4;
    QVERIFY2(stolenInWords(run).contains(formatDuration(0.4).toString()), qPrintable(stolenInWords(run)));
    run.wallSeconds = 0;
    QCOMPARE(stolenInWords(run), QString());
}

void TestVerdictWords::memoryIsThatOfWhoeverRanIt()
{
    const auto helpOf = [](const Recording &run) {
        const auto rows = measuresOf(run, aVerdict());
        return std::ranges::find(rows, QStringLiteral("Memory"), &Measure::name)->help;
    };
    Recording run = aRun();
    run.workers[0].pid = 1;
    QVERIFY(helpOf(run).contains(QLatin1String("processes")));
    for (WorkerResult &worker : run.workers)
        worker.pid = static_cast<int>(QCoreApplication::applicationPid());
    QVERIFY(helpOf(run).contains(QLatin1String("its window included")));
}

void TestVerdictWords::theTableNamesWhatWasNotMeasured()
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

void TestVerdictWords::stateSharesAddUp()
{
    const auto rows = stateShares(aRun().workers);
    QCOMPARE(rows.size(), std::size_t{2});
    for (const StateShares &row : rows) {
        QVERIFY(row.isKnown);
        QVERIFY(std::abs(row.running + row.runnable + row.blocked - 1) < 1e-9);
    }
    QCOMPARE(rows[1].label, QStringLiteral("worker 1"));
}

void TestVerdictWords::manyWorkersBecomeAFewRows()
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
    QCOMPARE(rows[1].label, QStringLiteral("most: worker 199"));
    QCOMPARE(rows[2].label, QStringLiteral("middle: worker 99"));
    QCOMPARE(rows[3].label, QStringLiteral("least: worker 0"));
}

void TestVerdictWords::unknownStatesStayUnknown()
{
    std::vector<WorkerResult> workers(2);
    workers[0].states = {1.0, std::nullopt, 1.0, std::nullopt};
    workers[1].states = {0.0, 0.0, 0.0, std::nullopt};
    for (const StateShares &row : stateShares(workers))
        QVERIFY(!row.isKnown);
}

void TestVerdictWords::ratesCompareTheNewestOfEachKind()
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
    QVERIFY(bars[0].isBaseline && !bars[1].isBaseline);
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

void TestVerdictWords::ratesTellRunsOfOneNameApart()
{
    const auto runOf = [](std::uint64_t id, std::int64_t interval, const char *version) {
        Recording run = aRun();
        run.id = id;
        run.experiment.model = "cpython-threading";
        run.experiment.params.set("switch_interval_us", interval);
        run.interpreter = InterpreterReport{};
        run.interpreter->path = QString::fromLatin1(version);
        run.interpreter->implementation = "CPython";
        run.interpreter->version = version;
        return shared(run);
    };
    const RecordingPtr slow = runOf(1, 5000, "3.11.2");
    const RecordingPtr fast = runOf(2, 100, "3.11.2");
    const RecordingPtr newer = runOf(3, 100, "3.13.0");
    const auto bars = rateBars(newer, nullptr, {slow, fast, newer});
    QCOMPARE(bars.size(), std::size_t{3});
    QVERIFY2(bars[0].label.contains(QLatin1String("5000")), qPrintable(bars[0].label));
    QVERIFY2(bars[1].label.contains(QLatin1String("3.11.2")), qPrintable(bars[1].label));
    QVERIFY2(bars[2].label.contains(QLatin1String("3.13.0")), qPrintable(bars[2].label));

    Recording inCpp = *newer;
    inCpp.id = 4;
    inCpp.experiment.model = "qthread";
    QCOMPARE(rateBars(newer, nullptr, {slow, shared(inCpp), newer}).size(), std::size_t{2});
}

void TestVerdictWords::aSelfCheckSaysWhoDiffersByHowMuch()
{
    SelfCheck check;
    QVERIFY(selfCheckInWords(check).contains(QLatin1String("could not be compared")));
    check.verdict = SelfCheckVerdict::Agrees;
    QVERIFY(selfCheckInWords(check).contains(QLatin1String("equals")));
    check.verdict = SelfCheckVerdict::Differs;
    check.tasks = {{.tid = 11, .agrees = true}, {.tid = 12, .switches = -3, .running = 0.25}};
    const QString words = selfCheckInWords(check);
    QVERIFY2(words.contains(QLatin1String("thread 12")), qPrintable(words));
    QVERIFY2(words.contains(QLatin1String("-3 switches")), qPrintable(words));
    QVERIFY2(words.contains(QLatin1String("25")), qPrintable(words));
}

void TestVerdictWords::ratesNeedAtLeastTwoRuns()
{
    const auto run = shared(aRun());
    QVERIFY(rateBars(run, nullptr, {run}).empty());
}

void TestVerdictWords::namesSayHowARunWasDone()
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

QTEST_APPLESS_MAIN(TestVerdictWords)
#include "tst_verdictwords.moc"
