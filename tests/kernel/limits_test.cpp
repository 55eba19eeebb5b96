// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace timeslice {
namespace {

namespace fs = std::filesystem;

// A system as small as a directory: 100 tasks now, 1000 threads and 4000 pids at most, no control groups.
class TaskRoomOf : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "timeslice-limits-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        m_directory = name;
        m_root = {m_directory / "proc", m_directory / "sys"};
        write(m_root.proc / "loadavg", "0.10 0.20 0.30 2/100 4711\n");
        write(m_root.proc / "sys/kernel/threads-max", "1000\n");
        write(m_root.proc / "sys/kernel/pid_max", "4000\n");
    }
    void TearDown() override { fs::remove_all(m_directory); }

    static void write(const fs::path &path, const std::string &text)
    {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }
    void addProcess(int pid, int threads) const
    {
        for (int thread = 0; thread < threads; ++thread)
            fs::create_directories(m_root.proc / std::to_string(pid) / "task" / std::to_string(pid + thread));
    }
    void addGroup(const fs::path &group, const std::string &most, const std::string &now) const
    {
        write(m_root.sys / "fs/cgroup" / group / "pids.max", most + '\n');
        write(m_root.sys / "fs/cgroup" / group / "pids.current", now + '\n');
    }
    [[nodiscard]] std::optional<TaskRoom> room(std::optional<std::uint64_t> perUser = {}) const
    {
        return taskRoom(m_root, perUser, ::getuid());
    }

    fs::path m_directory;
    ProcRoot m_root;
};

TEST_F(TaskRoomOf, TheNarrowestLimitCounts)
{
    const auto byThreads = room();
    ASSERT_TRUE(byThreads);
    EXPECT_EQ(byThreads->tasks, 900U);
    EXPECT_EQ(byThreads->limit, "kernel.threads-max");

    write(m_root.proc / "sys/kernel/pid_max", "300\n");
    EXPECT_EQ(room()->tasks, 200U);
    EXPECT_EQ(room()->limit, "kernel.pid_max");
}

TEST_F(TaskRoomOf, AUsersOwnTasksAreCounted)
{
    addProcess(10, 1);
    addProcess(20, 7);
    const auto bound = room(50);
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->tasks, 42U);
    EXPECT_EQ(bound->limit, "RLIMIT_NPROC (ulimit -u)");
    // Somebody else's do not count.
    EXPECT_EQ(taskRoom(m_root, 50, ::getuid() + 1)->tasks, 50U);
}

TEST_F(TaskRoomOf, NoRoomIsNotANegativeNumber)
{
    addProcess(10, 9);
    EXPECT_EQ(room(5)->tasks, 0U);
    write(m_root.proc / "sys/kernel/threads-max", "50\n");
    EXPECT_EQ(room()->tasks, 0U);
}

TEST_F(TaskRoomOf, GroupsOfVersionTwoCountFromTheTop)
{
    write(m_root.proc / "self/cgroup", "0::/user.slice/session\n");
    addGroup("user.slice/session", "max", "3");
    EXPECT_EQ(room()->tasks, 900U);
    addGroup("user.slice", "80", "20");
    EXPECT_EQ(room()->tasks, 60U);
    EXPECT_EQ(room()->limit, "pids.max of the cgroup");
    addGroup("user.slice/session", "10", "3");
    EXPECT_EQ(room()->tasks, 7U);
    addGroup("user.slice/session", "10", "12");
    EXPECT_EQ(room()->tasks, 0U);
}

TEST_F(TaskRoomOf, GroupsOfVersionOneCountToo)
{
    write(m_root.proc / "self/cgroup", "12:cpu,cpuacct:/other\n5:pids:/a/b\n");
    addGroup("pids/a/b", "20", "5");
    EXPECT_EQ(room()->tasks, 15U);
}

TEST_F(TaskRoomOf, AGroupOutOfSightLeavesTheMountPoint)
{
    write(m_root.proc / "self/cgroup", "0::/../elsewhere\n");
    addGroup("", "30", "10");
    addGroup("elsewhere", "1", "1");
    EXPECT_EQ(room()->tasks, 20U);
}

TEST_F(TaskRoomOf, HostileFilesAreNoLimit)
{
    write(m_root.proc / "self/cgroup", "\n:\n::\n0:\n0::\nx:pids\n\xff\xfe");
    for (const char *const text : {"", "x", "-1", "99999999999999999999999", "0.1 0.2 0.3 2/", "/"}) {
        write(m_root.proc / "loadavg", text);
        write(m_root.proc / "sys/kernel/threads-max", text);
        EXPECT_FALSE(room()) << text;
    }
    EXPECT_FALSE(taskRoom(ProcRoot{"/nonexistent", "/nonexistent"}, {}, 0));
}

TEST(Limits, TheRealSystemHasRoomForThisTest)
{
    const auto room = taskRoom();
    ASSERT_TRUE(room);
    EXPECT_GT(room->tasks, 0U);
    EXPECT_FALSE(room->limit.empty());
    ASSERT_TRUE(openFileLimit());
    ASSERT_TRUE(taskLimit());
}

TEST(Limits, TheSoftLimitOfOpenFilesCanBeRaised)
{
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    auto lowered = before;
    lowered.rlim_cur = 256;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    const auto told = raiseOpenFileLimit();
    const auto raised = openFileLimit();
    EXPECT_FALSE(raiseOpenFileLimit()); // nothing is left to raise
    setOpenFileLimit(256);
    const auto again = openFileLimit();
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(told, std::optional<std::uint64_t>(256));
    ASSERT_TRUE(again && again->soft);
    EXPECT_EQ(*again->soft, 256U);
    ASSERT_TRUE(raised && raised->soft);
    EXPECT_EQ(*raised->soft, std::min<std::uint64_t>(before.rlim_max, 1 << 20));
}

} // namespace
} // namespace timeslice
