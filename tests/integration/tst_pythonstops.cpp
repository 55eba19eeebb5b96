// SPDX-License-Identifier: GPL-3.0-or-later
// What runs in Python ends when it should: at its time, when it is stopped, and before it has begun.

#include "tests/integration/pythonfixture.h"

using namespace timeslice;

class TestPythonStops : public QObject, RunsOfATest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aDurationEndsTheRun();
    void aStopEndsEveryPair_data() { everyPythonWorkload(); }
    void aStopEndsEveryPair();
    void aStopBeforeItHasStarted();
    void noDirectoryIsLeft();
};

void TestPythonStops::initTestCase()
{
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
}

void TestPythonStops::aDurationEndsTheRun()
{
    Lab lab(options());
    for (const auto &variant : pythonVariants()) {
        const auto name = variant.name();
        auto experiment = endlessExperiment("primes", variant.model->id, workersFor(*variant.model, 2));
        variant.applyTo(experiment);
        experiment.durationSeconds = 0.2;
        const auto recording = finishedRun(lab, experiment);
        QVERIFY2(recording, name.c_str());
        QCOMPARE(recording->outcome, Outcome::Completed);
        QVERIFY2(recording->items > 0, name.c_str());
        QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
    }
}

void TestPythonStops::aStopEndsEveryPair()
{
    QFETCH(QString, workload);
    Lab lab(options());
    for (const auto &variant : variantsFor(workload)) {
        const auto name = variant.name();
        auto experiment =
            endlessExperiment(workload.toStdString(), variant.model->id, workersFor(*variant.model, 2));
        variant.applyTo(experiment);
        const auto recording = stoppedRun(lab, experiment);
        QVERIFY2(recording, name.c_str());
        QVERIFY2(!recording->error, recording->error ? (name + describe(*recording->error)).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Stopped);
        // Without force, and so with an account of every worker.
        QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
        for (const auto &worker : recording->workers)
            QVERIFY2(worker.cpuSeconds.has_value(), name.c_str());
    }
}

void TestPythonStops::aStopBeforeItHasStarted()
{
    for (const auto &variant : pythonVariants()) {
        Lab lab(options());
        auto experiment = endlessExperiment("primes", variant.model->id, workersFor(*variant.model, 2));
        variant.applyTo(experiment);
        QSignalSpy finished(&lab, &Lab::runFinished);
        QVERIFY(lab.start(experiment));
        lab.stop(); // while the interpreters are still looked for
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(lab.interpreters() != nullptr, kPatienceMs);
        QVERIFY(lab.start(experiment));
        QTRY_VERIFY_WITH_TIMEOUT(lab.board()->enginePid() != 0, kPatienceMs);
        QTest::qWait(30); // while Python comes up
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatienceMs);
        for (const auto &end : finished)
            QCOMPARE(end.front().value<RecordingPtr>()->outcome, Outcome::Stopped);
    }
}

void TestPythonStops::noDirectoryIsLeft()
{
    QVERIFY2(directoriesLeft().isEmpty(), qPrintable(directoriesLeft().join(QLatin1Char(' '))));
}

QTEST_GUILESS_MAIN(TestPythonStops)
#include "tst_pythonstops.moc"
