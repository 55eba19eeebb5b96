// SPDX-License-Identifier: GPL-3.0-or-later
//
// The built program as a script sees it: arguments, streams, lists, and the window where it is asked for.
#include "core/model/catalogue.h"
#include "core/run/experiment.h"
#include "core/workload/catalogue.h"
#include "tests/integration/commandfixture.h"

#include <QDir>
#include <QImage>
#include <QJsonArray>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <set>
#include <unistd.h>

using namespace timeslice;
using namespace Qt::StringLiterals;

class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersion_data();
    void helpAndVersion();
    void helpShowsOnlyWhatExists();
    void usageErrors_data();
    void usageErrors();
    void wordsThatWouldNotArriveAreRefused();
    void ignoredSignalsStayIgnored_data();
    void ignoredSignalsStayIgnored();
    void rootIsWarnedInADesktopSession();
    void badFilesPointAtTheKey();
    void listsAreTheCatalogue();
    void listedScenariosAreExperiments();
    void listedInterpretersSayWhatTheyAre();
    void listsForPeopleNameEverything();
    void doctorLooksAtEverything();
    void readersMayLeaveEarly();
    void aFullOutputIsAnError();
    void localesChangeNothing_data();
    void localesChangeNothing();
    void withoutADisplayThereIsAWordAndNoCrash();
    void theWindowSavesAScreenshot();
    void theWindowEndsAtASignal_data();
    void theWindowEndsAtASignal();
};

void TestCommandLine::helpAndVersion_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QByteArray>("begins");
    QTest::newRow("version") << u"--version"_s << QByteArray("timeslice " TIMESLICE_VERSION);
    QTest::newRow("help") << u"--help"_s << QByteArray("Usage: timeslice [EXPERIMENT.json]");
    QTest::newRow("short help") << u"-h"_s << QByteArray("Usage: timeslice [EXPERIMENT.json]");
    QTest::newRow("run") << u"run --help"_s << QByteArray("Usage: timeslice run [EXPERIMENT.json|-]");
    QTest::newRow("run, among others") << u"run --bogus --help"_s << QByteArray("Usage: timeslice run");
    QTest::newRow("list") << u"list --help"_s
                          << QByteArray("Usage: timeslice list workloads|models|scenarios");
    QTest::newRow("doctor") << u"doctor -h"_s << QByteArray("Usage: timeslice doctor");
}

void TestCommandLine::helpAndVersion()
{
    QFETCH(QString, arguments);
    QFETCH(QByteArray, begins);
    const auto ended = run(arguments.split(u' '));
    QCOMPARE(ended.code, 0);
    QVERIFY2(ended.out.startsWith(begins), ended.out.constData());
    QVERIFY(ended.out.endsWith('\n'));
    QCOMPARE(ended.err, QByteArray());
    for (const auto &line : ended.out.split('\n'))
        QVERIFY2(line.size() <= 110, line.constData());
}

void TestCommandLine::helpShowsOnlyWhatExists()
{
    const auto help = run({u"--help"_s}).out + run({u"run"_s, u"--help"_s}).out;
    for (const auto *const later : {"sweep", "check", "history", "lessons", "claims"})
        QVERIFY2(!help.contains(later), later);
    for (const auto *const now :
         {"run", "list", "doctor", "--repeat", "--export", "--trace", "--trace-memory", "--screenshot",
          "Examples:"})
        QVERIFY2(help.contains(now), now);
}

void TestCommandLine::usageErrors_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *arguments, const char *says) {
        QTest::newRow(arguments) << QString::fromLatin1(arguments) << QByteArray(says);
    };
    row("rnu", "did you mean \"run\"?");
    row("sweep", "neither a command nor a file; commands are run, list, doctor");
    row("nowhere/experiment.json", "neither a command nor a file");
    row("run", "--workload: is missing; it must be one of sum, primes");
    row("run --workload primes", "--model: is missing; it must be one of sequential");
    row("run --workload prime --model qthread", "did you mean \"primes\"?");
    row("run --workload primes --model qtread", "did you mean \"qthread\"?");
    row("run --workload primes --model qthread --wokers 2",
        "unknown option --wokers; did you mean --workers?");
    row("run --workload primes --model qthread -x", "unknown option --x");
    row("run --workload", "missing value after '--workload'");
    row("run --workload primes --model qthread --json=1", "unexpected value");
    row("run --workload primes --model qthread --workers 0",
        "--workers: must be a whole number from 1 to 4096");
    row("run --workload primes --model qthread --workers 99999", "from 1 to 4096");
    row("run --workload primes --model qthread --workers two", "from 1 to 4096");
    row("run --workload primes --model qthread --workers 1.5", "from 1 to 4096");
    row("run --workload primes --model qthread --workers -1", "from 1 to 4096");
    row("run --workload primes --model sequential --workers 2", "--workers: must be 1");
    row("run --workload primes --model qthread --workers 2 --workers 3", "--workers is given 2 times");
    row("run --workload primes --model qthread --items 0", "--items: must be a whole number from 1");
    row("run --workload primes --model qthread --items 1e3", "--items must be a whole number from 1");
    row("run --workload primes --model qthread --duration 0", "--duration: must be a number from 0.05");
    row("run --workload primes --model qthread --duration 1s", "--duration: must be a number from 0.05");
    row("run --workload primes --model qthread --duration nan", "--duration: must be a number from 0.05");
    row("run --workload primes --model qthread --items 1 --duration 1", "exclude each other");
    row("run --workload primes --model qthread --seed -1", "--seed must be a whole number from 0");
    row("run --workload primes --model qthread --seed 9007199254740992", "to 9007199254740991");
    row("run --workload primes --model qthread --pin sprad", "none, spread, one; did you mean \"spread\"?");
    row("run --workload primes --model qthread --set range", "--set range: must be written key=value");
    row("run --workload primes --model qthread --set rnage=2000", "did you mean \"range\"?");
    row("run --workload primes --model qthread --set range=x", "--set range: must be a whole number from");
    row("run --workload primes --model qthread --set range=2000 --set range=2000",
        "--set range is given twice");
    row("run --workload primes --model qthread --set on_failure=stpo", "did you mean \"stop\"?");
    row("run --workload primes --model qthread --repeat 0", "--repeat must be a whole number from 1 to 1000");
    row("run --workload primes --model qthread --repeat many", "--repeat must be a whole number");
    row("run --workload primes --model qthread --timeout 0", "--timeout must be a number");
    row("run --workload primes --model qthread --timeout soon", "--timeout must be a number");
    row("run --workload primes --model qthread --export run.pdf",
        "must end in .json, .csv, .png, .perfetto.json or .slices.csv");
    for (const auto *const later : {"run.svg", "run.html", "timeline.perfetto"})
        row(qPrintable(u"run --workload primes --model qthread --export "_s + QLatin1String(later)),
            "must end in .json, .csv, .png, .perfetto.json or .slices.csv (these two also with .gz)");
    row("run --workload primes --model qthread --export a.csv --export a.csv", "is given twice");
    for (const auto *const timeline : {"a.perfetto.json", "a.perfetto.json.gz", "a.slices.csv"})
        row(qPrintable(
                u"run --workload primes --model qthread --trace off --export "_s + QLatin1String(timeline)),
            "is a timeline, and there is none with --trace off");
    row("run --pin spread -- true", "--pin: must be none or one");
    row("run --workload primes --model qthread --trace perv",
        "--trace must be one of auto, off, perf, sampled; did you mean \"perf\"?");
    for (const auto *const memory : {"0", "7", "2000000", "64M", "-1", "1e3", "18446744073709551616"})
        row(qPrintable(u"run --workload primes --model qthread --trace-memory "_s + QLatin1String(memory)),
            "--trace-memory must be a whole number from 8 to 1048576");
    row("run --workload primes --model qthread --trace off --trace-memory 64",
        "--trace-memory has no use with --trace off");
    row("run one.json two.json", "unexpected argument \"two.json\"");
    row("run missing.json", "missing.json: No such file");
    row("run /", "/: ");
    row("list", "list what? One of workloads, models, scenarios");
    row("list workload", "did you mean \"workloads\"?");
    row("list claims", "it must be one of workloads, models, scenarios");
    row("list models scenarios", "unexpected argument \"scenarios\"");
    row("list models --jsno", "did you mean --json?");
    row("doctor now", "unexpected argument \"now\"");
    row("--rnu", "did you mean --run?");
    row("-platform offscreen --rnu", "did you mean --run?");
    row("-platform offscreen --screenshot x.jpg", "must end in .png");
    row("-platform offscreen --trace of",
        "--trace must be one of auto, off, perf, sampled; did you mean \"off\"?");
}

void TestCommandLine::usageErrors()
{
    QFETCH(QString, arguments);
    QFETCH(QByteArray, says);
    const auto ended = run(arguments.split(u' '));
    QCOMPARE(ended.code, 2);
    QCOMPARE(ended.out, QByteArray());
    QVERIFY2(ended.err.contains(says), ended.err.constData());
    QVERIFY2(ended.err.startsWith("timeslice: "), ended.err.constData());
    QVERIFY2(ended.err.contains("--help'."), ended.err.constData());
}

void TestCommandLine::wordsThatWouldNotArriveAreRefused()
{
    const auto refused = shell(u"\"$T\" run -- /bin/echo \"$(printf 'a\\377b')\""_s);
    QCOMPARE(refused.code, 2);
    QCOMPARE(refused.out, QByteArray());
    QVERIFY2(refused.err.contains("argument 4"), refused.err.constData());
    QVERIFY2(refused.err.contains("is not valid UTF-8"), refused.err.constData());
    const auto fine = run({u"run"_s, u"--"_s, u"/bin/echo"_s, u"\u00e4\u20ac"_s});
    QCOMPARE(fine.code, 0);
    QVERIFY(fine.out.contains("\u00e4\u20ac"));
}

void TestCommandLine::ignoredSignalsStayIgnored_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGHUP, as nohup does") << SIGHUP;
    QTest::newRow("SIGINT, as a shell does for a job in the background") << SIGINT;
}

void TestCommandLine::ignoredSignalsStayIgnored()
{
    QFETCH(int, signal);
    QProcess process;
    process.setProcessEnvironment(plainEnvironment());
    process.setChildProcessModifier([signal] { ::signal(signal, SIG_IGN); });
    process.start(
        QStringLiteral(TIMESLICE_PROGRAM),
        words("run --workload sleep --model qthread --workers 2 --duration 1 --json"));
    QVERIFY(process.waitForStarted());
    const auto threads = u"/proc/%1/task"_s.arg(process.processId());
    QTRY_VERIFY_WITH_TIMEOUT(
        QDir(threads).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size() >= 4, kLongest);
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    const auto ended = waitFor(process);
    QCOMPARE(ended.code, 0);
    QCOMPARE(object(ended.out)["outcome"_L1].toString(), u"completed"_s);
}

void TestCommandLine::rootIsWarnedInADesktopSession()
{
    auto environment = plainEnvironment();
    environment.insert(u"DISPLAY"_s, u":99"_s);
    const auto ended = run(quickRun("--json"), {}, environment);
    QCOMPARE(ended.code, 0); // said, never refused
    QCOMPARE(ended.err.contains("runs as root"), ::geteuid() == 0);
    QVERIFY(!run(quickRun("--json")).err.contains("runs as root"));
}

void TestCommandLine::badFilesPointAtTheKey()
{
    QTemporaryDir directory;
    const auto path = directory.filePath(u"bad.json"_s);
    const auto complaint = [&](const QByteArray &members) {
        const QByteArray head =
            "{\"schema\": \"timeslice.experiment/1\", \"workload\": \"primes\",\n\"model\": \"qthread\"";
        if (!save(path, head + members + "}"))
            return Ended{};
        return run({u"run"_s, path});
    };
    const auto duplicate = complaint(",\n \"seed\": 1, \"seed\": 2");
    QCOMPARE(duplicate.code, 2);
    QVERIFY2(
        duplicate.err.contains("bad.json /seed: line 3, column 13: the key \"seed\" is there twice"),
        duplicate.err);
    const auto parameter = complaint(", \"params\": {\"range\": 1e30}");
    QCOMPARE(parameter.code, 2);
    QVERIFY2(parameter.err.contains("bad.json /params/range: line 2"), parameter.err);
    // Nothing of a hostile file reaches the terminal as a command to it.
    const auto hostile = complaint(", \"\\u001b[2J\": 1");
    QCOMPARE(hostile.code, 2);
    QVERIFY(!hostile.err.contains('\x1B'));
    const auto large = run({u"run"_s, u"-"_s}, QByteArray(2 << 20, ' '));
    QCOMPARE(large.code, 2);
    QVERIFY2(large.err.contains("1048576 are allowed"), large.err);
}

void TestCommandLine::listsAreTheCatalogue()
{
    const auto listed = [](const char *topic) {
        return QJsonDocument::fromJson(run({u"list"_s, QString::fromLatin1(topic), u"--json"_s}).out).array();
    };
    const auto listedWorkloads = listed("workloads");
    QCOMPARE(listedWorkloads.size(), static_cast<qsizetype>(workloads().size()));
    for (qsizetype i = 0; i < listedWorkloads.size(); ++i) {
        const auto &info = workloads()[static_cast<std::size_t>(i)];
        const auto entry = listedWorkloads[i].toObject();
        QCOMPARE(entry["id"_L1].toString().toStdString(), info.id);
        QCOMPARE(entry["default_items"_L1].toInteger(), static_cast<qint64>(info.defaultItems));
        const auto parameters = entry["parameters"_L1].toArray();
        QCOMPARE(
            parameters.size(), static_cast<qsizetype>(info.parameters.size() + commonParameters().size()));
        for (const auto &parameter : parameters) {
            const QStringList keys{u"choices"_s, u"common"_s,  u"default"_s, u"help"_s,  u"id"_s,
                                   u"kind"_s,    u"maximum"_s, u"minimum"_s, u"title"_s, u"unit"_s};
            QCOMPARE(parameter.toObject().keys(), keys);
            QVERIFY(!parameter["help"_L1].toString().isEmpty());
        }
    }
    const auto listedModels = listed("models");
    QCOMPARE(listedModels.size(), static_cast<qsizetype>(models().size()));
    for (qsizetype i = 0; i < listedModels.size(); ++i)
        QCOMPARE(listedModels[i]["id"_L1].toString().toStdString(), models()[static_cast<std::size_t>(i)].id);
}

void TestCommandLine::listedScenariosAreExperiments()
{
    const auto ended = run(words("list scenarios --json"));
    QCOMPARE(ended.code, 0);
    const auto all = QJsonDocument::fromJson(ended.out).array();
    QVERIFY(!all.isEmpty());
    for (const auto &scenario : all) {
        QVERIFY(!scenario["title"_L1].toString().isEmpty());
        const auto text = QJsonDocument(scenario["experiment"_L1].toObject()).toJson();
        const auto experiment = experimentFromJson(text);
        QVERIFY2(experiment, experiment ? "" : describe(experiment.error()).c_str());
    }
}

void TestCommandLine::listedInterpretersSayWhatTheyAre()
{
    const QTemporaryDir directory;
    const auto put = [&](const char *name, const QByteArray &body) {
        const auto path = directory.filePath(QLatin1String(name));
        QVERIFY(save(path, "#!/bin/sh\n" + body));
        QFile::setPermissions(path, QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
    };
    put("python3.13t",
        R"(printf '\n%s{"version": [3, 13, 1], "implementation": "cpython", "executable": "%s", "prefix": "/", )"
        R"("gil_enabled": false, "free_threaded": true, "pyqt": false, "start_methods": ["fork"]}\n' "$4" "$0")");
    put("python3.10", "exit 1\n");
    auto environment = plainEnvironment();
    environment.insert(u"PATH"_s, directory.path() + u':' + environment.value(u"PATH"_s));
    const auto ended = run(words("list interpreters --json"), {}, environment);
    QCOMPARE(ended.code, 0);
    std::map<QString, QJsonObject> byPath;
    for (const auto &entry : QJsonDocument::fromJson(ended.out).array())
        byPath[entry["path"_L1].toString()] = entry.toObject();
    const auto free = byPath[directory.filePath(u"python3.13t"_s)];
    QCOMPARE(free["id"_L1].toString(), u"python3.13t"_s);
    QCOMPARE(free["version"_L1].toString(), u"3.13.1"_s);
    QCOMPARE(free["gil_enabled"_L1].toBool(true), false);
    QVERIFY(free["problem"_L1].isNull());
    const auto broken = byPath[directory.filePath(u"python3.10"_s)];
    QVERIFY(broken["version"_L1].isNull());
    QVERIFY(broken["problem"_L1].toString().contains(u"not a working Python interpreter"_s));
    const auto text = run(words("list interpreters"), {}, environment);
    QCOMPARE(text.code, 0);
    QVERIFY2(text.out.contains("CPython 3.13.1, GIL off, free-threaded build, fork"), text.out.constData());

    // A prerequisite that is missing has an exit code of its own.
    const auto missing = run(words("run --workload primes --model cpython-threading --workers 2 --items 2 "
                                   "--set interpreter=python3.15t"));
    QCOMPARE(missing.code, 3);
    QVERIFY2(missing.err.contains("no python3.15t on this machine"), missing.err.constData());
}

void TestCommandLine::listsForPeopleNameEverything()
{
    const auto text = run(words("list workloads")).out + run(words("list models")).out;
    for (const auto &workload : workloads()) {
        QVERIFY2(
            text.contains('\n' + QByteArray::fromStdString(workload.id) + ' ')
                || text.startsWith(workload.id.c_str()),
            workload.id.c_str());
        for (const auto &parameter : workload.parameters)
            QVERIFY2(text.contains((parameter.id + '=').c_str()), parameter.id.c_str());
    }
    for (const auto &model : models())
        QVERIFY2(text.contains(model.title.c_str()), model.id.c_str());
    QVERIFY(text.contains("on_failure=stop"));
    const auto scenarios = run(words("list scenarios"));
    QCOMPARE(scenarios.code, 0);
    QVERIFY(scenarios.out.count("\n\n") >= 3);
}

void TestCommandLine::doctorLooksAtEverything()
{
    const auto ended = run(words("doctor --json"));
    QCOMPARE(ended.code, 0);
    const auto report = object(ended.out);
    QCOMPARE(report["schema"_L1].toString(), u"timeslice.doctor/1"_s);
    std::set<QString> ids;
    for (const auto &check : report["checks"_L1].toArray()) {
        ids.insert(check["id"_L1].toString());
        const auto status = check["status"_L1].toString();
        QVERIFY2(status == u"ok"_s || status == u"limited"_s || status == u"missing"_s, qPrintable(status));
        QVERIFY(!check["finding"_L1].toString().isEmpty());
        QVERIFY(check["remedy"_L1].isNull() || status != u"ok"_s);
    }
    for (const auto &id :
         words("version kernel cores quota memory perf accounting open_files tasks worker run_directory "
               "display user"))
        QVERIFY2(ids.contains(id), qPrintable(id));

    const auto text = run(words("doctor"));
    QCOMPARE(text.code, 0);
    QVERIFY(text.out.contains("Cores"));
    QVERIFY(text.out.contains("-> ")); // there is no display here, and it says what to do
}

void TestCommandLine::readersMayLeaveEarly()
{
    const auto ended = shell(u"(\"$T\" list workloads --json; echo code $? >&2) | head -c 1"_s);
    QCOMPARE(ended.out, QByteArray("["));
    // Either all of it fitted into the pipe in time or it was told; never a crash, never a message.
    QVERIFY2(ended.err == "code 0\n" || ended.err == "code 4\n", ended.err.constData());
    const auto closed = shell(u"exec 3>&1; { sleep 0.2; \"$T\" list workloads; echo code $? >&3; } | true"_s);
    QCOMPARE(closed.out, QByteArray("code 4\n"));
    QCOMPARE(closed.err, QByteArray());
}

void TestCommandLine::aFullOutputIsAnError()
{
    for (const auto &command :
         {u"list models"_s, u"doctor"_s, u"--help"_s, u"run --workload sleep --model pool --items 2"_s}) {
        const auto ended = shell(u"\"$T\" "_s + command + u" > /dev/full"_s);
        QVERIFY2(ended.code == 4, qPrintable(command));
        QVERIFY2(ended.err.contains("standard output: cannot be written"), ended.err.constData());
    }
    QCOMPARE(shell(u"\"$T\" list models >&-"_s).code, 4);
    QCOMPARE(shell(u"\"$T\" run --workload sleep --model pool --items 2 >&-"_s).code, 4);
    QCOMPARE(shell(u"\"$T\" run --workload sleep --model pool --items 2 --json 2>&- <&-"_s).code, 0);
}

void TestCommandLine::localesChangeNothing_data()
{
    QTest::addColumn<QString>("locale");
    QTest::newRow("German") << u"de_DE"_s;
    QTest::newRow("Turkish") << u"tr_TR"_s;
}

void TestCommandLine::localesChangeNothing()
{
    QFETCH(QString, locale);
    QTemporaryDir locales;
    auto environment = plainEnvironment();
    environment.insert(u"LC_ALL"_s, locale + u".UTF-8"_s);
    // p11-kit makes a locale and keeps it: only the whole stack tells that it is not ours that leaks.
    environment.insert(
        u"ASAN_OPTIONS"_s, qEnvironmentVariable("ASAN_OPTIONS") + u":fast_unwind_on_malloc=0"_s);
    // A locale that is not installed can be compiled for this test, where its source is.
    const auto compiler = QStandardPaths::findExecutable(u"localedef"_s);
    if (!compiler.isEmpty()
        && QProcess::execute(
               compiler, {u"-i"_s, locale, u"-f"_s, u"UTF-8"_s, locales.filePath(locale + u".UTF-8"_s)})
            == 0)
        environment.insert(u"LOCPATH"_s, locales.path());
    else
        qInfo("%s cannot be compiled here: only Qt sees it", qPrintable(locale));

    for (const auto *const command :
         {"list workloads --json", "list workloads", "list models --json", "list scenarios"})
        QCOMPARE(run(words(command), {}, environment).out, run(words(command)).out);

    const auto csv = locales.filePath(u"run.csv"_s);
    const auto ended = run(
        words("run --workload sleep --model qthread --workers 2 --duration 0.45 --json --set sleep_ms=1.5")
            << u"--export"_s << csv,
        {}, environment);
    QVERIFY2(ended.code == 0, ended.err.constData());
    const auto result = object(ended.out);
    QVERIFY(result["wall_s"_L1].toDouble() > 0);
    QCOMPARE(result["experiment"_L1]["duration_s"_L1].toDouble(), 0.45);
    QCOMPARE(result["experiment"_L1]["params"_L1]["sleep_ms"_L1].toDouble(), 1.5);
    const auto rows = contents(csv).trimmed().split('\n');
    QVERIFY(rows.size() > 1);
    // A decimal comma would be a cell more.
    for (const auto &row : rows)
        QCOMPARE(row.count(','), rows.first().count(','));
    const auto report = run(quickRun("--repeat 2"), {}, environment);
    QVERIFY2(report.code == 0, report.err.constData());
    QVERIFY2(!report.out.mid(report.out.indexOf('\n')).contains(','), report.out.constData());
}

void TestCommandLine::withoutADisplayThereIsAWordAndNoCrash()
{
    const auto none = run({});
    QCOMPARE(none.code, 3);
    QVERIFY2(none.err.contains("no display"), none.err.constData());
    QVERIFY2(none.err.contains("timeslice run"), none.err.constData());

    auto environment = plainEnvironment();
    environment.insert(u"DISPLAY"_s, u":987"_s);
    const auto unreachable = run({}, {}, environment);
    QCOMPARE(unreachable.code, 3);
    QVERIFY2(unreachable.err.contains("cannot open a window"), unreachable.err.constData());

    environment = plainEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"nonsense"_s);
    QCOMPARE(run({}, {}, environment).code, 3);
}

void TestCommandLine::theWindowSavesAScreenshot()
{
    QTemporaryDir directory;
    auto environment = plainEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    environment.insert(u"XDG_CONFIG_HOME"_s, directory.path());
    const auto png = directory.filePath(u"window.png"_s);
    const auto ended = run({u"--screenshot"_s, png}, {}, environment);
    QVERIFY2(ended.code == 0, ended.err.constData());
    QVERIFY(QImage(png).width() > 400);
}

void TestCommandLine::theWindowEndsAtASignal_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGHUP") << SIGHUP;
}

void TestCommandLine::theWindowEndsAtASignal()
{
    QFETCH(int, signal);
    QTemporaryDir directory;
    auto environment = plainEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    environment.insert(u"XDG_CONFIG_HOME"_s, directory.path());
    const auto path = directory.filePath(u"long.json"_s);
    QVERIFY(save(
        path, R"({"schema": "timeslice.experiment/1", "workload": "sleep", "model": "qprocess", "workers": 2,
        "duration_s": 600})"));
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setChildProcessModifier([signal] { ::signal(signal, SIG_DFL); }); // see ignoredSignalsStayIgnored
    process.start(QStringLiteral(TIMESLICE_PROGRAM), {path, u"--run"_s});
    QVERIFY(process.waitForStarted());
    const auto children = u"/proc/%1/task/%1/children"_s.arg(process.processId());
    QTRY_VERIFY_WITH_TIMEOUT(!contents(children).trimmed().isEmpty(), kLongest);
    const auto supervisor = contents(children).trimmed().split(' ').first();
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    const auto ended = waitFor(process);
    QCOMPARE(ended.code, 128 + signal);
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(u"/proc/"_s + QString::fromLatin1(supervisor)), kLongest);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
