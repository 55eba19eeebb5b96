// SPDX-License-Identifier: GPL-3.0-or-later
//
// Against the real /proc: what must hold whatever the machine does meanwhile.
#include "core/base/clock.h"
#include "core/procfs/cpuclock.h"
#include "core/procfs/keptfile.h"
#include "core/procfs/ownusage.h"
#include "core/procfs/task.h"
#include "core/procfs/taskfiles.h"
#include "tests/support/temptree.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <future>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace timeslice {
namespace {

namespace fs = std::filesystem;

/// A child that sleeps until it is killed.
class Sleeper {
public:
    Sleeper()
        : m_pid(::fork())
    {
        if (m_pid == 0) {
            for (;;)
                ::pause();
        }
    }
    Sleeper(const Sleeper &) = delete;
    Sleeper &operator=(const Sleeper &) = delete;
    ~Sleeper() { end(); }

    void end()
    {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        m_pid = -1;
    }
    [[nodiscard]] int pid() const { return m_pid; }
    [[nodiscard]] fs::path task() const
    {
        return fs::path("/proc") / std::to_string(m_pid) / "task" / std::to_string(m_pid);
    }

private:
    int m_pid;
};

/// A thread that works until the object ends; it runs when the constructor returns.
class Worker {
public:
    Worker()
    {
        std::promise<int> tid;
        auto begun = tid.get_future();
        m_thread = std::jthread([this, tid = std::move(tid)](const std::stop_token &stop) mutable {
            tid.set_value(::gettid());
            while (!stop.stop_requested())
                m_work.fetch_add(1, std::memory_order_relaxed);
        });
        m_tid = begun.get();
    }
    [[nodiscard]] int tid() const { return m_tid; }

private:
    std::atomic<std::uint64_t> m_work = 0;
    int m_tid = 0;
    std::jthread m_thread; ///< Last: it uses the rest.
};

TEST(KeptFile, saysGoneWhenItsTaskHasEnded)
{
    Sleeper child;
    const auto file = KeptFile::open(child.task() / "schedstat");
    ASSERT_TRUE(file);
    std::array<char, 256> buffer;
    ASSERT_TRUE(file->read(buffer));
    child.end();
    const auto after = file->read(buffer);
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().kind, ErrorKind::Gone);
    EXPECT_EQ(KeptFile::open("/proc/0/stat").error().kind, ErrorKind::Gone);
}

TEST(KeptFile, readsAnewEachTime)
{
    const testing::TempTree tree;
    tree.write("file", "one");
    const auto file = KeptFile::open(tree.path() / "file");
    ASSERT_TRUE(file);
    std::array<char, 4> buffer;
    EXPECT_EQ(file->read(buffer).value(), "one");
    tree.write("file", "fifteen");
    EXPECT_EQ(file->read(buffer).value(), "fift");
    EXPECT_EQ(file->readToEnd(buffer).value(), "fift");
    EXPECT_EQ(readSmallFile(tree.path() / "file").value(), "fifteen");
    tree.write("file", std::string(2 << 20, 'x'));
    EXPECT_EQ(readSmallFile(tree.path() / "file").error().kind, ErrorKind::Malformed);
}

class Holdings : public ::testing::TestWithParam<Holding> { };
INSTANTIATE_TEST_SUITE_P(TaskFiles, Holdings, ::testing::Values(Holding::Kept, Holding::Reopened));

TEST_P(Holdings, readATaskUntilItHasEnded)
{
    Sleeper child;
    const auto files = TaskFiles::open(child.task(), true, GetParam());
    ASSERT_TRUE(files);
    EXPECT_GT(files->startTicks(), 0U);
    EXPECT_EQ(files->keptFds() > 0, GetParam() == Holding::Kept);
    std::array<char, 4096> buffer;
    const auto status = files->read(TaskFile::Status, buffer);
    ASSERT_TRUE(status);
    EXPECT_TRUE(parseTaskStatus(*status));
    if (files->has(TaskFile::Schedstat)) {
        EXPECT_TRUE(parseSchedstat(files->read(TaskFile::Schedstat, buffer).value()));
    }
    child.end();
    for (const auto file : {TaskFile::Schedstat, TaskFile::Status}) {
        if (!files->has(file))
            continue;
        const auto after = files->read(file, buffer);
        ASSERT_FALSE(after);
        EXPECT_EQ(after.error().kind, ErrorKind::Gone);
    }
    // The kernel's open list of children says nothing about its task's end, only that there are none.
    const auto children = files->read(TaskFile::Children, buffer);
    EXPECT_TRUE(!children || children->empty());
}

TEST_P(Holdings, listTheThreadsOfAProcess)
{
    const auto directory = TaskDirectory::open("/proc/self/task", GetParam());
    ASSERT_TRUE(directory);
    std::array<char, 4096> buffer;
    std::vector<int> tids;
    const Worker one;
    const Worker two;
    ASSERT_TRUE(directory->list(tids, buffer));
    EXPECT_EQ(directory->count(), tids.size());
    for (const int tid : {::gettid(), one.tid(), two.tid()})
        EXPECT_NE(std::ranges::find(tids, tid), tids.end());
}

TEST(TaskFiles, seeThatANumberWasGivenToAnotherTask)
{
    const testing::TempTree tree;
    const auto stat = [](int start) {
        return "7 (x) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 " + std::to_string(start) + " 0\n";
    };
    tree.write("7/stat", stat(100));
    tree.write("7/status", "Name:\tx\n");
    tree.write("7/schedstat", "1 2 3\n");
    const auto files = TaskFiles::open(tree.path() / "7", true, Holding::Reopened);
    ASSERT_TRUE(files);
    EXPECT_FALSE(files->has(TaskFile::Children));
    std::array<char, 256> buffer;
    EXPECT_EQ(files->read(TaskFile::Schedstat, buffer).value(), "1 2 3\n");
    EXPECT_EQ(files->read(TaskFile::Children, buffer).error().kind, ErrorKind::Unsupported);
    tree.write("7/stat", stat(101));
    EXPECT_EQ(files->read(TaskFile::Schedstat, buffer).error().kind, ErrorKind::Gone);
}

TEST(ThreadCpuClock, neverGoesBackAndEndsWithTheThread)
{
    int tid = 0;
    {
        const Worker worker;
        tid = worker.tid();
        auto last = threadCpuClock(tid).value();
        for (int reading = 0; reading < 1000; ++reading) {
            const auto now = threadCpuClock(tid).value();
            ASSERT_GE(now, last);
            last = now;
        }
    }
    // A thread can be joined a little before the kernel has let go of it.
    const auto deadline = MonotonicClock::now() + std::chrono::seconds(10);
    while (threadCpuClock(tid) && MonotonicClock::now() < deadline)
        std::this_thread::yield();
    ASSERT_FALSE(threadCpuClock(tid));
    EXPECT_EQ(threadCpuClock(tid).error().kind, ErrorKind::Gone);
    EXPECT_EQ(threadCpuClock(1).error().kind, ErrorKind::Gone); // of another process
    EXPECT_EQ(threadCpuClock(0).error().kind, ErrorKind::Gone);
}

TEST(OwnUsage, liesBetweenTheReadingsAroundIt)
{
    const auto usageNow = [] {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return std::pair(usage.ru_nvcsw, usage.ru_nivcsw);
    };
    const auto cpuBefore = threadCpuTime();
    const auto before = usageNow();
    const auto timeBefore = toBoardNs(MonotonicClock::now());
    const auto usage = readOwnUsage();
    const auto after = usageNow();
    EXPECT_GE(usage.atNs, timeBefore);
    EXPECT_LE(usage.atNs, toBoardNs(MonotonicClock::now()));
    EXPECT_GE(usage.cpuNs, static_cast<std::uint64_t>(cpuBefore.count()));
    EXPECT_LE(usage.cpuNs, static_cast<std::uint64_t>(threadCpuTime().count()));
    EXPECT_GE(usage.voluntary, static_cast<std::uint64_t>(before.first));
    EXPECT_LE(usage.voluntary, static_cast<std::uint64_t>(after.first));
    EXPECT_GE(usage.involuntary, static_cast<std::uint64_t>(before.second));
    EXPECT_LE(usage.involuntary, static_cast<std::uint64_t>(after.second));
}

TEST(OwnUsage, knowsWhatTheKernelTells)
{
    const auto usage = readOwnUsage();
    EXPECT_EQ(usage.queueWaitNs != ThreadUsage::kUnknown, fs::exists("/proc/thread-self/schedstat"));
    EXPECT_EQ(usage.migrations != ThreadUsage::kUnknown, fs::exists("/proc/thread-self/sched"));
}

TEST(OwnUsage, countsSleepsOfThisThreadOnly)
{
    const Worker busy;
    const auto before = readOwnUsage();
    constexpr int kSleeps = 20;
    for (int sleep = 0; sleep < kSleeps; ++sleep)
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    const auto after = readOwnUsage();
    EXPECT_GE(after.voluntary, before.voluntary + kSleeps);
    EXPECT_LT(after.cpuNs - before.cpuNs, after.atNs - before.atNs);
}

} // namespace
} // namespace timeslice
