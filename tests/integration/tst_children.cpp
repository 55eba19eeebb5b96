// SPDX-License-Identifier: GPL-3.0-or-later
// No process of a run outlives the program that started it, however that ends.

#include "tests/support/processes.h"

#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <set>
#include <unistd.h>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 60'000;
/// No process of a run lives longer than 2 s; the rest is for a machine that is busy.
constexpr int kLongestLifeMs = 5'000;

} // namespace

class TestChildren : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noneOutlivesItsProgram_data();
    void noneOutlivesItsProgram();
    void noneOutlivesItsSupervisor_data();
    void noneOutlivesItsSupervisor();
};

void TestChildren::noneOutlivesItsProgram_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("descendants");
    QTest::addColumn<int>("signal");

    const QStringList run{QStringLiteral("run"), QStringLiteral("--duration"), QStringLiteral("600")};
    const auto processes = run
        + QStringList{
            QStringLiteral("--model"), QStringLiteral("qprocess"), QStringLiteral("--workers"),
            QStringLiteral("3"), QStringLiteral("--workload")};
    const auto threads = run
        + QStringList{
            QStringLiteral("--model"), QStringLiteral("qthread"), QStringLiteral("--workers"),
            QStringLiteral("3"), QStringLiteral("--workload")};
    const QStringList window{QStringLiteral("WINDOW"), QStringLiteral("--run")};
    for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
        QTest::addRow("busy processes, SIG%s", ::sigabbrev_np(signal))
            << processes + QStringList{QStringLiteral("primes")} << 4 << signal;
        QTest::addRow("processes and a server, SIG%s", ::sigabbrev_np(signal))
            << processes + QStringList{QStringLiteral("http")} << 5 << signal;
        QTest::addRow("threads and a server, SIG%s", ::sigabbrev_np(signal))
            << threads + QStringList{QStringLiteral("http")} << 1 << signal;
        for (const char *const way : {"pipe", "shared-memory"})
            QTest::addRow("threads and their partners by %s, SIG%s", way, ::sigabbrev_np(signal)) << threads
                    + QStringList{
                        QStringLiteral("payload"), QStringLiteral("--set"),
                        QStringLiteral("way=") + QLatin1String(way)} << 4 << signal;
        QTest::addRow("processes and their partners, SIG%s", ::sigabbrev_np(signal)) << processes
                + QStringList{
                    QStringLiteral("payload"), QStringLiteral("--set"),
                    QStringLiteral("way=shared-memory")} << 7 << signal;
        QTest::addRow("processes that start processes, SIG%s", ::sigabbrev_np(signal)) << processes
                + QStringList{
                    QStringLiteral("spawn"), QStringLiteral("--set"),
                    QStringLiteral("what=interpreter")} << 5 << signal;
        QTest::addRow("the window with processes, SIG%s", ::sigabbrev_np(signal)) << window << 4 << signal;
        // Sessions of their own, and processes whose parents are gone.
        QTest::addRow("a program that hides its processes, SIG%s", ::sigabbrev_np(signal)) << QStringList{
            QStringLiteral("run"), QStringLiteral("--"), QStringLiteral("/bin/sh"), QStringLiteral("-c"),
            QStringLiteral("trap '' TERM HUP INT; setsid sleep 1000 & (setsid sleep 1000 &); "
                           "(sleep 1000 &); wait")} << 5 << signal;
        if (!QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QTest::addRow("a pool of processes in Python, SIG%s", ::sigabbrev_np(signal))
                << run + QStringList{QStringLiteral("--model"),    QStringLiteral("cpython-process-pool"),
                                     QStringLiteral("--workers"),  QStringLiteral("3"),
                                     QStringLiteral("--workload"), QStringLiteral("primes")}
                << 5 << signal;
    }
}

void TestChildren::noneOutlivesItsProgram()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, descendants);
    QFETCH(int, signal);

    const QTemporaryDir home;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    environment.insert(QStringLiteral("HOME"), home.path());
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), home.path());
    environment.insert(QStringLiteral("TMPDIR"), home.path());
    environment.remove(QStringLiteral("XDG_RUNTIME_DIR"));
    if (arguments.front() == QLatin1String("WINDOW")) {
        QFile file(home.filePath(QStringLiteral("experiment.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"schema": "timeslice.experiment/1", "workload": "primes", "model": "qprocess",)"
                   R"( "workers": 3, "duration_s": 600})");
        arguments.front() = file.fileName();
    }

    QProcess program;
    program.setProcessEnvironment(environment);
    program.setChildProcessModifier([] { // they may be ignored where the tests are run in the background
        ::signal(SIGINT, SIG_DFL);
        ::signal(SIGHUP, SIG_DFL);
    });
    program.start(QStringLiteral(TIMESLICE_PROGRAM), arguments);
    QVERIFY(program.waitForStarted());
    const auto pid = static_cast<pid_t>(program.processId());
    QTRY_VERIFY_WITH_TIMEOUT(
        descendantsOf(pid).size() >= static_cast<std::size_t>(descendants)
            || program.state() == QProcess::NotRunning,
        kPatienceMs);
    QVERIFY2(program.state() == QProcess::Running, program.readAllStandardError().constData());
    const auto family = descendantsOf(pid);

    QElapsedTimer timer;
    timer.start();
    QCOMPARE(::kill(pid, signal), 0);
    for (const pid_t member : family)
        QTRY_VERIFY_WITH_TIMEOUT(!runs(member), kPatienceMs);
    const auto gone = timer.elapsed();
    qInfo("%zu descendants gone after %lld ms", family.size(), static_cast<long long>(gone));
    QVERIFY2(gone <= kLongestLifeMs, qPrintable(QStringLiteral("they lived %1 ms longer").arg(gone)));
    QTRY_COMPARE_WITH_TIMEOUT(program.state(), QProcess::NotRunning, kPatienceMs);
}

void TestChildren::noneOutlivesItsSupervisor_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("descendants");
    QTest::newRow("a child of the program") << QStringLiteral("sleep 1000 & wait") << 3;
    QTest::newRow("groups and orphans") << QStringLiteral("(sleep 1000 &); set -m; sleep 1000 & wait") << 4;
    QTest::newRow("sessions of their own")
        << QStringLiteral("setsid sleep 1000 & (setsid sleep 1000 &); wait") << 4;
    QTest::newRow("a group that forgets where it comes from")
        << QStringLiteral("env -i sleep 1000 & wait") << 3;
}

void TestChildren::noneOutlivesItsSupervisor()
{
    QFETCH(QString, script);
    QFETCH(int, descendants);
    QProcess program;
    program.start(
        QStringLiteral(TIMESLICE_PROGRAM),
        {QStringLiteral("run"), QStringLiteral("--json"), QStringLiteral("--"), QStringLiteral("/bin/sh"),
         QStringLiteral("-c"), script});
    QVERIFY(program.waitForStarted());
    const auto pid = static_cast<pid_t>(program.processId());
    QTRY_VERIFY_WITH_TIMEOUT(
        descendantsOf(pid).size() >= static_cast<std::size_t>(descendants)
            || program.state() == QProcess::NotRunning,
        kPatienceMs);
    QVERIFY2(program.state() == QProcess::Running, program.readAllStandardError().constData());
    const auto family = descendantsOf(pid);
    const auto supervisor = *childrenOf(pid).begin();
    for (const pid_t member : family) {
        QFile score(QStringLiteral("/proc/%1/oom_score_adj").arg(member));
        QVERIFY(score.open(QIODevice::ReadOnly));
        QCOMPARE(score.readAll().trimmed(), QByteArray("800")); // they go before the program does
    }

    QCOMPARE(::kill(supervisor, SIGKILL), 0);
    for (const pid_t member : family)
        QTRY_VERIFY_WITH_TIMEOUT(!runs(member), kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(program.state(), QProcess::NotRunning, kPatienceMs);
    QCOMPARE(program.exitCode(), 1);
    const auto words = program.readAllStandardError();
    QVERIFY2(words.contains("SIGKILL"), words.constData());
    for (const pid_t member : family)
        QVERIFY2(::kill(member, 0) != 0, "it was not taken leave of"); // no zombie is left of it either
}

QTEST_GUILESS_MAIN(TestChildren)
#include "tst_children.moc"
