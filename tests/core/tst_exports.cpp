// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/csvexport.h"
#include "core/record/export.h"
#include "core/record/jsonexport.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QTemporaryDir>
#include <QTest>

#include <clocale>
#include <limits>
#include <unistd.h>

using namespace timeslice;
using namespace Qt::StringLiterals;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A run in which everything was measured, with numbers that a locale or a rounding could spoil.
Recording fullRecording()
{
    Recording recording;
    recording.id = 3;
    recording.experiment.workload = "primes";
    recording.experiment.model = "qthread";
    recording.experiment.workers = 1;
    recording.experiment.items = 64;
    recording.experiment.seed = kMaxSeed;
    recording.experiment.params.set("range", std::int64_t{20'000});
    recording.experiment.params.set("ratio", 0.1);
    recording.experiment.params.set("flag", true);
    recording.experiment.params.set("on_failure", std::string("stop"));
    recording.machine = {{0, 1}, {0, 1}, 1.5, "AMD \"EPYC\"", "6.1.0", 2, 8ULL << 30};
    recording.outcome = Outcome::Completed;
    recording.notes = {u"throttled for 3 ms"_s};
    recording.go = MonotonicTime(std::chrono::seconds(1000));
    recording.wallSeconds = 1.0 / 3.0;
    recording.cpuSeconds = 1234567.25;
    recording.items = 64;
    recording.itemsPerSecond = 192.0;
    recording.checksum = 0xABC;
    recording.latency = LatencySummary{
        Nanoseconds(1'500'000), Nanoseconds(2'000'000), Nanoseconds(3'000'000), Nanoseconds(10'000'001)};
    recording.switches = {10, 20, 3};
    recording.states = {0.25, 0.05, 0.0125, 0.001};
    recording.memoryPeak = MemoryReading{3000, 2000, 1000};
    WorkerResult worker;
    worker.index = 0;
    worker.name = "qthread 0";
    worker.pid = 41;
    worker.tid = 42;
    worker.items = 64;
    worker.cpuSeconds = 0.25;
    worker.switches = recording.switches;
    worker.states = recording.states;
    recording.workers.push_back(worker);
    recording.observer = {0.001, 10, 1};
    recording.trace.source = TraceSource::Perf;
    recording.trace.records = 60;
    recording.trace.lost = 0;
    recording.trace.readerCpuSeconds = 0.0005;
    recording.trace.check =
        SelfCheck{.verdict = SelfCheckVerdict::Agrees, .tasks = {{42, 0, 1, -0.001, true}}, .uncompared = 2};

    SeriesPoint point;
    point.time = *recording.go + std::chrono::milliseconds(100);
    point.seconds = 0.1;
    point.cpus = {0, 3};
    point.cpuBusy = {0.5, kNaN};
    point.runCores = 1234.5;
    point.otherCores = kNaN;
    point.itemsPerSecond = 1e-7;
    point.workerItemsPerSecond = {100.25};
    point.voluntaryPerSecond = 0;
    point.involuntaryPerSecond = kNaN;
    point.observerShare = 0.001;
    point.memory = MemoryReading{3000, 2000, 1000};
    recording.series.push_back(point);
    // A CPU went away and another one came; a worker more; no memory reading.
    point.time += std::chrono::milliseconds(100);
    point.cpus = {1, 3};
    point.cpuBusy = {1, 0.25};
    point.cpuOurs = {0.75, 0.125};
    point.workerItemsPerSecond = {100, 200};
    point.memory.reset();
    recording.series.push_back(point);
    recording.lock = GilSummary{
        .handOvers = 4,
        .asked = 3,
        .hold = LatencySummary{.p50 = Nanoseconds(5'000'000), .max = Nanoseconds(6'000'000)},
        .wait = LatencySummary{.p50 = Nanoseconds(5'000'100), .max = Nanoseconds(7'000'000)}};
    return recording;
}

QJsonObject parsed(const QByteArray &json)
{
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError)
        qWarning("%s", qPrintable(error.errorString()));
    return document.object();
}

/// "memory.rss_peak_bytes" for every leaf, with "[]" for the elements of an array; arrays give their first
/// element's.
void collectPaths(const QJsonValue &value, const QString &path, QStringList &paths)
{
    if (value.isObject() && !value.toObject().isEmpty()) {
        const auto object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            collectPaths(it.value(), path.isEmpty() ? it.key() : path + u'.' + it.key(), paths);
    } else if (value.isArray() && !value.toArray().isEmpty()) {
        collectPaths(value.toArray().first(), path + u"[]"_s, paths);
    } else {
        paths << path;
    }
}

QByteArrayList pathsOf(const QJsonObject &object)
{
    QStringList paths;
    collectPaths(object, {}, paths);
    QByteArrayList sorted;
    for (const auto &path : paths)
        sorted << path.toUtf8();
    std::ranges::sort(sorted);
    return sorted;
}

/// Cells of RFC 4180 text, read independently of what wrote it.
QList<QByteArrayList> cellsOf(const QByteArray &csv)
{
    QList<QByteArrayList> rows{{}};
    QByteArray cell;
    bool quoted = false;
    for (qsizetype i = 0; i < csv.size(); ++i) {
        const char c = csv[i];
        if (quoted && c == '"' && i + 1 < csv.size() && csv[i + 1] == '"') {
            cell += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '\r')) {
            rows.last() << std::exchange(cell, {});
            if (c == '\r' && csv.mid(i, 2) == "\r\n") {
                rows << QByteArrayList();
                ++i;
            }
        } else {
            cell += c;
        }
    }
    return rows;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

} // namespace

class TestExports : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersAreShortAndExact_data();
    void numbersAreShortAndExact();
    void textIsEscaped();
    void jsonHasExactlyTheNamesOfTheContract();
    void jsonNamesTheInterpreter();
    void jsonCarriesTheValues();
    void jsonKeepsTheOrderOfTheContract();
    void whatWasNotMeasuredIsNull();
    void aFailureIsAnObjectWithItsReason();
    void theFirstFailedItemIsNoted();
    void csvHasUnitsInItsHeader();
    void csvCellsAreEmptyWhereNothingWasMeasured();
    void csvHasColumnsOfWhatOnlySomeRunsHave();
    void csvOfARunWithoutPointsIsItsHeader();
    void csvTextIsQuotedAndNoFormula_data();
    void csvTextIsQuotedAndNoFormula();
    void everyLocaleGivesTheSameBytes();
    void formatsGoByEnding();
    void theAskedForFormatIsWrittenWhateverTheEnding();
    void numbersStandBeforeTheWholeEnding_data();
    void numbersStandBeforeTheWholeEnding();
    void savedFilesAreWhole();
    void picturesAreMadeByWhoeverCan();
    void whatCannotBeSavedSaysWhy_data();
    void whatCannotBeSavedSaysWhy();
    void aFullDiskIsAnError();
    void checkingLeavesNothingBehind();
};

void TestExports::numbersAreShortAndExact_data()
{
    QTest::addColumn<double>("number");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("zero") << 0.0 << QByteArray("0");
    QTest::newRow("minus zero") << -0.0 << QByteArray("0");
    QTest::newRow("tenth") << 0.1 << QByteArray("0.1");
    QTest::newRow("sum of tenths") << 0.1 + 0.2 << QByteArray("0.30000000000000004");
    QTest::newRow("million") << 1e6 << QByteArray("1000000");
    QTest::newRow("microsecond") << 1e-6 << QByteArray("0.000001");
    QTest::newRow("tiny") << 1.5e-9 << QByteArray("1.5e-09");
    QTest::newRow("huge") << 1e21 << QByteArray("1e+21");
    QTest::newRow("negative") << -2.5 << QByteArray("-2.5");
    QTest::newRow("NaN") << kNaN << QByteArray();
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << QByteArray();
}

void TestExports::numbersAreShortAndExact()
{
    QFETCH(double, number);
    QFETCH(QByteArray, text);
    QCOMPARE(numberText(number), text);
    if (!text.isEmpty())
        QCOMPARE(text.toDouble(), number);
}

void TestExports::textIsEscaped()
{
    JsonWriter json(JsonWriter::Style::Compact);
    json.beginArray();
    json.value(
        std::string_view("a\"b\\c\n\t\x1B[31m\x7F \xC2\x9B \xE2\x80\xA8 \xC3\xA4 \xF0\x9F\x98\x80 \xFF"));
    json.endArray();
    const auto text = json.take();
    QCOMPARE(
        text,
        QByteArray("[\"a\\\"b\\\\c\\n\\t\\u001b[31m\\u007f \\u009b \\u2028 \xC3\xA4 \\ud83d\\ude00 "
                   "\xEF\xBF\xBD\"]"));
    QVERIFY(QJsonDocument::fromJson(text).isArray());
}

void TestExports::jsonHasExactlyTheNamesOfTheContract()
{
    auto contract =
        QByteArray(
            "schema experiment.workload experiment.model experiment.workers experiment.items "
            "experiment.duration_s experiment.pin experiment.isolate experiment.seed "
            "experiment.params.range experiment.params.ratio experiment.params.flag "
            "experiment.params.on_failure machine.cpus_online machine.cpus_allowed machine.cpu_quota "
            "machine.cpu_model machine.kernel machine.perf_event_paranoid interpreter outcome error "
            "wall_s cpu_s stolen_s items items_failed items_per_s checksum latency_s.p50 latency_s.p95 "
            "latency_s.p99 latency_s.max switches.voluntary switches.involuntary switches.migrations "
            "states_s.running states_s.runnable states_s.blocked states_s.gil_wait "
            "memory.rss_peak_bytes memory.pss_peak_bytes memory.uss_peak_bytes workers[].index "
            "workers[].name workers[].pid workers[].tid workers[].items workers[].cpu_s "
            "workers[].voluntary workers[].involuntary workers[].migrations workers[].running_s "
            "workers[].runnable_s workers[].blocked_s workers[].gil_wait_s trace.source trace.reason "
            "trace.records trace.lost trace.lost_uncounted trace.remedy trace.reader_cpu_s "
            "trace.self_check.verdict "
            "trace.self_check.tasks[].tid trace.self_check.tasks[].switches "
            "trace.self_check.tasks[].involuntary trace.self_check.tasks[].running "
            "trace.self_check.tasks[].agrees trace.self_check.uncompared observer.cpu_s "
            "observer.samples observer.missed loop.lag_p50_s loop.lag_p99_s "
            "loop.lag_max_s gil.hand_overs gil.hand_overs_per_s gil.asked gil.hold_p50_s gil.hold_max_s "
            "gil.wait_p50_s gil.wait_max_s gil.lost_events results findings notes[]")
            .split(' ');
    std::ranges::sort(contract);
    QCOMPARE(pathsOf(parsed(runJson(fullRecording()))).join('\n'), contract.join('\n'));
}

void TestExports::jsonNamesTheInterpreter()
{
    auto recording = fullRecording();
    QVERIFY(parsed(runJson(recording))["interpreter"_L1].isNull());
    recording.interpreter = InterpreterReport{
        .path = u"/usr/bin/python3"_s,
        .version = "3.11.2",
        .implementation = "CPython",
        .startMethod = "fork",
        .switchIntervalSeconds = 0.005};
    const auto interpreter = parsed(runJson(recording))["interpreter"_L1].toObject();
    const QJsonObject expected{{u"path"_s, u"/usr/bin/python3"_s},  {u"version"_s, u"3.11.2"_s},
                               {u"implementation"_s, u"CPython"_s}, {u"gil_enabled"_s, true},
                               {u"free_threaded"_s, false},         {u"start_method"_s, u"fork"_s},
                               {u"switch_interval_s"_s, 0.005}};
    QCOMPARE(interpreter, expected);
    recording.interpreter->startMethod.reset();
    QVERIFY(parsed(runJson(recording))["interpreter"_L1]["start_method"_L1].isNull());
}

void TestExports::jsonCarriesTheValues()
{
    const auto recording = fullRecording();
    const auto compact = runJson(recording);
    QVERIFY(!compact.contains('\n'));
    const auto run = parsed(compact);
    QCOMPARE(parsed(runJson(recording, JsonWriter::Style::Indented)), run);

    QCOMPARE(run["schema"_L1].toString(), u"timeslice.run/1"_s);
    QCOMPARE(run["outcome"_L1].toString(), u"completed"_s);
    QCOMPARE(run["checksum"_L1].toString(), u"0000000000000abc"_s);
    QCOMPARE(run["wall_s"_L1].toDouble(), 0.333333333); // to the nanosecond
    QCOMPARE(run["cpu_s"_L1].toDouble(), 1234567.25);
    QCOMPARE(run["items"_L1].toInteger(), 64);
    QCOMPARE(run["experiment"_L1]["seed"_L1].toInteger(), static_cast<qint64>(kMaxSeed));
    QCOMPARE(run["experiment"_L1]["params"_L1]["flag"_L1].toBool(), true);
    QVERIFY(run["experiment"_L1]["duration_s"_L1].isNull());
    QCOMPARE(run["machine"_L1]["cpus_online"_L1].toInteger(), 2);
    QCOMPARE(run["machine"_L1]["cpu_model"_L1].toString(), u"AMD \"EPYC\""_s);
    QCOMPARE(run["latency_s"_L1]["p50"_L1].toDouble(), 0.0015);
    QCOMPARE(run["latency_s"_L1]["max"_L1].toDouble(), 0.010000001);
    QCOMPARE(run["switches"_L1]["involuntary"_L1].toInteger(), 20);
    QCOMPARE(run["states_s"_L1]["gil_wait"_L1].toDouble(), 0.001);
    QCOMPARE(run["memory"_L1]["pss_peak_bytes"_L1].toInteger(), 2000);
    QCOMPARE(run["workers"_L1][0]["tid"_L1].toInteger(), 42);
    QCOMPARE(run["observer"_L1]["missed"_L1].toInteger(), 1);
    QCOMPARE(run["trace"_L1]["source"_L1].toString(), u"perf"_s);
    QVERIFY(run["trace"_L1]["reason"_L1].isNull());
    QCOMPARE(run["trace"_L1]["records"_L1].toInteger(), 60);
    QCOMPARE(run["trace"_L1]["lost"_L1].toInteger(-1), 0);
    QCOMPARE(run["trace"_L1]["lost_uncounted"_L1], QJsonValue(false));
    QCOMPARE(run["trace"_L1]["self_check"_L1]["verdict"_L1].toString(), u"agrees"_s);
    QCOMPARE(run["trace"_L1]["self_check"_L1]["tasks"_L1][0]["running"_L1].toDouble(), -0.001);
    QVERIFY(run["error"_L1].isNull());
    QVERIFY(run["findings"_L1].isArray());
    QCOMPARE(run["notes"_L1][0].toString(), u"throttled for 3 ms"_s);
}

void TestExports::jsonKeepsTheOrderOfTheContract()
{
    const auto text = runJson(fullRecording(), JsonWriter::Style::Indented);
    QByteArrayList keys;
    for (const auto &line : text.split('\n')) {
        if (line.startsWith("  \"")) // the outermost object's members
            keys << line.mid(3).split('"').first();
    }
    const QByteArrayList order{"schema",       "experiment",  "machine",  "interpreter", "outcome",
                               "error",        "wall_s",      "cpu_s",    "stolen_s",    "items",
                               "items_failed", "items_per_s", "checksum", "latency_s",   "switches",
                               "states_s",     "memory",      "workers",  "trace",       "observer",
                               "loop",         "gil",         "results",  "findings",    "notes"};
    QCOMPARE(keys, order);
}

void TestExports::whatWasNotMeasuredIsNull()
{
    Recording nothing;
    nothing.experiment.workload = "primes";
    nothing.experiment.model = "qthread";
    nothing.experiment.durationSeconds = 2.5;
    nothing.outcome = Outcome::Stopped;
    nothing.workers.resize(1);
    const auto run = parsed(runJson(nothing));
    QCOMPARE(run["outcome"_L1].toString(), u"stopped"_s);
    QVERIFY(run["experiment"_L1]["items"_L1].isNull());
    QCOMPARE(run["experiment"_L1]["duration_s"_L1].toDouble(), 2.5);
    // Counts of items are known to be 0; everything else was not measured.
    QCOMPARE(run["items"_L1].toInteger(-1), 0);
    QCOMPARE(run["workers"_L1][0]["items"_L1].toInteger(-1), 0);
    for (const auto name : {"wall_s", "cpu_s", "items_per_s", "checksum", "interpreter", "error"})
        QVERIFY2(run[QLatin1String(name)].isNull(), name);
    for (const auto group : {"latency_s", "switches", "states_s", "memory", "loop"}) {
        const auto object = run[QLatin1String(group)].toObject();
        QVERIFY2(!object.isEmpty(), group);
        for (auto it = object.begin(); it != object.end(); ++it)
            QVERIFY2(it.value().isNull(), qPrintable(QLatin1String(group) + u'.' + it.key()));
    }
    const auto machine = run["machine"_L1].toObject();
    for (auto it = machine.begin(); it != machine.end(); ++it)
        QVERIFY2(it.value().isNull(), qPrintable(it.key()));
    const auto worker = run["workers"_L1][0].toObject();
    for (const auto name :
         {"pid", "tid", "cpu_s", "voluntary", "involuntary", "migrations", "running_s", "gil_wait_s"})
        QVERIFY2(worker[QLatin1String(name)].isNull(), name);
    QVERIFY(run["observer"_L1]["cpu_s"_L1].isNull());
}

void TestExports::aFailureIsAnObjectWithItsReason()
{
    auto recording = fullRecording();
    recording.outcome = Outcome::Failed;
    recording.error = Error{ErrorKind::Denied, EACCES, "/some/file", "cannot be opened"};
    recording.itemError = "the item's own words";
    const auto run = parsed(runJson(recording));
    QCOMPARE(run["outcome"_L1].toString(), u"failed"_s);
    QCOMPARE(run["error"_L1]["kind"_L1].toString(), u"denied"_s);
    QCOMPARE(run["error"_L1]["where"_L1].toString(), u"/some/file"_s);
    QCOMPARE(run["error"_L1]["what"_L1].toString(), u"cannot be opened"_s);
    QCOMPARE(run["error"_L1]["errno"_L1].toInteger(), EACCES);
    QCOMPARE(run["notes"_L1].toArray().size(), 1);

    recording.error->errnoValue = 0;
    QVERIFY(parsed(runJson(recording))["error"_L1]["errno"_L1].isNull());
}

void TestExports::theFirstFailedItemIsNoted()
{
    auto recording = fullRecording();
    recording.itemsFailed = 2;
    recording.itemError = "item 9: out of luck";
    const auto run = parsed(runJson(recording));
    QCOMPARE(run["items_failed"_L1].toInteger(), 2);
    QCOMPARE(run["notes"_L1][1].toString(), u"first failed item: item 9: out of luck"_s);
}

void TestExports::csvHasUnitsInItsHeader()
{
    const auto rows = cellsOf(seriesCsv(fullRecording()));
    const QByteArrayList header{
        "t_s",
        "interval_s",
        "cpu0_busy_1s",
        "cpu1_busy_1s",
        "cpu3_busy_1s",
        "cpu0_run",
        "cpu1_run",
        "cpu3_run",
        "run_cores",
        "other_cores_1s",
        "items_per_s",
        "worker0_items_per_s",
        "worker1_items_per_s",
        "voluntary_per_s",
        "involuntary_per_s",
        "observer_cores",
        "rss_bytes",
        "pss_bytes",
        "uss_bytes",
        "run",
        "workload",
        "model",
        "workers",
        "seed"};
    QCOMPARE(rows.first(), header);
    QCOMPARE(rows.size(), 4); // the header, two points, and nothing behind the last line's end
    QVERIFY(rows.last().isEmpty());
}

void TestExports::csvCellsAreEmptyWhereNothingWasMeasured()
{
    const auto csv = seriesCsv(fullRecording());
    const auto rows = cellsOf(csv);
    const QByteArrayList first{"0.1",  "0.1", "0.5",    "",        "",      "",
                               "",     "",    "1234.5", "",        "1e-07", "100.25",
                               "",     "0",   "",       "0.001",   "3000",  "2000",
                               "1000", "3",   "primes", "qthread", "1",     "9007199254740991"};
    const QByteArrayList second{"0.2",  "0.1",   "",       "1",       "0.25",  "",
                                "0.75", "0.125", "1234.5", "",        "1e-07", "100",
                                "200",  "0",     "",       "0.001",   "",      "",
                                "",     "3",     "primes", "qthread", "1",     "9007199254740991"};
    QCOMPARE(rows[1], first);
    QCOMPARE(rows[2], second);
    QVERIFY(csv.endsWith("\r\n"));
    QCOMPARE(csv.count('\n'), csv.count("\r\n"));

    auto recording = fullRecording();
    recording.go.reset();
    QCOMPARE(cellsOf(seriesCsv(recording))[1].first(), QByteArray());
}

void TestExports::csvHasColumnsOfWhatOnlySomeRunsHave()
{
    const auto columnOf = [](const Recording &recording, const QByteArray &name) {
        const auto rows = cellsOf(seriesCsv(recording));
        const auto column = rows.first().indexOf(name);
        return column < 0 ? QByteArrayList() : QByteArrayList{rows[1][column], rows[2][column]};
    };
    auto recording = fullRecording();
    recording.series[0].loopLag = 0.25;
    QCOMPARE(columnOf(recording, "loop_lag_s"), (QByteArrayList{"0.25", ""}));
    QVERIFY(columnOf(recording, "frame_gap_s").isEmpty());
    QVERIFY(columnOf(recording, "queue_length_items").isEmpty());

    recording.series[1].frameGap = 0.016;
    QCOMPARE(columnOf(recording, "frame_gap_s"), (QByteArrayList{"", "0.016"}));
    QCOMPARE(columnOf(recording, "seed"), (QByteArrayList{"9007199254740991", "9007199254740991"}));

    recording.experiment.workload = "producer-consumer";
    recording.series[0].gauges = {16, 1, kNaN};
    recording.series[1].gauges = {15.0}; // from a board that told no more
    QCOMPARE(columnOf(recording, "queue_length_items"), (QByteArrayList{"16", "15"}));
    QCOMPARE(columnOf(recording, "producers_waiting"), (QByteArrayList{"1", ""}));
    QCOMPARE(columnOf(recording, "consumers_waiting"), (QByteArrayList{"", ""}));
}

void TestExports::csvOfARunWithoutPointsIsItsHeader()
{
    Recording recording;
    recording.experiment.workload = "primes";
    const auto csv = seriesCsv(recording);
    QCOMPARE(csv.count('\n'), 1);
    QVERIFY(csv.startsWith("t_s,interval_s,run_cores,other_cores_1s,items_per_s,voluntary_per_s"));
}

void TestExports::csvTextIsQuotedAndNoFormula_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("cell");
    QTest::newRow("plain") << u"primes"_s << QByteArray("primes");
    QTest::newRow("empty") << QString() << QByteArray();
    QTest::newRow("comma") << u"a,b"_s << QByteArray("\"a,b\"");
    QTest::newRow("quote") << u"a\"b"_s << QByteArray("\"a\"\"b\"");
    QTest::newRow("line") << u"a\nb"_s << QByteArray("\"a\nb\"");
    QTest::newRow("carriage return") << u"a\rb"_s << QByteArray("\"a\rb\"");
    QTest::newRow("blanks") << u" a "_s << QByteArray("\" a \"");
    QTest::newRow("equals") << u"=1+1"_s << QByteArray("'=1+1");
    QTest::newRow("plus") << u"+1"_s << QByteArray("'+1");
    QTest::newRow("minus") << u"-1"_s << QByteArray("'-1");
    QTest::newRow("at") << u"@SUM(A1)"_s << QByteArray("'@SUM(A1)");
    QTest::newRow("tab") << u"\t=1"_s << QByteArray("'\t=1");
    QTest::newRow("behind blanks") << u"  =1"_s << QByteArray("'  =1");
    QTest::newRow("behind a no-break space") << u"\u00a0=1"_s << QByteArray("'\xC2\xA0=1");
    QTest::newRow("on a later line") << u"a\n=1"_s << QByteArray("\"a\n'=1\"");
    QTest::newRow("full width") << u"\uff1d1"_s
                                << QByteArray("'\xEF\xBC\x9D"
                                              "1");
    QTest::newRow("inside") << u"a=1"_s << QByteArray("a=1");
}

void TestExports::csvTextIsQuotedAndNoFormula()
{
    QFETCH(QString, text);
    QFETCH(QByteArray, cell);
    QCOMPARE(csvText(text), cell);
    const auto rows = cellsOf(csvText(text) + "\r\n");
    auto read = rows.first().first();
    QCOMPARE(read.replace("'", ""), text.toUtf8());
}

void TestExports::everyLocaleGivesTheSameBytes()
{
    const auto recording = fullRecording();
    const auto json = runJson(recording);
    const auto csv = seriesCsv(recording);
    const QLocale before;
    for (const auto *const name : {"de_DE", "tr_TR", "ar_EG", "fr_CH"}) {
        QLocale::setDefault(QLocale(QString::fromLatin1(name)));
        const auto libc = QByteArray(name) + ".UTF-8";
        if (std::setlocale(LC_ALL, libc.constData()) == nullptr)
            qInfo("the C library has no %s here: only Qt's locale is tried", libc.constData());
        const bool same = runJson(recording) == json && seriesCsv(recording) == csv;
        std::setlocale(LC_ALL, "C");
        QLocale::setDefault(before);
        QVERIFY2(same, name);
    }
}

void TestExports::formatsGoByEnding()
{
    QCOMPARE(exportFormatOf(u"a.json"_s), std::optional(ExportFormat::Json));
    QCOMPARE(exportFormatOf(u"a.b/c.CSV"_s), std::optional(ExportFormat::Csv));
    QCOMPARE(exportFormatOf(u"x.Png"_s), std::optional(ExportFormat::Png));
    for (const auto *const name : {"a", "a.svg", "json", "a.json.gz", "a.csv ", ""})
        QVERIFY2(!exportFormatOf(QString::fromLatin1(name)), name);
}

void TestExports::theAskedForFormatIsWrittenWhateverTheEnding()
{
    QTemporaryDir directory;
    const auto recording = fullRecording();
    const auto path = directory.filePath(u"table.json"_s);
    QVERIFY(exportRecording(recording, path, ExportFormat::Csv));
    QCOMPARE(contents(path), seriesCsv(recording));
    auto untraced = recording;
    untraced.trace = {};
    const auto trace = directory.filePath(u"trace.json"_s);
    QVERIFY(!exportRecording(untraced, trace, ExportFormat::Perfetto));
    QVERIFY(!QFile::exists(trace));
}

void TestExports::numbersStandBeforeTheWholeEnding_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("numbered");
    const auto row = [](const char *path, const char *numbered) {
        QTest::newRow(path) << QString::fromLatin1(path) << QString::fromLatin1(numbered);
    };
    row("a.json", "a-2.json");
    row("a.b.csv", "a.b-2.csv");
    row("a.PNG", "a-2.PNG");
    row("a.perfetto.json", "a-2.perfetto.json");
    row("d.e/a.perfetto.json.gz", "d.e/a-2.perfetto.json.gz");
    row("a.Slices.csv", "a-2.Slices.csv");
    row("a.slices.csv.gz", "a-2.slices.csv.gz");
}

void TestExports::numbersStandBeforeTheWholeEnding()
{
    QFETCH(QString, path);
    QFETCH(QString, numbered);
    QCOMPARE(numberedPath(path, 2), numbered);
    QCOMPARE(exportFormatOf(numbered), exportFormatOf(path));
    QVERIFY(path.endsWith(exportEnding(path)));
}

void TestExports::savedFilesAreWhole()
{
    QTemporaryDir directory;
    const auto recording = fullRecording();
    const auto json = directory.filePath(u"run.json"_s);
    QVERIFY(exportRecording(recording, json));
    QCOMPARE(contents(json), runJson(recording, JsonWriter::Style::Indented));
    const auto csv = directory.filePath(u"line\nbreak \u00e4.csv"_s);
    QVERIFY(exportRecording(recording, csv));
    QCOMPARE(contents(csv), seriesCsv(recording));
    // Over an existing file.
    QVERIFY(saveFile(csv, "short"));
    QCOMPARE(contents(csv), QByteArray("short"));
}

void TestExports::picturesAreMadeByWhoeverCan()
{
    const auto recording = fullRecording();
    const auto without = exportRecording(recording, u"picture.png"_s);
    QVERIFY(!without && without.error().kind == ErrorKind::Unsupported);

    QString asked;
    const auto with =
        exportRecording(recording, u"picture.png"_s, [&](const Recording &of, const QString &path) {
            asked = path;
            return &of == &recording ? Result<void>() : fail(ErrorKind::System, {}, "another recording");
        });
    QVERIFY(with);
    QCOMPARE(asked, u"picture.png"_s);
    const auto failing = exportRecording(recording, u"picture.png"_s, [](const Recording &, const QString &) {
        return Result<void>(fail(ErrorKind::System, "picture.png", "no paint left"));
    });
    QVERIFY(!failing && failing.error().what == "no paint left");
}

void TestExports::whatCannotBeSavedSaysWhy_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("says");
    QTest::newRow("another ending") << u"run.pdf"_s
                                    << u"must end in .json, .csv, .png, .perfetto.json or .slices.csv"_s;
    QTest::newRow("no ending") << u"run"_s << u"must end in"_s;
    QTest::newRow("a directory") << u"folder.json"_s << u"cannot be written"_s;
    QTest::newRow("in a file") << u"file.csv/run.json"_s << u"cannot be written"_s;
    QTest::newRow("no such directory") << u"nowhere/run.json"_s << u"cannot be written"_s;
    QTest::newRow("long name") << QString(300, u'x') + u".json"_s << u"cannot be written"_s;
    QTest::newRow("read-only directory") << u"locked/run.json"_s << u"cannot be written"_s;
    QTest::newRow("read-only file") << u"locked.json"_s << u"cannot be written"_s;
}

void TestExports::whatCannotBeSavedSaysWhy()
{
    QFETCH(QString, name);
    QFETCH(QString, says);
    if (name.startsWith(u"locked"_s) && ::geteuid() == 0)
        QSKIP("root may write everywhere");
    QTemporaryDir directory;
    QVERIFY(QDir(directory.path()).mkdir(u"folder.json"_s));
    QVERIFY(QDir(directory.path()).mkdir(u"locked"_s));
    QVERIFY(saveFile(directory.filePath(u"file.csv"_s), "kept"));
    QVERIFY(saveFile(directory.filePath(u"locked.json"_s), "kept"));
    QVERIFY(QFile::setPermissions(directory.filePath(u"locked.json"_s), QFileDevice::ReadOwner));
    QVERIFY(QFile::setPermissions(
        directory.filePath(u"locked"_s), QFileDevice::ReadOwner | QFileDevice::ExeOwner));

    const auto path = directory.filePath(name);
    for (const auto &result : {checkWritable(path), exportRecording(fullRecording(), path)}) {
        QVERIFY(!result);
        QVERIFY2(
            QString::fromStdString(result.error().what).contains(says), describe(result.error()).c_str());
        QCOMPARE(QString::fromStdString(result.error().where), path);
    }
    QCOMPARE(contents(directory.filePath(u"file.csv"_s)), QByteArray("kept"));
    QCOMPARE(contents(directory.filePath(u"locked.json"_s)), QByteArray("kept"));
}

void TestExports::aFullDiskIsAnError()
{
    if (::access("/dev/full", W_OK) != 0)
        QSKIP("there is no /dev/full here");
    QTemporaryDir directory;
    const auto path = directory.filePath(u"full.json"_s);
    QVERIFY(QFile::link(u"/dev/full"_s, path));
    QVERIFY(checkWritable(path)); // it is: only the room is missing
    const auto result = exportRecording(fullRecording(), path);
    QVERIFY(!result);
    QVERIFY2(describe(result.error()).find("space") != std::string::npos, describe(result.error()).c_str());
    QVERIFY(QFileInfo(u"/dev/full"_s).exists() && !QFileInfo(u"/dev/full"_s).isFile());
}

void TestExports::checkingLeavesNothingBehind()
{
    QTemporaryDir directory;
    QVERIFY(checkWritable(directory.filePath(u"new.json"_s)));
    QVERIFY(QDir(directory.path()).isEmpty());
    QVERIFY(saveFile(directory.filePath(u"old.csv"_s), "kept"));
    QVERIFY(checkWritable(directory.filePath(u"old.csv"_s)));
    QCOMPARE(contents(directory.filePath(u"old.csv"_s)), QByteArray("kept"));
    QCOMPARE(QDir(directory.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
}

QTEST_GUILESS_MAIN(TestExports)
#include "tst_exports.moc"
