// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cputimes.h"
#include "core/procfs/ownusage.h"
#include "core/procfs/task.h"
#include "tests/support/temptree.h"

#include <gtest/gtest.h>

namespace timeslice {
namespace {

std::string fixture(const std::string &name)
{
    return testing::readFixture(std::filesystem::path(TIMESLICE_TEST_DATA) / "procfs" / name);
}

std::vector<int> idsOf(const std::vector<CpuTicks> &rows)
{
    std::vector<int> ids;
    for (const auto &row : rows)
        ids.push_back(row.cpu);
    return ids;
}

void expectMalformedCpus(std::string_view text)
{
    std::vector<CpuTicks> rows{CpuTicks{}};
    const auto parsed = parseCpuTicks(text, rows);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
    EXPECT_TRUE(rows.empty());
}

TEST(CpuTicks, areReadFromMachinesOfEverySize)
{
    std::vector<CpuTicks> rows;
    ASSERT_TRUE(parseCpuTicks(fixture("stat-1cpu"), rows));
    EXPECT_EQ(rows, (std::vector{CpuTicks{0, 12, 3, 4, 5000, 6, 7, 8, 9}}));
    ASSERT_TRUE(parseCpuTicks(fixture("stat-2cpu"), rows));
    EXPECT_EQ(idsOf(rows), (std::vector{0, 1}));
    EXPECT_EQ(rows[1].idle, 244066U);
    ASSERT_TRUE(parseCpuTicks(fixture("stat-sparse"), rows));
    EXPECT_EQ(idsOf(rows), (std::vector{0, 3, 64}));
    ASSERT_TRUE(parseCpuTicks(fixture("stat-lxc"), rows));
    EXPECT_EQ(idsOf(rows), (std::vector{0, 1}));

    std::string large = "cpu  1 2 3 4 5 6 7 8 9 10\n";
    for (int cpu = 0; cpu < 128; ++cpu)
        large += "cpu" + std::to_string(cpu) + " 1 2 3 " + std::to_string(cpu) + " 5 6 7 8 9 10\n";
    ASSERT_TRUE(parseCpuTicks(large + "intr 1 2 3", rows));
    ASSERT_EQ(rows.size(), 128U);
    EXPECT_EQ(rows[127], (CpuTicks{127, 1, 2, 3, 127, 5, 6, 7, 8}));
}

TEST(CpuTicks, tellWhatAHypervisorTook)
{
    const std::vector<CpuTicks> before{{.cpu = 0, .steal = 5}, {.cpu = 3, .steal = 7}};
    const std::vector<CpuTicks> after{
        {.cpu = 0, .steal = 8}, {.cpu = 3, .steal = 6}, {.cpu = 4, .steal = 90}};
    EXPECT_EQ(stolenTime(before, after), std::optional(fromClockTicks(3)));
    EXPECT_EQ(stolenTime(before, before), std::optional(Nanoseconds(0)));
    EXPECT_EQ(stolenTime(before, {{.cpu = 4, .steal = 90}}), std::nullopt);
    EXPECT_EQ(stolenTime({}, after), std::nullopt);
}

TEST(CpuTicks, takeTheLargestNumberAndRefuseALargerOne)
{
    std::vector<CpuTicks> rows;
    ASSERT_TRUE(parseCpuTicks("cpu0 18446744073709551615 0 0 0 0 0 0 0\n", rows));
    EXPECT_EQ(rows[0].user, UINT64_MAX);
    expectMalformedCpus("cpu0 18446744073709551616 0 0 0 0 0 0 0\n");
}

TEST(CpuTicks, areMalformedRatherThanWrong)
{
    expectMalformedCpus("");
    expectMalformedCpus("intr 1 2 3\n");
    expectMalformedCpus("cpu  1 2 3 4 5 6 7 8\n"); // only the sum
    expectMalformedCpus("cpu0 1 2 3 4 5 6 7 8"); // cut, the last number may go on
    expectMalformedCpus("cpu0 1 2 3 4 5 6 7\n");
    expectMalformedCpus("cpu0 1 2 3 -4 5 6 7 8\n");
    expectMalformedCpus("cpu0 1 2 3 4x 5 6 7 8\n");
    expectMalformedCpus("cpu-1 1 2 3 4 5 6 7 8\n");
    expectMalformedCpus("cpu65536 1 2 3 4 5 6 7 8\n");
    expectMalformedCpus("cpu1 1 2 3 4 5 6 7 8\ncpu0 1 2 3 4 5 6 7 8\n");
    expectMalformedCpus("cpu0 1 2 3 4 5 6 7 8\ncpu0 1 2 3 4 5 6 7 8\n");
    expectMalformedCpus("cpufreq 1 2 3 4 5 6 7 8\n");
}

TEST(Forks, areReadFromAWholeRow)
{
    EXPECT_EQ(parseForks(fixture("stat-2cpu")), 17320U);
    EXPECT_EQ(parseForks("cpu0 1\nprocesses 17\n"), 17U);
    EXPECT_EQ(parseForks("cpu0 1\nprocesses 17"), std::nullopt); // cut, the number may go on
    EXPECT_EQ(parseForks("cpu0 1\nprocesses x\n"), std::nullopt);
    EXPECT_EQ(parseForks(""), std::nullopt);
}

TEST(TaskStat, isReadFromTheLastBracket)
{
    const auto text = fixture("task-stat-hostile");
    const auto stat = parseTaskStat(text);
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->id, 5234);
    EXPECT_EQ(stat->name, "a) S 1 (b\nc d");
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 5226);
    EXPECT_EQ(stat->group, 5234);
    EXPECT_EQ(stat->session, 3911);
    EXPECT_EQ(stat->startTicks, 120807U);

    const auto plain = parseTaskStat(fixture("task-stat"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->startTicks, 120808U);
}

TEST(TaskStat, takesAnyBytesAsAName)
{
    const std::string tail = " S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 77 0";
    const std::vector<std::string> names{
        "", ")", "(", ") (", "\n", "\xff\xfe\x80", "R) R 9 9 (", std::string("\0x", 2)};
    for (const auto &name : names) {
        const auto text = "12 (" + name + ")" + tail;
        const auto stat = parseTaskStat(text);
        ASSERT_TRUE(stat) << name;
        EXPECT_EQ(stat->name, name);
        EXPECT_EQ(stat->startTicks, 77U);
    }
}

TEST(TaskStat, isMalformedWhenCut)
{
    const auto whole = fixture("task-stat");
    const auto upToStart = whole.find("120808");
    for (std::size_t size = 0; size < upToStart; ++size)
        EXPECT_FALSE(parseTaskStat(whole.substr(0, size))) << size;
    EXPECT_FALSE(parseTaskStat("1 )( S 1"));
    EXPECT_FALSE(parseTaskStat("-1 (x) S 1 1 1 0 -1 1 1 0 0 0 0 0 0 0 20 0 1 0 77"));
    EXPECT_FALSE(parseTaskStat("99999999999 (x) S 1 1 1 0 -1 1 1 0 0 0 0 0 0 0 20 0 1 0 77"));
}

TEST(Schedstat, isThreeNumbers)
{
    EXPECT_EQ(parseSchedstat(fixture("task-schedstat")).value(), (Schedstat{267512, 120391, 14}));
    EXPECT_FALSE(parseSchedstat(""));
    EXPECT_FALSE(parseSchedstat("1 2"));
    EXPECT_FALSE(parseSchedstat("1 -2 3"));
    EXPECT_FALSE(parseSchedstat("99999999999999999999 2 3"));
}

TEST(TaskStatus, isNotFooledByTheTasksName)
{
    const auto text =
        fixture("task-status"); // its name is "a\nnonvoluntary_ctxt_switches:\t7", as the kernel writes it
    const auto status = parseTaskStatus(text);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->state, 'R');
    EXPECT_EQ(status->voluntary, 4711U);
    EXPECT_EQ(status->involuntary, 42U);

    // An old kernel would not escape it: the counters are those at the end all the same.
    const auto old = parseTaskStatus("Name:\tx\nvoluntary_ctxt_switches:\t9\nState:\tS (sleeping)\n"
                                     "voluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t2\n");
    ASSERT_TRUE(old);
    EXPECT_EQ(old->voluntary, 1U);
    EXPECT_EQ(old->involuntary, 2U);
}

TEST(TaskStatus, isMalformedWithoutItsCounters)
{
    EXPECT_FALSE(parseTaskStatus(""));
    EXPECT_FALSE(parseTaskStatus("Name:\tx\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t1\n"));
    EXPECT_FALSE(parseTaskStatus("Name:\tx\nState:\tS (sleeping)\nnonvoluntary_ctxt_switches:\t1\n"));
    EXPECT_FALSE(parseTaskStatus("Name:\tx\nvoluntary_ctxt_switches:\t1\nnonvoluntary_ctxt_switches:\t2\n"));
    EXPECT_FALSE(parseTaskStatus(
        "Name:\tx\nState:\tS\nvoluntary_ctxt_switches:\tmany\nnonvoluntary_ctxt_switches:\t2\n"));
}

TEST(TaskName, isUnescapedAndCut)
{
    std::string name = "old";
    assignName(name, R"(a\nb\\c\t)");
    EXPECT_EQ(name, "a\nb\\c\\t");
    assignName(name, "a name of more than fifteen bytes");
    EXPECT_EQ(name, "a name of more ");
    assignName(name, "\\");
    EXPECT_EQ(name, "\\");
}

TEST(Pids, areReadUnlessOneIsNone)
{
    std::vector<int> pids{9};
    ASSERT_TRUE(parsePids(fixture("task-children"), pids));
    EXPECT_EQ(pids, (std::vector{101, 102, 4711}));
    ASSERT_TRUE(parsePids("", pids));
    EXPECT_TRUE(pids.empty());
    EXPECT_FALSE(parsePids("1 0 2", pids));
    EXPECT_FALSE(parsePids("1 -2", pids));
    EXPECT_FALSE(parsePids("1 2147483648", pids));
    EXPECT_TRUE(pids.empty());
}

TEST(SmapsRollup, givesRssPssAndUss)
{
    const auto memory = parseSmapsRollup(fixture("smaps_rollup"));
    ASSERT_TRUE(memory);
    EXPECT_EQ(*memory, (MemoryReading{1772 * 1024, 205 * 1024, 148 * 1024}));
    EXPECT_FALSE(parseSmapsRollup(""));
    EXPECT_FALSE(parseSmapsRollup("Rss: 1 kB\nPss_Dirty: 1 kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 1 kB\n"));
    EXPECT_FALSE(parseSmapsRollup("Rss: 1 MB\nPss: 1 kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 1 kB\n"));
    EXPECT_FALSE(parseSmapsRollup(
        "Rss: 18446744073709551615 kB\nPss: 1 kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 1 kB\n"));
}

TEST(Migrations, areReadOrUnknown)
{
    EXPECT_EQ(parseMigrations(fixture("task-sched")), 17U);
    EXPECT_EQ(parseMigrations(""), std::nullopt);
    EXPECT_EQ(parseMigrations("se.nr_migrations 17\n"), std::nullopt);
    EXPECT_EQ(parseMigrations("se.nr_migrations : many\n"), std::nullopt);
}

} // namespace
} // namespace timeslice
