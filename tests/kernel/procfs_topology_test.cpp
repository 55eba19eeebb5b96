// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cgroup.h"
#include "core/procfs/topology.h"
#include "tests/support/temptree.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sched.h>

namespace timeslice {
namespace {

using testing::TempTree;

TEST(CpuList, isReadWithHoles)
{
    EXPECT_EQ(parseCpuList("0-2,5\n").value(), (std::vector{0, 1, 2, 5}));
    EXPECT_EQ(parseCpuList("7").value(), (std::vector{7}));
    EXPECT_EQ(parseCpuList("0,2-2,65535").value(), (std::vector{0, 2, 65535}));
    EXPECT_TRUE(parseCpuList("\n").value().empty());
}

TEST(CpuList, isMalformedOtherwise)
{
    for (const auto *text :
         {"a", "1-", "-1", "2-1", "1,1", "3,1", "0-65536", "1,", ",1", "1,,2", "0-1-2", "0 1", "0\n1",
          "99999999999"}) {
        const auto cpus = parseCpuList(text);
        ASSERT_FALSE(cpus) << text;
        EXPECT_EQ(cpus.error().kind, ErrorKind::Malformed);
    }
}

class MachineTest : public ::testing::Test {
protected:
    [[nodiscard]] ProcRoot root() const { return {m_tree.path() / "proc", m_tree.path() / "sys"}; }
    void write(const char *file, std::string_view text) const { m_tree.write(file, text); }

    /// cgroup v2 alone, as on Debian and Ubuntu today.
    void mountTwo(std::string_view group) const
    {
        write("proc/self/cgroup", "0::" + std::string(group) + "\n");
        write(
            "proc/self/mountinfo",
            "23 28 0:21 / /proc rw,nosuid - proc proc rw\n"
            "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
    }
    /// cgroup v1 with cpu and cpuacct together, v2 beside it without controllers.
    void mountHybrid(std::string_view group) const
    {
        write(
            "proc/self/cgroup",
            "5:memory:/elsewhere\n4:cpu,cpuacct:" + std::string(group) + "\n0::" + std::string(group) + "\n");
        write(
            "proc/self/mountinfo",
            "30 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
            "31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
            "32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n");
    }

private:
    TempTree m_tree;
};

TEST_F(MachineTest, isReadFromFixtures)
{
    write("sys/devices/system/cpu/online", "0-1,4\n");
    write("proc/cpuinfo", "processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC \nmodel name\t: other\n");
    write("proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
    write("proc/sys/kernel/perf_event_paranoid", "-1\n");
    write("proc/meminfo", "MemTotal:       2048 kB\nMemFree:        1 kB\n");
    const auto machine = readMachine(root());
    EXPECT_EQ(machine.cpusOnline, (std::vector{0, 1, 4}));
    EXPECT_EQ(machine.cpuModel, "AMD EPYC");
    EXPECT_EQ(machine.kernel, "6.1.0-13-amd64");
    EXPECT_EQ(machine.perfEventParanoid, -1);
    EXPECT_EQ(machine.memoryBytes, 2048U * 1024);
    EXPECT_EQ(machine.cpuQuota, std::nullopt);
}

TEST_F(MachineTest, leavesEmptyWhatIsMissing)
{
    write("proc/stat", "cpu  1 1 1 1 1 1 1 1\ncpu2 1 1 1 1 1 1 1 1\ncpu7 1 1 1 1 1 1 1 1\n");
    const auto machine = readMachine(root());
    EXPECT_EQ(machine.cpusOnline, (std::vector{2, 7}));
    EXPECT_EQ(machine.cpuModel, "");
    EXPECT_EQ(machine.perfEventParanoid, std::nullopt);
    EXPECT_EQ(machine.memoryBytes, 0U);
    EXPECT_FALSE(machine.kernel.empty()); // from uname
}

TEST_F(MachineTest, smallestQuotaTowardsTheRootCounts)
{
    mountTwo("/a.slice/b.scope");
    write("sys/fs/cgroup/a.slice/cpu.max", "150000 100000\n");
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "800000 100000\n");
    const auto limit = findCpuLimit(root());
    ASSERT_TRUE(limit);
    EXPECT_DOUBLE_EQ(limit->cores, 1.5);
    EXPECT_EQ(limit->statFile, root().sys / "fs/cgroup/a.slice/cpu.stat");

    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "50000 100000\n");
    EXPECT_DOUBLE_EQ(readMachine(root()).cpuQuota.value(), 0.5);
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n");
    write("sys/fs/cgroup/a.slice/cpu.max", "max 100000\n");
    EXPECT_FALSE(findCpuLimit(root()));
}

TEST_F(MachineTest, quotaOfAContainersOwnRootCounts)
{
    // A cgroup namespace: the group is "/", and the limit stands at the mount point.
    mountTwo("/");
    write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    EXPECT_DOUBLE_EQ(findCpuLimit(root())->cores, 2);
    // A group outside of what the namespace shows: only the mount point can be looked at.
    mountTwo("/../other");
    EXPECT_DOUBLE_EQ(findCpuLimit(root())->cores, 2);
}

TEST_F(MachineTest, quotaBelowABindMountIsFound)
{
    // Without a cgroup namespace the container sees the host's path, but only its own part is mounted.
    write("proc/self/cgroup", "0::/docker/abc/inner\n");
    write("proc/self/mountinfo", "30 24 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    write("sys/fs/cgroup/inner/cpu.max", "25000 100000\n");
    EXPECT_DOUBLE_EQ(findCpuLimit(root())->cores, 0.25);
}

TEST_F(MachineTest, versionOneQuotaIsReadBesideVersionTwo)
{
    mountHybrid("/user.slice");
    write("sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.cfs_quota_us", "300000\n");
    write("sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.cfs_period_us", "100000\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    const auto limit = findCpuLimit(root());
    ASSERT_TRUE(limit);
    EXPECT_DOUBLE_EQ(limit->cores, 3);
    EXPECT_EQ(limit->statFile, root().sys / "fs/cgroup/cpu,cpuacct/user.slice/cpu.stat");
    write("sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.cfs_quota_us", "-1\n");
    EXPECT_FALSE(findCpuLimit(root()));
}

TEST_F(MachineTest, mountPointWithBlanksIsFound)
{
    write("proc/self/cgroup", "0::/\n");
    write("proc/self/mountinfo", "30 24 0:26 / /sys/my\\040cgroups rw - cgroup2 cgroup2 rw\n");
    write("sys/my cgroups/cpu.max", "100000 100000\n");
    EXPECT_DOUBLE_EQ(findCpuLimit(root())->cores, 1);
}

TEST(CpuMax, isCoresOrUnlimitedOrMalformed)
{
    EXPECT_EQ(parseCpuMax("max 100000\n").value(), std::nullopt);
    EXPECT_DOUBLE_EQ(parseCpuMax("1 3").value().value(), 1.0 / 3);
    for (const auto *text : {"", "max", "100000", "1 0", "max 0", "-1 100000", "1 -1", "x 1"})
        EXPECT_FALSE(parseCpuMax(text)) << text;
}

TEST(CpuStat, isReadInBothVersions)
{
    const ThrottleReading expected{10, 3, 4'000'000};
    EXPECT_EQ(
        parseCpuStat("usage_usec 1\nnr_periods 10\nnr_throttled 3\nthrottled_usec 4000\nnr_bursts 0\n")
            .value(),
        expected);
    EXPECT_EQ(parseCpuStat("nr_periods 10\nnr_throttled 3\nthrottled_time 4000000\n").value(), expected);
    EXPECT_FALSE(parseCpuStat("usage_usec 1\n"));
    EXPECT_FALSE(parseCpuStat("nr_periods 10\nnr_throttled 3\nthrottled_usec 18446744073709551615\n"));
}

TEST(Machine, isConsistentHere)
{
    const auto machine = readMachine();
    ASSERT_FALSE(machine.cpusOnline.empty());
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
        EXPECT_EQ(machine.cpusAllowed.size(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
    }
    for (const int cpu : machine.cpusAllowed)
        EXPECT_TRUE(std::ranges::binary_search(machine.cpusOnline, cpu)) << cpu;
    EXPECT_FALSE(machine.kernel.empty());
    EXPECT_GT(machine.memoryBytes, 1U << 20);
    if (machine.cpuQuota) {
        EXPECT_GT(*machine.cpuQuota, 0);
    }
}

} // namespace
} // namespace timeslice
