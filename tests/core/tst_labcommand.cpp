// SPDX-License-Identifier: GPL-3.0-or-later
// The user's own program: run, watched, kept within bounds, and ended with all that it created.
#include "core/lab/lab.h"
#include "core/model/catalogue.h"
#include "core/record/commandtext.h"
#include "core/record/jsonexport.h"
#include "core/workload/catalogue.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace timeslice;
using namespace Qt::StringLiterals;

namespace {

constexpr int kPatienceMs = 60'000;

Experiment executions(std::uint64_t count)
{
    return {.workload = "command", .model = "command", .workers = 1, .items = count};
}

QStringList shell(const QString &script)
{
    return {u"/bin/sh"_s, u"-c"_s, script};
}

} // namespace

class TestLabCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aProgramIsRunAndItsOutputKept();
    void wordsArriveAsTheyAre();
    void everyTaskItCreatesIsSeen();
    void theTraceFitsTheKernelsAccount();
    void severalExecutionsAreSeveralItems();
    void aFailingProgramIsAFailedItem();
    void aKilledProgramIsToldBySignal();
    void aMissingProgramCannotBeStarted();
    void withoutAProgramNothingStarts();
    void stopEndsAProgramThatIgnoresIt();
    void whatItLeavesBehindIsEnded();
    void aFloodOfOutputIsCut();
    void itReadsNothing();
    void sampledWorksToo();
    void itsWordsCanBeReadByAShell();
    void aDurationEndsAProgram_data();
    void aDurationEndsAProgram();
    void aStoppedProgramHasItsTimeAndRates();
    void orphansAreReapedAndAccountedFor();
    void itCanBeBoundToOneCpu();
    void aProgramThatCannotBePlacedIsNotStarted();
    void itHasTheUsersLimitOfOpenFiles();

private:
    RecordingPtr
    run(const Experiment &experiment, const QStringList &command, TraceMode mode = TraceMode::Auto)
    {
        Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()});
        QSignalSpy finished(&lab, &Lab::runFinished);
        const auto id = lab.start(experiment, {.trace = mode, .command = command});
        if (!id) {
            qWarning("%s", describe(id.error()).c_str());
            return nullptr;
        }
        if (!QTest::qWaitFor([&] { return !finished.isEmpty(); }, kPatienceMs))
            return nullptr;
        return finished.front().front().value<RecordingPtr>();
    }

    QTemporaryDir m_runtime;
};

void TestLabCommand::aProgramIsRunAndItsOutputKept()
{
    const auto recording = run(executions(1), shell(u"echo out; echo err >&2"_s));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->items, 1U);
    QCOMPARE(recording->output, u"out\nerr\n"_s);
    QVERIFY(recording->wallSeconds > 0);
    QVERIFY(recording->cpuSeconds && *recording->cpuSeconds > 0);
    QVERIFY(recording->switches.voluntary);
    // The kernel keeps no sum of these: they come from the trace, or are not told.
    const bool isTraced = recording->trace.source == TraceSource::Perf && recording->trace.lost == 0U;
    QCOMPARE(recording->switches.migrations.has_value(), isTraced);
    QCOMPARE(recording->states.blocked.has_value(), isTraced);
    QCOMPARE(recording->states.runnable.has_value(), isTraced);
    const auto json = QJsonDocument::fromJson(runJson(*recording)).object();
    QCOMPARE(json["command"_L1][2].toString(), u"echo out; echo err >&2"_s);
    QVERIFY(json["workers"_L1][0].toObject().contains("items"_L1));
    QVERIFY(json["workers"_L1][0]["items"_L1].isNull()); // a task knows of no items
    QCOMPARE(json["output"_L1].toString(), u"out\nerr\n"_s);
}

void TestLabCommand::wordsArriveAsTheyAre()
{
    const auto recording =
        run(executions(1), {u"/usr/bin/printf"_s, u"[%s]"_s, u"a b"_s, u"$HOME;*"_s, u""_s, u"\u00e4"_s});
    QVERIFY(recording);
    QCOMPARE(recording->output, u"[a b][$HOME;*][][\u00e4]"_s);
}

void TestLabCommand::everyTaskItCreatesIsSeen()
{
    const auto recording =
        run(executions(1), shell(u"sleep 0.05 & (sleep 0.05; true) & wait"_s), TraceMode::Perf);
    QVERIFY(recording);
    if (recording->trace.source == TraceSource::None)
        QSKIP(recording->trace.reason.c_str());
    QCOMPARE(recording->outcome, Outcome::Completed);
    const auto named = [&](const char *name) {
        return std::ranges::count(recording->workers, std::string(name), &WorkerResult::name);
    };
    QCOMPARE(named("sleep"), 2);
    QVERIFY(named("sh") >= 1);
    QCOMPARE(named("engine"), 0); // ours, not the program's
    for (const auto &task : recording->workers) {
        QVERIFY(task.cpuSeconds && task.switches.voluntary && task.states.blocked);
        QVERIFY(task.pid > 0 && task.tid > 0);
    }
}

void TestLabCommand::theTraceFitsTheKernelsAccount()
{
    // Forks, execs, pipes and a busy loop.
    const auto recording =
        run(executions(1),
            shell(u"i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; seq 20000 | sort -R | tail -1"_s),
            TraceMode::Perf);
    QVERIFY(recording);
    if (recording->trace.source == TraceSource::None)
        QSKIP(recording->trace.reason.c_str());
    if (*recording->trace.lost > 0)
        QSKIP("records were lost");
    QVERIFY(recording->trace.check);
    const auto &check = *recording->trace.check;
    QCOMPARE(check.tasks.size(), 1U);
    QVERIFY2(
        check.verdict == SelfCheckVerdict::Agrees,
        qPrintable(u"%1 switches, %2 involuntary, running %3 %"_s.arg(check.tasks[0].switches)
                       .arg(check.tasks[0].involuntary)
                       .arg(100 * check.tasks[0].running.value_or(0))));
}

void TestLabCommand::severalExecutionsAreSeveralItems()
{
    const auto recording = run(executions(3), shell(u"echo again"_s));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->items, 3U);
    QCOMPARE(recording->output, u"again\nagain\nagain\n"_s);
    QVERIFY(recording->latency);
}

void TestLabCommand::aFailingProgramIsAFailedItem()
{
    auto experiment = executions(2);
    const auto stopped = run(experiment, shell(u"echo why; exit 3"_s));
    QVERIFY(stopped);
    QCOMPARE(stopped->outcome, Outcome::Failed);
    QVERIFY2(stopped->error->what.find("code 3") != std::string::npos, stopped->error->what.c_str());
    QCOMPARE(stopped->output, u"why\n"_s);
    QCOMPARE(stopped->itemsFailed, 1U);

    experiment.params.set("on_failure", std::string("continue"));
    const auto counted = run(experiment, shell(u"exit 3"_s));
    QVERIFY(counted);
    QCOMPARE(counted->outcome, Outcome::Completed);
    QCOMPARE(counted->itemsFailed, 2U);
    QCOMPARE(counted->items, 0U);
}

void TestLabCommand::aKilledProgramIsToldBySignal()
{
    const auto recording = run(executions(1), shell(u"kill -SEGV $$"_s));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QVERIFY2(recording->error->what.find("SIGSEGV") != std::string::npos, recording->error->what.c_str());
}

void TestLabCommand::aMissingProgramCannotBeStarted()
{
    const auto recording = run(executions(1), {u"/nowhere/at/all"_s});
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Failed);
    QCOMPARE(recording->error->kind, ErrorKind::Unsupported);
    QCOMPARE(recording->error->where, std::string("/nowhere/at/all"));
}

void TestLabCommand::withoutAProgramNothingStarts()
{
    Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()});
    QVERIFY(!lab.start(executions(1)));
    QCOMPARE(lab.state(), LabState::Idle);
    const Experiment other{.workload = "sleep", .model = "qthread", .workers = 1, .items = 1};
    QVERIFY(!lab.start(other, {.command = {u"true"_s}}));
}

void TestLabCommand::stopEndsAProgramThatIgnoresIt()
{
    Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()});
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(
        executions(1), {.command = shell(u"trap '' TERM; sleep 600 & while :; do sleep 1; done"_s)}));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).pid.load() > 0, kPatienceMs);
    const auto pid = lab.board()->slot(0).pid.load();
    QTest::qWait(50);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QCOMPARE(finished.front().front().value<RecordingPtr>()->outcome, Outcome::Stopped);
    QCOMPARE(::kill(pid, 0), -1);
    QCOMPARE(::kill(-pid, 0), -1); // nor anybody of its group
}

void TestLabCommand::whatItLeavesBehindIsEnded()
{
    QTemporaryDir directory;
    const auto file = directory.filePath(u"pid"_s);
    const auto recording = run(
        executions(1),
        shell(
            u"setsid sh -c 'echo $$ > %1; exec sleep 600' & setsid sh -c 'echo $$ > %1.2; exec sleep 600' & "
            "while [ ! -s %1 ] || [ ! -s %1.2 ]; do sleep 0.01; done"_s.arg(file)));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QFile left(file);
    QVERIFY(left.open(QIODevice::ReadOnly));
    const auto pid = left.readAll().trimmed().toInt();
    QVERIFY(pid > 1);
    QCOMPARE(::kill(pid, 0), -1);
    QVERIFY2(
        recording->notes.contains(u"2 processes were left behind when the run was over; killed."_s),
        qPrintable(recording->notes.join(u' ')));
}

void TestLabCommand::aFloodOfOutputIsCut()
{
    const auto recording = run(executions(1), shell(u"yes flood | head -c 20000000; echo done >&2"_s));
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed); // a talkative program is no failure
    QVERIFY(recording->output.size() <= 64 * 1024);
    QVERIFY(recording->output.contains(u"more than 4 MiB"_s));
}

void TestLabCommand::itReadsNothing()
{
    const auto recording = run(executions(1), shell(u"read line || echo nothing"_s));
    QVERIFY(recording);
    QCOMPARE(recording->output, u"nothing\n"_s);
}

void TestLabCommand::sampledWorksToo()
{
    const auto recording = run(executions(1), shell(u"sleep 0.5"_s), TraceMode::Sampled);
    QVERIFY(recording);
    QCOMPARE(recording->trace.source, TraceSource::Sampled);
    QVERIFY(std::ranges::any_of(recording->workers, [](const auto &task) { return task.name == "sleep"; }));
}

void TestLabCommand::itsWordsCanBeReadByAShell()
{
    const QStringList words{u"/bin/echo"_s, u"a b"_s, u"it's"_s, u"$x"_s, u""_s, u"-n"_s};
    QCOMPARE(commandWords(u"/bin/echo \"a b\"  c"_s), QStringList({u"/bin/echo"_s, u"a b"_s, u"c"_s}));
    QVERIFY(commandWords(u"  "_s).isEmpty());
    QCOMPARE(commandText(words), u"/bin/echo 'a b' 'it'\\''s' '$x' '' -n"_s);
}

void TestLabCommand::aDurationEndsAProgram_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<quint64>("items");
    QTest::newRow("one that would go on") << u"exec sleep 600"_s << quint64{0};
    QTest::newRow("one that does not listen")
        << u"trap '' TERM; while :; do sleep 0.05; done"_s << quint64{0};
    QTest::newRow("one that then fails")
        << u"trap 'exit 3' TERM; while :; do sleep 0.05; done"_s << quint64{0};
    QTest::newRow("the second of two")
        << u"[ -e %1 ] && exec sleep 600; touch %1"_s.arg(m_runtime.filePath(u"second"_s)) << quint64{1};
}

void TestLabCommand::aDurationEndsAProgram()
{
    QFETCH(QString, script);
    QFETCH(quint64, items);
    auto experiment = executions(1);
    experiment.items.reset();
    experiment.durationSeconds = 0.4;
    const auto recording = run(experiment, shell(script));
    QVERIFY(recording);
    QVERIFY2(!recording->error, recording->error ? describe(*recording->error).c_str() : "");
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->items, items);
    QCOMPARE(recording->itemsFailed, 0U); // its time was up: that is no failure
    QVERIFY(recording->wallSeconds >= 0.4);
    QVERIFY(recording->cpuSeconds);
}

void TestLabCommand::aStoppedProgramHasItsTimeAndRates()
{
    Lab lab({.workerProgram = QStringLiteral(TIMESLICE_WORKER), .runtimeDirectory = m_runtime.path()});
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(executions(1), {.command = shell(u"exec sleep 600"_s)}));
    QTRY_VERIFY_WITH_TIMEOUT(lab.board()->slot(0).pid.load() > 0, kPatienceMs);
    lab.stop();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    const auto recording = finished.front().front().value<RecordingPtr>();
    QCOMPARE(recording->outcome, Outcome::Stopped);
    QCOMPARE(recording->items, 0U);
    QVERIFY(recording->wallSeconds > 0);
    QVERIFY(!recording->itemsPerSecond); // no execution came to its end
    QVERIFY(recording->cpuSeconds && *recording->cpuSeconds > 0);
    QVERIFY(recording->switches.voluntary);
}

void TestLabCommand::orphansAreReapedAndAccountedFor()
{
    // A process whose parent is gone works for a while and says what it was charged, in ticks of 10 ms. The
    // program waits until nothing is left of it.
    QTemporaryDir directory;
    const auto ticks = directory.filePath(u"ticks"_s);
    const auto pid = directory.filePath(u"pid"_s);
    const auto orphan = u"echo $$ > %1; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; "
                        "cut -d' ' -f14 /proc/$$/stat > %2.new; mv %2.new %2"_s.arg(pid, ticks);
    const auto recording =
        run(executions(1),
            shell(u"(sh -c \"$0\" &); while [ ! -s %1 ]; do sleep 0.02; done; "
                  "while [ -d /proc/$(cat %2) ]; do sleep 0.02; done; echo reaped"_s.arg(ticks, pid))
                << orphan);
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(recording->output, u"reaped\n"_s); // or it would wait for ever
    QFile file(ticks);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto charged = file.readAll().trimmed().toDouble() / 100;
    QVERIFY(charged > 0);
    QVERIFY2(
        *recording->cpuSeconds >= charged - 0.01,
        qPrintable(u"%1 s, of which the orphan had %2 s"_s.arg(*recording->cpuSeconds).arg(charged)));
}

void TestLabCommand::itCanBeBoundToOneCpu()
{
    auto experiment = executions(1);
    experiment.pin = Pin::One;
    const auto recording = run(experiment, {u"grep"_s, u"Cpus_allowed_list"_s, u"/proc/self/status"_s});
    QVERIFY(recording);
    QCOMPARE(recording->outcome, Outcome::Completed);
    QCOMPARE(
        recording->output.section(u'\t', 1).trimmed(),
        QString::number(recording->machine.cpusAllowed.front()));
}

void TestLabCommand::aProgramThatCannotBePlacedIsNotStarted()
{
    // The model by itself, on a CPU that no machine has.
    auto experiment = validated(executions(1)).value();
    experiment.pin = Pin::One;
    const auto workload = findWorkload("command")->make(workSpecOf(experiment));
    const auto board = Board::createAnonymous({.workers = 1}).value();
    board.setItemLimit(1);
    ModelContext context;
    context.experiment = &experiment;
    context.workload = workload.get();
    context.board = &board;
    context.cpusAllowed = {8'191};
    context.command = {u"/bin/true"_s};
    const auto model = findModel("command")->make(context);
    QSignalSpy finished(model.get(), &Model::finished);
    QSignalSpy failed(model.get(), &Model::failed);
    model->start();
    board.go({});
    model->begin();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QCOMPARE(board.slot(0).itemsDone.load(), 0U);
    QCOMPARE(failed.size(), 1);
    const auto error = failed.front().front().value<Error>();
    QVERIFY2(error.what.find("127") != std::string::npos, error.what.c_str());
}

void TestLabCommand::itHasTheUsersLimitOfOpenFiles()
{
    Lab lab(
        {.workerProgram = QStringLiteral(TIMESLICE_WORKER),
         .runtimeDirectory = m_runtime.path(),
         .programOpenFiles = 123});
    QSignalSpy finished(&lab, &Lab::runFinished);
    QVERIFY(lab.start(executions(1), {.command = shell(u"ulimit -Sn"_s)}));
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, kPatienceMs);
    QCOMPARE(finished.front().front().value<RecordingPtr>()->output, u"123\n"_s);
}

QTEST_GUILESS_MAIN(TestLabCommand)
#include "tst_labcommand.moc"
