// SPDX-License-Identifier: GPL-3.0-or-later
//
// The sampler against the real /proc, with real threads and a real child: what must hold whatever else the
// machine does. The program is its own child, see busyChild().
#include "core/observe/rates.h"
#include "core/observe/runreader.h"
#include "core/observe/sampler.h"
#include "core/observe/snapshotpool.h"
#include "core/observe/systemreader.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <future>
#include <new>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

// Every allocation of this program is counted, by thread and for all threads but the first.
thread_local bool t_isFirst = false;
thread_local std::uint64_t t_allocations = 0;
std::atomic<std::uint64_t> g_allocationsElsewhere = 0;

void *countedAllocation(std::size_t size)
{
    ++t_allocations;
    if (!t_isFirst)
        g_allocationsElsewhere.fetch_add(1, std::memory_order_relaxed);
    if (void *const memory = std::malloc(size > 0 ? size : 1))
        return memory;
    throw std::bad_alloc();
}

} // namespace

void *operator new(std::size_t size)
{
    return countedAllocation(size);
}
void *operator new[](std::size_t size)
{
    return countedAllocation(size);
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    try {
        return countedAllocation(size);
    } catch (...) {
        return nullptr;
    }
}
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
    return operator new(size, std::nothrow);
}
void operator delete(void *memory) noexcept
{
    std::free(memory);
}
void operator delete[](void *memory) noexcept
{
    std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}
void operator delete[](void *memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace {

constexpr auto kPatience = 20s;
constexpr const char *kChildOption = "--busy-child";

/// Two threads that work until a line comes in on stdin; then all of them block, and the answer is "paused".
/// Ends with its stdin.
int busyChild()
{
    std::atomic<bool> isPaused = false;
    std::atomic<std::uint64_t> work = 0;
    const auto worker = [&] {
        while (!isPaused)
            work.fetch_add(1, std::memory_order_relaxed);
        for (;;)
            ::pause();
    };
    std::thread(worker).detach();
    std::thread(worker).detach();
    std::puts("working");
    std::fflush(stdout);
    if (std::getchar() == EOF)
        std::_Exit(0);
    isPaused = true;
    std::puts("paused");
    std::fflush(stdout);
    while (std::getchar() != EOF) { }
    std::_Exit(0);
}

class BusyChild {
public:
    BusyChild()
    {
        m_process.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(kChildOption)});
        m_isReady = waitFor("working");
    }
    BusyChild(const BusyChild &) = delete;
    BusyChild &operator=(const BusyChild &) = delete;
    ~BusyChild() { end(); }

    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] int pid() const { return static_cast<int>(m_process.processId()); }
    [[nodiscard]] bool pause()
    {
        m_process.write("\n");
        return waitFor("paused");
    }
    void end()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }

private:
    bool waitFor(const char *line)
    {
        while (!m_process.canReadLine() && m_process.waitForReadyRead()) { }
        return m_process.readLine().trimmed() == line;
    }

    QProcess m_process;
    bool m_isReady = false;
};

/// A thread of this process that is a worker on a board: it works, and says what the kernel charged it.
class BusyWorker {
public:
    explicit BusyWorker(const Board &board, unsigned worker = 0)
    {
        std::promise<void> begin;
        auto begun = begin.get_future();
        m_thread = std::jthread([this, &slot = board.slot(worker),
                                 begin = std::move(begin)](const std::stop_token &stop) mutable {
            slot.pid.store(::getpid());
            slot.tid.store(::gettid());
            std::this_thread::sleep_for(1ms); // at least one voluntary switch
            begin.set_value();
            while (!stop.stop_requested()) {
                slot.itemsDone.fetch_add(1, std::memory_order_relaxed);
                if (m_asked.load() != m_answered.load()) {
                    m_usage = readOwnUsage();
                    m_answered.store(m_asked.load());
                }
            }
            slot.atEnd.store(readOwnUsage());
        });
        begun.get();
    }
    [[nodiscard]] ThreadUsage usage()
    {
        const auto question = m_asked.fetch_add(1) + 1;
        while (m_answered.load() != question)
            std::this_thread::yield();
        return m_usage;
    }
    void end()
    {
        m_thread.request_stop();
        m_thread.join();
    }

private:
    std::atomic<unsigned> m_asked = 0;
    std::atomic<unsigned> m_answered = 0;
    ThreadUsage m_usage; ///< Written before m_answered, read after it.
    std::jthread m_thread; ///< Last: it uses the rest.
};

std::shared_ptr<const Board> makeBoard(unsigned workers)
{
    auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = workers}).value());
    board->go(std::nullopt);
    return board;
}

std::optional<std::uint64_t> processClock(int pid)
{
    clockid_t clock{};
    timespec value{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &value) != 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(value.tv_sec) * 1'000'000'000
        + static_cast<std::uint64_t>(value.tv_nsec);
}

std::uint64_t sumOfCpu(const Snapshot &snapshot)
{
    std::uint64_t sum = 0;
    for (const auto &task : snapshot.tasks)
        sum += task.cpuNs.value();
    return sum;
}

/// Everything that comes in until there are `count` snapshots.
std::vector<SnapshotPtr> collect(Sampler &sampler, std::size_t count)
{
    const auto deadline = MonotonicClock::now() + kPatience;
    std::vector<SnapshotPtr> all;
    std::vector<SnapshotPtr> some;
    while (all.size() < count && MonotonicClock::now() < deadline) {
        sampler.mailbox().drain(some);
        all.insert(all.end(), some.begin(), some.end());
        std::this_thread::sleep_for(5ms);
    }
    return all;
}

} // namespace

class TestSamplerLive : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runIsReadBeforeWatchReturns();
    void sequenceHasNoHoles();
    void workersCountersLieBetweenItsOwn();
    void workersClockNeverGoesBack();
    void accountIsFinal();
    void threadsOfAChildAddUpToItsClock();
    void endedChildKeepsItsTotals();
    void busyAndIdleAddUpToWallTime();
    void runUsesNoMoreThanThereIs();
    void fewFileDescriptorsAreEnough();
    void steadyReadingAllocatesNothing();
    void steadySamplerAllocatesNothing();
    void heldSnapshotNeverChanges();
    void newRateTakesEffectAtOnce();
    void stopDoesNotWaitForTheDeadline();
    void missedDeadlinesAreCounted();
};

void TestSamplerLive::runIsReadBeforeWatchReturns()
{
    const auto board = makeBoard(1);
    const BusyWorker worker(*board);
    Sampler sampler({}, Sampler::kMinHz);
    QVERIFY(sampler.unwatch() == nullptr);
    const auto before = MonotonicClock::now();
    sampler.watch({.run = 5, .board = board, .rootPids = {}});
    std::vector<SnapshotPtr> snapshots;
    sampler.mailbox().drain(snapshots);
    QVERIFY(!snapshots.empty());
    const auto &first = *snapshots.back();
    QCOMPARE(first.run, 5U);
    QVERIFY(first.begin >= before);
    QCOMPARE(first.tasks.size(), std::size_t{1}); // of this process the worker alone
    QCOMPARE(first.tasks[0].worker, 0);
    QVERIFY(first.tasks[0].cpuExact);
    QVERIFY(first.tasks[0].voluntary && first.tasks[0].involuntary && first.tasks[0].queueWaitNs);

    const auto last = sampler.unwatch();
    QVERIFY(last);
    QCOMPARE(last->run, 5U);
    QVERIFY(last->begin > first.begin);
    QVERIFY(last->workers.at(0).itemsDone >= first.workers.at(0).itemsDone);
    sampler.mailbox().drain(snapshots);
    QVERIFY(!snapshots.empty());
    QCOMPARE(snapshots.back(), last);
    QVERIFY(sampler.unwatch() == nullptr);
    sampler.setRate(Sampler::kMaxHz);
    const auto afterwards = collect(sampler, 1);
    QVERIFY(!afterwards.empty());
    QCOMPARE(afterwards[0]->run, 0U);
    QVERIFY(afterwards[0]->tasks.empty());
    QVERIFY(afterwards[0]->workers.empty());
    QVERIFY(!afterwards[0]->memory);
}

void TestSamplerLive::sequenceHasNoHoles()
{
    Sampler sampler({}, Sampler::kMaxHz);
    const auto board = makeBoard(1);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    auto snapshots = collect(sampler, 10);
    sampler.unwatch();
    for (const auto &snapshot : collect(sampler, 3))
        snapshots.push_back(snapshot);
    QVERIFY(snapshots.size() >= 13);
    for (std::size_t at = 0; at < snapshots.size(); ++at) {
        QCOMPARE(snapshots[at]->sequence, at);
        QVERIFY(snapshots[at]->end >= snapshots[at]->begin);
        if (at == 0)
            continue;
        QVERIFY(snapshots[at]->begin >= snapshots[at - 1]->end);
        QVERIFY(snapshots[at]->observerCpuNs > snapshots[at - 1]->observerCpuNs);
        QVERIFY(snapshots[at]->missed >= snapshots[at - 1]->missed);
    }
}

void TestSamplerLive::workersCountersLieBetweenItsOwn()
{
    const auto board = makeBoard(1);
    BusyWorker worker(*board);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    for (int round = 0; round < 20; ++round) {
        const auto before = worker.usage();
        sampler.watch({.run = 1, .board = board, .rootPids = {}});
        const auto last = sampler.unwatch();
        const auto after = worker.usage();
        const auto &task = last->tasks.at(0);
        QVERIFY(*task.cpuNs >= before.cpuNs && *task.cpuNs <= after.cpuNs);
        QVERIFY(*task.voluntary >= before.voluntary && *task.voluntary <= after.voluntary);
        QVERIFY(*task.involuntary >= before.involuntary && *task.involuntary <= after.involuntary);
        QVERIFY(*task.queueWaitNs >= before.queueWaitNs && *task.queueWaitNs <= after.queueWaitNs);
        std::this_thread::sleep_for(2ms);
    }
}

void TestSamplerLive::workersClockNeverGoesBack()
{
    const auto board = makeBoard(1);
    BusyWorker worker(*board);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    const auto snapshots = collect(sampler, 20);
    QVERIFY(snapshots.size() >= 20);
    for (std::size_t at = 1; at < snapshots.size(); ++at) {
        if (snapshots[at]->run == 0 || snapshots[at - 1]->run == 0)
            continue;
        const auto &then = snapshots[at - 1]->tasks.at(0);
        const auto &now = snapshots[at]->tasks.at(0);
        QVERIFY(now.cpuExact);
        QVERIFY(*now.cpuNs >= *then.cpuNs);
        // One thread uses no more CPU than time has passed.
        const auto atMost = snapshots[at]->end - snapshots[at - 1]->begin;
        QVERIFY(*now.cpuNs - *then.cpuNs <= static_cast<std::uint64_t>(atMost.count()));
        QVERIFY(snapshots[at]->workers.at(0).itemsDone >= snapshots[at - 1]->workers.at(0).itemsDone);
    }
    QVERIFY(snapshots.back()->memory);
    QVERIFY(snapshots.back()->memory->rssBytes >= snapshots.back()->memory->pssBytes);
    QVERIFY(snapshots.back()->memory->pssBytes >= snapshots.back()->memory->ussBytes);
    QVERIFY(snapshots.back()->memory->ussBytes > 0);
}

void TestSamplerLive::accountIsFinal()
{
    const auto board = makeBoard(1);
    BusyWorker worker(*board);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    collect(sampler, 3);
    worker.end();
    const auto account = board->slot(0).atEnd.load();
    QVERIFY(account);
    for (int round = 0; round < 2; ++round) {
        const auto last = sampler.unwatch();
        const auto &task = last->tasks.at(0);
        QVERIFY(!task.alive);
        QVERIFY(task.cpuExact);
        QCOMPARE(*task.voluntary, account->voluntary);
        QCOMPARE(*task.involuntary, account->involuntary);
        QVERIFY(*task.cpuNs >= account->cpuNs);
        // The second time nothing was ever read of the task: the account is all there is.
        if (round == 1)
            QCOMPARE(*task.cpuNs, account->cpuNs);
        sampler.watch({.run = 2, .board = board, .rootPids = {}});
    }
}

void TestSamplerLive::threadsOfAChildAddUpToItsClock()
{
    BusyChild child;
    QVERIFY(child.isReady());
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = makeBoard(1), .rootPids = {child.pid()}});
    const auto working = collect(sampler, 10);
    QVERIFY(!working.empty());
    QCOMPARE(working.back()->tasks.size(), std::size_t{3});
    QVERIFY(child.pause());

    // As soon as nothing of it runs any more, three threads' schedstat are the process's clock, to the
    // nanosecond.
    const auto deadline = MonotonicClock::now() + kPatience;
    bool isSettled = false;
    while (!isSettled && MonotonicClock::now() < deadline) {
        std::this_thread::sleep_for(10ms);
        const auto before = processClock(child.pid());
        sampler.watch({.run = 1, .board = makeBoard(1), .rootPids = {child.pid()}});
        const auto last = sampler.unwatch();
        isSettled = before && processClock(child.pid()) == before && sumOfCpu(*last) == *before;
    }
    QVERIFY(isSettled);
}

void TestSamplerLive::endedChildKeepsItsTotals()
{
    BusyChild child;
    QVERIFY(child.isReady());
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = makeBoard(1), .rootPids = {child.pid()}});
    const auto working = collect(sampler, 10);
    QVERIFY(!working.empty());
    child.end();
    const auto last = sampler.unwatch();
    QCOMPARE(last->tasks.size(), std::size_t{3});
    QVERIFY(sumOfCpu(*last) >= sumOfCpu(*working.back()));
    for (const auto &task : last->tasks) {
        QVERIFY(!task.alive);
        QVERIFY(task.voluntary && task.involuntary && task.queueWaitNs);
    }
}

void TestSamplerLive::busyAndIdleAddUpToWallTime()
{
    SystemReader system(ProcRoot{});
    Snapshot before;
    Snapshot after;
    before.begin = MonotonicClock::now();
    system.read(before);
    std::this_thread::sleep_for(600ms);
    after.begin = MonotonicClock::now();
    system.read(after);
    const auto rates = timeslice::rates(before, after);
    QVERIFY(rates);
    QVERIFY(!rates->cpuBusy.empty());
    const double perSecond = static_cast<double>(::sysconf(_SC_CLK_TCK));
    for (std::size_t at = 0; at < after.cpus.size(); ++at) {
        QVERIFY(rates->cpuBusy[at] >= 0 && rates->cpuBusy[at] <= 1);
        const auto all = [](const CpuTicks &t) {
            return t.user + t.nice + t.system + t.idle + t.iowait + t.irq + t.softirq + t.steal;
        };
        const double counted = static_cast<double>(all(after.cpus[at]) - all(before.cpus.at(at))) / perSecond;
        // Each of the eight counters is rounded for itself, and a tick may be pending.
        const double slack = 10 / perSecond + 0.1 * rates->seconds;
        QVERIFY2(
            std::abs(counted - rates->seconds) <= slack,
            qPrintable(
                QString::number(counted) + QStringLiteral(" s of ") + QString::number(rates->seconds)));
    }
}

void TestSamplerLive::runUsesNoMoreThanThereIs()
{
    const auto board = makeBoard(3);
    const BusyWorker one(*board, 0);
    const BusyWorker two(*board, 1);
    const BusyWorker three(*board, 2);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    const auto snapshots = collect(sampler, 30);
    QVERIFY(snapshots.size() >= 30);
    std::size_t at = 0;
    while (snapshots.at(at)->run == 0)
        ++at;
    const auto &before = *snapshots[at];
    const auto &after = *snapshots.back();
    const auto rates = timeslice::rates(before, after).value();
    const auto used = static_cast<double>(sumOfCpu(after) - sumOfCpu(before)) / 1e9;
    QVERIFY(std::abs(rates.runCores * rates.seconds - used) < 1e-6);
    const double span = toSeconds(after.end - before.begin);
    QVERIFY(used > 0);
    QVERIFY(used <= span * static_cast<double>(after.cpus.size()));
    QVERIFY(rates.itemsPerSecond > 0);
    QVERIFY(rates.otherCores >= 0);
    QVERIFY(rates.observerShare > 0 && rates.observerShare < 1);
}

void TestSamplerLive::fewFileDescriptorsAreEnough()
{
    rlimit original{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &original), 0);
    BusyChild child;
    QVERIFY(child.isReady());
    QVERIFY(child.pause());
    RunReader kept({}, {.run = 1, .board = makeBoard(1), .rootPids = {child.pid()}});
    rlimit few = original;
    few.rlim_cur = 8; // half of it is too few for three tasks
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    RunReader reopened({}, {.run = 1, .board = nullptr, .rootPids = {child.pid()}});
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &original), 0);

    Snapshot first;
    Snapshot second;
    const auto deadline = MonotonicClock::now() + kPatience;
    do {
        kept.read(first, Depth::Full);
        reopened.read(second, Depth::Full);
    } while (sumOfCpu(first) != sumOfCpu(second) && MonotonicClock::now() < deadline);
    QCOMPARE(second.tasks.size(), first.tasks.size());
    QVERIFY(second.gaps.empty());
    for (std::size_t at = 0; at < first.tasks.size(); ++at) {
        QCOMPARE(second.tasks[at].tid, first.tasks[at].tid);
        QCOMPARE(second.tasks[at].started, first.tasks[at].started);
        QCOMPARE(second.tasks[at].cpuNs, first.tasks[at].cpuNs);
        QCOMPARE(second.tasks[at].voluntary, first.tasks[at].voluntary);
    }
    child.end();
    reopened.read(second, Depth::Full);
    for (const auto &task : second.tasks)
        QVERIFY(!task.alive);
}

void TestSamplerLive::steadyReadingAllocatesNothing()
{
    BusyChild child;
    QVERIFY(child.isReady());
    const auto board = makeBoard(2);
    const BusyWorker one(*board, 0);
    const BusyWorker two(*board, 1);
    SystemReader system(ProcRoot{});
    RunReader run({}, {.run = 1, .board = board, .rootPids = {child.pid()}});
    SnapshotPool pool;
    const auto read = [&] {
        auto snapshot = pool.take();
        system.read(*snapshot);
        run.read(*snapshot, Depth::Changed);
        return pool.share(std::move(snapshot));
    };
    QCOMPARE(read()->tasks.size(), std::size_t{5});
    const auto before = t_allocations;
    const auto deadline = MonotonicClock::now() + 1200ms; // a reading of the memory lies in it
    int readings = 0;
    while (MonotonicClock::now() < deadline || readings < 20) {
        read();
        ++readings;
        std::this_thread::sleep_for(5ms);
    }
    QCOMPARE(t_allocations - before, 0U);
}

void TestSamplerLive::steadySamplerAllocatesNothing()
{
    const auto board = makeBoard(2);
    const BusyWorker one(*board, 0);
    const BusyWorker two(*board, 1);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    // A reader that falls behind lets the pool grow, which is no fault; so one quiet stretch of twenty ticks
    // counts.
    bool wasQuiet = false;
    for (int attempt = 0; attempt < 10 && !wasQuiet; ++attempt) {
        const auto before = g_allocationsElsewhere.load();
        const auto snapshots = collect(sampler, 20);
        wasQuiet = snapshots.size() >= 20 && g_allocationsElsewhere.load() == before;
    }
    QVERIFY(wasQuiet);
}

void TestSamplerLive::heldSnapshotNeverChanges()
{
    const auto board = makeBoard(1);
    const BusyWorker worker(*board);
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch({.run = 1, .board = board, .rootPids = {}});
    const auto held = collect(sampler, 1).back();
    const Snapshot copy = *held;
    // Another thread reads and drops what comes in, as the window does.
    std::jthread reader([&](const std::stop_token &stop) {
        std::vector<SnapshotPtr> some;
        std::uint64_t sum = 0;
        while (!stop.stop_requested()) {
            sampler.mailbox().drain(some);
            for (const auto &snapshot : some)
                sum += snapshot->sequence + snapshot->cpus.size();
            std::this_thread::sleep_for(1ms);
        }
        QVERIFY(sum > 0);
    });
    std::this_thread::sleep_for(500ms);
    reader.request_stop();
    reader.join();
    const auto last = sampler.unwatch();
    QVERIFY(last->sequence > held->sequence);
    QCOMPARE(held->sequence, copy.sequence);
    QCOMPARE(held->begin, copy.begin);
    QCOMPARE(held->cpus, copy.cpus);
    QCOMPARE(held->tasks.size(), copy.tasks.size());
    if (!held->tasks.empty())
        QCOMPARE(held->tasks[0].cpuNs, copy.tasks[0].cpuNs);
}

void TestSamplerLive::newRateTakesEffectAtOnce()
{
    for (const double hz : {1e9, 0.0, -5.0, std::nan(""), Sampler::kDefaultHz}) {
        Sampler sampler({}, Sampler::kMinHz);
        sampler.setRate(hz); // whatever it is, it becomes one between 1 and 50
        sampler.setRate(Sampler::kMaxHz);
        QVERIFY(collect(sampler, 2).size() >= 2);
    }
}

void TestSamplerLive::stopDoesNotWaitForTheDeadline()
{
    constexpr int kSamplers = 30;
    const auto begin = MonotonicClock::now();
    for (int count = 0; count < kSamplers; ++count)
        const Sampler sampler({}, Sampler::kMinHz);
    // Waiting for the deadline would take half a period each, on average.
    QVERIFY(MonotonicClock::now() - begin < kSamplers * 250ms);
}

void TestSamplerLive::missedDeadlinesAreCounted()
{
    Sampler sampler({}, Sampler::kMaxHz);
    constexpr auto kPeriod = Nanoseconds(20ms);
    auto snapshots = collect(sampler, 5);
    // The whole process stands still for ten periods.
    const int us = ::getpid();
    const int helper = ::fork();
    if (helper == 0) {
        const timespec pause{0, 200'000'000};
        ::kill(us, SIGSTOP);
        ::nanosleep(&pause, nullptr);
        ::kill(us, SIGCONT);
        ::_exit(0);
    }
    QVERIFY(helper > 0);
    QCOMPARE(::waitpid(helper, nullptr, 0), helper);
    for (const auto &snapshot : collect(sampler, 5))
        snapshots.push_back(snapshot);
    QVERIFY(snapshots.size() >= 10);

    // Deadlines are the multiples of the period. Of the one that reading i was for only this is known: it
    // lies behind reading i - 1, and not behind reading i.
    const auto period = [&](std::size_t at) { return snapshots[at]->begin.time_since_epoch() / kPeriod; };
    const auto missed = [&](std::size_t at) { return static_cast<std::int64_t>(snapshots[at]->missed); };
    for (std::size_t at = 1; at + 2 < snapshots.size(); ++at) {
        QVERIFY(period(at) > period(at - 1));
        QVERIFY(missed(at + 2) - missed(at) >= period(at + 1) - period(at) - 1);
        QVERIFY(missed(at + 2) - missed(at) <= period(at + 2) - period(at - 1) - 3);
    }
    QVERIFY(missed(snapshots.size() - 1) - missed(0) >= 5);
}

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == kChildOption)
        return busyChild();
    t_isFirst = true;
    QCoreApplication app(argc, argv);
    TestSamplerLive test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_samplerlive.moc"
