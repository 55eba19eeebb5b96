// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a sampler says of a /proc that a test made up and changes between two readings. The real one:
// tst_samplerlive.
#include "core/observe/runreader.h"
#include "core/observe/sampledtimeline.h"
#include "core/observe/snapshotpool.h"
#include "core/observe/systemreader.h"
#include "core/run/experiment.h"
#include "core/workload/boundedqueue.h"
#include "core/workload/producerconsumer.h"
#include "tests/support/temptree.h"

#include <QTest>

#include <array>
#include <thread>
#include <unistd.h>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

struct FakeTask {
    int pid = 0;
    int tid = 0;
    std::string name = "fake";
    std::uint64_t start = 1000;
    Schedstat schedstat{1'000'000, 2'000'000, 30};
    std::uint64_t voluntary = 10;
    std::uint64_t involuntary = 20;
    std::string children = "";
};

/// A /proc and /sys of files.
class FakeProc {
public:
    [[nodiscard]] ProcRoot root() const { return {m_tree.path() / "proc", m_tree.path() / "sys"}; }

    void write(const std::string &file, std::string_view text) const { m_tree.write(file, text); }
    void put(const FakeTask &task) const
    {
        const auto &[cpu, wait, slices] = task.schedstat;
        write(
            fileOf(task, "stat"),
            std::to_string(task.tid) + " (" + task.name + ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 "
                + std::to_string(task.start) + " 0\n");
        write(
            fileOf(task, "schedstat"),
            std::to_string(cpu) + ' ' + std::to_string(wait) + ' ' + std::to_string(slices) + '\n');
        write(
            fileOf(task, "status"),
            "Name:\t" + task.name + "\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t"
                + std::to_string(task.voluntary) + "\nnonvoluntary_ctxt_switches:\t"
                + std::to_string(task.involuntary) + '\n');
        write(fileOf(task, "children"), task.children);
    }
    /// As the kernel does it: an open file has nothing more to say, and the directory is gone.
    void end(const FakeTask &task) const
    {
        for (const char *file : {"stat", "schedstat", "status", "children"})
            write(fileOf(task, file), "");
        m_tree.remove("proc/" + std::to_string(task.pid) + "/task/" + std::to_string(task.tid));
    }
    [[nodiscard]] static std::string fileOf(const FakeTask &task, const std::string &file)
    {
        return "proc/" + std::to_string(task.pid) + "/task/" + std::to_string(task.tid) + '/' + file;
    }

private:
    timeslice::testing::TempTree m_tree;
};

Snapshot readRun(RunReader &run, Depth depth = Depth::Changed)
{
    Snapshot snapshot;
    run.read(snapshot, depth);
    return snapshot;
}

std::vector<int> tidsOf(const Snapshot &snapshot)
{
    std::vector<int> tids;
    for (const auto &task : snapshot.tasks)
        tids.push_back(task.tid);
    return tids;
}

std::vector<std::string> gapsOf(const Snapshot &snapshot)
{
    std::vector<std::string> gaps;
    for (const auto &gap : snapshot.gaps)
        gaps.push_back(gap.what + ": " + nameOf(gap.error.kind));
    return gaps;
}

std::shared_ptr<const Board> makeBoard(unsigned workers)
{
    return std::make_shared<const Board>(Board::createAnonymous({.workers = workers}).value());
}

void registerWorker(const Board &board, unsigned worker, int pid, int tid)
{
    board.slot(worker).pid.store(pid);
    board.slot(worker).tid.store(tid);
}

} // namespace

class TestSampler : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void processIsReadWithItsThreadsAndDescendants();
    void newThreadsAndChildrenAreFound();
    void vanishedTaskKeepsItsLastTotals();
    void reusedTidIsANewTask();
    void thisProcessIsNeverListed();
    void workersComeFirst();
    void accountOnTheBoardIsFinal();
    void workerSeenOnlyByItsAccountIsListed();
    void slotsOfOneTaskShareIt();
    void unkeptSchedstatIsUnknownAndToldOnce();
    void malformedStatusIsAGapToldOnce();
    void counterThatGoesBackwardsIsAGap();
    void missingProcessIsAGap();
    void statusIsReadAgainOnlyWhenTheTaskRan();
    void switchesOfManyTasksAreReadInTurns();
    void newTasksAreFoundWhenSomebodyCreatedOne();
    void memoryIsAddedUpAndCarriedOver();
    void unreadableMemoryIsUnknown();
    void aBlockedLoopIsLaterWithEachReading();
    void theWorstLagIsTakenOnce();
    void onlyWhoHasTheLoopTakesItsLag();
    void gaugesAreReadFromTheArena();
    void offlineCpuIsAGapOnce();
    void malformedStatIsAGapOnce();
    void throttlingIsReadFromTheLimitingGroup();
    void snapshotsComeBackFromAnyThread();
    void gapsAreFew();
};

void TestSampler::processIsReadWithItsThreadsAndDescendants()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100, .name = "su) S (\npervisor"});
    proc.put({.pid = 100, .tid = 101, .children = "200 201 "});
    proc.put({.pid = 200, .tid = 200, .children = "300 "});
    proc.put({.pid = 201, .tid = 201});
    proc.put({.pid = 300, .tid = 300, .schedstat = {7, 8, 9}, .voluntary = 4, .involuntary = 5});
    proc.put({.pid = 400, .tid = 400}); // somebody else's
    RunReader run(proc.root(), {.run = 3, .board = makeBoard(2), .rootPids = {100}});
    const auto snapshot = readRun(run);
    QCOMPARE(snapshot.run, 3U);
    auto tids = tidsOf(snapshot);
    std::ranges::sort(tids);
    QCOMPARE(tids, (std::vector{100, 101, 200, 201, 300}));
    QCOMPARE(snapshot.workers.size(), std::size_t{2});
    QVERIFY(gapsOf(snapshot).empty());
    for (const auto &task : snapshot.tasks) {
        QVERIFY(task.alive);
        QVERIFY(!task.cpuExact);
        QCOMPARE(task.worker, -1);
        if (task.tid == 300) {
            QCOMPARE(task.cpuNs, std::optional<std::uint64_t>(7));
            QCOMPARE(task.queueWaitNs, std::optional<std::uint64_t>(8));
            QCOMPARE(task.voluntary, std::optional<std::uint64_t>(4));
            QCOMPARE(task.involuntary, std::optional<std::uint64_t>(5));
        }
    }
}

void TestSampler::newThreadsAndChildrenAreFound()
{
    const FakeProc proc;
    FakeTask root{.pid = 100, .tid = 100};
    proc.put(root);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    QCOMPARE(tidsOf(readRun(run)), (std::vector{100}));
    root.children = "200 ";
    proc.put(root);
    proc.put({.pid = 100, .tid = 105});
    proc.put({.pid = 200, .tid = 200});
    const auto snapshot = readRun(run);
    QCOMPARE(snapshot.tasks.size(), std::size_t{3});
    for (const auto &task : snapshot.tasks)
        QVERIFY(task.cpuNs && task.voluntary); // read in the same tick as found
    proc.put({.pid = 500, .tid = 500});
    run.addRootPid(500);
    QCOMPARE(readRun(run).tasks.size(), std::size_t{4});
}

void TestSampler::vanishedTaskKeepsItsLastTotals()
{
    const FakeProc proc;
    const FakeTask thread{.pid = 100, .tid = 101, .schedstat = {5'000, 6'000, 7}};
    const FakeTask child{.pid = 200, .tid = 200};
    proc.put({.pid = 100, .tid = 100, .children = "200 "});
    proc.put(thread);
    proc.put(child);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    const auto before = readRun(run);
    proc.end(thread);
    proc.end(child);
    for (int reading = 0; reading < 3; ++reading) {
        const auto after = readRun(run);
        QCOMPARE(tidsOf(after), tidsOf(before));
        for (std::size_t at = 0; at < after.tasks.size(); ++at) {
            QCOMPARE(after.tasks[at].alive, after.tasks[at].tid == 100);
            QCOMPARE(after.tasks[at].cpuNs, before.tasks[at].cpuNs);
            QCOMPARE(after.tasks[at].queueWaitNs, before.tasks[at].queueWaitNs);
            QCOMPARE(after.tasks[at].voluntary, before.tasks[at].voluntary);
            QCOMPARE(after.tasks[at].involuntary, before.tasks[at].involuntary);
        }
    }
}

void TestSampler::reusedTidIsANewTask()
{
    const FakeProc proc;
    const FakeTask old{.pid = 100, .tid = 101, .start = 1000, .schedstat = {5'000, 6'000, 7}};
    proc.put({.pid = 100, .tid = 100});
    proc.put(old);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    const auto before = readRun(run);
    proc.end(old);
    proc.put({.pid = 100, .tid = 101, .start = 2000, .schedstat = {1, 2, 3}});
    const auto after = readRun(run);
    QCOMPARE(tidsOf(after), (std::vector{100, 101, 101}));
    QVERIFY(!after.tasks[1].alive);
    QCOMPARE(after.tasks[1].cpuNs, std::optional<std::uint64_t>(5'000));
    QVERIFY(after.tasks[2].alive);
    QCOMPARE(after.tasks[2].cpuNs, std::optional<std::uint64_t>(1));
    QVERIFY(after.tasks[2].started > after.tasks[1].started);
    QCOMPARE(after.tasks[1].started, before.tasks[1].started);
}

void TestSampler::thisProcessIsNeverListed()
{
    const FakeProc proc;
    const int own = ::getpid();
    proc.put({.pid = 100, .tid = 100, .children = std::to_string(own) + " "});
    proc.put({.pid = own, .tid = own});
    proc.put({.pid = own, .tid = own + 1});
    const auto board = makeBoard(1);
    registerWorker(*board, 0, own, own + 1);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {own, 100}});
    QCOMPARE(tidsOf(readRun(run)), (std::vector{own + 1, 100})); // the worker's thread alone
}

void TestSampler::workersComeFirst()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100, .children = "200 201 "});
    proc.put({.pid = 200, .tid = 200});
    proc.put({.pid = 201, .tid = 201});
    proc.put({.pid = 300, .tid = 300});
    const auto board = makeBoard(3);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {100}});
    QCOMPARE(tidsOf(readRun(run)), (std::vector{100, 200, 201}));
    registerWorker(*board, 0, 201, 201);
    registerWorker(*board, 2, 300, 300); // known from the board only
    board->slot(1).pid.store(200); // its tid is still to come
    auto snapshot = readRun(run);
    QCOMPARE(tidsOf(snapshot), (std::vector{201, 300, 100, 200}));
    QCOMPARE(snapshot.tasks[0].worker, 0);
    QCOMPARE(snapshot.tasks[1].worker, 2);
    board->slot(1).tid.store(200);
    QCOMPARE(tidsOf(readRun(run)), (std::vector{201, 200, 300, 100}));
}

void TestSampler::accountOnTheBoardIsFinal()
{
    const FakeProc proc;
    FakeTask worker{.pid = 200, .tid = 200, .schedstat = {1'000, 50, 2}, .voluntary = 3, .involuntary = 4};
    proc.put(worker);
    const auto board = makeBoard(1);
    registerWorker(*board, 0, 200, 200);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {}});
    QCOMPARE(readRun(run).tasks.at(0).cpuNs, std::optional<std::uint64_t>(1'000));
    board->slot(0).atEnd.store(
        {.atNs = 1, .cpuNs = 5'000, .voluntary = 6, .involuntary = 7, .queueWaitNs = 80, .migrations = 1});
    // What it does after its account is not the worker's any more.
    worker.schedstat = {9'000, 900, 20};
    worker.voluntary = 60;
    proc.put(worker);
    for (int reading = 0; reading < 2; ++reading) {
        const auto task = readRun(run, Depth::Full).tasks.at(0);
        QVERIFY(!task.alive);
        QVERIFY(task.cpuExact);
        QCOMPARE(task.cpuNs, std::optional<std::uint64_t>(5'000));
        QCOMPARE(task.voluntary, std::optional<std::uint64_t>(6));
        QCOMPARE(task.involuntary, std::optional<std::uint64_t>(7));
        QCOMPARE(task.queueWaitNs, std::optional<std::uint64_t>(80));
    }

    // A reading a little younger than the account: no counter goes back.
    proc.put({.pid = 300, .tid = 300, .schedstat = {1'000, 50, 2}, .voluntary = 3, .involuntary = 4});
    const auto second = makeBoard(1);
    registerWorker(*second, 0, 300, 300);
    RunReader next(proc.root(), {.run = 2, .board = second, .rootPids = {}});
    QCOMPARE(readRun(next).tasks.at(0).cpuNs, std::optional<std::uint64_t>(1'000));
    second->slot(0).atEnd.store({.atNs = 1, .cpuNs = 999, .voluntary = 3, .involuntary = 4});
    const auto task = readRun(next).tasks.at(0);
    QCOMPARE(task.cpuNs, std::optional<std::uint64_t>(1'000));
    QCOMPARE(task.queueWaitNs, std::optional<std::uint64_t>(50)); // not in the account
}

void TestSampler::workerSeenOnlyByItsAccountIsListed()
{
    const FakeProc proc;
    const auto board = makeBoard(2);
    registerWorker(*board, 1, 777, 777);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {}});
    QVERIFY(readRun(run).tasks.empty());
    board->slot(1).atGo.store({.atNs = 5'000'000'000, .cpuNs = 1});
    board->slot(1).atEnd.store({.atNs = 6'000'000'000, .cpuNs = 123, .voluntary = 1, .involuntary = 2});
    const auto snapshot = readRun(run);
    QCOMPARE(snapshot.tasks.size(), std::size_t{1});
    QCOMPARE(snapshot.tasks[0].worker, 1);
    QVERIFY(!snapshot.tasks[0].alive);
    QCOMPARE(snapshot.tasks[0].cpuNs, std::optional<std::uint64_t>(123));
    QCOMPARE(snapshot.tasks[0].queueWaitNs, std::nullopt);
    QCOMPARE(readRun(run).tasks.size(), std::size_t{1});
}

void TestSampler::slotsOfOneTaskShareIt()
{
    const FakeProc proc;
    FakeTask loop{.pid = 200, .tid = 200, .schedstat = {1'000, 0, 2}};
    proc.put(loop);
    const auto board = makeBoard(2);
    registerWorker(*board, 0, 200, 200);
    registerWorker(*board, 1, 200, 200);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {}});
    QCOMPARE(readRun(run).tasks.size(), std::size_t{1}); // its CPU time must not count twice
    board->slot(0).atEnd.store({.atNs = 1, .cpuNs = 2'000});
    QVERIFY(readRun(run).tasks[0].alive); // the other one still works
    loop.schedstat = {4'000, 0, 5};
    proc.put(loop);
    QCOMPARE(readRun(run).tasks[0].cpuNs, std::optional<std::uint64_t>(4'000));
    board->slot(1).atEnd.store({.atNs = 2, .cpuNs = 4'500});
    const auto task = readRun(run).tasks[0];
    QVERIFY(!task.alive);
    QCOMPARE(task.cpuNs, std::optional<std::uint64_t>(4'500));
}

void TestSampler::unkeptSchedstatIsUnknownAndToldOnce()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100, .schedstat = {0, 0, 0}});
    // A task that never ran may well have used nothing.
    proc.put({.pid = 100, .tid = 101, .schedstat = {0, 0, 0}, .voluntary = 0, .involuntary = 0});
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    const auto first = readRun(run);
    QCOMPARE(first.tasks[0].cpuNs, std::nullopt);
    QCOMPARE(first.tasks[0].queueWaitNs, std::nullopt);
    QCOMPARE(first.tasks[0].voluntary, std::optional<std::uint64_t>(10));
    QCOMPARE(first.tasks[1].cpuNs, std::optional<std::uint64_t>(0));
    QCOMPARE(gapsOf(first), (std::vector<std::string>{"tid 100 schedstat: unsupported"}));
    QVERIFY(readRun(run).gaps.empty());
}

void TestSampler::malformedStatusIsAGapToldOnce()
{
    const FakeProc proc;
    const FakeTask task{.pid = 100, .tid = 100};
    proc.put(task);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    QVERIFY(readRun(run).gaps.empty());
    proc.write(FakeProc::fileOf(task, "status"), "Name:\tfake\n");
    const auto broken = readRun(run, Depth::Full);
    QCOMPARE(broken.tasks[0].voluntary, std::nullopt);
    QCOMPARE(broken.tasks[0].involuntary, std::nullopt);
    QVERIFY(broken.tasks[0].cpuNs);
    QVERIFY(broken.tasks[0].alive);
    QCOMPARE(gapsOf(broken), (std::vector<std::string>{"tid 100 status: malformed"}));
    const auto still = readRun(run, Depth::Full);
    QVERIFY(still.gaps.empty());
    QCOMPARE(still.tasks[0].voluntary, std::nullopt);
    proc.put(task);
    QCOMPARE(readRun(run).tasks[0].voluntary, std::optional<std::uint64_t>(10));
}

void TestSampler::counterThatGoesBackwardsIsAGap()
{
    const FakeProc proc;
    FakeTask task{.pid = 100, .tid = 100, .schedstat = {1'000, 0, 5}};
    proc.put(task);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    QVERIFY(readRun(run).gaps.empty());
    task.schedstat.cpuNs = 999;
    proc.put(task);
    QCOMPARE(gapsOf(readRun(run)), (std::vector<std::string>{"tid 100 schedstat: malformed"}));
    QVERIFY(readRun(run).gaps.empty());
}

void TestSampler::missingProcessIsAGap()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100, .children = "200 201 "}); // both ended since the list was made
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100, 150}});
    const auto snapshot = readRun(run);
    QCOMPARE(tidsOf(snapshot), (std::vector{100}));
    QCOMPARE(gapsOf(snapshot), (std::vector<std::string>{"tasks: gone"}));
    QVERIFY(snapshot.gaps[0].error.what.starts_with("3 "));
}

void TestSampler::statusIsReadAgainOnlyWhenTheTaskRan()
{
    const FakeProc proc;
    FakeTask task{.pid = 100, .tid = 100, .schedstat = {1'000, 0, 5}, .voluntary = 1};
    proc.put(task);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    const auto voluntary = [&](Depth depth) { return readRun(run, depth).tasks[0].voluntary.value(); };
    QCOMPARE(voluntary(Depth::Changed), 1U);
    // The first reading may have fallen into a switch, behind one counter and before the other.
    task.voluntary = 2;
    proc.put(task);
    QCOMPARE(voluntary(Depth::Changed), 2U);
    // From here on the kernel could not do this without schedstat moving.
    task.voluntary = 3;
    proc.put(task);
    QCOMPARE(voluntary(Depth::Changed), 2U);
    QCOMPARE(voluntary(Depth::Full), 3U);
    task.voluntary = 4;
    ++task.schedstat.slices;
    proc.put(task);
    QCOMPARE(voluntary(Depth::Changed), 4U);
    task.voluntary = 5;
    proc.put(task);
    QCOMPARE(voluntary(Depth::Changed), 5U);
    task.voluntary = 6;
    ++task.schedstat.cpuNs;
    proc.put(task);
    QCOMPARE(voluntary(Depth::Changed), 6U);
}

void TestSampler::switchesOfManyTasksAreReadInTurns()
{
    const FakeProc proc;
    constexpr int kTasks = 40;
    const auto putAll = [&](std::uint64_t count) {
        for (int task = 0; task < kTasks; ++task)
            proc.put({.pid = 100, .tid = 100 + task, .schedstat = {count, 0, count}, .voluntary = count});
    };
    const auto current = [&](const Snapshot &snapshot, std::uint64_t count) {
        return static_cast<std::size_t>(
            std::ranges::count(snapshot.tasks, std::optional(count), &TaskReading::voluntary));
    };
    putAll(1);
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    QCOMPARE(current(readRun(run), 1), std::size_t{kTasks}); // the first time all at once
    putAll(2);
    for (std::size_t reading = 1; reading <= 3; ++reading) {
        const auto snapshot = readRun(run);
        QVERIFY(current(snapshot, 2) >= std::min<std::size_t>(reading * RunReader::kLeastSwitches, kTasks));
        for (const auto &task : snapshot.tasks)
            QCOMPARE(task.cpuNs, std::optional<std::uint64_t>(2)); // always current
    }
    putAll(3);
    QCOMPARE(current(readRun(run, Depth::Full), 3), std::size_t{kTasks});
}

void TestSampler::newTasksAreFoundWhenSomebodyCreatedOne()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100});
    RunReader run(proc.root(), {.run = 1, .board = makeBoard(1), .rootPids = {100}});
    Snapshot snapshot;
    snapshot.forks = 5;
    run.read(snapshot, Depth::Changed);
    QCOMPARE(tidsOf(snapshot), (std::vector{100}));
    proc.put({.pid = 100, .tid = 101});
    snapshot.forks = 6;
    run.read(snapshot, Depth::Changed);
    QCOMPARE(tidsOf(snapshot), (std::vector{100, 101}));
    proc.put({.pid = 100, .tid = 102});
    run.read(snapshot, Depth::Full); // looks whatever the count says
    QCOMPARE(tidsOf(snapshot), (std::vector{100, 101, 102}));
}

void TestSampler::memoryIsAddedUpAndCarriedOver()
{
    const FakeProc proc;
    const auto rollup = [](int kilobytes) {
        const auto number = std::to_string(kilobytes);
        return "Rss: " + number + "0 kB\nPss: " + number + " kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 2 kB\n";
    };
    proc.put({.pid = 100, .tid = 100});
    proc.put({.pid = 200, .tid = 200}); // a zombie: it has no memory
    proc.write("proc/100/smaps_rollup", rollup(5));
    proc.put({.pid = 300, .tid = 300});
    proc.write("proc/300/smaps_rollup", rollup(7));
    const auto board = makeBoard(1);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {100, 200, 300}});
    QCOMPARE(readRun(run).memory, std::nullopt); // the input is still being made
    board->go(std::nullopt);
    QCOMPARE(readRun(run).memory, std::optional(MemoryReading{120 * 1024, 12 * 1024, 6 * 1024}));
    proc.write("proc/300/smaps_rollup", rollup(8));
    QCOMPARE(readRun(run).memory->pssBytes, 12U * 1024); // within a second
}

void TestSampler::unreadableMemoryIsUnknown()
{
    const FakeProc proc;
    proc.put({.pid = 100, .tid = 100});
    proc.write("proc/100/smaps_rollup", "Rss: 1 kB\n");
    const auto board = makeBoard(1);
    board->go(std::nullopt);
    RunReader run(proc.root(), {.run = 1, .board = board, .rootPids = {100}});
    const auto snapshot = readRun(run);
    QCOMPARE(snapshot.memory, std::nullopt);
    QCOMPARE(gapsOf(snapshot), (std::vector<std::string>{"memory: malformed"}));
}

void TestSampler::aBlockedLoopIsLaterWithEachReading()
{
    const auto board = makeBoard(1);
    RunReader run({}, {.run = 1, .board = board, .rootPids = {}, .hasLoop = true});
    QVERIFY2(!readRun(run).loopLag, "it does not turn yet");
    const auto due = MonotonicClock::now() - 300ms;
    board->loopState().nextBeatNs.store(toBoardNs(due));
    const auto first = readRun(run).loopLag;
    QVERIFY(first && *first >= 300ms);
    const auto second = readRun(run).loopLag;
    QVERIFY(second && *second > *first);
    QVERIFY(*second <= MonotonicClock::now() - due);
    // It comes back, and says how long it was away.
    board->loopState().worstLagNs.store(toBoardNs(MonotonicTime(MonotonicClock::now() - due)));
    board->loopState().nextBeatNs.store(toBoardNs(MonotonicClock::now() + 1h));
    const auto third = readRun(run).loopLag;
    QVERIFY(third && *third > *second);
    QCOMPARE(readRun(run).loopLag, std::optional(Nanoseconds(0)));
    board->loopState().nextBeatNs.store(0);
    QVERIFY2(!readRun(run).loopLag, "it turns no more");
}

void TestSampler::theWorstLagIsTakenOnce()
{
    const auto board = makeBoard(1);
    RunReader run({}, {.run = 1, .board = board, .rootPids = {}, .hasLoop = true});
    board->loopState().worstLagNs.store(7'000'000);
    QCOMPARE(readRun(run).loopLag, std::optional(Nanoseconds(7ms))); // also when it has just ended
    QCOMPARE(board->loopState().worstLagNs.load(), 0U);
    QVERIFY(!readRun(run).loopLag);
}

void TestSampler::onlyWhoHasTheLoopTakesItsLag()
{
    const auto board = makeBoard(1);
    board->loopState().nextBeatNs.store(1);
    board->loopState().worstLagNs.store(7'000'000);
    RunReader other({}, {.run = 1, .board = board, .rootPids = {}});
    QVERIFY(!readRun(other).loopLag);
    {
        const SampledTimeline timeline({.run = 1, .board = board, .rootPids = {}, .hasLoop = true});
    }
    QCOMPARE(board->loopState().worstLagNs.load(), 7'000'000U);
}

void TestSampler::gaugesAreReadFromTheArena()
{
    const auto info = producerConsumerWorkload();
    const auto experiment = validated(
        {.workload = info.id, .model = "qthread", .workers = 3, .items = 10, .durationSeconds = {}});
    QVERIFY(experiment);
    const std::shared_ptr<const Workload> workload = info.make(workSpecOf(*experiment));
    const auto board = std::make_shared<const Board>(
        Board::createAnonymous({.workers = 3, .arenaBytes = workload->needs().arenaBytes}).value());
    const RunSubject subject{
        .run = 1, .board = board, .rootPids = {}, .workload = workload, .gauges = info.gauges.size()};
    RunReader run({}, subject);
    QCOMPARE(readRun(run).gauges, (std::vector{0.0, 0.0, 0.0}));
    const auto queue = BoundedQueue::on(
        board->arena(),
        {.capacity = static_cast<std::uint32_t>(experiment->params.integer("capacity")),
         .producers = 1,
         .consumers = 2});
    QVERIFY(queue);
    const StopToken stop(board->stateWord());
    for (std::uint64_t item = 0; item < 3; ++item)
        QVERIFY(queue->push({item, item}, stop));
    QCOMPARE(readRun(run).gauges, (std::vector{3.0, 0.0, 0.0}));

    RunReader without({}, {.run = 1, .board = board, .rootPids = {}});
    QVERIFY(readRun(without).gauges.empty());
}

void TestSampler::offlineCpuIsAGapOnce()
{
    const FakeProc proc;
    const std::string zero = "cpu0 1 2 3 4 5 6 7 8\n";
    const std::string two = "cpu2 1 2 3 4 5 6 7 8\n";
    const auto readSystem = [](SystemReader &system) {
        Snapshot snapshot;
        system.read(snapshot);
        return snapshot;
    };
    proc.write("proc/stat", zero + two);
    SystemReader system(proc.root());
    QCOMPARE(readSystem(system).cpus.size(), std::size_t{2});
    proc.write("proc/stat", zero);
    const auto offline = readSystem(system);
    QCOMPARE(offline.cpus.size(), std::size_t{1});
    QCOMPARE(gapsOf(offline), (std::vector<std::string>{"cpu 2: gone"}));
    QVERIFY(readSystem(system).gaps.empty());
    proc.write("proc/stat", zero + two);
    QCOMPARE(readSystem(system).cpus.at(1).cpu, 2);
    QVERIFY(readSystem(system).gaps.empty());
}

void TestSampler::malformedStatIsAGapOnce()
{
    const FakeProc proc;
    proc.write("proc/stat", "cpu0 1 2 3\n");
    SystemReader system(proc.root());
    Snapshot first;
    system.read(first);
    QVERIFY(first.cpus.empty());
    QCOMPARE(gapsOf(first), (std::vector<std::string>{"cpus: malformed"}));
    Snapshot second;
    system.read(second);
    QVERIFY(second.gaps.empty());

    const FakeProc nothing;
    SystemReader blind(nothing.root());
    Snapshot third;
    blind.read(third);
    QCOMPARE(gapsOf(third), (std::vector<std::string>{"cpus: gone"}));
}

void TestSampler::throttlingIsReadFromTheLimitingGroup()
{
    const FakeProc proc;
    proc.write("proc/stat", "cpu0 1 2 3 4 5 6 7 8\n");
    SystemReader unlimited(proc.root());
    Snapshot snapshot;
    unlimited.read(snapshot);
    QCOMPARE(snapshot.throttle, std::nullopt);

    proc.write("proc/self/cgroup", "0::/a/b\n");
    proc.write("proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    proc.write("sys/fs/cgroup/a/cpu.max", "50000 100000\n");
    proc.write("sys/fs/cgroup/a/cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_usec 5\n");
    unlimited.findQuota();
    unlimited.read(snapshot);
    QCOMPARE(snapshot.throttle, std::optional(ThrottleReading{10, 4, 5000}));
    proc.write("sys/fs/cgroup/a/cpu.stat", "usage_usec 1\n");
    Snapshot broken;
    unlimited.read(broken);
    QCOMPARE(broken.throttle, std::nullopt);
    QCOMPARE(gapsOf(broken), (std::vector<std::string>{"throttling: malformed"}));
}

void TestSampler::snapshotsComeBackFromAnyThread()
{
    SnapshotPtr survivor;
    {
        SnapshotPool pool;
        auto first = pool.take();
        const Snapshot *const address = first.get();
        first->run = 5;
        first->gaps.push_back({"what", {}});
        auto shared = pool.share(std::move(first));
        auto copy = shared;
        shared.reset();
        QCOMPARE(pool.idle(), std::size_t{0}); // somebody still reads it
        QCOMPARE(copy->run, 5U);
        const std::weak_ptr<const Snapshot> observer = copy;
        std::thread([last = std::move(copy)]() mutable { last.reset(); }).join();
        QCOMPARE(pool.idle(), std::size_t{1});
        QVERIFY(observer.expired());
        auto again = pool.take();
        QCOMPARE(again.get(), address);
        QCOMPARE(again->run, 0U); // as new
        QVERIFY(again->gaps.empty());
        survivor = pool.share(std::move(again));
    }
    QCOMPARE(survivor->run, 0U); // outlives its pool
}

void TestSampler::gapsAreFew()
{
    std::vector<Gap> gaps;
    for (int failure = 0; failure < 1000; ++failure)
        addGap(gaps, "tid " + std::to_string(failure), {});
    QCOMPARE(gaps.size(), std::size_t{17});
    QCOMPARE(gaps.back().what, std::string("more"));
}

QTEST_GUILESS_MAIN(TestSampler)
#include "tst_sampler.moc"
