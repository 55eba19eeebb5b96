// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"
#include "core/model/cpython.h"
#include "core/model/pythonforms.h"
#include "core/record/jsonexport.h"
#include "core/run/experiment.h"
#include "core/run/headroom.h"
#include "core/run/jsonstrict.h"
#include "core/run/nearest.h"
#include "core/workload/catalogue.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <limits>
#include <random>

using namespace timeslice;

namespace {

QByteArray file(const QByteArray &members)
{
    return "{\"schema\": \"timeslice.experiment/1\", \"workload\": \"primes\", \"model\": \"qthread\""
        + members + "}";
}

Experiment primes(unsigned workers = 2)
{
    Experiment experiment;
    experiment.workload = "primes";
    experiment.model = "qthread";
    experiment.workers = workers;
    return experiment;
}

QString describeResult(const Result<Experiment> &result)
{
    return result ? QStringLiteral("accepted") : QString::fromStdString(describe(result.error()));
}

} // namespace

class TestExperiment : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPairHasCompleteAndDistinctParameters();
    void defaultsAreFilledIn();
    void invalidValuesNameTheirKey_data();
    void invalidValuesNameTheirKey();
    void wholeNumbersServeAsRealOnes();
    void badFilesPointAtTheKey_data();
    void badFilesPointAtTheKey();
    void placesAreCountedInLinesAndCharacters();
    void goodFilesAreTaken_data();
    void goodFilesAreTaken();
    void jsonTextIsDecoded();
    void roundTripIsIdentical();
    void theExperimentOfARunIsOneButForItsSchema();
    void textSetsParameters_data();
    void textSetsParameters();
    void textThatDoesNotFitIsRefused_data();
    void textThatDoesNotFitIsRefused();
    void mistypedWordsAreRecognised();
    void mutatedFilesNeverBreakTheReader();
    void pairsThatMakeNoSenseSayWhy();
    void whatPythonLacksIsLeftOutWithAReason();
    void parametersMustGoTogether();
    void whatTheMachineHasNoRoomForIsSeen();
};

void TestExperiment::everyPairHasCompleteAndDistinctParameters()
{
    for (const auto &workload : workloads()) {
        for (const auto &model : models()) {
            const auto all = parametersOf(workload.id, model.id);
            QCOMPARE(
                all.size(), workload.parameters.size() + model.parameters.size() + commonParameters().size());
            std::vector<std::string> ids;
            for (const auto &parameter : all)
                ids.push_back(parameter.id);
            std::ranges::sort(ids);
            QVERIFY2(std::ranges::adjacent_find(ids) == ids.end(), (workload.id + "/" + model.id).c_str());
            QVERIFY(!allowedValues(all.front()).empty());
        }
    }
    QVERIFY(parametersOf("primes", "no-such-model").empty());
    QVERIFY(parametersOf("no-such-workload", "qthread").empty());
}

void TestExperiment::defaultsAreFilledIn()
{
    const auto checked = validated(primes());
    QVERIFY2(checked, qPrintable(describeResult(checked)));
    QCOMPARE(checked->items, std::optional(findWorkload("primes")->defaultItems));
    QVERIFY(!checked->durationSeconds);
    for (const auto &parameter : parametersOf("primes", "qthread")) {
        const auto *const value = checked->params.find(parameter.id);
        QVERIFY2(value != nullptr && *value == parameter.defaultValue, parameter.id.c_str());
    }
    QCOMPARE(checked->params.choice("on_failure"), std::string("stop"));
    QCOMPARE(checked->params.integer("fail_every"), 0);

    auto byDuration = primes();
    byDuration.durationSeconds = 1.5;
    const auto timed = validated(byDuration);
    QVERIFY2(timed, qPrintable(describeResult(timed)));
    QVERIFY(!timed->items);
}

void TestExperiment::invalidValuesNameTheirKey_data()
{
    QTest::addColumn<Experiment>("experiment");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *where, const char *says, auto change) {
        auto experiment = primes();
        change(experiment);
        QTest::newRow(name) << experiment << QString::fromLatin1(where) << QString::fromLatin1(says);
    };
    row("unknown workload", "/workload", "did you mean \"primes\"?", [](auto &e) { e.workload = "prime"; });
    row("far from all", "/workload", "must be one of sum, primes", [](auto &e) { e.workload = "zzzzzzzz"; });
    row("no workload", "/workload", "is missing", [](auto &e) { e.workload.clear(); });
    row("unknown model", "/model", "did you mean \"qthread\"?", [](auto &e) { e.model = "qthraed"; });
    row("no workers", "/workers", "from 1 to 4096", [](auto &e) { e.workers = 0; });
    row("too many workers", "/workers", "from 1 to 4096", [](auto &e) { e.workers = 4097; });
    row("single worker", "/workers", "must be 1", [](auto &e) { e.model = "sequential"; });
    row("no items", "/items", "from 1 to 1000000000000", [](auto &e) { e.items = 0; });
    row("too many items", "/items", "from 1 to", [](auto &e) { e.items = kMaxItems + 1; });
    row("both ends", "/duration_s", "beside items", [](auto &e) { e.items = 1, e.durationSeconds = 1; });
    row("too short", "/duration_s", "from 0.05 to 86400 s", [](auto &e) { e.durationSeconds = 0.01; });
    row("too long", "/duration_s", "from 0.05", [](auto &e) { e.durationSeconds = 1e9; });
    row("NaN", "/duration_s", "from 0.05", [](auto &e) { e.durationSeconds = std::nan(""); });
    row("seed", "/seed", "from 0 to 9007199254740991", [](auto &e) { e.seed = kMaxSeed + 1; });
    row("unknown parameter", "/params/fail_evry", "did you mean \"fail_every\"?",
        [](auto &e) { e.params.set("fail_evry", std::int64_t{1}); });
    row("unknown far parameter", "/params/nonsense_word", "it has",
        [](auto &e) { e.params.set("nonsense_word", std::int64_t{1}); });
    row("negative", "/params/fail_every", "from 0 to 1000000000 items",
        [](auto &e) { e.params.set("fail_every", std::int64_t{-1}); });
    row("real for whole", "/params/fail_every", "a whole number",
        [](auto &e) { e.params.set("fail_every", 1.0); });
    row("choice", "/params/on_failure", "one of stop, continue; did you mean \"continue\"?",
        [](auto &e) { e.params.set("on_failure", std::string("contineu")); });
    row("toggle for choice", "/params/on_failure", "one of",
        [](auto &e) { e.params.set("on_failure", true); });
    row("infinite", "/params/sleep_ms", "a number from", [](auto &e) {
        e.workload = "sleep";
        e.params.set("sleep_ms", std::numeric_limits<double>::infinity());
    });
    row("not a number", "/params/sleep_ms", "a number from", [](auto &e) {
        e.workload = "sleep";
        e.params.set("sleep_ms", std::nan(""));
    });
}

void TestExperiment::invalidValuesNameTheirKey()
{
    QFETCH(Experiment, experiment);
    QFETCH(QString, where);
    QFETCH(QString, says);
    const auto checked = validated(experiment);
    QVERIFY(!checked);
    QCOMPARE(checked.error().kind, ErrorKind::Malformed);
    QCOMPARE(QString::fromStdString(checked.error().where), where);
    QVERIFY2(QString::fromStdString(checked.error().what).contains(says), checked.error().what.c_str());
}

void TestExperiment::wholeNumbersServeAsRealOnes()
{
    auto experiment = primes();
    experiment.workload = "sleep";
    experiment.params.set("sleep_ms", std::int64_t{3});
    const auto checked = validated(experiment);
    QVERIFY2(checked, qPrintable(describeResult(checked)));
    QCOMPARE(checked->params.real("sleep_ms"), 3.0);
}

void TestExperiment::badFilesPointAtTheKey_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const QByteArray &text, const char *where, const char *says) {
        QTest::newRow(name) << text << QString::fromLatin1(where) << QString::fromLatin1(says);
    };
    row("empty", "", "", "line 1, column 1: the text ends");
    row("blank", " \n ", "", "line 2, column 2: the text ends");
    row("not an object", "[1]", "", "an experiment is an object");
    row("no schema", "{\"workload\": \"primes\"}", "/schema", "is missing");
    row("other schema", "{\"schema\": \"something/1\"}", "/schema", "must be \"timeslice.experiment/1\"");
    row("newer schema", "{\"schema\": \"timeslice.experiment/2\"}", "/schema", "another version");
    row("truncated", "{\"schema\": \"timeslice.experiment/1\", \"wor", "", "inside a string");
    row("no colon", "{\"schema\" 1}", "/schema", "expected a colon");
    row("trailing comma", file(","), "", "expected a key in double quotes");
    row("two values", file("") + " {}", "", "behind the end");
    row("single quotes", "{'schema': 1}", "", "expected a key");
    row("comment", "{/* */}", "", "expected a key");
    row("bad word", file(", \"seed\": yes"), "/seed", "expected a value");
    row("NaN", file(", \"seed\": NaN"), "/seed", "expected a value");
    row("Infinity", file(", \"duration_s\": -Infinity"), "/duration_s", "expected a value");
    row("plus", file(", \"seed\": +1"), "/seed", "expected a value");
    row("leading zero", file(", \"seed\": 01"), "", "expected a comma");
    row("bare point", file(", \"seed\": 1."), "/seed", "digit after the decimal point");
    row("bare exponent", file(", \"seed\": 1e"), "/seed", "digit in the exponent");
    row("duplicate", file(", \"seed\": 1, \"seed\": 2"), "/seed", "\"seed\" is there twice");
    row("duplicate, escaped", file(", \"seed\": 1, \"s\\u0065ed\": 2"), "/seed", "is there twice");
    row("duplicate parameter", file(", \"params\": {\"a\": 1, \"a\": 1}"), "/params/a", "is there twice");
    row("unknown key", file(", \"worker\": 1"), "/worker", "did you mean \"workers\"?");
    row("unknown far key", file(", \"x/y\": 1"), "/x~1y", "unknown key; allowed are schema, workload");
    row("too deep", file(", \"params\": {\"a\": [[[[[[[1]]]]]]]}"), "/params/a/0/0/0/0/0/0", "deeper than 8");
    row("much too deep", QByteArray(500'000, '['), "/0/0/0/0/0/0/0/0", "deeper than 8");
    row("too many values", "[" + QByteArray("1,").repeated(3000) + "1]", "/1999", "too many values");
    row("fraction for whole", file(", \"workers\": 1.5"), "/workers", "a whole number from 1 to 4096");
    row("exponent for whole", file(", \"items\": 1e30"), "/items", "a whole number from 1 to");
    row("text for whole", file(", \"workers\": \"2\""), "/workers", "a whole number");
    row("negative", file(", \"workers\": -1"), "/workers", "a whole number");
    row("beyond 32 bits", file(", \"workers\": 4294967298"), "/workers", "a whole number");
    row("null for whole", file(", \"workers\": null"), "/workers", "a whole number");
    row("true for whole", file(", \"items\": true"), "/items", "a whole number");
    row("beyond 2^53", file(", \"seed\": 9007199254740992"), "/seed", "9007199254740991");
    row("beyond 2^64", file(", \"seed\": 99999999999999999999"), "/seed", "9007199254740991");
    row("text for number", file(", \"duration_s\": \"1\""), "/duration_s", "must be a number");
    row("huge number", file(", \"duration_s\": 1e999"), "/duration_s", "must be a number");
    row("out of range", file(", \"duration_s\": 0.001"), "/duration_s",
        "column 94: must be a number from 0.05");
    row("pin", file(", \"pin\": \"two\""), "/pin", "one of none, spread, one");
    row("pin of a program",
        R"({"schema": "timeslice.experiment/1", "workload": "command", "model": "command", "pin": "spread"})",
        "/pin", "must be none or one");
    row("isolate", file(", \"isolate\": 1"), "/isolate", "true or false");
    row("workload type", "{\"schema\": \"timeslice.experiment/1\", \"workload\": 1}", "/workload",
        "a string");
    row("model missing", "{\"schema\": \"timeslice.experiment/1\", \"workload\": \"primes\"}", "/model",
        "is missing");
    row("params type", file(", \"params\": []"), "/params", "must be an object");
    row("parameter type", file(", \"params\": {\"fail_every\": null}"), "/params/fail_every",
        "must be a number");
    row("parameter fraction", file(", \"params\": {\"fail_every\": 1.5}"), "/params/fail_every",
        "a whole number");
    row("parameter huge", file(", \"params\": {\"fail_every\": 1e999}"), "/params/fail_every",
        "a whole number");
    row("parameter unknown", file(", \"params\": {\"fail_evry\": 1}"), "/params/fail_evry", "did you mean");
    row("control character", "{\"a\nb\": 1}", "", "control character");
    row("bad escape", "{\"\\x\": 1}", "", "unknown escape");
    row("half a surrogate", "{\"\\ud800\": 1}", "", "surrogate");
    row("lone low surrogate", "{\"\\udc00\": 1}", "", "hexadecimal");
    row("not UTF-8", "{\"\xC0\x80\": 1}", "", "valid UTF-8");
    row("UTF-8 surrogate", "{\"\xED\xA0\x80\": 1}", "", "valid UTF-8");
    row("NUL", QByteArray("{\0}", 3), "", "expected a key");
    row("too large", QByteArray(kMaxExperimentBytes + 1, ' '), "", "1048576 are allowed");
}

void TestExperiment::badFilesPointAtTheKey()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, where);
    QFETCH(QString, says);
    const auto read = experimentFromJson(text);
    QVERIFY(!read);
    QCOMPARE(QString::fromStdString(read.error().where), where);
    QVERIFY2(QString::fromStdString(read.error().what).contains(says), read.error().what.c_str());
}

void TestExperiment::placesAreCountedInLinesAndCharacters()
{
    // The key in front of the complaint has two characters of two bytes each.
    const auto read =
        experimentFromJson("{\n  \"schema\": \"timeslice.experiment/1\",\r\n \"\u00e4\u00f6\": 1}");
    QVERIFY(!read);
    QCOMPARE(
        QString::fromStdString(read.error().what).section(u':', 0, 0), QStringLiteral("line 3, column 8"));
}

void TestExperiment::goodFilesAreTaken_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("least") << file("");
    QTest::newRow("byte order mark") << "\xEF\xBB\xBF" + file("");
    QTest::newRow("escaped key") << file(", \"s\\u0065ed\": 1");
    QTest::newRow("null items") << file(", \"items\": null, \"duration_s\": 2");
    QTest::newRow("null duration") << file(", \"items\": 3, \"duration_s\": null");
    QTest::newRow("largest seed") << file(", \"seed\": 9007199254740991");
    QTest::newRow("blanks") << " \t\r\n" + file(" \n , \n \"params\" \n : \n { } ") + "\n";
}

void TestExperiment::goodFilesAreTaken()
{
    QFETCH(QByteArray, text);
    const auto read = experimentFromJson(text);
    QVERIFY2(read, qPrintable(describeResult(read)));
    QCOMPARE(read->workload, std::string("primes"));
}

void TestExperiment::jsonTextIsDecoded()
{
    const auto parsed = parseStrictJson(R"("\"\\\/\b\f\n\r\t\u00e4\u20AC\ud83d\ude00x")");
    QVERIFY(parsed);
    QCOMPARE(parsed->text, std::string("\"\\/\b\f\n\r\t\u00e4\u20ac\U0001F600x"));
}

void TestExperiment::roundTripIsIdentical()
{
    std::mt19937_64 random(7);
    for (const auto &workload : workloads()) {
        for (const auto &model : models()) {
            if (whyNot(workload.id, model.id))
                continue;
            Experiment experiment;
            experiment.workload = workload.id;
            experiment.model = model.id;
            experiment.workers = model.singleWorker
                ? 1
                : std::max(workload.minWorkers, 1 + static_cast<unsigned>(random() % 64));
            if (random() % 2 == 0)
                experiment.items = 1 + random() % kMaxItems;
            else
                experiment.durationSeconds = 0.05 + static_cast<double>(random() % 1'000'003) / 7919.0;
            experiment.pin = static_cast<Pin>(random() % 3);
            if (model.runsForeign && experiment.pin == Pin::Spread)
                experiment.pin = Pin::One;
            experiment.isolate = random() % 2 == 0 && !model.onUiThread;
            experiment.seed = random() % (kMaxSeed + 1);
            for (const auto &parameter : parametersOf(workload.id, model.id)) {
                const double share = static_cast<double>(random() % 1000) / 999.0;
                const double number = parameter.minimum + share * (parameter.maximum - parameter.minimum);
                if (parameter.kind == Parameter::Kind::Integer)
                    experiment.params.set(parameter.id, static_cast<std::int64_t>(number));
                else if (parameter.kind == Parameter::Kind::Real)
                    experiment.params.set(parameter.id, number);
                else if (parameter.kind == Parameter::Kind::Toggle)
                    experiment.params.set(parameter.id, random() % 2 == 0);
                else
                    experiment.params.set(
                        parameter.id, parameter.choices[random() % parameter.choices.size()].id);
            }
            if (workload.check != nullptr && !workload.check(workSpecOf(experiment)))
                continue; // parameters that do not go together have a test of their own
            const auto checked = validated(experiment);
            QVERIFY2(checked, qPrintable(describeResult(checked)));
            QVERIFY(*checked == experiment);
            const auto text = toJson(*checked);
            const auto read = experimentFromJson(text);
            QVERIFY2(read, qPrintable(describeResult(read)));
            QVERIFY2(*read == *checked, text.constData());
            QCOMPARE(toJson(*read), text);
        }
    }
}

void TestExperiment::theExperimentOfARunIsOneButForItsSchema()
{
    auto experiment = primes();
    experiment.seed = kMaxSeed;
    const auto checked = validated(experiment);
    QVERIFY2(checked, qPrintable(describeResult(checked)));
    Recording recording;
    recording.experiment = *checked;
    auto object =
        QJsonDocument::fromJson(runJson(recording)).object()[QStringLiteral("experiment")].toObject();
    QVERIFY(!object.contains(QStringLiteral("schema")));
    object.insert(QStringLiteral("schema"), QStringLiteral("timeslice.experiment/1"));
    const auto read = experimentFromJson(QJsonDocument(object).toJson());
    QVERIFY2(read, qPrintable(describeResult(read)));
    QVERIFY(*read == *checked);
}

void TestExperiment::textSetsParameters_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("id");
    QTest::addColumn<ParameterValue>("value");
    QTest::newRow("integer") << QByteArray("fail_every=20") << "fail_every"
                             << ParameterValue(std::int64_t{20});
    QTest::newRow("choice") << QByteArray("on_failure=continue") << "on_failure"
                            << ParameterValue(std::string("continue"));
    QTest::newRow("real") << QByteArray("sleep_ms=0.5") << "sleep_ms" << ParameterValue(0.5);
    QTest::newRow("whole real") << QByteArray("sleep_ms=2") << "sleep_ms" << ParameterValue(2.0);
    QTest::newRow("exponent") << QByteArray("sleep_ms=1e2") << "sleep_ms" << ParameterValue(100.0);
}

void TestExperiment::textSetsParameters()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, id);
    QFETCH(ParameterValue, value);
    auto experiment = primes();
    experiment.workload = "sleep";
    const auto set = setFromText(experiment, text.toStdString());
    QVERIFY2(set, set ? "" : describe(set.error()).c_str());
    const auto *const found = experiment.params.find(id.toStdString());
    QVERIFY(found != nullptr);
    QVERIFY(*found == value);
}

void TestExperiment::textThatDoesNotFitIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *text, const char *where, const char *says) {
        QTest::newRow(text) << QByteArray(text) << QString::fromLatin1(where) << QString::fromLatin1(says);
    };
    row("fail_every", "fail_every", "key=value");
    row("=3", "=3", "key=value");
    row("", "", "key=value");
    row("fail_every=", "fail_every", "a whole number from 0 to 1000000000 items");
    row("fail_every=x", "fail_every", "a whole number");
    row("fail_every=1x", "fail_every", "a whole number");
    row("fail_every= 1", "fail_every", "a whole number");
    row("fail_every=1.5", "fail_every", "a whole number");
    row("fail_every=-1", "fail_every", "a whole number");
    row("fail_every=99999999999999999999", "fail_every", "a whole number");
    row("sleep_ms=nan", "sleep_ms", "a number from");
    row("sleep_ms=inf", "sleep_ms", "a number from");
    row("sleep_ms=1,5", "sleep_ms", "a number from");
    row("on_failure=stpo", "on_failure", "did you mean \"stop\"?");
    row("fail_evrey=1", "fail_evrey", "did you mean \"fail_every\"?");
}

void TestExperiment::textThatDoesNotFitIsRefused()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, where);
    QFETCH(QString, says);
    auto experiment = primes();
    experiment.workload = "sleep";
    const auto before = experiment;
    const auto set = setFromText(experiment, text.toStdString());
    QVERIFY(!set);
    QCOMPARE(set.error().kind, ErrorKind::Malformed);
    QCOMPARE(QString::fromStdString(set.error().where), where);
    QVERIFY2(QString::fromStdString(set.error().what).contains(says), set.error().what.c_str());
    QVERIFY(experiment == before);

    Experiment nothing;
    QVERIFY(!setFromText(nothing, "fail_every=1"));
}

void TestExperiment::mistypedWordsAreRecognised()
{
    const std::vector<std::string> words{"sum", "primes", "mandelbrot", "hash"};
    QCOMPARE(nearest("Primes", words), std::string("primes"));
    QCOMPARE(nearest("pirmes", words), std::string("primes"));
    QCOMPARE(nearest("mandelbort", words), std::string("mandelbrot"));
    QCOMPARE(nearest("sums", words), std::string("sum"));
    QCOMPARE(nearest("zzz", words), std::string());
    QCOMPARE(nearest("", words), std::string());
    QCOMPARE(nearest(std::string(100'000, 'a'), words), std::string());
    QCOMPARE(didYouMean("hsah", words), std::string("; did you mean \"hash\"?"));
    QCOMPARE(didYouMean("zzz", words), std::string());
    QCOMPARE(joined(words), std::string("sum, primes, mandelbrot, hash"));
}

// Whatever is done to a file, the reader either refuses it with a reason or returns a valid experiment that
// survives another round trip.
void TestExperiment::mutatedFilesNeverBreakTheReader()
{
    const auto original = validated(primes());
    QVERIFY(original);
    const auto text = toJson(*original);
    const QByteArrayList pieces{
        "{",  "}",    "[",   "]",    "\"",   ":",    ",",     "\\u",    "null", "1e999",
        "-1", "1.5",  "0",   "\\",   "\xFF", "true", "items", "params", "\n",   "9007199254740993",
        "/",  "\"\"", "NaN", "\"2\""};
    std::mt19937 random(20'000);
    int accepted = 0;
    for (int i = 0; i < 10'000; ++i) {
        auto mutated = text;
        const auto changes = 1 + random() % 3;
        for (unsigned change = 0; change < changes && !mutated.isEmpty(); ++change) {
            const auto at = static_cast<qsizetype>(random() % static_cast<unsigned>(mutated.size()));
            switch (random() % 5) {
            case 0:
                mutated[at] = static_cast<char>(random() % 256);
                break;
            case 1:
                mutated.remove(at, 1 + static_cast<qsizetype>(random() % 12));
                break;
            case 2:
                mutated.insert(at, pieces[static_cast<qsizetype>(random()) % pieces.size()]);
                break;
            case 3:
                mutated.truncate(at);
                break;
            default:
                mutated.insert(at, mutated.mid(static_cast<qsizetype>(random()) % mutated.size(), 40));
                break;
            }
        }
        const auto read = experimentFromJson(mutated);
        if (!read) {
            QVERIFY(!read.error().what.empty());
            continue;
        }
        ++accepted;
        const auto again = experimentFromJson(toJson(*read));
        QVERIFY2(again && *again == *read, mutated.constData());
    }
    QVERIFY2(accepted > 0, "some mutations leave the file valid");
}

void TestExperiment::pairsThatMakeNoSenseSayWhy()
{
    for (const auto &workload : workloads()) {
        for (const auto &model : models()) {
            const auto reason = whyNot(workload.id, model.id);
            const auto pair = workload.id + " under " + model.id;
            const bool mustBeRefused = workload.isForeign != model.runsForeign
                || (workload.minWorkers > 1 && model.singleWorker)
                || (workload.waitsForOthers && model.sharesOneThread)
                || (workload.drawsItems && model.handsOutItems)
                || (workload.startsProcesses && (model.onUiThread || model.startsNoProcesses))
                || whyNotInPython(workload, model);
            QVERIFY2(reason.has_value() == mustBeRefused, pair.c_str());
            QVERIFY2(!reason || (!reason->empty() && !reason->ends_with('.')), pair.c_str());
            Experiment experiment{.workload = workload.id, .model = model.id};
            experiment.workers = workload.minWorkers;
            const auto checked = validated(experiment);
            QVERIFY2(checked.has_value() == !mustBeRefused, qPrintable(describeResult(checked)));
        }
    }
    QCOMPARE(whyNot("philosophers", "sequential").value_or(""), findWorkload("philosophers")->whyNotFewer);
    QVERIFY(whyNot("producer-consumer", "pool").value_or("").find("hands out") != std::string::npos);
    QVERIFY(!whyNot("philosophers", "pool"));
    QVERIFY(!whyNot("producer-consumer", "qprocess"));
    QVERIFY(whyNot("primes", "command") && whyNot("command", "qthread") && !whyNot("command", "command"));
}

void TestExperiment::whatPythonLacksIsLeftOutWithAReason()
{
    const auto viaOf = [](const char *model) {
        const auto all = parametersOf("ping-pong", model);
        return *std::ranges::find(all, "via", &Parameter::id);
    };
    const auto idsOf = [](const Parameter &parameter) {
        std::vector<std::string> ids;
        for (const auto &choice : parameter.choices)
            ids.push_back(choice.id);
        return ids;
    };
    QCOMPARE(idsOf(viaOf("qthread")).front(), std::string("futex"));
    const auto via = viaOf("cpython-threading");
    QCOMPARE(idsOf(via), (std::vector<std::string>{"pipe", "eventfd", "condition"}));
    QVERIFY(via.defaultValue == ParameterValue(std::string("pipe")));
    QVERIFY2(via.help.find("no call for a futex") != std::string::npos, via.help.c_str());

    Experiment experiment{.workload = "ping-pong", .model = "cpython-threading"};
    const auto filledIn = validated(experiment);
    QVERIFY2(filledIn, qPrintable(describeResult(filledIn)));
    QCOMPARE(filledIn->params.choice("via"), std::string("pipe"));
    const auto typed = setFromText(experiment, "via=futex");
    QVERIFY(!typed && typed.error().what.find("not futex: Python's") != std::string::npos);
    experiment.params.set("via", std::string("futex"));
    const auto refused = validated(experiment);
    QVERIFY(!refused);
    QCOMPARE(refused.error().where, std::string("/params/via"));
    QCOMPARE(refused.error().what, typed.error().what);

    const auto mode = [](const char *model, const char *choice) {
        return whyNotChoice("counter", model, "mode", choice).has_value();
    };
    QVERIFY(mode("cpython-threading", "atomic") && mode("cpython-multiprocessing", "atomic"));
    QVERIFY(!mode("cpython-threading", "mutex") && !mode("cpython-threading", "call"));
    QVERIFY(mode("cpython-interpreters", "mutex") && !mode("qthread", "atomic"));

    // What makes no sense at all, each for its own reason.
    const auto reason = [](const char *workload, const char *model) {
        return whyNot(workload, model).value_or("");
    };
    QVERIFY(reason("false-sharing", "cpython-threading").find("cache line") != std::string::npos);
    QVERIFY(reason("philosophers", "cpython-interpreters").find("no lock") != std::string::npos);
    QVERIFY(reason("producer-consumer", "cpython-process-pool").find("hands out") != std::string::npos);
    QVERIFY(!whyNot("producer-consumer", "cpython-multiprocessing"));
    QVERIFY(!whyNot("philosophers", "cpython-multiprocessing"));
}

void TestExperiment::parametersMustGoTogether()
{
    Experiment experiment{.workload = "philosophers", .model = "qthread"};
    const auto alone = validated(experiment);
    QVERIFY(!alone);
    QCOMPARE(alone.error().where, std::string("/workers"));
    QVERIFY2(alone.error().what.find("at least 2") != std::string::npos, alone.error().what.c_str());

    experiment.workload = "producer-consumer";
    experiment.workers = 3;
    QVERIFY(validated(experiment));
    experiment.params.set("producers", std::int64_t{3});
    const auto nobodyConsumes = validated(experiment);
    QVERIFY(!nobodyConsumes);
    QCOMPARE(nobodyConsumes.error().where, std::string("/params/producers"));
    QCOMPARE(nobodyConsumes.error().kind, ErrorKind::Malformed);
    experiment.workers = 4;
    QVERIFY(validated(experiment));
}

void TestExperiment::whatTheMachineHasNoRoomForIsSeen()
{
    const auto hundred = [](const char *workload, const char *model) {
        return validated({.workload = workload, .model = model, .workers = 100}).value();
    };
    auto experiment = hundred("primes", "qthread");
    QVERIFY(!whyTooMuch(experiment, {}));
    QVERIFY(!whyTooMuch(experiment, {TaskRoom{200, "a limit"}, 1000}));

    const auto tasks = whyTooMuch(experiment, {TaskRoom{100, "a limit"}, 1000});
    QVERIFY(tasks);
    QVERIFY2(tasks->find("room for 100 (a limit)") != std::string::npos, tasks->c_str());

    // Children need files of ours for their pipes; threads do not.
    QVERIFY(!whyTooMuch(experiment, {{}, 256}));
    experiment = hundred("primes", "qprocess");
    const auto files = whyTooMuch(experiment, {{}, 256});
    QVERIFY(files);
    QVERIFY2(files->find("256 are allowed") != std::string::npos, files->c_str());

    // A worker that has a partner thread and files of its own.
    experiment = hundred("ping-pong", "qthread");
    QVERIFY(whyTooMuch(experiment, {TaskRoom{200, "a limit"}, 1000}));
    QVERIFY(whyTooMuch(experiment, {{}, 256}));
    QVERIFY(!whyTooMuch(experiment, {TaskRoom{300, "a limit"}, 1000}));

    // An event loop has a connection for each item in flight, a pool one for each thread.
    const auto asking = [](const char *model, unsigned workers, std::int64_t inFlight) {
        Experiment http{.workload = "http", .model = model, .workers = workers, .items = 100'000};
        http.params.set("concurrency", inFlight);
        return validated(http).value();
    };
    QVERIFY(!whyTooMuch(asking("event-loop", 1, 500), {{}, 1000}));
    const auto sockets = whyTooMuch(asking("event-loop", 1, 2'000), {{}, 1000});
    QVERIFY(sockets);
    QVERIFY2(sockets->find("2000 requests in flight need about") != std::string::npos, sockets->c_str());
    QVERIFY(!whyTooMuch(asking("event-loop-pool", 2, 2'000), {{}, 1000}));
    auto few = asking("event-loop", 1, 2'000);
    few.items = 10;
    QVERIFY(!whyTooMuch(few, {{}, 1000}));
    const auto connections = whyTooMuch(asking("event-loop", 1, 30'000), {});
    QVERIFY(connections);
    QVERIFY2(connections->find("the local server takes 20000") != std::string::npos, connections->c_str());

    // Input data, and processes in Python.
    Experiment sum{.workload = "sum", .model = "qthread", .workers = 2};
    sum.params.set("numbers", std::int64_t{10'000'000});
    sum = validated(sum).value();
    QVERIFY(!whyTooMuch(sum, {{}, {}, 100'000'000}));
    const auto memory = whyTooMuch(sum, {{}, {}, 50'000'000});
    QVERIFY(memory);
    QVERIFY2(
        memory->find("need about 77 MiB of memory; 48 MiB are available") != std::string::npos,
        memory->c_str());
    Experiment python{.workload = "sleep", .model = "cpython-multiprocessing", .workers = 1000};
    python.params.set("start_method", std::string("spawn"));
    QVERIFY(whyTooMuch(validated(python).value(), {{}, {}, 1'000'000'000}));
    python.model = "cpython-threading";
    python.params = {};
    QVERIFY(!whyTooMuch(validated(python).value(), {{}, {}, 1'000'000'000}));

    const auto real = readHeadroom();
    QVERIFY(real.memoryBytes && *real.memoryBytes > 0);
    QVERIFY(real.tasks);
    QVERIFY(!whyTooMuch(validated(primes(1)).value(), real));
}

QTEST_GUILESS_MAIN(TestExperiment)
#include "tst_experiment.moc"
