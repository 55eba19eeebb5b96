// SPDX-License-Identifier: GPL-3.0-or-later
// What is ended of a run whose leader was killed, and what is not.

#include "core/run/straysweep.h"
#include "tests/support/processes.h"

#include <QProcess>
#include <QTest>

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace timeslice;

namespace {

constexpr int kPatienceMs = 30'000;
const std::string kMine = std::string(kRunMark) + "=mine";
const std::string kOther = std::string(kRunMark) + "=another";

/// A child that sleeps. \param entry  All of its environment. \param group  0: one of its own.
pid_t sleeper(const std::string &entry, pid_t group = 0)
{
    const auto child = ::fork();
    if (child != 0) {
        ::setpgid(child, group); // here as well: whichever comes first
        return child;
    }
    ::setpgid(0, group);
    const char *const environment[] = {entry.c_str(), nullptr};
    ::execle("/bin/sleep", "sleep", "1000", nullptr, environment);
    ::_exit(127);
}

/// Whether it has become what it was started as: until then it has our environment.
bool sleeps(pid_t pid)
{
    QFile name(QStringLiteral("/proc/%1/comm").arg(pid));
    return name.open(QIODevice::ReadOnly) && name.readAll() == "sleep\n";
}

void end(const std::vector<pid_t> &pids)
{
    for (const auto pid : pids) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
}

/// Sweeps as from the event loop, until nothing is left.
bool sweepAll(StraySweep &sweep)
{
    return QTest::qWaitFor([&] { return sweep.sweep() == 0; }, kPatienceMs);
}

} // namespace

class TestStraySweep : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void groupMarkAndWhatItLeads();
    void nobodyElse();
    void aZombieAndItsGroup();
    void anOlderZombieIsLeftAlone();
    void childrenOfQProcessAreItsOwn();
};

void TestStraySweep::groupMarkAndWhatItLeads()
{
    const auto leader = sleeper(kMine);
    const std::vector strays{
        leader, sleeper("A=1", leader), // in its group
        sleeper(kMine), // marked, and leads another one
    };
    const auto follower = sleeper("A=1", strays[2]);
    for (const auto pid : strays)
        QTRY_VERIFY_WITH_TIMEOUT(sleeps(pid), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(follower), kPatienceMs);
    StraySweep sweep(leader, "mine");
    QVERIFY(sweepAll(sweep));
    for (const auto pid : strays)
        QVERIFY(::kill(pid, 0) != 0); // and no zombie of it
    QVERIFY(::kill(follower, 0) != 0);
}

void TestStraySweep::nobodyElse()
{
    const auto older = sleeper(kMine); // as of a run of the same mark before
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(older), kPatienceMs);
    QTest::qWait(30); // the kernel tells the start to 10 ms
    const auto leader = sleeper(kMine);
    const auto bystander = sleeper("A=1");
    const auto ofAnotherRun = sleeper(kOther);
    const auto almost = sleeper("X" + kMine);
    const auto guest = sleeper(kMine, bystander); // ours, in somebody else's group
    for (const auto pid : {leader, bystander, ofAnotherRun, almost, guest})
        QTRY_VERIFY_WITH_TIMEOUT(sleeps(pid), kPatienceMs);
    StraySweep sweep(leader, "mine");
    QVERIFY(sweepAll(sweep));
    QVERIFY(!runs(leader));
    QVERIFY(!runs(guest));
    for (const auto pid : {older, bystander, ofAnotherRun, almost})
        QVERIFY(runs(pid));
    end({older, bystander, ofAnotherRun, almost});
}

// One that has died with who started it has no environment any more, but a group.
void TestStraySweep::aZombieAndItsGroup()
{
    const auto leader = sleeper(kMine);
    const auto dead = sleeper(kMine);
    const auto left = sleeper("A=1", dead);
    for (const auto pid : {leader, dead, left})
        QTRY_VERIFY_WITH_TIMEOUT(sleeps(pid), kPatienceMs);
    StraySweep sweep(leader, "mine");
    ::kill(dead, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(!runs(dead), kPatienceMs);
    QVERIFY(sweepAll(sweep));
    for (const auto pid : {leader, dead, left})
        QVERIFY(::kill(pid, 0) != 0);
}

// As a shell leaves one to the program that it becomes, with others of its pipeline.
void TestStraySweep::anOlderZombieIsLeftAlone()
{
    const auto dead = sleeper("A=1");
    const auto alive = sleeper("A=1", dead);
    for (const auto pid : {dead, alive})
        QTRY_VERIFY_WITH_TIMEOUT(sleeps(pid), kPatienceMs);
    ::kill(dead, SIGKILL);
    QTRY_VERIFY_WITH_TIMEOUT(!runs(dead), kPatienceMs);
    QTest::qWait(30);
    const auto leader = sleeper(kMine);
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(leader), kPatienceMs);
    StraySweep sweep(leader, "mine");
    QVERIFY(sweepAll(sweep));
    QVERIFY(runs(alive));
    QCOMPARE(::waitpid(dead, nullptr, WNOHANG), dead); // nobody took leave of it but we
    end({alive});
}

void TestStraySweep::childrenOfQProcessAreItsOwn()
{
    const auto leader = sleeper(kMine);
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(leader), kPatienceMs);
    StraySweep sweep(leader, "mine");
    QProcess process;
    process.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QStringLiteral("exit 7")});
    QVERIFY(process.waitForStarted());
    QVERIFY(sweepAll(sweep));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, kPatienceMs);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 7);
}

QTEST_GUILESS_MAIN(TestStraySweep)
#include "tst_straysweep.moc"
