// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "tests/support/tinyexperiments.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 60'000;

// A program to be started in timeslice-worker's place.
QString script(const QTemporaryDir &directory, const char *body)
{
    QFile file(directory.filePath(QStringLiteral("worker.sh")));
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write(QByteArray("#!/bin/sh\n") + body + '\n');
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
    return file.fileName();
}

qsizetype entriesOf(const QString &path)
{
    return QDir(path).entryList(QDir::NoDotAndDotDot | QDir::AllEntries).size();
}

} // namespace

class TestLab : public QObject {
    Q_OBJECT

private:
    static RecordingPtr onlyRecording(const QSignalSpy &finished)
    {
        return finished.isEmpty() ? nullptr : finished.front().front().value<RecordingPtr>();
    }

    LabOptions options() const
    {
        return {
            .workerProgram = QStringLiteral(TIMESLICE_WORKER),
            .runtimeDirectory = m_runtime.path(),
            .hasWindow = true}; // what matters is an event loop on the lab's thread
    }

    // Rows of a test that is about each model.
    static void everyModel()
    {
        QTest::addColumn<QString>("model");
        for (const auto &model : models()) {
            if (!whyNot("primes", model.id) && !model.interpreter) // those in Python: tst_python
                QTest::newRow(model.id.c_str()) << QString::fromStdString(model.id);
        }
    }

    RecordingPtr run(Lab &lab, const Experiment &experiment, RunOptions how = {})
    {
        QSignalSpy finished(&lab, &Lab::runFinished);
        const auto id = lab.start(experiment, how);
        if (!id) {
            qWarning("%s", describe(id.error()).c_str());
            return nullptr;
        }
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
            return nullptr;
        return onlyRecording(finished);
    }

    QTemporaryDir m_runtime;

private Q_SLOTS:
    void everyPairGivesTheSameChecksum_data();
    void everyPairGivesTheSameChecksum();
    void inputDataByPipeGiveTheSameChecksum();
    void anIsolatedRunGivesTheSameChecksum();
    void aDurationEndsTheRun_data();
    void aDurationEndsTheRun();
    void stopEndsARunOnce_data();
    void stopEndsARunOnce();
    void stopBeforeItHasStarted_data();
    void stopBeforeItHasStarted();
    void aMissingWorkerProgramFails_data();
    void aMissingWorkerProgramFails();
    void aSilentChildTimesOut();
    void aDyingChildFails();
    void aFloodingChildIsKilled();
    void aKilledWorkerFailsTheRunAndKeepsItsItems();
    void aFailedItemEndsTheRunOrIsCounted_data();
    void aFailedItemEndsTheRunOrIsCounted();
    void aDeadlockIsFoundAndEnded_data();
    void aDeadlockIsFoundAndEnded();
    void philosophersWhoAreNotNaiveEat_data();
    void philosophersWhoAreNotNaiveEat();
    void updatesAreLostWithoutProtection_data();
    void updatesAreLostWithoutProtection();
    void producersAndConsumersFinish_data();
    void producersAndConsumersFinish();
    void pingPongSaysWhyItCannotBePlaced();
    void filesAreGoneAfterTheRun();
    void anInvalidExperimentStartsNothing();
    void aSecondRunIsRefused();
    void destroyingTheLabEndsTheRun_data();
    void destroyingTheLabEndsTheRun();
    void destroyingTheLabAtAwkwardMoments_data();
    void destroyingTheLabAtAwkwardMoments();
    void stopEndsARunFedByPipe();
    void aDeadServerFailsTheRun();
    void twoHundredQuickStartsAndStopsLeakNothing();
    void accountsAddUp_data();
    void accountsAddUp();
    void aStaleRunDirectoryIsRemoved();
    void filesAreWrittenToADisk();
};

void TestLab::everyPairGivesTheSameChecksum_data()
{
    QTest::addColumn<QString>("workload");
    for (const auto &workload : workloads()) {
        if (!workload.isForeign)
            QTest::newRow(workload.id.c_str()) << QString::fromStdString(workload.id);
    }
}

void TestLab::everyPairGivesTheSameChecksum()
{
    QFETCH(QString, workload);
    Lab lab(options());
    std::optional<std::uint64_t> expected;
    for (const auto &model : models()) {
        if (whyNot(workload.toStdString(), model.id) || model.interpreter)
            continue;
        const auto name = model.id.c_str();
        const auto recording =
            run(lab, tinyExperiment(workload.toStdString(), model.id, model.singleWorker ? 1 : 3));
        QVERIFY2(recording, name);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Completed);
        QCOMPARE(recording->items, 24U);
        QCOMPARE(recording->itemsFailed, 0U);
        if (!expected)
            expected = recording->checksum;
        QVERIFY2(recording->checksum == *expected, name);
        QVERIFY(recording->wallSeconds > 0);
        QVERIFY(recording->latency.has_value());
        for (const auto &worker : recording->workers) {
            QVERIFY2(worker.cpuSeconds.has_value(), name);
            QVERIFY2(worker.switches.voluntary.has_value(), name);
            QVERIFY(worker.pid > 0 && worker.tid > 0);
        }
    }
}

void TestLab::inputDataByPipeGiveTheSameChecksum()
{
    Lab lab(options());
    auto experiment = tinyExperiment("sum", "qprocess", 2);
    const auto shared = run(lab, experiment);
    experiment.params.set("transfer", std::string("pipe"));
    const auto piped = run(lab, experiment);
    QVERIFY(shared && piped);
    QCOMPARE(piped->outcome, Outcome::Completed);
    QCOMPARE(piped->checksum, shared->checksum);
}

void TestLab::anIsolatedRunGivesTheSameChecksum()
{
    Lab lab(options());
    auto experiment = tinyExperiment("primes", "qthread", 2);
    const auto here = run(lab, experiment);
    experiment.isolate = true;
    const auto there = run(lab, experiment);
    QVERIFY(here && there);
    QCOMPARE(there->outcome, Outcome::Completed);
    QCOMPARE(there->checksum, here->checksum);
    QVERIFY(here->workers[0].pid == ::getpid());
    QVERIFY(there->workers[0].pid != ::getpid());
}

void TestLab::aDurationEndsTheRun_data()
{
    everyModel();
}

void TestLab::aDurationEndsTheRun()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment =
        longExperiment("primes", model.toStdString(), workersFor(*findModel(model.toStdString()), 2));
    experiment.durationSeconds = 0.3;
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QVERIFY(recording->items > 0);
    QVERIFY(recording->wallSeconds > 0); // the last item ends near the deadline, however slow the machine is
}

void TestLab::stopEndsARunOnce_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("model");
    for (const auto &workload : workloads()) {
        for (const auto &model : models()) {
            if (!workload.isForeign && !whyNot(workload.id, model.id) && !model.interpreter)
                QTest::addRow("%s/%s", workload.id.c_str(), model.id.c_str())
                    << QString::fromStdString(workload.id) << QString::fromStdString(model.id);
        }
    }
}

void TestLab::stopEndsARunOnce()
{
    QFETCH(QString, workload);
    QFETCH(QString, model);
    Lab lab(options());
    const auto experiment = longExperiment(
        workload.toStdString(), model.toStdString(), workersFor(*findModel(model.toStdString()), 2));
    QStringList notes;
    // On a busy machine leaving may take longer than the patience of who stops the run: then it is made to
    // leave, which a note says. What never leaves by itself needs that each time.
    for (int attempt = 0; attempt < 4; ++attempt) {
        QSignalSpy finished(&lab, &Lab::runFinished);
        QVERIFY(lab.start(experiment));
        QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
        lab.stop();
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        const auto recording = onlyRecording(finished);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Stopped);
        QCOMPARE(lab.state(), LabState::Idle);
        QTest::qWait(20); // a second `runFinished` would come now
        QCOMPARE(finished.size(), 1);
        notes = recording->notes;
        if (notes.isEmpty())
            return;
    }
    QFAIL(qPrintable(notes.join(QLatin1Char(' '))));
}

void TestLab::stopBeforeItHasStarted_data()
{
    everyPairGivesTheSameChecksum_data();
}

void TestLab::stopBeforeItHasStarted()
{
    QFETCH(QString, workload);
    for (const auto &model : models()) {
        if (whyNot(workload.toStdString(), model.id) || model.interpreter)
            continue;
        Lab lab(options());
        QSignalSpy finished(&lab, &Lab::runFinished);
        QVERIFY(lab.start(longExperiment(workload.toStdString(), model.id, model.singleWorker ? 1 : 2)));
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        QCOMPARE(onlyRecording(finished)->outcome, Outcome::Stopped);
    }
}

void TestLab::aMissingWorkerProgramFails_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("model");
    QTest::newRow("the engine's process") << QStringLiteral("primes") << QStringLiteral("qprocess");
    QTest::newRow("the server") << QStringLiteral("http") << QStringLiteral("qthread");
    QTest::newRow("the server with TLS") << QStringLiteral("https") << QStringLiteral("qthread");
}

void TestLab::aMissingWorkerProgramFails()
{
    QFETCH(QString, workload);
    QFETCH(QString, model);
    auto broken = options();
    broken.workerProgram = QStringLiteral("/nonexistent/timeslice-worker");
    Lab lab(broken);
    const auto recording = run(lab, tinyExperiment(workload.toStdString(), model.toStdString(), 2));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->error);
    QVERIFY(describe(*recording->error).find("/nonexistent/timeslice-worker") != std::string::npos);
}

void TestLab::aSilentChildTimesOut()
{
    const QTemporaryDir scripts;
    auto broken = options();
    broken.workerProgram = script(scripts, "trap '' TERM\nsleep 600 &\nwait");
    broken.helloTimeout = std::chrono::milliseconds(300);
    Lab lab(broken);
    const auto recording = run(lab, tinyExperiment("primes", "qprocess", 2));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->kind, ErrorKind::TimedOut);
    QVERIFY(!recording->itemsPerSecond.has_value());
}

void TestLab::aDyingChildFails()
{
    const QTemporaryDir scripts;
    auto broken = options();
    broken.workerProgram = script(scripts, "echo 'last words' >&2\nkill -SEGV $$");
    Lab lab(broken);
    const auto recording = run(lab, tinyExperiment("primes", "qprocess", 2));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("SIGSEGV") != std::string::npos, recording->error->what.c_str());
    QVERIFY(recording->output.contains(QLatin1String("last words")));
}

void TestLab::aFloodingChildIsKilled()
{
    const QTemporaryDir scripts;
    auto broken = options();
    broken.workerProgram = script(scripts, "exec cat /dev/zero");
    Lab lab(broken);
    const auto recording = run(lab, tinyExperiment("primes", "qprocess", 2));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("8 MiB") != std::string::npos, recording->error->what.c_str());
    QVERIFY(recording->output.size() <= 64 * 1024);
}

void TestLab::aKilledWorkerFailsTheRunAndKeepsItsItems()
{
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(longExperiment("sleep", "qprocess", 2)));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(1).itemsDone.load() > 3, kPatienceMs);
    const auto victim = lab.board()->slot(1).pid.load();
    QVERIFY(victim > 1 && victim != ::getpid());
    QCOMPARE(::kill(victim, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = onlyRecording(finished);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("SIGKILL") != std::string::npos, recording->error->what.c_str());
    QVERIFY2(recording->error->where.find("worker 1") != std::string::npos, recording->error->where.c_str());
    QVERIFY(recording->workers[1].items > 3);
    QVERIFY(!recording->workers[1].cpuSeconds.has_value()); // it never accounted: not measured, not 0
    QVERIFY(!recording->cpuSeconds.has_value());
    QVERIFY(recording->workers[0].cpuSeconds.has_value());
}

void TestLab::aFailedItemEndsTheRunOrIsCounted_data()
{
    everyModel();
}

void TestLab::aFailedItemEndsTheRunOrIsCounted()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment =
        tinyExperiment("primes", model.toStdString(), workersFor(*findModel(model.toStdString()), 2));
    experiment.params.set("fail_every", std::int64_t{5});
    experiment.params.set("on_failure", std::string("stop"));
    const auto stopped = run(lab, experiment);
    QVERIFY(stopped);
    QCOMPARE(stopped->outcome, Outcome::Failed);
    QVERIFY2(stopped->error->what.find("on purpose") != std::string::npos, stopped->error->what.c_str());
    QVERIFY(stopped->itemsFailed >= 1);

    experiment.params.set("on_failure", std::string("continue"));
    const auto counted = run(lab, experiment);
    QVERIFY(counted);
    QCOMPARE(counted->outcome, Outcome::Completed);
    QCOMPARE(counted->itemsFailed, 4U);
    QCOMPARE(counted->items, 20U);
    QVERIFY(counted->itemError.find("on purpose") != std::string::npos);
}

void TestLab::aDeadlockIsFoundAndEnded_data()
{
    QTest::addColumn<QString>("model");
    for (const char *const model : {"qthread", "pool", "qprocess"})
        QTest::newRow(model) << QString::fromLatin1(model);
}

void TestLab::aDeadlockIsFoundAndEnded()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment = longExperiment("philosophers", model.toStdString(), 3);
    experiment.params.set("strategy", std::string("naive"));
    experiment.params.set("think_ms", 0.0);
    experiment.params.set("pause_ms", 5.0);
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->kind, ErrorKind::Deadlock);
    QCOMPARE(
        recording->error->what,
        std::string("worker 0 waits for worker 1, which waits for worker 2, which waits for worker 0"));
    QVERIFY2(
        recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' ')))); // none was killed
    QCOMPARE(std::get<std::string>(recording->results.at(0)), std::string("0 -> 1 -> 2 -> 0"));
    for (const auto &worker : recording->workers)
        QVERIFY(worker.cpuSeconds.has_value());
}

void TestLab::philosophersWhoAreNotNaiveEat_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<QString>("model");
    for (const char *const strategy : {"ordered", "try-lock", "arbitrator"}) {
        for (const char *const model : {"qthread", "qprocess"})
            QTest::addRow("%s/%s", strategy, model)
                << QString::fromLatin1(strategy) << QString::fromLatin1(model);
    }
}

void TestLab::philosophersWhoAreNotNaiveEat()
{
    QFETCH(QString, strategy);
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment = tinyExperiment("philosophers", model.toStdString(), 3);
    experiment.params.set("strategy", strategy.toStdString());
    experiment.items = 60;
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
    QCOMPARE(recording->items, 60U);
    QVERIFY(std::holds_alternative<std::monostate>(recording->results.at(0)));
    QVERIFY(std::get<double>(recording->results.at(2)) >= 20);
}

void TestLab::updatesAreLostWithoutProtection_data()
{
    QTest::addColumn<QString>("model");
    for (const char *const model : {"qthread", "pool", "qprocess"})
        QTest::newRow(model) << QString::fromLatin1(model);
}

void TestLab::updatesAreLostWithoutProtection()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment = tinyExperiment("counter", model.toStdString(), 2);
    experiment.params.set("increments", std::int64_t{200'000});
    const auto lost = [&](const char *mode) {
        experiment.params.set("mode", std::string(mode));
        const auto recording = run(lab, experiment);
        if (!recording || recording->results.size() != 2)
            return -1.0;
        if (std::get<double>(recording->results[0]) != 24 * 200'000)
            return -2.0;
        return std::get<double>(recording->results[1]);
    };
    for (const char *const mode : {"mutex", "atomic", "sharded"})
        QCOMPARE(lost(mode), 0.0);
    double unprotected = 0;
    for (int i = 0; i < 50 && unprotected == 0; ++i) // two workers need not meet in every run
        unprotected = lost("unprotected");
    QVERIFY(unprotected > 0);
}

void TestLab::producersAndConsumersFinish_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<int>("producers");
    for (const char *const model : {"qthread", "qprocess"}) {
        for (const int producers : {1, 3})
            QTest::addRow("%s, %d of 4 produce", model, producers) << QString::fromLatin1(model) << producers;
    }
}

void TestLab::producersAndConsumersFinish()
{
    QFETCH(QString, model);
    QFETCH(int, producers);
    Lab lab(options());
    auto experiment = tinyExperiment("producer-consumer", model.toStdString(), 4);
    experiment.items = 500;
    experiment.params.set("producers", std::int64_t{producers});
    experiment.params.set("capacity", std::int64_t{2});
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
    QCOMPARE(recording->items, 500U);
    for (int worker = 0; worker < producers; ++worker)
        QCOMPARE(recording->workers[static_cast<std::size_t>(worker)].items, 0U);
    const auto longest = std::get<double>(recording->results.at(0));
    QVERIFY(longest >= 1 && longest <= 2);

    // A consumer whose item fails ends the run for the producers, too.
    experiment.params.set("fail_every", std::int64_t{50});
    const auto failedOne = run(lab, experiment);
    QVERIFY(failedOne);
    QCOMPARE(failedOne->outcome, Outcome::Failed);
    QVERIFY(failedOne->items < 500);
}

void TestLab::pingPongSaysWhyItCannotBePlaced()
{
    Lab lab(options());
    auto experiment = tinyExperiment("ping-pong", "qthread", 1);
    experiment.params.set("placement", std::string("other"));
    experiment.pin = Pin::One;
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("second CPU") != std::string::npos, recording->error->what.c_str());
}

void TestLab::filesAreGoneAfterTheRun()
{
    Lab lab(options());
    for (const char *const model : {"qthread", "qprocess"}) {
        auto experiment = tinyExperiment("file", model, 2);
        experiment.params.set("fsync", true);
        experiment.params.set("read_back", true);
        const auto recording = run(lab, experiment);
        QVERIFY(recording);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QVERIFY(std::get<double>(recording->results.at(1)) > 0);
        QVERIFY(!std::get<std::string>(recording->results.at(3)).empty());
        QCOMPARE(entriesOf(m_runtime.path()), 0);
    }
}

void TestLab::anInvalidExperimentStartsNothing()
{
    Lab lab(options());
    QSignalSpy states(&lab, &Lab::stateChanged);
    auto experiment = tinyExperiment("primes", "qthread", 2);
    experiment.params.set("range", std::int64_t{-1});
    const auto started = lab.start(experiment);
    QVERIFY(!started);
    QCOMPARE(QString::fromStdString(started.error().where), QStringLiteral("/params/range"));
    QVERIFY(states.isEmpty());
    QCOMPARE(lab.state(), LabState::Idle);
}

void TestLab::aSecondRunIsRefused()
{
    Lab lab(options());
    QVERIFY(lab.start(longExperiment("sleep", "qthread", 1)));
    const auto second = lab.start(longExperiment("sleep", "qthread", 1));
    QVERIFY(!second);
    QCOMPARE(second.error().kind, ErrorKind::Unsupported);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(lab.state(), LabState::Idle, kPatienceMs);
}

void TestLab::destroyingTheLabEndsTheRun_data()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("model");
    QTest::newRow("threads") << QStringLiteral("primes") << QStringLiteral("qthread");
    QTest::newRow("pool") << QStringLiteral("primes") << QStringLiteral("pool");
    QTest::newRow("processes") << QStringLiteral("primes") << QStringLiteral("qprocess");
    QTest::newRow("processes and a server") << QStringLiteral("http") << QStringLiteral("qprocess");
}

void TestLab::destroyingTheLabEndsTheRun()
{
    QFETCH(QString, workload);
    QFETCH(QString, model);
    std::vector<int> pids;
    {
        Lab lab(options());
        QVERIFY(lab.start(longExperiment(workload.toStdString(), model.toStdString(), 2)));
        QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
        for (unsigned worker = 0; worker < 2; ++worker)
            pids.push_back(lab.board()->slot(worker).pid.load());
        pids.push_back(lab.board()->enginePid());
    }
    for (const int pid : pids) {
        if (pid != 0 && pid != ::getpid())
            QTRY_VERIFY_WITH_TIMEOUT(::kill(pid, 0) != 0, 5000);
    }
    QCOMPARE(entriesOf(m_runtime.path()), 0);
}

void TestLab::destroyingTheLabAtAwkwardMoments_data()
{
    everyModel();
}

void TestLab::destroyingTheLabAtAwkwardMoments()
{
    QFETCH(QString, model);
    const auto experiment =
        longExperiment("primes", model.toStdString(), workersFor(*findModel(model.toStdString()), 2));
    {
        Lab lab(options()); // before the engine's thread has said anything
        QVERIFY(lab.start(experiment));
    }
    {
        Lab lab(options()); // after a stop whose end nobody has heard of yet
        QVERIFY(lab.start(experiment));
        QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
        lab.stop();
        ::usleep(50'000);
    }
    QCOMPARE(entriesOf(m_runtime.path()), 0);
}

void TestLab::stopEndsARunFedByPipe()
{
    Lab lab(options());
    for (int round = 0; round < 5; ++round) {
        QSignalSpy finished(&lab, &Lab::runFinished);
        auto experiment = longExperiment("sum", "qprocess", 3);
        experiment.params.set("transfer", std::string("pipe"));
        QVERIFY(lab.start(experiment));
        QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        const auto recording = onlyRecording(finished);
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Stopped);
        QCOMPARE(recording->itemsFailed, 0U);
    }
}

void TestLab::aDeadServerFailsTheRun()
{
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(longExperiment("http", "qthread", 2)));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).itemsDone.load() > 0, kPatienceMs);
    QFile children(QStringLiteral("/proc/self/task/%1/children").arg(::getpid()));
    QVERIFY(children.open(QIODevice::ReadOnly));
    const auto server = children.readAll().trimmed().toInt(); // the run's only child process
    QVERIFY(server > 1);
    QCOMPARE(::kill(server, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = onlyRecording(finished);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY(recording->items > 0);
}

void TestLab::twoHundredQuickStartsAndStopsLeakNothing()
{
    Lab lab(options());
    const auto once = [&](int round) {
        static const char *const kModels[] = {"sequential", "qthread", "pool", "qprocess"};
        const auto *const model = kModels[round % 4];
        QSignalSpy finished(&lab, &Lab::runFinished);
        QVERIFY(lab.start(longExperiment("primes", model, round % 4 == 0 ? 1 : 2)));
        if (round % 3 == 1)
            QTest::qWait(1); // stop at different points of the start
        if (round % 3 == 2)
            QTest::qWait(15);
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        QCOMPARE(onlyRecording(finished)->outcome, Outcome::Stopped);
    };
    for (int round = 0; round < 12; ++round) // what is made once and kept is made now
        once(round);
    const auto threads = entriesOf(QStringLiteral("/proc/self/task"));
    const auto fds = entriesOf(QStringLiteral("/proc/self/fd"));
    for (int round = 0; round < 200; ++round)
        once(round);
    QTRY_VERIFY(entriesOf(QStringLiteral("/proc/self/task")) <= threads);
    QCOMPARE(entriesOf(QStringLiteral("/proc/self/fd")), fds);
    QFile children(QStringLiteral("/proc/self/task/%1/children").arg(::getpid()));
    QVERIFY(children.open(QIODevice::ReadOnly));
    QCOMPARE(children.readAll(), QByteArray());
    QCOMPARE(entriesOf(m_runtime.path()), 0);
}

void TestLab::accountsAddUp_data()
{
    everyModel();
}

void TestLab::accountsAddUp()
{
    QFETCH(QString, model);
    Lab lab(options());
    auto experiment =
        longExperiment("primes", model.toStdString(), workersFor(*findModel(model.toStdString()), 3));
    experiment.durationSeconds = 1.0;
    const auto recording = run(lab, experiment);
    QVERIFY(recording);
    double cpu = 0;
    std::uint64_t items = 0;
    for (const auto &worker : recording->workers) {
        cpu += *worker.cpuSeconds;
        items += worker.items;
        const auto whole = *worker.states.running + *worker.states.runnable + *worker.states.blocked;
        // From go (or the worker's first item) to its end; three clocks read one after another.
        QVERIFY2(whole > 0 && whole < recording->wallSeconds * 1.5 + 0.5, qPrintable(QString::number(whole)));
    }
    QCOMPARE(cpu, *recording->cpuSeconds);
    QCOMPARE(items, recording->items);
    // No more CPU than there are cores.
    QVERIFY(
        cpu <= recording->wallSeconds * static_cast<double>(lab.machine().cpusAllowed.size()) * 1.05 + 0.05);
    QVERIFY(!recording->series.empty());
    QVERIFY(recording->observer.samples > 3);
}

void TestLab::aStaleRunDirectoryIsRemoved()
{
    const auto stale = m_runtime.path() + QStringLiteral("/timeslice-run-stale");
    QVERIFY(QDir().mkdir(stale));
    QFile owner(stale + QStringLiteral("/owner"));
    QVERIFY(owner.open(QIODevice::WriteOnly));
    owner.write("1 0"); // pid 1 runs, but began at another time
    owner.close();
    const Lab lab(options());
    QVERIFY(!QDir(stale).exists());
}

// The runtime directory of a desktop session lies in memory: fsync(2) has nothing to do there.
void TestLab::filesAreWrittenToADisk()
{
    const QTemporaryDir session;
    const QTemporaryDir cache;
    qputenv("XDG_RUNTIME_DIR", session.path().toUtf8());
    qputenv("XDG_CACHE_HOME", cache.path().toUtf8());
    auto usual = options();
    usual.runtimeDirectory.clear();
    const auto directories = cache.filePath(QStringLiteral("timeslice"));
    {
        Lab lab(usual);
        QSignalSpy finished(&lab, &Lab::runFinished);
        QVERIFY(lab.start(longExperiment("sleep", "qthread", 1)));
        QCOMPARE(entriesOf(session.path()), 1);
        QVERIFY(!QDir(directories).exists());
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);

        QVERIFY(lab.start(longExperiment("file", "qthread", 1)));
        QCOMPARE(entriesOf(session.path()), 0);
        const auto own = QDir(directories).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(own.size(), 1);
        QCOMPARE(
            own.front().permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
            QFileDevice::Permissions());
        QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).itemsDone.load() > 0, kPatienceMs);
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 2, kPatienceMs);
        QVERIFY(!onlyRecording(finished)->error);
    }
    QCOMPARE(entriesOf(directories), 0);

    // One that a killed program left there is found at the next start.
    const auto stale = directories + QStringLiteral("/timeslice-run-stale");
    QVERIFY(QDir().mkdir(stale));
    QFile owner(stale + QStringLiteral("/owner"));
    QVERIFY(owner.open(QIODevice::WriteOnly) && owner.write("1 0") > 0);
    owner.close();
    const Lab next(usual);
    QVERIFY(!QDir(stale).exists());
    qunsetenv("XDG_RUNTIME_DIR");
    qunsetenv("XDG_CACHE_HOME");
}

QTEST_GUILESS_MAIN(TestLab)
#include "tst_lab.moc"
