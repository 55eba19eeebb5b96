// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline of a machine that lets nobody record switches: shares instead of slices.
#include "core/observe/sampledtimeline.h"
#include "core/observe/timelinelanebuilder.h"
#include "core/procfs/ownusage.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace timeslice {
namespace {

using namespace std::chrono_literals;

TEST(SampledLane, givesItsSumsBackAtEveryZoom)
{
    LaneMemory memory;
    LaneBuilder builder(LaneId::Kind::Task, 1000, TaskState::Blocked, memory);
    builder.appendSums({1000, 1100}, {.runningNs = 60, .runnableNs = 20, .switches = 3}, 1);
    builder.appendSums({1100, 1200}, {}, 0); // quiet
    builder.appendSums({1200, 1300}, {.runningNs = 100}, 0);
    builder.appendSums({1300, 1400}, {.unknownNs = 100}, 0);
    const auto lane = builder.snapshot();

    const auto whole = lane->stats({1000, 1400}, 1400);
    EXPECT_EQ(whole.sums.runningNs, 160U);
    EXPECT_EQ(whole.sums.runnableNs, 20U);
    EXPECT_EQ(whole.sums.unknownNs, 100U);
    EXPECT_EQ(whole.sums.blockedNs, 120U);
    EXPECT_EQ(whole.sums.switches, 3U);
    EXPECT_EQ(whole.involuntary, 1U);

    std::array<StateSums, 4> columns;
    lane->columns({1000, 1400}, 1400, columns);
    EXPECT_EQ(columns[0].runningNs, 60U);
    EXPECT_EQ(columns[0].blockedNs, 20U);
    EXPECT_EQ(columns[1].blockedNs, 100U);
    EXPECT_EQ(columns[2].runningNs, 100U);
    EXPECT_EQ(columns[3].unknownNs, 100U);
    EXPECT_TRUE(columns[0].coarse);
    EXPECT_TRUE(lane->segmentAt(1050, 1400).isSummary);
    EXPECT_EQ(lane->segmentAt(1150, 1400).state, TaskState::Blocked);
}

TEST(SampledLane, keepsItsSumsWhenItIsThinnedOut)
{
    LaneMemory memory;
    LaneBuilder builder(LaneId::Kind::Task, 0, TaskState::Blocked, memory);
    for (std::uint64_t i = 0; i < 1000; ++i)
        builder.appendSums({i * 10, i * 10 + 10}, {.runningNs = i % 10, .runnableNs = 1, .switches = 1}, 0);
    const auto before = memory.bytes;
    builder.thinSummaries();
    memory.dropUnusedRetired();
    EXPECT_LT(memory.bytes, before);
    const auto stats = builder.snapshot()->stats({0, 10'000}, 10'000);
    EXPECT_EQ(stats.sums.runningNs, 4500U);
    EXPECT_EQ(stats.sums.runnableNs, 1000U);
    EXPECT_EQ(stats.sums.switches, 1000U);
}

// A thread of this process as worker 0 of a board, which works or sleeps as it is told.
class Worker {
public:
    explicit Worker(const Board &board)
        : m_thread([this, &slot = board.slot(0)](const std::stop_token &stop) {
            slot.pid.store(::getpid());
            slot.tid.store(::gettid());
            slot.atGo.store(readOwnUsage());
            while (!stop.stop_requested() && !m_isDone)
                m_work.fetch_add(1, std::memory_order_relaxed);
            std::this_thread::sleep_for(50ms);
            slot.atEnd.store(readOwnUsage());
        })
    { }
    void finish()
    {
        m_isDone = true;
        m_thread.join();
    }

private:
    std::atomic<bool> m_isDone = false;
    std::atomic<std::uint64_t> m_work = 0;
    std::jthread m_thread; ///< Last: it uses the rest.
};

// A program that does nothing for as long as this lives.
class Sleeper {
public:
    Sleeper()
    {
        char name[] = "sleep";
        char time[] = "600";
        char *arguments[] = {name, time, nullptr};
        if (::posix_spawnp(&m_pid, "sleep", nullptr, nullptr, arguments, environ) != 0)
            m_pid = 0;
    }
    ~Sleeper()
    {
        if (m_pid <= 0)
            return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    Sleeper(const Sleeper &) = delete;
    Sleeper &operator=(const Sleeper &) = delete;
    [[nodiscard]] int pid() const { return m_pid; }

private:
    pid_t m_pid = 0;
};

// How often a thread of this process has asked the kernel for something to read; nothing where it is not
// told.
std::optional<std::uint64_t> readsOfThread(std::string_view name)
{
    for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string comm;
        std::getline(std::ifstream(task.path() / "comm"), comm);
        if (comm != name)
            continue;
        std::ifstream io(task.path() / "io");
        std::string key;
        for (std::uint64_t value = 0; io >> key >> value;) {
            if (key == "syscr:")
                return value;
        }
    }
    return std::nullopt;
}

// What shows it arranges its lanes anew only when the list is another one.
TEST(SampledTimeline, sharesTheListOfTasksWhileItStaysTheSame)
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    SampledTimeline timeline({.run = 1, .board = board, .rootPids = {}});
    const auto later = [&timeline](const TimelineViewPtr &than) {
        auto view = timeline.view();
        while (view->version() == than->version()) {
            std::this_thread::sleep_for(1ms);
            view = timeline.view();
        }
        return view;
    };
    Worker worker(*board);
    auto first = timeline.view();
    while (first->tasks().empty())
        first = later(first);
    const auto second = later(first);
    EXPECT_EQ(&first->tasks(), &second->tasks());
    worker.finish();
    timeline.stop();
    EXPECT_NE(&timeline.view()->tasks(), &second->tasks()); // it has ended
}

TEST(SampledTimeline, chargesAWorkerWhatTheKernelChargedIt)
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    SampledTimeline timeline({.run = 1, .board = board, .rootPids = {}});
    Worker worker(*board);
    std::this_thread::sleep_for(100ms);
    worker.finish();
    timeline.stop();

    const auto view = timeline.view();
    ASSERT_TRUE(view->isFinished());
    EXPECT_TRUE(view->cores().empty());
    const auto lane = view->laneOfTid(board->slot(0).tid.load());
    ASSERT_TRUE(lane);
    const auto stats = view->stats(*lane, view->known());
    const auto account = board->slot(0).atEnd.load();
    ASSERT_TRUE(account);
    // The last bit of CPU that did not fit into the last interval is left out, and nothing else.
    EXPECT_LE(stats.sums.runningNs, account->cpuNs);
    EXPECT_GE(stats.sums.runningNs, account->cpuNs / 2);
    EXPECT_LE(stats.voluntary + stats.involuntary, account->voluntary + account->involuntary);
    EXPECT_GT(stats.sums.blockedNs, 0U);
    EXPECT_EQ(stats.sums.totalNs(), view->known().lengthNs());
    EXPECT_GE(timeline.status().samples, 2U);
    EXPECT_GT(timeline.status().readerCpu.count(), 0);
}

// While nobody on the machine has created a task, nobody is asked for new ones.
TEST(SampledTimeline, doesNotAskSleepingProcessesForChildrenEachTime)
{
    constexpr std::size_t kProcesses = 60;
    const std::vector<Sleeper> sleepers(kProcesses);
    RunSubject subject{.run = 1, .board = nullptr, .rootPids = {}};
    for (const auto &sleeper : sleepers) {
        ASSERT_GT(sleeper.pid(), 0);
        subject.rootPids.push_back(sleeper.pid());
    }
    SampledTimeline timeline(std::move(subject));
    const auto waitForSamples = [&timeline](std::uint64_t count) {
        for (const auto end = timeline.status().samples + count; timeline.status().samples < end;)
            std::this_thread::sleep_for(2ms);
    };
    waitForSamples(10);
    // On a machine where others start programs all the time it takes a while until nobody does.
    constexpr int kAttempts = 20;
    double reads = 0;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto samplesBefore = timeline.status().samples;
        const auto before = readsOfThread("task-sampler");
        if (!before)
            GTEST_SKIP() << "this kernel does not count reads";
        waitForSamples(20);
        const auto samples = timeline.status().samples - samplesBefore;
        reads = static_cast<double>(*readsOfThread("task-sampler") - *before) / static_cast<double>(samples);
        if (reads < kProcesses / 2.0)
            break;
    }
    EXPECT_LT(reads, kProcesses / 2.0);
}

TEST(SampledTimeline, aTaskThatCannotBeReadIsUnknownAndNotIdle)
{
    const auto board = std::make_shared<const Board>(Board::createAnonymous({.workers = 1}).value());
    SampledTimeline timeline({.run = 1, .board = board, .rootPids = {}});
    board->slot(0).pid.store(::getpid());
    board->slot(0).tid.store(1); // a task, but none of this process
    while (timeline.status().samples < 5)
        std::this_thread::sleep_for(5ms);
    timeline.stop();
    const auto view = timeline.view();
    const auto lane = view->laneOfTid(1);
    if (lane) {
        const auto stats = view->stats(*lane, view->known());
        EXPECT_EQ(stats.sums.runningNs, 0U);
        EXPECT_EQ(stats.sums.blockedNs, 0U);
        EXPECT_GT(stats.sums.unknownNs, 0U);
    } else {
        EXPECT_TRUE(view->tasks().empty());
    }
}

} // namespace
} // namespace timeslice
