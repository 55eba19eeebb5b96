// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every parser of kernel text is given 10,000 damaged versions of a good file: bytes changed, cut out,
// doubled, the end missing. It must answer with a value or with Malformed. What it must not do (read beyond
// the text, overflow) the sanitizers see.
#include "core/procfs/cgroup.h"
#include "core/procfs/cputimes.h"
#include "core/procfs/ownusage.h"
#include "core/procfs/task.h"
#include "core/procfs/topology.h"
#include "tests/support/temptree.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <random>

namespace timeslice {
namespace {

constexpr int kMutations = 10'000;

std::string fixture(const std::string &name)
{
    return testing::readFixture(std::filesystem::path(TIMESLICE_TEST_DATA) / "procfs" / name);
}

class Mutator {
public:
    std::string operator()(std::string text)
    {
        const std::size_t damages = 1 + pick(4);
        for (std::size_t damage = 0; damage < damages; ++damage)
            text = damaged(std::move(text));
        return text;
    }

private:
    std::size_t pick(std::size_t below) { return below == 0 ? 0 : m_random() % below; }

    std::string damaged(std::string text)
    {
        static constexpr std::string_view kAlphabet = "0123456789-+., \t\n():kmx\xff";
        const auto at = pick(text.size());
        const auto length = std::min(pick(12), text.size() - at);
        switch (pick(7)) {
        case 0:
            if (!text.empty())
                text[at] = static_cast<char>(m_random());
            return text;
        case 1:
            if (!text.empty())
                text[at] = kAlphabet[pick(kAlphabet.size())];
            return text;
        case 2:
            return text.substr(0, at);
        case 3:
            return text.erase(at, length);
        case 4:
            return text.insert(at, text.substr(at, length));
        case 5:
            return text.insert(at, std::string(length, '9'));
        default:
            return text.insert(at, 1, kAlphabet[pick(kAlphabet.size())]);
        }
    }

    std::mt19937 m_random{20240607}; // NOLINT: the same damage on every machine
};

/// \param parse  Returns nothing for a value, else the error.
void expectValueOrMalformed(
    const std::vector<std::string> &seeds, const std::function<std::optional<Error>(std::string_view)> &parse)
{
    Mutator mutate;
    int values = 0;
    for (int round = 0; round < kMutations; ++round) {
        const auto &seed = seeds[static_cast<std::size_t>(round) % seeds.size()];
        // A copy of exactly its size on the heap: reading one byte too far is seen.
        const auto mutated = mutate(seed);
        const std::vector<char> text(mutated.begin(), mutated.end());
        const auto error = parse({text.data(), text.size()});
        if (error) {
            ASSERT_EQ(error->kind, ErrorKind::Malformed) << mutated;
        }
        values += error ? 0 : 1;
    }
    EXPECT_GT(values, 0) << "the damage is so great that nothing is tested";
    EXPECT_LT(values, kMutations) << "no damage is ever noticed";
}

template <typename T>
std::optional<Error> errorOf(const Result<T> &result)
{
    return result ? std::nullopt : std::optional(result.error());
}

TEST(Mutations, ofCpuTicks)
{
    std::vector<CpuTicks> rows;
    expectValueOrMalformed(
        {fixture("stat-1cpu"), fixture("stat-2cpu"), fixture("stat-sparse"), fixture("stat-lxc")},
        [&](std::string_view text) {
            const auto parsed = parseCpuTicks(text, rows);
            EXPECT_EQ(parsed.has_value(), !rows.empty());
            EXPECT_TRUE(std::ranges::is_sorted(rows, std::ranges::less(), &CpuTicks::cpu));
            return errorOf(parsed);
        });
}

TEST(Mutations, ofTaskStat)
{
    expectValueOrMalformed({fixture("task-stat"), fixture("task-stat-hostile")}, [](std::string_view text) {
        const auto stat = parseTaskStat(text);
        if (stat) {
            EXPECT_GT(stat->id, 0);
            EXPECT_LE(stat->name.size(), text.size());
        }
        return errorOf(stat);
    });
}

TEST(Mutations, ofSchedstat)
{
    expectValueOrMalformed(
        {fixture("task-schedstat")}, [](std::string_view text) { return errorOf(parseSchedstat(text)); });
}

TEST(Mutations, ofTaskStatus)
{
    std::string name;
    expectValueOrMalformed({fixture("task-status")}, [&](std::string_view text) {
        const auto status = parseTaskStatus(text);
        if (status) {
            assignName(name, status->name);
            EXPECT_LE(name.size(), kMaxNameBytes);
        }
        return errorOf(status);
    });
}

TEST(Mutations, ofPids)
{
    std::vector<int> pids;
    expectValueOrMalformed({fixture("task-children")}, [&](std::string_view text) {
        const auto parsed = parsePids(text, pids);
        EXPECT_TRUE(std::ranges::all_of(pids, [](int pid) { return pid > 0; }));
        return errorOf(parsed);
    });
}

TEST(Mutations, ofSmapsRollup)
{
    expectValueOrMalformed(
        {fixture("smaps_rollup")}, [](std::string_view text) { return errorOf(parseSmapsRollup(text)); });
}

TEST(Mutations, ofMigrations)
{
    expectValueOrMalformed({fixture("task-sched")}, [](std::string_view text) {
        return parseMigrations(text) ? std::nullopt : std::optional(Error{ErrorKind::Malformed, 0, "", ""});
    });
}

TEST(Mutations, ofCpuList)
{
    expectValueOrMalformed({"0-2,5\n", "0-127\n", "0,2,4-9\n"}, [](std::string_view text) {
        const auto cpus = parseCpuList(text);
        if (cpus) {
            EXPECT_TRUE(std::ranges::is_sorted(*cpus));
        }
        return errorOf(cpus);
    });
}

TEST(Mutations, ofCpuMax)
{
    expectValueOrMalformed({"max 100000\n", "150000 100000\n"}, [](std::string_view text) {
        const auto cores = parseCpuMax(text);
        if (cores && *cores) {
            EXPECT_GE(**cores, 0);
        }
        return errorOf(cores);
    });
}

TEST(Mutations, ofCpuStat)
{
    expectValueOrMalformed(
        {"usage_usec 1\nnr_periods 10\nnr_throttled 3\nthrottled_usec 4000\n",
         "nr_periods 10\nnr_throttled 3\nthrottled_time 4000000\n"},
        [](std::string_view text) { return errorOf(parseCpuStat(text)); });
}

TEST(Mutations, ofCgroupAndMountinfo)
{
    // These two are read by one function, which answers with a limit or with none.
    const testing::TempTree tree;
    const ProcRoot root{tree.path() / "proc", tree.path() / "sys"};
    const std::string cgroup = "4:cpu,cpuacct:/a/b\n0::/a/b\n";
    const std::string mountinfo =
        "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        "32 24 0:28 /a /sys/fs/cgroup/cpu\\040x rw - cgroup cgroup rw,cpu,cpuacct\n";
    tree.write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
    Mutator mutate;
    int found = 0;
    for (int round = 0; round < 1000; ++round) {
        tree.write("proc/self/cgroup", round % 2 == 0 ? mutate(cgroup) : cgroup);
        tree.write("proc/self/mountinfo", round % 2 == 0 ? mountinfo : mutate(mountinfo));
        const auto limit = findCpuLimit(root);
        if (limit) {
            ASSERT_DOUBLE_EQ(limit->cores, 1.5);
        }
        found += limit ? 1 : 0;
    }
    EXPECT_GT(found, 0);
    EXPECT_LT(found, 1000);
}

} // namespace
} // namespace timeslice
