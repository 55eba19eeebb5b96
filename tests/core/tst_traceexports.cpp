// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as files for other programs: what ui.perfetto.dev reads, and slices as CSV.

#include "core/record/perfettoexport.h"
#include "core/record/slicescsvexport.h"
#include "tests/support/timelinetesting.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <limits>
#include <zlib.h>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr int kMain = 5;
constexpr int kWorker = 6;

/// A trace from 100 to 9,000 ns: 5 creates 6 on core 0, which is preempted, moves to core 1, where records
/// are lost, and ends there.
TimelineViewPtr smallView()
{
    return viewOf(
        9'000,
        {in(1'000, kMain, 0), forked(1'500, kMain, kWorker, 0), out(2'000, kMain, 0), in(2'000, kWorker, 0),
         preempted(3'001, kWorker, 0), in(4'000, kWorker, 1), out(5'000, kWorker, 1), lost(6'000, 7, 1),
         in(7'000, kWorker, 1), exited(8'000, kWorker, 1)});
}

SeriesPoint point(std::uint64_t endNs, double seconds, double itemsPerSecond)
{
    SeriesPoint point;
    point.time = fromBoardNs(endNs);
    point.seconds = seconds;
    point.itemsPerSecond = itemsPerSecond;
    point.voluntaryPerSecond = 3;
    point.involuntaryPerSecond = 4;
    return point;
}

QByteArray perfettoOf(const TimelineView &view, const TraceLabels &labels)
{
    QByteArray text;
    writePerfetto(view, labels, [&text](QByteArrayView piece) {
        text.append(piece);
        return true;
    });
    return text;
}

/// The events of one phase, each as the text of its JSON.
QByteArrayList eventsOf(const QByteArray &trace, const char *phase)
{
    QByteArrayList found;
    const auto events = QJsonDocument::fromJson(trace).object()["traceEvents"_L1].toArray();
    for (const auto &event : events) {
        if (event["ph"_L1].toString() == QLatin1String(phase))
            found.append(QJsonDocument(event.toObject()).toJson(QJsonDocument::Compact));
    }
    return found;
}

QByteArray unpacked(const QString &path)
{
    QByteArray text;
    auto *const file = ::gzopen(QFile::encodeName(path).constData(), "rb");
    std::array<char, 4096> buffer;
    for (int got = 0; (got = ::gzread(file, buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), got);
    ::gzclose(file);
    return text;
}

} // namespace

class TestTraceExports : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstEventIsAName();
    void statesAreExactToTheNanosecond();
    void whatIsMarkedForTheWholeTrace();
    void ratesAreCounters();
    void anEmptyTraceIsStillOne();
    void packedAndPlainAreTheSame();
    void slicesAreRows();
    void whoHasEnoughIsLeftAlone();
};

// The importer knows the file by its beginning, and an empty list is none to it.
void TestTraceExports::theFirstEventIsAName()
{
    const auto view = smallView();
    TraceLabels labels;
    labels.title = u"a \"title\""_s;
    labels.names = {{kMain, u"main"_s}, {kWorker, u"w\\orker"_s}};
    const auto text = perfettoOf(*view, labels);
    QVERIFY(text.startsWith("{\"traceEvents\":[\n{\"ph\":\"M\""));
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(text, &error);
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(document.object()["metadata"_L1]["title"_L1].toString(), labels.title);
    QStringList names;
    const auto events = document.object()["traceEvents"_L1].toArray();
    for (const auto &event : events) {
        if (event["name"_L1].toString() == "thread_name"_L1)
            names << event["args"_L1]["name"_L1].toString();
        QVERIFY(event["pid"_L1].toInt() > 0); // 0 is the idle task there
        QVERIFY(event["tid"_L1].toInt() > 0 || event["ph"_L1].toString() == "C"_L1);
    }
    QCOMPARE(names, QStringList({u"main"_s, u"w\\orker"_s}));
}

void TestTraceExports::statesAreExactToTheNanosecond()
{
    const auto text = perfettoOf(*smallView(), {});
    QByteArrayList worker;
    for (const auto &event : text.split('\n')) {
        if (event.contains("\"ph\":\"T\"") && event.contains("\"tid\":6"))
            worker << event.mid(event.indexOf("\"name\"")).chopped(event.endsWith(',') ? 1 : 0);
    }
    const QByteArrayList expected{
        R"("name":"R","pid":1,"tid":6,"ts":1.400,"dur":0.500})",
        R"("name":"Running","pid":1,"tid":6,"ts":1.900,"dur":1.001,"args":{"cpu":0}})",
        R"("name":"R","pid":1,"tid":6,"ts":2.901,"dur":0.999})",
        R"("name":"Running","pid":1,"tid":6,"ts":3.900,"dur":1.000,"args":{"cpu":1}})",
        R"("name":"S","pid":1,"tid":6,"ts":5.900,"dur":1.000})",
        R"("name":"Running","pid":1,"tid":6,"ts":6.900,"dur":1.000,"args":{"cpu":1}})"};
    // Between 5 and 6 us records were lost: what is not known is not there.
    QVERIFY2(worker == expected, worker.join('\n').constData());
}

void TestTraceExports::whatIsMarkedForTheWholeTrace()
{
    TraceLabels labels;
    labels.goNs = 1'700;
    const auto marks = eventsOf(perfettoOf(*smallView(), labels), "i");
    QCOMPARE(marks.size(), 2);
    QVERIFY2(marks[0].contains(R"("name":"go")") && marks[0].contains(R"("ts":1.6})"), marks[0].constData());
    QVERIFY2(marks[1].contains("7 records lost on core 1"), marks[1].constData());
    QVERIFY2(marks[1].contains(R"("length_us":1})"), marks[1].constData());
    for (const auto &mark : marks)
        QVERIFY(mark.contains(R"("s":"g")"));
}

void TestTraceExports::ratesAreCounters()
{
    const std::array series{
        point(90, 50e-9, 11), // before the trace
        point(2'100, 1e-6, 22), point(3'100, 1e-6, std::numeric_limits<double>::quiet_NaN())};
    TraceLabels labels;
    labels.series = series;
    const auto counters = eventsOf(perfettoOf(*smallView(), labels), "C");
    QCOMPARE(counters.size(), 5); // three and, without what was not measured, two
    const auto marks = eventsOf(perfettoOf(*smallView(), labels), "i");
    QCOMPARE(marks.size(), 2);
    QVERIFY2(marks[1].contains("throughput not measured from here"), marks[1].constData());
    QVERIFY2(
        counters[0].contains(R"("name":"throughput")") && counters[0].contains(R"("items/s":22})")
            && counters[0].contains(R"("ts":1})"),
        counters[0].constData());
    QVERIFY2(counters[1].contains(R"("per second":3)"), counters[1].constData());
    QVERIFY2(counters[4].contains(R"("ts":2})"), counters[4].constData());
    const auto first = QJsonDocument::fromJson(counters[0]).object();
    QCOMPARE(first["args"_L1].toObject().size(), 1); // each key is a track of its own
}

void TestTraceExports::anEmptyTraceIsStillOne()
{
    const auto text = perfettoOf(*viewOf(100, {}), {});
    QCOMPARE(eventsOf(text, "M").size(), 1);
    QVERIFY(eventsOf(text, "T").isEmpty());
}

void TestTraceExports::packedAndPlainAreTheSame()
{
    const QTemporaryDir directory;
    const auto view = smallView();
    for (const auto *const name : {"a.perfetto.json", "a.perfetto.json.gz"}) {
        const auto path = directory.filePath(QLatin1String(name));
        QVERIFY(savePerfetto(*view, {}, path));
        QCOMPARE(unpacked(path), perfettoOf(*view, {})); // zlib reads what is not packed as it is
    }
    QFile packed(directory.filePath(u"a.perfetto.json.gz"_s));
    QVERIFY(packed.open(QIODevice::ReadOnly));
    QCOMPARE(packed.read(2), QByteArray("\x1f\x8b"));
    const auto refused = savePerfetto(*view, {}, directory.filePath(u"none/a.perfetto.json"_s));
    QVERIFY(!refused);
}

void TestTraceExports::slicesAreRows()
{
    TraceLabels labels;
    labels.goNs = 2'000;
    labels.names = {{kWorker, u"=worker, 0"_s}};
    QByteArray text;
    writeSlicesCsv(*smallView(), labels, [&text](QByteArrayView piece) {
        text.append(piece);
        return true;
    });
    const auto rows = text.split('\n');
    QCOMPARE(rows.first(), QByteArray("task,tid,pid,state,start_s,length_s,cpu,ended\r"));
    QByteArrayList worker;
    for (const auto &row : rows) {
        if (row.contains(",6,1,"))
            worker << row.mid(row.indexOf(",6,1,") + 5).chopped(1);
    }
    const QByteArrayList expected{
        "runnable,-0.000000500,0.000000500,,",     "running,0.000000000,0.000001001,0,preempted",
        "runnable,0.000001001,0.000000999,,",      "running,0.000002000,0.000001000,1,blocked",
        "unknown,0.000003000,0.000001000,,",       "blocked,0.000004000,0.000001000,,",
        "running,0.000005000,0.000001000,1,exited"};
    QVERIFY2(worker == expected, worker.join('\n').constData());
    QVERIFY(text.contains("\"'=worker, 0\",6,1,")); // quoted, and no formula
}

void TestTraceExports::whoHasEnoughIsLeftAlone()
{
    int pieces = 0;
    writeSlicesCsv(*smallView(), {}, [&pieces](QByteArrayView) {
        ++pieces;
        return false;
    });
    QCOMPARE(pieces, 1);
}

QTEST_GUILESS_MAIN(TestTraceExports)
#include "tst_traceexports.moc"
