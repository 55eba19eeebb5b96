// SPDX-License-Identifier: GPL-3.0-or-later
// Workloads whose items start threads and processes of their own, through the lab.
#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "tests/support/processes.h"
#include "tests/support/tinyexperiments.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 60'000;

} // namespace

class TestLabProcesses : public QObject {
    Q_OBJECT

private:
    LabOptions options() const
    {
        return {
            .workerProgram = QStringLiteral(TIMESLICE_WORKER),
            .runtimeDirectory = m_runtime.path(),
            .hasWindow = true};
    }

    static RecordingPtr run(Lab &lab, const Experiment &experiment)
    {
        QSignalSpy finished(&lab, &Lab::runFinished);
        if (const auto id = lab.start(experiment); !id) {
            qWarning("%s", describe(id.error()).c_str());
            return nullptr;
        }
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
            return nullptr;
        return finished.front().front().value<RecordingPtr>();
    }

    static void everyChoice();

    QTemporaryDir m_runtime;

private Q_SLOTS:
    void everyChoiceUnderEveryModel_data() { everyChoice(); }
    void everyChoiceUnderEveryModel();
    void aStopInTheMiddleLeavesNoProcess_data() { everyChoice(); }
    void aStopInTheMiddleLeavesNoProcess();
    void aKilledPartnerFailsTheRun_data();
    void aKilledPartnerFailsTheRun();
    void aPartnerLivesAsLongAsItsRun();
    void theWindowsThreadIsRefused();
    void withoutAnInterpreterNoneIsStarted();
    void choicesOfTheOtherLanguageAreRefused();
};

void TestLabProcesses::everyChoice()
{
    QTest::addColumn<QString>("workload");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("choice");
    const auto add = [](const char *workload, const char *key, const char *choice) {
        QTest::addRow("%s/%s", workload, choice)
            << QString::fromLatin1(workload) << QString::fromLatin1(key) << QString::fromLatin1(choice);
    };
    for (const char *const what : {"thread", "pool-task", "qthread", "process", "interpreter"})
        add("spawn", "what", what);
    for (const char *const way : {"reference", "pipe", "shared-memory"})
        add("payload", "way", way);
}

void TestLabProcesses::everyChoiceUnderEveryModel()
{
    QFETCH(QString, workload);
    QFETCH(QString, key);
    QFETCH(QString, choice);
    Lab lab(options());
    auto first = tinyExperiment(workload.toStdString(), "sequential", 1);
    const auto expected = run(lab, first); // of the default choice: the result is the same by each
    QVERIFY(expected && expected->outcome == Outcome::Completed);
    for (const auto &model : models()) {
        if (whyNot(workload.toStdString(), model.id) || model.interpreter)
            continue;
        auto experiment = tinyExperiment(workload.toStdString(), model.id, workersFor(model, 2));
        experiment.params.set(key.toStdString(), choice.toStdString());
        const auto recording = run(lab, experiment);
        QVERIFY2(recording, model.id.c_str());
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Completed);
        QVERIFY2(recording->checksum == expected->checksum, model.id.c_str());
        QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
        QVERIFY(recording->workers[0].pid != ::getpid()); // under a supervisor, whatever the model
        QCOMPARE(recording->results.size(), 3U);
        const bool isKnown = choice != QLatin1String("interpreter");
        QCOMPARE(std::holds_alternative<double>(recording->results[0]), isKnown);
        QVERIFY2(std::get<double>(recording->results[1]) > 0, model.id.c_str());
        QVERIFY2(std::get<double>(recording->results[2]) > 0, model.id.c_str());
        QVERIFY2(descendantsOf(::getpid()).empty(), model.id.c_str());
    }
}

void TestLabProcesses::aStopInTheMiddleLeavesNoProcess()
{
    QFETCH(QString, workload);
    QFETCH(QString, key);
    QFETCH(QString, choice);
    for (const char *const model : {"qthread", "qprocess", "event-loop"}) {
        Lab lab(options());
        QSignalSpy finished(&lab, &Lab::runFinished);
        auto experiment = longExperiment(workload.toStdString(), model, workersFor(*findModel(model), 3));
        experiment.params.set(key.toStdString(), choice.toStdString());
        if (workload == QLatin1String("payload"))
            experiment.params.set("bytes", std::int64_t{16 << 20}); // it is in the middle of one then
        QVERIFY(lab.start(experiment));
        QTRY_VERIFY_WITH_TIMEOUT(lab.state() == LabState::Running, kPatienceMs);
        QTest::qWait(30);
        lab.stop();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
        const auto recording = finished.front().front().value<RecordingPtr>();
        QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
        QCOMPARE(recording->outcome, Outcome::Stopped);
        QVERIFY2(recording->notes.isEmpty(), qPrintable(recording->notes.join(QLatin1Char(' '))));
        QVERIFY2(descendantsOf(::getpid()).empty(), model);
    }
}

void TestLabProcesses::aKilledPartnerFailsTheRun_data()
{
    QTest::addColumn<QString>("way");
    QTest::addColumn<QString>("model");
    for (const char *const way : {"pipe", "shared-memory"}) {
        for (const char *const model : {"sequential", "qthread", "qprocess"})
            QTest::addRow("%s/%s", way, model) << QString::fromLatin1(way) << QString::fromLatin1(model);
    }
}

void TestLabProcesses::aKilledPartnerFailsTheRun()
{
    QFETCH(QString, way);
    QFETCH(QString, model);
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    auto experiment =
        longExperiment("payload", model.toStdString(), workersFor(*findModel(model.toStdString()), 2));
    experiment.params.set("way", way.toStdString());
    QVERIFY(lab.start(experiment));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).itemsDone.load() > 3, kPatienceMs);
    pid_t partner = 0;
    for (const pid_t pid : descendantsOf(::getpid())) {
        QFile words(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (words.open(QIODevice::ReadOnly) && words.readAll().split('\0').value(1) == "echo")
            partner = pid;
    }
    QVERIFY(partner > 1);
    QCOMPARE(::kill(partner, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, Outcome::Failed);
    const auto words = describe(*recording->error);
    QVERIFY2(words.find("partner process: was killed by SIGKILL") != std::string::npos, words.c_str());
    QCOMPARE(recording->itemsFailed, 1U);
    QVERIFY(descendantsOf(::getpid()).empty());
}

// One for each worker, and no further ones.
void TestLabProcesses::aPartnerLivesAsLongAsItsRun()
{
    Lab lab(options());
    auto experiment = longExperiment("payload", "qthread", 3);
    experiment.params.set("way", std::string("shared-memory"));
    QVERIFY(lab.start(experiment));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).itemsDone.load() > 3, kPatienceMs);
    const auto before = descendantsOf(::getpid());
    QCOMPARE(before.size(), 4U); // with the supervisor
    const auto done = lab.board()->slot(0).itemsDone.load();
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).itemsDone.load() > done + 100, kPatienceMs);
    QVERIFY(descendantsOf(::getpid()) == before);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(lab.state(), LabState::Idle, kPatienceMs);
}

void TestLabProcesses::theWindowsThreadIsRefused()
{
    Lab lab(options());
    for (const char *const workload : {"spawn", "payload"}) {
        const auto refused = lab.start(tinyExperiment(workload, "ui-thread", 1));
        QVERIFY(!refused);
        QCOMPARE(refused.error().where, std::string("/model"));
        QVERIFY2(refused.error().what.find("supervisor") != std::string::npos, refused.error().what.c_str());
    }
}

void TestLabProcesses::withoutAnInterpreterNoneIsStarted()
{
    const QTemporaryDir empty;
    auto bare = options();
    bare.interpreterDirectories = {empty.path()};
    Lab lab(bare);
    auto experiment = tinyExperiment("spawn", "sequential", 1);
    QVERIFY(run(lab, experiment)); // nobody looks for one that is not needed
    QVERIFY(!lab.interpreters());
    experiment.params.set("what", std::string("interpreter"));
    const auto recording = run(lab, experiment); // it is not known yet that there is none
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->error->kind, ErrorKind::Unsupported);
    QVERIFY2(
        recording->error->what.find("no Python interpreter") != std::string::npos,
        recording->error->what.c_str());
    const auto refused = lab.start(experiment);
    QVERIFY(!refused);
    QCOMPARE(refused.error().where, std::string("spawn"));
}

void TestLabProcesses::choicesOfTheOtherLanguageAreRefused()
{
    const auto refusal = [](const char *workload, const char *model, const char *key, const char *choice) {
        auto experiment = tinyExperiment(workload, model, 1);
        experiment.params.set(key, std::string(choice));
        const auto valid = validated(experiment);
        return valid ? std::string() : valid.error().where;
    };
    QCOMPARE(refusal("spawn", "sequential", "what", "qthread"), std::string());
    QCOMPARE(refusal("spawn", "cpython-sequential", "what", "qthread"), std::string("/params/what"));
    QCOMPARE(refusal("payload", "cpython-sequential", "way", "pickle"), std::string());
    QCOMPARE(refusal("payload", "sequential", "way", "pickle"), std::string("/params/way"));
    QVERIFY(whyNot("spawn", "cpython-interpreters"));
    QVERIFY(!whyNot("spawn", "cpython-multiprocessing"));
}

QTEST_GUILESS_MAIN(TestLabProcesses)
#include "tst_labprocesses.moc"
