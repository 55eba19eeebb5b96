// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/scenarios.h"
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"

#include <QDir>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace timeslice;

class TestScenarios : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFileIsAScenario();
    void theFirstIsAShortRunOfTwoThreads();
    void idsAndTitlesDiffer();
    void experimentsAreCompleteAndSurviveAFile();
    void everyWorkloadAndModelIsShown();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
};

void TestScenarios::everyFileIsAScenario()
{
    const auto all = scenarios();
    const QDir folder(QStringLiteral(":/timeslice/scenarios"));
    QCOMPARE(all.size(), static_cast<std::size_t>(folder.entryList(QDir::Files).size()));
    QVERIFY(all.size() >= 5);
}

void TestScenarios::theFirstIsAShortRunOfTwoThreads()
{
    const Scenario first = scenarios().front();
    QCOMPARE(first.experiment.workload, std::string("primes"));
    QCOMPARE(first.experiment.model, std::string("qthread"));
    QCOMPARE(first.experiment.workers, 2U);
    QVERIFY(first.experiment.durationSeconds.has_value());
    QVERIFY(*first.experiment.durationSeconds <= 10);
}

void TestScenarios::idsAndTitlesDiffer()
{
    QSet<QString> ids;
    QSet<QString> titles;
    const QRegularExpression id(QStringLiteral("^[a-z0-9]+(-[a-z0-9]+)*$"));
    for (const Scenario &scenario : scenarios()) {
        QVERIFY2(id.match(scenario.id).hasMatch(), qPrintable(scenario.id));
        QVERIFY2(scenario.description.endsWith(QLatin1Char('.')), qPrintable(scenario.description));
        ids.insert(scenario.id);
        titles.insert(scenario.title);
    }
    QCOMPARE(static_cast<std::size_t>(ids.size()), scenarios().size());
    QCOMPARE(static_cast<std::size_t>(titles.size()), scenarios().size());
}

void TestScenarios::experimentsAreCompleteAndSurviveAFile()
{
    for (const Scenario &scenario : scenarios()) {
        const auto complete = validated(scenario.experiment);
        QVERIFY2(complete, qPrintable(scenario.id));
        QVERIFY(*complete == scenario.experiment);
        const auto again = experimentFromJson(toJson(scenario.experiment));
        QVERIFY2(again, qPrintable(scenario.id));
        QVERIFY(*again == scenario.experiment);
    }
}

void TestScenarios::everyWorkloadAndModelIsShown()
{
    const auto all = scenarios();
    for (const WorkloadInfo &info : workloads()) {
        if (info.isForeign)
            continue; // which program, only the user can say
        QVERIFY2(
            std::ranges::any_of(all, [&](const Scenario &s) { return s.experiment.workload == info.id; }),
            info.id.c_str());
    }
    for (const ModelInfo &info : models()) {
        if (whyNot("primes", info.id) || info.interpreter)
            continue; // of the many in Python some are shown
        QVERIFY2(
            std::ranges::any_of(all, [&](const Scenario &s) { return s.experiment.model == info.id; }),
            info.id.c_str());
    }
}

void TestScenarios::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("where");
    const QByteArray experiment =
        R"({"schema":"timeslice.experiment/1","workload":"sleep","model":"qthread","workers":2})";
    const QByteArray head = R"({"schema":"timeslice.scenario/1","id":"a","title":"A","description":"B.")";
    QTest::newRow("no JSON") << QByteArray("{") << QString();
    QTest::newRow("no object") << QByteArray("[]") << QStringLiteral("/schema");
    QTest::newRow("no schema") << QByteArray(R"({"id":"a"})") << QStringLiteral("/schema");
    QTest::newRow("other schema") << QByteArray(R"({"schema":"timeslice.scenario/2"})")
                                  << QStringLiteral("/schema");
    QTest::newRow("empty title") << QByteArray(
        R"({"schema":"timeslice.scenario/1","id":"a","title":"","description":"B.","experiment":)"
        + experiment + "}") << QStringLiteral("/title");
    QTest::newRow("number as id") << QByteArray(
        R"({"schema":"timeslice.scenario/1","id":1,"title":"A","description":"B.","experiment":)" + experiment
        + "}") << QStringLiteral("/id");
    QTest::newRow("no experiment") << QByteArray(head + "}") << QStringLiteral("/experiment");
    QTest::newRow("unknown key") << QByteArray(head + R"(,"x":1,"experiment":)" + experiment + "}")
                                 << QStringLiteral("/x");
    QTest::newRow("bad experiment") << QByteArray(
        head
        + R"(,"experiment":{"schema":"timeslice.experiment/1","workload":"sleep","model":"qthread","workers":0}})")
                                    << QStringLiteral("/experiment/workers");
}

void TestScenarios::whatIsWrongIsNamed()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, where);
    const auto scenario = scenarioFromJson(text);
    QVERIFY(!scenario);
    QCOMPARE(QString::fromStdString(scenario.error().where), where);
    QVERIFY(!scenario.error().what.empty());
}

QTEST_GUILESS_MAIN(TestScenarios)
#include "tst_scenarios.moc"
