// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs of the built program as a script sees them: what they print and save, and how they end.
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "tests/integration/commandfixture.h"

#include <QDir>
#include <QImage>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <set>

using namespace timeslice;
using namespace Qt::StringLiterals;

class TestCommandRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPairGivesTheSameChecksumUnderEveryModel_data();
    void everyPairGivesTheSameChecksumUnderEveryModel();
    void aReportHasUnits();
    void filesAndOptionsAreCombined();
    void repeatsPrintOneObjectPerLine();
    void repeatsForPeopleEndWithMedians();
    void exportsAreWritten();
    void repeatedExportsAreNumbered();
    void aPicturePlatformIsNotTheProgramsOwn();
    void whatCannotBeWrittenIsSeenBeforeTheRun();
    void aFailedItemStopsOrIsCounted();
    void theTimeLimitStopsTheRun();
    void signalsStopTheRunAndPrintIt_data();
    void signalsStopTheRunAndPrintIt();
    void absurdRequestsNeedForce();
    void theServersTokenIsNotPrinted();
    void aProgramHasTheLimitsOfItsUser();
    void aProgramEndsByDuration();
};

void TestCommandRuns::everyPairGivesTheSameChecksumUnderEveryModel_data()
{
    QTest::addColumn<QString>("options");
    QTest::newRow("sum") << u"--set numbers=100000"_s;
    QTest::newRow("primes") << u"--set range=1000"_s;
    QTest::newRow("mandelbrot") << QString();
    QTest::newRow("hash") << QString();
    QTest::newRow("http") << QString();
    QTest::newRow("https") << u"--set keep_alive=false"_s;
    QTest::newRow("sleep") << u"--set sleep_ms=1"_s;
}

void TestCommandRuns::everyPairGivesTheSameChecksumUnderEveryModel()
{
    QFETCH(QString, options);
    const auto workload = QString::fromLatin1(QTest::currentDataTag());
    QVERIFY(findWorkload(workload.toStdString()) != nullptr);
    QString checksum;
    for (const auto &model : models()) {
        if (whyNot(workload.toStdString(), model.id) || model.interpreter || model.onUiThread)
            continue;
        auto arguments = words("run --json --items 6 --seed 7 --workload")
            << workload << u"--model"_s << QString::fromStdString(model.id);
        arguments << words(model.singleWorker ? "--workers 1" : "--workers 2")
                  << options.split(u' ', Qt::SkipEmptyParts);
        const auto ended = run(arguments);
        QVERIFY2(ended.code == 0, ended.err.constData());
        const auto result = object(ended.out);
        QCOMPARE(result["outcome"_L1].toString(), u"completed"_s);
        QCOMPARE(result["items"_L1].toInteger(), 6);
        qint64 items = 0;
        for (const auto &worker : result["workers"_L1].toArray())
            items += worker["items"_L1].toInteger();
        QCOMPARE(items, 6);
        if (checksum.isEmpty())
            checksum = result["checksum"_L1].toString();
        QCOMPARE(checksum.size(), 16);
        QCOMPARE(result["checksum"_L1].toString(), checksum);
    }
}

void TestCommandRuns::aReportHasUnits()
{
    const auto ended = run(quickRun());
    QVERIFY2(ended.code == 0, ended.err.constData());
    QCOMPARE(ended.err, QByteArray()); // no progress where standard error is no terminal
    QVERIFY2(ended.out.startsWith("primes, qthread, 2 workers, 8 items, seed 1\n"), ended.out.constData());
    for (const auto *const part :
         {"outcome         completed", " items/s", "8 done, 0 failed", " possible (", " ms\n",
          "% of the workers' time", "checksum", "running s"})
        QVERIFY2(ended.out.contains(part), part);
    // Rates are not written more exactly than they can be known.
    static const QRegularExpression rate(uR"((?:voluntary|throughput) +(\d+)(?:\.(\d+))?)"_s);
    auto found = rate.globalMatch(QString::fromUtf8(ended.out));
    int rates = 0;
    for (; found.hasNext(); ++rates) {
        const auto match = found.next();
        auto digits = match.captured(1) + match.captured(2);
        digits.remove(QRegularExpression(u"^0+"_s));
        QVERIFY2(match.captured(2).isEmpty() || digits.size() <= 3, qPrintable(match.captured()));
    }
    QCOMPARE(rates, 3);
}

void TestCommandRuns::filesAndOptionsAreCombined()
{
    QTemporaryDir directory;
    const auto path = directory.filePath(u"experiment.json"_s);
    const QByteArray file = R"({"schema": "timeslice.experiment/1", "workload": "primes", "model": "qthread",
        "workers": 3, "items": 9, "seed": 5, "params": {"range": 1000, "fail_every": 0}})";
    QVERIFY(save(path, file));
    const auto experimentOf = [](const Ended &ended) {
        return object(ended.out)["experiment"_L1].toObject();
    };

    const auto asIs = experimentOf(run({u"run"_s, path, u"--json"_s}));
    QCOMPARE(asIs["workers"_L1].toInteger(), 3);
    QCOMPARE(asIs["items"_L1].toInteger(), 9);
    QCOMPARE(asIs["seed"_L1].toInteger(), 5);
    QCOMPARE(asIs["params"_L1]["range"_L1].toInteger(), 1000);

    const auto changed = experimentOf(
        run(QStringList{u"run"_s, path} + words("--json --workers 2 --duration 0.05 --set range=500")));
    QCOMPARE(changed["workers"_L1].toInteger(), 2);
    QVERIFY(changed["items"_L1].isNull());
    QCOMPARE(changed["duration_s"_L1].toDouble(), 0.05);
    QCOMPARE(changed["params"_L1]["range"_L1].toInteger(), 500);

    // Another workload has other parameters; another model perhaps one worker only.
    const auto other = experimentOf(run(
        QStringList{u"run"_s, path} + words("--json --workload sleep --model sequential --set sleep_ms=1")));
    QCOMPARE(other["workers"_L1].toInteger(), 1);
    QVERIFY(!other["params"_L1].toObject().contains("range"_L1));

    // What a run prints is an experiment but for its schema.
    auto again = asIs;
    again.insert("schema"_L1, u"timeslice.experiment/1"_s);
    const auto fromInput = run({u"run"_s, u"-"_s, u"--json"_s}, QJsonDocument(again).toJson());
    QVERIFY2(fromInput.code == 0, fromInput.err.constData());
    QCOMPARE(experimentOf(fromInput), asIs);
}

void TestCommandRuns::repeatsPrintOneObjectPerLine()
{
    const auto ended = run(quickRun("--repeat 3 --json"));
    QVERIFY2(ended.code == 0, ended.err.constData());
    const auto lines = ended.out.split('\n');
    QCOMPARE(lines.size(), 4);
    QVERIFY(lines.last().isEmpty());
    for (const auto &line : lines.first(3))
        QCOMPARE(object(line)["schema"_L1].toString(), u"timeslice.run/1"_s);
    QCOMPARE(object(lines[0])["checksum"_L1], object(lines[2])["checksum"_L1]);
}

void TestCommandRuns::repeatsForPeopleEndWithMedians()
{
    const auto ended = run(quickRun("--repeat 3"));
    QVERIFY2(ended.code == 0, ended.err.constData());
    const auto lines = ended.out.trimmed().split('\n');
    QCOMPARE(lines.size(), 7); // the plan, a blank, the heading, three runs, the medians
    QVERIFY(lines[2].contains("items/s"));
    QVERIFY(lines[6].trimmed().startsWith("median"));
    // The numbers of all lines end in the same columns.
    const auto column = lines[2].indexOf("items/s") + 7;
    for (qsizetype i = 3; i < 7; ++i) {
        QVERIFY2(QChar::fromLatin1(lines[i][column - 1]).isDigit(), lines[i].constData());
        QVERIFY2(lines[i][column] == ' ', lines[i].constData());
    }
}

void TestCommandRuns::exportsAreWritten()
{
    QTemporaryDir directory;
    const auto json = directory.filePath(u"run.json"_s);
    const auto csv = directory.filePath(u"run.csv"_s);
    const auto png = directory.filePath(u"run.png"_s);
    const auto ended =
        run(words("run --workload sleep --model qthread --workers 2 --duration 0.5 --json")
            << u"--export"_s << json << u"--export"_s << csv << u"--export="_s + png);
    QVERIFY2(ended.code == 0, ended.err.constData());
    QCOMPARE(object(contents(json)), object(ended.out));
    const auto rows = contents(csv).split('\n');
    QVERIFY2(rows.first().startsWith("t_s,interval_s,cpu"), rows.first().constData());
    QVERIFY(rows.size() > 2);
    const QImage picture(png);
    QVERIFY(!picture.isNull());
    QVERIFY(picture.width() > 1000);
    std::set<QRgb> colours;
    for (int y = 0; y < picture.height(); y += 5) {
        for (int x = 0; x < picture.width(); x += 5)
            colours.insert(picture.pixel(x, y));
    }
    QVERIFY2(colours.size() > 5, "the picture is empty");
}

void TestCommandRuns::repeatedExportsAreNumbered()
{
    QTemporaryDir directory;
    const auto ended =
        run(quickRun("--repeat 2 --json") << u"--export"_s << directory.filePath(u"a.b.json"_s));
    QVERIFY2(ended.code == 0, ended.err.constData());
    QCOMPARE(QDir(directory.path()).entryList(QDir::Files), (QStringList{u"a.b-1.json"_s, u"a.b-2.json"_s}));
}

void TestCommandRuns::aPicturePlatformIsNotTheProgramsOwn()
{
    QTemporaryDir directory;
    const auto png = directory.filePath(u"run.png"_s);
    const QStringList program{u"--"_s, u"/bin/sh"_s, u"-c"_s, u"echo \"[$QT_QPA_PLATFORM]\""_s};
    const auto ended = run(QStringList{u"run"_s, u"--export"_s, png} + program);
    QVERIFY2(ended.code == 0, ended.err.constData());
    QVERIFY2(ended.out.contains("\n[]\n"), ended.out.constData());
    QVERIFY(QFile::exists(png));
}

void TestCommandRuns::whatCannotBeWrittenIsSeenBeforeTheRun()
{
    QTemporaryDir directory;
    QVERIFY(QDir(directory.path()).mkdir(u"folder.json"_s));
    for (const auto &path : {u"/nonexistent/run.json"_s, directory.filePath(u"folder.json"_s)}) {
        // It would go on for minutes.
        const auto ended = run(endlessRun() << u"--export"_s << path);
        QCOMPARE(ended.code, 4);
        QCOMPARE(ended.out, QByteArray());
        QVERIFY2(ended.err.contains("cannot be written"), ended.err.constData());
    }
    auto environment = plainEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    const auto screenshot = run({u"--screenshot"_s, u"/nonexistent/x.png"_s}, {}, environment);
    QCOMPARE(screenshot.code, 4);
}

void TestCommandRuns::aFailedItemStopsOrIsCounted()
{
    const auto stopped = run(quickRun("--json --set fail_every=4"));
    QCOMPARE(stopped.code, 1);
    const auto failed = object(stopped.out);
    QCOMPARE(failed["outcome"_L1].toString(), u"failed"_s);
    QVERIFY2(failed["error"_L1]["what"_L1].toString().contains(u"on purpose"_s), stopped.out.constData());
    QVERIFY2(stopped.err.contains("on purpose"), stopped.err.constData());

    const auto counted = run(quickRun("--json --set fail_every=4 --set on_failure=continue"));
    QVERIFY2(counted.code == 0, counted.err.constData());
    const auto completed = object(counted.out);
    QCOMPARE(completed["outcome"_L1].toString(), u"completed"_s);
    QCOMPARE(completed["items"_L1].toInteger(), 6);
    QCOMPARE(completed["items_failed"_L1].toInteger(), 2);
    QVERIFY(completed["notes"_L1].toArray().last().toString().contains(u"on purpose"_s));
}

void TestCommandRuns::theTimeLimitStopsTheRun()
{
    const auto ended = run(endlessRun("--timeout 0.3"));
    QCOMPARE(ended.code, 124);
    QCOMPARE(object(ended.out)["outcome"_L1].toString(), u"stopped"_s);
    QVERIFY2(ended.err.contains("time limit of 0.3 s"), ended.err.constData());
    // A run that is done in time is not affected.
    QCOMPARE(run(quickRun("--json --timeout 60")).code, 0);
}

void TestCommandRuns::signalsStopTheRunAndPrintIt_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QString>("options");
    QTest::newRow("SIGINT") << SIGINT << QString();
    QTest::newRow("SIGTERM") << SIGTERM << QString();
    QTest::newRow("SIGINT, isolated") << SIGINT << u"--isolate"_s;
    QTest::newRow("SIGTERM, repeated") << SIGTERM << u"--repeat 3"_s;
}

void TestCommandRuns::signalsStopTheRunAndPrintIt()
{
    QFETCH(int, signal);
    QFETCH(QString, options);
    QProcess process;
    process.setProcessEnvironment(plainEnvironment());
    process.setChildProcessModifier(
        [signal] { ::signal(signal, SIG_DFL); }); // in the background it is ignored
    process.start(QStringLiteral(TIMESLICE_PROGRAM), endlessRun(options.toLatin1().constData()));
    QVERIFY(process.waitForStarted());
    // Workers are threads of this process or of a child; either way the handler is in place long before they
    // are.
    const auto isRunning = [&] {
        const auto pid = QString::number(process.processId());
        const auto children = contents(u"/proc/%1/task/%1/children"_s.arg(pid)).trimmed();
        const auto threads =
            QDir(u"/proc/%1/task"_s.arg(pid)).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size();
        return options.contains(u"isolate"_s) ? !children.isEmpty() : threads >= 4;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(), kLongest);
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    const auto ended = waitFor(process);
    QCOMPARE(ended.code, 128 + signal);
    QCOMPARE(ended.out.count('\n'), 1);
    QCOMPARE(object(ended.out)["outcome"_L1].toString(), u"stopped"_s);
}

void TestCommandRuns::absurdRequestsNeedForce()
{
    const auto tooMany =
        u"ulimit -n 200; \"$T\" run --workload sleep --model qprocess --workers 100 --items 1 --json"_s;
    const auto refused = shell(tooMany);
    QCOMPARE(refused.code, 3);
    QCOMPARE(refused.out, QByteArray());
    QVERIFY2(refused.err.contains("open files; 200 are allowed"), refused.err.constData());
    QVERIFY2(refused.err.contains("--force"), refused.err.constData());
    QCOMPARE(
        shell(
            u"ulimit -n 200; \"$T\" run --workload sleep --model qprocess --workers 2 --items 2 --force --json"_s)
            .code,
        0);
}

void TestCommandRuns::theServersTokenIsNotPrinted()
{
    const auto ended = run(words("run --workload http --model qthread --workers 2 --items 8 --json --set "
                                 "delay_ms=1 --set fail_every=2"));
    QCOMPARE(ended.code, 1);
    QVERIFY2(ended.err.contains("on purpose"), ended.err.constData());
    QVERIFY2(!ended.err.contains("listening"), ended.err.constData());
    QVERIFY2(!ended.out.contains("listening"), ended.out.constData());
}

void TestCommandRuns::aProgramHasTheLimitsOfItsUser()
{
    const auto ended = shell(u"ulimit -Sn 300; \"$T\" run --json -- /bin/sh -c 'ulimit -Sn'"_s);
    QVERIFY2(ended.code == 0, ended.err.constData());
    QCOMPARE(object(ended.out)["output"_L1].toString(), u"300\n"_s);
}

void TestCommandRuns::aProgramEndsByDuration()
{
    const auto ended = run(words("run --duration 0.3 --json -- sleep 600"));
    QVERIFY2(ended.code == 0, ended.err.constData());
    const auto result = object(ended.out);
    QCOMPARE(result["outcome"_L1].toString(), u"completed"_s);
    QCOMPARE(result["items_failed"_L1].toInteger(-1), 0);
    QVERIFY(result["wall_s"_L1].toDouble() >= 0.3);
}

QTEST_GUILESS_MAIN(TestCommandRuns)
#include "tst_commandruns.moc"
