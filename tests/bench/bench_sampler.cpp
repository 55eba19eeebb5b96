// SPDX-License-Identifier: GPL-3.0-or-later
// What observing costs: CPU of the sampler's thread and allocations per tick, 64 tasks at 10 Hz.
// Usage: bench_sampler [SECONDS PER CASE] [HZ]

#include "core/observe/sampler.h"
#include "tests/bench/benchsupport.h"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <new>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace timeslice;
using namespace std::chrono_literals;

namespace {

// Allocations of every thread but the first, which drains the mailbox and keeps what it needs.
thread_local bool t_isFirst = false;
std::atomic<std::uint64_t> g_allocations = 0;

void *countedAllocation(std::size_t size)
{
    if (!t_isFirst)
        g_allocations.fetch_add(1, std::memory_order_relaxed);
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

constexpr unsigned kTasks = 64;

enum class Activity {
    Asleep, ///< Does not run at all.
    Waking, ///< Runs for a moment every 20 ms, so in each interval.
    Busy, ///< Wants a core all the time.
};

/// Until it is told to stop; without a stop state, until the process ends.
void act(Activity activity, const std::stop_token &stop = {})
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    std::atomic<std::uint64_t> work = 0;
    if (activity == Activity::Asleep)
        never.wait(lock, stop, [] { return false; });
    while (!stop.stop_requested()) {
        if (activity == Activity::Busy)
            work.fetch_add(1, std::memory_order_relaxed);
        else
            std::this_thread::sleep_for(20ms);
    }
}

/// Processes of `threads` threads each.
std::vector<int> startProcesses(unsigned processes, unsigned threads, Activity activity)
{
    std::vector<int> pids;
    for (unsigned process = 0; process < processes; ++process) {
        const int pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (unsigned thread = 1; thread < threads; ++thread)
                std::thread([activity] { act(activity); }).detach();
            act(activity);
        }
        pids.push_back(pid);
    }
    return pids;
}

void endProcesses(const std::vector<int> &pids)
{
    for (const int pid : pids)
        ::kill(pid, SIGKILL);
    for (const int pid : pids)
        ::waitpid(pid, nullptr, 0);
}

struct Cost {
    double coreShare = 0;
    double microsecondsPerTick = 0;
    double allocationsPerTick = 0;
    std::uint64_t missed = 0;
    std::size_t tasks = 0;
};

Cost measure(const RunSubject &subject, double seconds, double hz)
{
    // Nobody drains at first, until the mailbox is full: then there are as many snapshots as there will ever
    // be.
    Sampler sampler({}, Sampler::kMaxHz);
    sampler.watch(subject);
    std::this_thread::sleep_for(
        std::chrono::duration<double>(1.2 * Sampler::kMailboxCapacity / Sampler::kMaxHz));
    sampler.setRate(hz);
    std::vector<SnapshotPtr> some;
    SnapshotPtr last;
    std::uint64_t ticks = 0;
    const auto drainFor = [&](Nanoseconds time) {
        const auto deadline = MonotonicClock::now() + time;
        while (MonotonicClock::now() < deadline) {
            std::this_thread::sleep_for(50ms);
            sampler.mailbox().drain(some);
            ticks += some.size();
            if (!some.empty())
                last = some.back();
        }
    };
    drainFor(500ms);
    // Only numbers are kept of it: a snapshot that is held is one that the pool lacks.
    const auto firstBegin = last->begin;
    const auto firstCpu = last->observerCpuNs;
    const auto firstMissed = last->missed;
    const auto allocations = g_allocations.load();
    ticks = 0;
    drainFor(Nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
    const double wall = toSeconds(last->begin - firstBegin);
    const double cpu = static_cast<double>(last->observerCpuNs - firstCpu) / 1e9;
    const auto count = static_cast<double>(ticks);
    return {
        .coreShare = cpu / wall,
        .microsecondsPerTick = cpu * 1e6 / count,
        .allocationsPerTick = static_cast<double>(g_allocations.load() - allocations) / count,
        .missed = last->missed - firstMissed,
        .tasks = last->tasks.size(),
    };
}

void print(const char *what, const Cost &cost)
{
    std::printf(
        "%-44s %3zu tasks  %5.3f %% of a core  %6.1f us/tick  %.2f allocations/tick  %llu missed%s\n", what,
        cost.tasks, cost.coreShare * 100, cost.microsecondsPerTick, cost.allocationsPerTick,
        static_cast<unsigned long long>(cost.missed),
        (atMost(cost.coreShare * 100, 0.5, " %") + atMost(cost.allocationsPerTick, 0, " allocations"))
            .c_str());
    std::fflush(stdout);
}

void benchThreads(const char *what, Activity activity, double seconds, double hz)
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = kTasks}).value());
    board->go(std::nullopt);
    std::vector<std::jthread> threads;
    for (unsigned worker = 0; worker < kTasks; ++worker) {
        threads.emplace_back([activity, &slot = board->slot(worker)](const std::stop_token &stop) {
            slot.pid.store(::getpid());
            slot.tid.store(::gettid());
            act(activity, stop);
        });
    }
    print(what, measure({.run = 1, .board = board, .rootPids = {}}, seconds, hz));
    // All at once: the destructors would ask one after the other, each while the rest still works.
    for (auto &thread : threads)
        thread.request_stop();
}

void benchProcesses(
    const char *what, unsigned processes, unsigned threads, Activity activity, double seconds, double hz)
{
    const auto pids = startProcesses(processes, threads, activity);
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    board->go(std::nullopt);
    print(what, measure({.run = 1, .board = board, .rootPids = pids}, seconds, hz));
    endProcesses(pids);
}

} // namespace

int main(int argc, char **argv)
{
    t_isFirst = true;
    const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
    const double hz = argc > 2 ? std::atof(argv[2]) : Sampler::kDefaultHz;
    if (seconds < 0.5 || hz < Sampler::kMinHz || hz > Sampler::kMaxHz) {
        std::fprintf(stderr, "usage: bench_sampler [SECONDS >= 0.5] [HZ 1 to 50]\n");
        return 2;
    }
    printMachine();
    std::printf("sampling at %g Hz, %g s for each case\n", hz, seconds);
    print("nothing but the CPUs", measure({.run = 1, .board = nullptr, .rootPids = {}}, seconds, hz));
    // The processes first: their threads are started in a child that was forked while this process had only
    // one.
    benchProcesses("64 processes, asleep", kTasks, 1, Activity::Asleep, seconds, hz);
    benchProcesses("64 processes, run in each interval", kTasks, 1, Activity::Waking, seconds, hz);
    benchProcesses("1 process of 64 threads, each interval", 1, kTasks, Activity::Waking, seconds, hz);
    benchThreads("64 threads of this process, asleep", Activity::Asleep, seconds, hz);
    benchThreads("64 threads of this process, each interval", Activity::Waking, seconds, hz);
    benchThreads("64 threads of this process, busy", Activity::Busy, seconds, hz);
    return 0;
}
