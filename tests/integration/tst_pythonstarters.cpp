// SPDX-License-Identifier: GPL-3.0-or-later
// What workers in Python start for each item, and the partners they have: every choice, under every model.

#include "tests/integration/pythonfixture.h"
#include "tests/support/processes.h"

#include <csignal>
#include <unistd.h>

using namespace timeslice;

class TestPythonStarters : public QObject, RunsOfATest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyStarterAndEveryWay_data();
    void everyStarterAndEveryWay();
    void aKilledPartnerFailsTheRun_data();
    void aKilledPartnerFailsTheRun();
};

void TestPythonStarters::initTestCase()
{
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
}

void TestPythonStarters::everyStarterAndEveryWay_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("choice");
    const auto add = [](const char *workload, const char *key, const char *choice) {
        QTest::addRow("%s/%s", workload, choice)
            << QString::fromLatin1(workload) << QString::fromLatin1(key) << QString::fromLatin1(choice);
    };
    for (const char *const what : {"pool-task", "process", "interpreter"}) // the first one: every pair
        add("spawn", "what", what);
    for (const char *const way : {"pipe", "shared-memory", "pickle"})
        add("payload", "way", way);
}

void TestPythonStarters::everyStarterAndEveryWay()
{
    QFETCH(QString, workload);
    QFETCH(QString, key);
    QFETCH(QString, choice);
    Lab lab(options());
    auto native = tinyExperiment(workload.toStdString(), "sequential", 1);
    native.items = 6;
    const auto expected = finishedRun(lab, native);
    QVERIFY(expected && expected->outcome == Outcome::Completed);
    for (const auto &variant : variantsFor(workload)) {
        const auto name = variant.name();
        auto experiment =
            tinyExperiment(workload.toStdString(), variant.model->id, workersFor(*variant.model, 2));
        variant.applyTo(experiment);
        experiment.items = 6;
        experiment.params.set(key.toStdString(), choice.toStdString());
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording, name.c_str());
        QVERIFY2(!recording->error, recording->error ? (name + describe(*recording->error)).c_str() : "");
        QVERIFY2(recording->checksum == expected->checksum, name.c_str());
        QVERIFY2(
            recording->notes.isEmpty(),
            qPrintable(QString::fromStdString(name) + recording->notes.join(QLatin1Char(' '))));
        QCOMPARE(recording->results.size(), 3U);
        const bool isKnown = choice != QLatin1String("interpreter");
        QVERIFY2(std::holds_alternative<double>(recording->results[0]) == isKnown, name.c_str());
        QVERIFY2(std::get<double>(recording->results[1]) > 0, name.c_str());

        // A stop in the middle leaves nothing behind, either, and takes no force.
        experiment.items.reset();
        experiment.durationSeconds = 600;
        const auto stopped = stoppedRun(lab, experiment);
        QVERIFY2(stopped, name.c_str());
        QVERIFY2(!stopped->error, stopped->error ? (name + describe(*stopped->error)).c_str() : "");
        QCOMPARE(stopped->outcome, Outcome::Stopped);
        QVERIFY2(
            stopped->notes.isEmpty(),
            qPrintable(QString::fromStdString(name) + stopped->notes.join(QLatin1Char(' '))));
        QVERIFY2(descendantsOf(::getpid()).empty(), name.c_str());
    }
}

void TestPythonStarters::aKilledPartnerFailsTheRun_data()
{
    QTest::addColumn<QString>("way");
    for (const char *const way : {"pipe", "shared-memory", "pickle"})
        QTest::newRow(way) << QString::fromLatin1(way);
}

void TestPythonStarters::aKilledPartnerFailsTheRun()
{
    QFETCH(QString, way);
    Lab lab(options());
    auto experiment = endlessExperiment("payload", "cpython-threading", 2);
    experiment.params.set("way", way.toStdString());
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(experiment));
    QTRY_VERIFY_WITH_TIMEOUT(
        lab.board() && lab.board()->slot(0).itemsDone.load() > 0 && lab.board()->slot(1).pid.load() > 0,
        kPatienceMs);
    const auto partners = descendantsOf(lab.board()->slot(0).pid.load());
    QCOMPARE(partners.size(), 2U);
    QCOMPARE(::kill(*partners.begin(), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, Outcome::Failed);
    const auto words = describe(*recording->error);
    QVERIFY2(words.find("the partner process was killed by SIGKILL") != std::string::npos, words.c_str());
    QVERIFY(descendantsOf(::getpid()).empty());
}

QTEST_GUILESS_MAIN(TestPythonStarters)
#include "tst_pythonstarters.moc"
