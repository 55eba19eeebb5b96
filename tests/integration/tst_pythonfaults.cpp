// SPDX-License-Identifier: GPL-3.0-or-later
// Interpreters and workers that break, hang or talk too much.

#include "tests/integration/pythonfixture.h"
#include "tests/support/processes.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>

#include <csignal>

using namespace timeslice;

class TestPythonFaults : public QObject {
    Q_OBJECT

private:
    LabOptions options(const QTemporaryDir *directory = nullptr) const
    {
        LabOptions how{
            .workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()};
        if (directory)
            how.interpreterDirectories = QStringList{directory->path()};
        return how;
    }
    /// Runs until its first worker works, kills that one, and waits for the end.
    RecordingPtr runAndKillAWorker(const Experiment &experiment);

    QTemporaryDir m_runtime;

private Q_SLOTS:
    void anInterpreterThatHangsTimesOut();
    void whatIsTooOldOrNoneIsRefused();
    void noiseIsNoAnswer();
    void aMissingInterpreterIsRefusedOnceItIsKnown();
    void aKilledPoolWorkerBreaksThePool_data();
    void aKilledPoolWorkerBreaksThePool();
    void aKilledProcessEndsTheRun_data();
    void aKilledProcessEndsTheRun();
    void anInterpreterThatIsNeverReadyEndsTheRun();
    void anInterpreterThatDiesEndsTheRun();
    void noiseOfARunIsKeptAsLog();
    void aBrokenReportIsNone();
    void sixtyFourProcessesEndWithTheProgram_data();
    void sixtyFourProcessesEndWithTheProgram();
};

RecordingPtr TestPythonFaults::runAndKillAWorker(const Experiment &experiment)
{
    Lab lab(options());
    QSignalSpy finished(&lab, &Lab::runFinished);
    if (!lab.start(experiment))
        return nullptr;
    const auto isWorking = [&] {
        return lab.board()->slot(0).phase.load() == static_cast<std::uint32_t>(WorkerPhase::Working)
            && lab.board()->slot(0).itemsDone.load() > 0;
    };
    if (!QTest::qWaitFor(isWorking, kPatienceMs))
        return nullptr;
    ::kill(lab.board()->slot(0).pid.load(), SIGKILL);
    QElapsedTimer timer;
    timer.start();
    if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
        return nullptr;
    qInfo("the run ended %lld ms after the worker", static_cast<long long>(timer.elapsed()));
    return finished.front().front().value<RecordingPtr>();
}

void TestPythonFaults::anInterpreterThatHangsTimesOut()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", "sleep 600 &\nwait");
    putScript(directory, "python3.12", answerOf("[3, 12, 4]"));
    InterpreterSearch search({directory.path()});
    QSignalSpy finished(&search, &InterpreterSearch::finished);
    QElapsedTimer timer;
    timer.start();
    search.start();
    QVERIFY2(timer.elapsed() < 1000, "the start must not block");
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QVERIFY(timer.elapsed() < 8'000);
    const auto found = finished.front().front().value<Interpreters>();
    QCOMPARE(found.size(), 2U);
    QVERIFY2(
        found[0].problem.find("did not answer within 5 s") != std::string::npos, found[0].problem.c_str());
    QVERIFY2(found[1].problem.empty(), found[1].problem.c_str()); // the others' answers count
    QCOMPARE(found[1].id, std::string("python3.12"));
    QCOMPARE(found[1].version, std::string("3.12.4"));
}

void TestPythonFaults::whatIsTooOldOrNoneIsRefused()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", answerOf("[3, 6, 15]"));
    putScript(directory, "python3.13", "echo 'no such thing' >&2; exit 127");
    const auto found = InterpreterSearch({directory.path(), QStringLiteral("relative")}).finishNow();
    QCOMPARE(found.size(), 2U);
    QCOMPARE(
        QString::fromStdString(found[0].problem),
        QStringLiteral("python3 is Python 3.6.15; 3.9 or newer is needed"));
    QVERIFY2(found[1].problem.find("no such thing") != std::string::npos, found[1].problem.c_str());
    for (const auto &model : models())
        QCOMPARE(whyUnavailable(model, found).has_value(), model.interpreter.has_value());

    const QTemporaryDir empty;
    const auto none = InterpreterSearch({empty.path()}).finishNow();
    QVERIFY(none.empty());
    QVERIFY(whyUnavailable(*findModel("cpython-threading"), none));
    QVERIFY(!whyUnavailable(*findModel("qthread"), none));

    // What an experiment asks for, and what a model needs.
    const QTemporaryDir two;
    putScript(two, "python3", answerOf("[3, 11, 2]"));
    putScript(two, "python3.14", answerOf("[3, 14, 0]"));
    const auto both = InterpreterSearch({two.path()}).finishNow();
    const auto &threads = *findModel("cpython-threading");
    QCOMPARE(chooseInterpreter(threads, "default", both)->id, std::string("python3.11"));
    QCOMPARE(chooseInterpreter(threads, "python3.14", both)->id, std::string("python3.14"));
    QVERIFY(!chooseInterpreter(threads, "python3.9", both));
    QCOMPARE(
        chooseInterpreter(*findModel("cpython-interpreters"), "default", both)->id,
        std::string("python3.14"));
    QVERIFY(!chooseInterpreter(*findModel("cpython-interpreters"), "python3.11", both));
    QVERIFY(!chooseInterpreter(*findModel("pyqt-qthread"), "default", both));
}

void TestPythonFaults::noiseIsNoAnswer()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", "yes '{\"version\": [3, 11, 2]}'"); // without end
    putScript(directory, "python3.12", "printf '\\n%s{\"version\": \"3.12\"}\\n' \"$4\"");
    putScript(directory, "python3.11", "printf '\\n%s{\"version\": [3, 11' \"$4\"");
    QElapsedTimer timer;
    timer.start();
    const auto found = InterpreterSearch({directory.path()}).finishNow();
    QVERIFY(timer.elapsed() < 8'000);
    QCOMPARE(found.size(), 3U);
    for (const auto &one : found)
        QVERIFY2(!one.problem.empty(), one.id.c_str());
}

void TestPythonFaults::aMissingInterpreterIsRefusedOnceItIsKnown()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", answerOf("[3, 6, 15]"));
    Lab lab(options(&directory));
    const auto experiment = tinyExperiment("primes", "cpython-threading", 2);
    const auto recording = finishedRun(lab, experiment); // not known yet: the run fails
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->kind, ErrorKind::Unsupported);
    QVERIFY2(recording->error->what.find("3.6.15") != std::string::npos, recording->error->what.c_str());
    const auto refused = lab.start(experiment);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::Unsupported);
    QVERIFY(finishedRun(lab, tinyExperiment("primes", "qthread", 2))); // the others are not concerned
}

void TestPythonFaults::aKilledPoolWorkerBreaksThePool_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("method");
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
    for (const auto *const method : {"fork", "spawn", "forkserver"})
        QTest::addRow("pool, %s", method)
            << QStringLiteral("cpython-process-pool") << QString::fromLatin1(method);
    QTest::newRow("event loop, fork") << QStringLiteral("cpython-asyncio-executor") << QStringLiteral("fork");
}

void TestPythonFaults::aKilledPoolWorkerBreaksThePool()
{
    QFETCH(QString, model);
    QFETCH(QString, method);
    auto experiment = endlessExperiment("primes", model.toStdString(), 3);
    experiment.params.set("start_method", method.toStdString());
    if (model == QLatin1String("cpython-asyncio-executor"))
        experiment.params.set("executor", std::string("process"));
    const auto recording = runAndKillAWorker(experiment);
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(
        recording->error->what.find("BrokenProcessPool") != std::string::npos,
        recording->error->what.c_str());
    QVERIFY2(recording->items > 0, "what was done is kept");
}

void TestPythonFaults::aKilledProcessEndsTheRun_data()
{
    QTest::addColumn<QString>("method");
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
    for (const auto *const method : {"fork", "spawn", "forkserver"})
        QTest::newRow(method) << QString::fromLatin1(method);
}

void TestPythonFaults::aKilledProcessEndsTheRun()
{
    QFETCH(QString, method);
    auto experiment = endlessExperiment("primes", "cpython-multiprocessing", 3);
    experiment.params.set("start_method", method.toStdString());
    experiment.params.set("range", std::int64_t{1}); // it may well hold the lock of the counter
    const auto recording = runAndKillAWorker(experiment);
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->where, std::string("worker 0"));
    QCOMPARE(recording->error->what, std::string("was killed by SIGKILL"));
}

void TestPythonFaults::anInterpreterThatIsNeverReadyEndsTheRun()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", answerOf("[3, 11, 2]") + "trap '' TERM\nsleep 600 &\nwait");
    Lab lab(options(&directory));
    QElapsedTimer timer;
    timer.start();
    const auto recording = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->kind, ErrorKind::TimedOut);
    QVERIFY2(recording->error->what.find("ready") != std::string::npos, recording->error->what.c_str());
    QVERIFY(timer.elapsed() < 30'000);
    QVERIFY(!recording->interpreter);
    QTRY_VERIFY(descendantsOf(::getpid()).empty());
}

void TestPythonFaults::anInterpreterThatDiesEndsTheRun()
{
    const QTemporaryDir directory;
    putScript(directory, "python3", answerOf("[3, 11, 2]") + "echo 'last words' >&2\nexit 3");
    Lab lab(options(&directory));
    const auto recording = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(recording && recording->error);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("code 3") != std::string::npos, recording->error->what.c_str());
    QVERIFY(recording->output.contains(QLatin1String("last words")));
}

void TestPythonFaults::noiseOfARunIsKeptAsLog()
{
    const auto python = chooseInterpreter(*findModel("cpython-threading"), "default", interpretersHere());
    if (!python)
        QSKIP("there is no Python interpreter on this machine");
    const QTemporaryDir directory;
    // It speaks before the real one does, on both streams, in no encoding at all.
    putScript(
        directory, "python3",
        answerOf("[3, 11, 2]")
            + "printf '\\357\\273\\277ready\\n\\377\\376{\"error\": 1}\\nDeprecationWarning\\n'\n"
            + "echo '{\"items\": 99}' >&2\nexec '" + python->path.toLocal8Bit() + "' \"$@\"");
    Lab lab(options(&directory));
    const auto native = finishedRun(lab, tinyExperiment("primes", "sequential", 1));
    const auto recording = finishedRun(lab, tinyExperiment("primes", "cpython-threading", 2));
    QVERIFY(recording);
    QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->items, 24U);
    QCOMPARE(recording->checksum, native->checksum);
    QVERIFY(recording->output.contains(QLatin1String("DeprecationWarning")));
    QCOMPARE(recording->interpreter->version, python->version); // what really ran, not what was said before
}

void TestPythonFaults::aBrokenReportIsNone()
{
    const QTemporaryDir directory;
    const auto read = [&](const QByteArray &text) {
        QFile file(directory.filePath(QStringLiteral("interpreter.json")));
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
        file.close();
        return readInterpreterReport(directory.path(), QStringLiteral("/usr/bin/python3"));
    };
    QVERIFY(!readInterpreterReport(directory.path(), {}));
    const QByteArray good(R"({"version": "3.11.2", "implementation": "CPython", "gil_enabled": true,)"
                          R"( "free_threaded": false, "start_method": null, "switch_interval_s": 0.005})");
    QVERIFY(read(good));
    QVERIFY(!read(good.chopped(1)));
    QVERIFY(!read(good + "x"));
    QVERIFY(!read(QByteArray(good).replace("true", "1")));
    QVERIFY(!read(QByteArray(good).replace("3.11.2", "3.11.2\\n")));
    QVERIFY(!read(QByteArray(good).replace("CPython", QByteArray(1000, 'x'))));
    QVERIFY(!read(QByteArray(20'000, ' ') + good));
    QVERIFY(!read("[]"));
    QVERIFY(!read(QByteArray(good).replace("0.005", "-1"))->switchIntervalSeconds);
}

void TestPythonFaults::sixtyFourProcessesEndWithTheProgram_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("method");
    if (pythonModels().empty())
        QSKIP("there is no Python interpreter on this machine");
    for (const auto *const method : {"fork", "spawn", "forkserver"})
        QTest::newRow(method) << QStringLiteral("cpython-process-pool") << QString::fromLatin1(method);
    QTest::newRow("no pool") << QStringLiteral("cpython-multiprocessing") << QStringLiteral("fork");
}

void TestPythonFaults::sixtyFourProcessesEndWithTheProgram()
{
    QFETCH(QString, model);
    QFETCH(QString, method);
    constexpr int kLongestLifeMs = 5'000; // for a machine that is busy; the goal is printed
    constexpr std::size_t kPool = 64;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TMPDIR"), m_runtime.path());
    environment.remove(QStringLiteral("XDG_RUNTIME_DIR"));
    QProcess program;
    program.setProcessEnvironment(environment);
    program.start(
        QStringLiteral(TIMESLICE_PROGRAM),
        {QStringLiteral("run"), QStringLiteral("--workload"), QStringLiteral("primes"),
         QStringLiteral("--model"), model, QStringLiteral("--workers"), QString::number(kPool),
         QStringLiteral("--duration"), QStringLiteral("600"), QStringLiteral("--set"),
         QStringLiteral("start_method=") + method, QStringLiteral("--trace"), QStringLiteral("off")});
    QVERIFY(program.waitForStarted());
    const auto pid = static_cast<pid_t>(program.processId());
    // The supervisor and the interpreter beside the workers.
    QTRY_VERIFY_WITH_TIMEOUT(
        descendantsOf(pid).size() >= kPool + 2 || program.state() == QProcess::NotRunning, kPatienceMs);
    QVERIFY2(program.state() == QProcess::Running, program.readAllStandardError().constData());
    QTest::qWait(500);
    const auto family = descendantsOf(pid);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(::kill(pid, SIGKILL), 0);
    for (const pid_t member : family)
        QTRY_VERIFY_WITH_TIMEOUT(!runs(member), kPatienceMs);
    const auto gone = timer.elapsed();
    qInfo("%zu descendants gone after %lld ms (goal: 1000 ms)", family.size(), static_cast<long long>(gone));
    QVERIFY(gone <= kLongestLifeMs);
    QTRY_VERIFY(QDir(m_runtime.path()).entryList({QStringLiteral("timeslice-run-*")}, QDir::Dirs).isEmpty());
}

QTEST_GUILESS_MAIN(TestPythonFaults)
#include "tst_pythonfaults.moc"
