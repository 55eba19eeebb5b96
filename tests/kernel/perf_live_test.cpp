// SPDX-License-Identifier: GPL-3.0-or-later
//
// Against the real kernel: what the trace says must be what the kernel counted.
#include "core/observe/timelinestore.h"
#include "core/perf/selfcheck.h"
#include "core/perf/tracer.h"
#include "tests/support/pipepingpong.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <future>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace timeslice {
namespace {

using testing::PingPongOptions;
using testing::PingPongThread;
using testing::runPingPong;

// A macro, since GTEST_SKIP leaves the function it stands in.
#define SKIP_WITHOUT_PERF()                                                                                  \
    SystemPerfCalls probed;                                                                                  \
    if (const auto access = probePerfAccess(probed); access.refusal != PerfRefusal::None)                    \
    GTEST_SKIP() << "context switches cannot be traced here: " << access.cause << " ("                       \
                 << describe(*access.error) << ")"

struct Trace {
    TimelineStore store;
    std::unique_ptr<SwitchTracer> tracer;

    explicit Trace(TracerOptions options = {}, TimelineTasks tasks = {})
        : store({}, std::move(tasks))
    {
        options.sink = [this](const SwitchChunkPtr &chunk) { store.append(*chunk); };
        auto opened = SwitchTracer::open(0, std::move(options));
        EXPECT_TRUE(opened) << describe(opened.error());
        if (opened)
            tracer = std::move(*opened);
    }
    [[nodiscard]] TimelineViewPtr finish()
    {
        tracer->stop();
        return store.view();
    }
};

SelfCheck compare(const TimelineView &view, const std::vector<PingPongThread> &threads, std::uint64_t lost)
{
    std::vector<TaskAccount> trace;
    std::vector<TaskAccount> kernel;
    for (const auto &thread : threads) {
        kernel.push_back({thread.tid, thread.voluntary, thread.involuntary, thread.cpuNs});
        const auto lane = view.laneOfTid(thread.tid);
        EXPECT_TRUE(lane.has_value()) << thread.tid;
        if (!lane)
            continue;
        const auto stats = view.stats(*lane, {view.known().beginNs, thread.atNs});
        trace.push_back({thread.tid, stats.voluntary, stats.involuntary, stats.sums.runningNs});
    }
    return selfCheck(trace, kernel, lost);
}

std::string explain(const SelfCheck &check)
{
    std::string text;
    for (const auto &task : check.tasks) {
        text += "tid " + std::to_string(task.tid) + ": switches " + std::to_string(task.switches)
            + ", involuntary " + std::to_string(task.involuntary) + ", running "
            + (task.running ? std::to_string(*task.running * 100) + " %" : "unknown") + '\n';
    }
    return text;
}

std::vector<int> allowedCpus()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(static_cast<unsigned>(cpu), &set))
            cpus.push_back(cpu);
    }
    return cpus;
}

TEST(PerfLive, EverySwitchOfAPingPongIsThere)
{
    SKIP_WITHOUT_PERF();
    Trace trace;
    ASSERT_TRUE(trace.tracer);
    const auto threads = runPingPong({.pairCpus = {allowedCpus().front(), -1}, .roundTrips = 5000});
    ASSERT_TRUE(threads);
    const auto view = trace.finish();
    ASSERT_EQ(trace.tracer->status().lost, 0U);
    ASSERT_EQ(trace.tracer->status().malformed, 0U);
    EXPECT_TRUE(view->losses().spans.empty());
    const auto check = compare(*view, *threads, 0);
    EXPECT_EQ(check.verdict, SelfCheckVerdict::Agrees) << explain(check);
    EXPECT_EQ(check.tasks.size(), 4U);
    for (const auto &task : check.tasks)
        EXPECT_EQ(task.switches, 0) << explain(check);
    for (const auto &thread : *threads) {
        EXPECT_GT(thread.voluntary, 1000U); // it does switch
        EXPECT_TRUE(view->tasks()[view->laneOfTid(thread.tid)->index].goneNs.has_value());
    }
}

/// Threads that compute, more of them than the CPU they share can run at once.
std::vector<PingPongThread> computeOnOneCpu(unsigned threads, std::uint64_t cpuNs)
{
    std::vector<PingPongThread> accounts(threads);
    std::vector<std::jthread> running;
    for (auto &account : accounts) {
        running.emplace_back([&account, cpuNs, cpu = allowedCpus().front()] {
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(static_cast<unsigned>(cpu), &set);
            ::sched_setaffinity(0, sizeof set, &set);
            account.tid = ::gettid();
            while (static_cast<std::uint64_t>(threadCpuTime().count()) < cpuNs) { }
            testing::readCounters(account);
        });
    }
    running.clear();
    return accounts;
}

TEST(PerfLive, TimeSlicedThreadsAddUp)
{
    SKIP_WITHOUT_PERF();
    Trace trace;
    ASSERT_TRUE(trace.tracer);
    const auto threads = computeOnOneCpu(4, 100'000'000);
    const auto view = trace.finish();
    ASSERT_EQ(trace.tracer->status().lost, 0U);
    const auto check = compare(*view, threads, 0);
    std::uint64_t preempted = 0;
    for (const auto &task : check.tasks) {
        EXPECT_EQ(task.switches, 0) << explain(check);
        ASSERT_TRUE(task.running.has_value());
        const auto stats = view->stats(*view->laneOfTid(task.tid), view->known());
        preempted += stats.involuntary;
        EXPECT_EQ(stats.sums.totalNs(), view->known().lengthNs());
        EXPECT_EQ(stats.sums.unknownNs, 0U);
    }
    EXPECT_GT(preempted, 0U);

    // What the tasks ran is what the cores were ours, and a core never has two of ours at once.
    std::uint64_t tasksNs = 0;
    for (std::uint32_t i = 0; i < view->tasks().size(); ++i)
        tasksNs += view->stats({LaneId::Kind::Task, i}, view->known()).sums.runningNs;
    std::uint64_t coresNs = 0;
    for (const auto &sums : view->coreSums(view->known())) {
        coresNs += sums.runningNs;
        EXPECT_LE(sums.runningNs, view->known().lengthNs());
    }
    EXPECT_EQ(tasksNs, coresNs);
}

// With slices of milliseconds the time of switching does not show: within 1 % of what the kernel charged.
// What a hypervisor takes away is in the trace and not in the kernel's account, so one try may be disturbed,
// but not all.
TEST(PerfLive, RunningTimeIsWhatTheKernelCharged)
{
    SKIP_WITHOUT_PERF();
    std::string differing;
    for (int attempt = 0; attempt < 6; ++attempt) {
        Trace trace;
        ASSERT_TRUE(trace.tracer);
        const auto threads = computeOnOneCpu(4, 100'000'000);
        const auto view = trace.finish();
        ASSERT_EQ(trace.tracer->status().lost, 0U);
        const auto check = compare(*view, threads, 0);
        if (check.verdict == SelfCheckVerdict::Agrees
            && std::ranges::all_of(check.tasks, [](const auto &task) {
                   return task.running && std::abs(*task.running) <= 0.01;
               }))
            return;
        differing = explain(check);
    }
    FAIL() << differing;
}

TEST(PerfLive, FollowsProgramsThatThreadsStart)
{
    SKIP_WITHOUT_PERF();
    Trace trace;
    ASSERT_TRUE(trace.tracer);
    pid_t child = -1;
    std::jthread([&child] {
        ::pthread_setname_np(::pthread_self(), "starter");
        std::string program = "true";
        std::array<char *, 2> arguments{program.data(), nullptr};
        if (::posix_spawnp(&child, "true", nullptr, nullptr, arguments.data(), environ) == 0)
            ::waitpid(child, nullptr, 0);
    }).join();
    ASSERT_GT(child, 0);
    const auto view = trace.finish();
    const auto lane = view->laneOfTid(child);
    ASSERT_TRUE(lane);
    const auto &task = view->tasks()[lane->index];
    EXPECT_EQ(task.name, "true");
    EXPECT_EQ(task.pid, child);
    EXPECT_TRUE(task.goneNs);
    const auto starter = view->laneOfTid(task.parentTid);
    ASSERT_TRUE(starter);
    EXPECT_EQ(view->tasks()[starter->index].name, "starter");
    EXPECT_EQ(view->tasks()[starter->index].pid, ::getpid());
}

TEST(PerfLive, LeavesOutWhatWasThereBeforeAndItself)
{
    SKIP_WITHOUT_PERF();
    std::atomic<bool> end = false;
    std::atomic<pid_t> earlier = 0;
    std::jthread before([&] {
        earlier = ::gettid();
        while (!end)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    while (earlier == 0)
        std::this_thread::yield();
    Trace trace;
    ASSERT_TRUE(trace.tracer);
    std::jthread([] { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }).join();
    const auto view = trace.finish();
    end = true;
    EXPECT_FALSE(view->laneOfTid(earlier));
    ASSERT_TRUE(view->laneOfTid(::gettid()));
    EXPECT_EQ(view->tasks().size(), 2U); // this thread and the one it started; not the reader
}

/// A thread that was there before the trace and outlives it; meanwhile it sleeps and creates others.
class EarlierThread {
public:
    struct Work {
        PingPongThread before; ///< Its account, before and after.
        PingPongThread after;
        std::vector<int> created;
    };

    EarlierThread()
        : m_thread([this] { run(); })
    {
        m_tid = m_promisedTid.get_future().get();
    }
    ~EarlierThread() { m_end.set_value(); }
    EarlierThread(const EarlierThread &) = delete;
    EarlierThread &operator=(const EarlierThread &) = delete;

    [[nodiscard]] int tid() const { return m_tid; }
    void begin() { m_begin.set_value(); }
    /// Waits until it has done its work, once.
    [[nodiscard]] Work work() { return m_work.get_future().get(); }

private:
    void run()
    {
        m_promisedTid.set_value(::gettid());
        m_begin.get_future().wait();
        Work work;
        testing::readCounters(work.before);
        for (int i = 0; i < 20; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            std::jthread([&work] { work.created.push_back(::gettid()); }).join();
        }
        testing::readCounters(work.after);
        m_work.set_value(std::move(work));
        m_end.get_future().wait();
    }

    int m_tid = 0;
    std::promise<int> m_promisedTid;
    std::promise<void> m_begin;
    std::promise<Work> m_work;
    std::promise<void> m_end;
    std::jthread m_thread; ///< Last: it uses the rest.
};

TEST(PerfLive, ABystanderIsExactAndCountsNowhereElse)
{
    SKIP_WITHOUT_PERF();
    EarlierThread earlier;
    Trace trace(
        {.bystander = earlier.tid()},
        {.traced = {.pid = ::getpid(), .tid = ::gettid()}, .bystander = {.tid = earlier.tid()}});
    ASSERT_TRUE(trace.tracer);
    earlier.begin();
    const auto threads = runPingPong({.pairCpus = {allowedCpus().front()}, .roundTrips = 500});
    ASSERT_TRUE(threads);
    const auto work = earlier.work();
    const auto view = trace.finish();
    ASSERT_EQ(trace.tracer->status().lost, 0U);
    ASSERT_EQ(trace.tracer->status().malformed, 0U);
    EXPECT_TRUE(view->losses().spans.empty());

    const auto lane = view->laneOfTid(earlier.tid());
    ASSERT_TRUE(lane);
    EXPECT_TRUE(view->tasks()[lane->index].isBystander);
    EXPECT_EQ(view->tasks()[lane->index].pid, ::getpid());
    const auto stats = view->stats(*lane, {work.before.atNs, work.after.atNs});
    EXPECT_GE(stats.voluntary, 20U);
    EXPECT_EQ(stats.voluntary, work.after.voluntary - work.before.voluntary);
    EXPECT_EQ(stats.involuntary, work.after.involuntary - work.before.involuntary);
    for (const int tid : work.created)
        EXPECT_FALSE(view->laneOfTid(tid)) << "what a bystander creates is not traced";

    // The others are as they would be without it, and the cores are theirs alone.
    const auto check = compare(*view, *threads, 0);
    EXPECT_EQ(check.verdict, SelfCheckVerdict::Agrees) << explain(check);
    EXPECT_EQ(view->tasks().front().tid, ::gettid());
    std::uint64_t tasksNs = 0;
    for (std::uint32_t i = 0; i < view->tasks().size(); ++i)
        if (i != lane->index)
            tasksNs += view->stats({LaneId::Kind::Task, i}, view->known()).sums.runningNs;
    std::uint64_t coresNs = 0;
    for (const auto &sums : view->coreSums(view->known()))
        coresNs += sums.runningNs;
    EXPECT_EQ(tasksNs, coresNs);
}

TEST(PerfLive, IsOpenedForAnotherThread)
{
    SKIP_WITHOUT_PERF();
    // Thread A waits until thread B has opened the trace for it, then creates C, which is seen.
    std::atomic<pid_t> traced = 0;
    std::atomic<bool> isOpen = false;
    std::atomic<pid_t> created = 0;
    std::jthread a([&] {
        traced = ::gettid();
        isOpen.wait(false);
        std::jthread([&created] { created = ::gettid(); }).join();
    });
    while (traced == 0)
        std::this_thread::yield();
    TimelineStore store;
    auto tracer = SwitchTracer::open(traced, {.sink = [&](const auto &chunk) { store.append(*chunk); }});
    isOpen = true;
    isOpen.notify_all();
    a.join();
    ASSERT_TRUE(tracer) << describe(tracer.error());
    (*tracer)->stop();
    const auto view = store.view();
    EXPECT_TRUE(view->laneOfTid(traced));
    const auto lane = view->laneOfTid(created);
    ASSERT_TRUE(lane);
    EXPECT_EQ(view->tasks()[lane->index].parentTid, traced);
}

} // namespace
} // namespace timeslice
