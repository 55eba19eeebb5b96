// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/affinity.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <sched.h>

namespace timeslice {

namespace {

// The kernel refuses a set smaller than its own with EINVAL and does not say how large that is.
constexpr int kLeastBits = 1024;
constexpr int kMostBits = 65536;

// A set of CPUs as large as needed.
class CpuSet {
public:
    explicit CpuSet(int bits)
        : m_sets(static_cast<std::size_t>(bits + CPU_SETSIZE - 1) / CPU_SETSIZE)
    { }
    [[nodiscard]] cpu_set_t *data() { return m_sets.data(); }
    [[nodiscard]] std::size_t bytes() const { return m_sets.size() * sizeof(cpu_set_t); }
    [[nodiscard]] bool has(int cpu) { return CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes(), data()); }
    void add(int cpu) { CPU_SET_S(static_cast<std::size_t>(cpu), bytes(), data()); }

private:
    std::vector<cpu_set_t> m_sets;
};

} // namespace

std::vector<int> allowedCpus()
{
    std::vector<int> cpus;
    for (int bits = kLeastBits; bits <= kMostBits; bits *= 2) {
        CpuSet set(bits);
        if (::sched_getaffinity(0, set.bytes(), set.data()) != 0) {
            if (errno == EINVAL)
                continue;
            break;
        }
        for (int cpu = 0; cpu < bits; ++cpu) {
            if (set.has(cpu))
                cpus.push_back(cpu);
        }
        break;
    }
    return cpus;
}

Result<void> bindThread(std::span<const int> cpus)
{
    assert(!cpus.empty());
    CpuSet set(std::ranges::max(cpus) + 1);
    std::string names;
    for (const int cpu : cpus) {
        set.add(cpu);
        names += (names.empty() ? "cpu " : ", ") + std::to_string(cpu);
    }
    if (::sched_setaffinity(0, set.bytes(), set.data()) != 0)
        return failErrno(errno, names, "cannot bind the thread to it");
    return {};
}

} // namespace timeslice
