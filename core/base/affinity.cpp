// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/affinity.h"

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace timeslice {

namespace {

// The kernel refuses a set smaller than its own with EINVAL and does not say how large that is.
constexpr int kLeastBits = 1024;
constexpr int kMostBits = 65536;

} // namespace

CpuSet::CpuSet(int bits)
    : m_sets(static_cast<std::size_t>(bits + CPU_SETSIZE - 1) / CPU_SETSIZE)
{ }

CpuSet::CpuSet(std::span<const int> cpus)
    : CpuSet(std::ranges::max(cpus) + 1)
{
    for (const int cpu : cpus)
        add(cpu);
}

bool CpuSet::has(int cpu) const
{
    return CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes(), m_sets.data());
}

void CpuSet::add(int cpu)
{
    CPU_SET_S(static_cast<std::size_t>(cpu), bytes(), data());
}

int CpuSet::bind() const noexcept
{
    return ::sched_setaffinity(0, bytes(), m_sets.data()) == 0 ? 0 : errno;
}

Result<std::vector<int>> allowedCpusOf(pid_t tid)
{
    for (int bits = kLeastBits;; bits *= 2) {
        CpuSet set(bits);
        if (::sched_getaffinity(tid, set.bytes(), set.data()) != 0) {
            if (errno == EINVAL && bits < kMostBits)
                continue;
            return failErrno(errno, "task " + std::to_string(tid), "cannot read its allowed CPUs");
        }
        std::vector<int> cpus;
        for (int cpu = 0; cpu < bits; ++cpu) {
            if (set.has(cpu))
                cpus.push_back(cpu);
        }
        return cpus;
    }
}

std::vector<int> allowedCpus()
{
    return allowedCpusOf(0).value_or(std::vector<int>());
}

Result<void> bindThread(std::span<const int> cpus)
{
    assert(!cpus.empty());
    const int code = CpuSet(cpus).bind();
    if (code == 0)
        return {};
    std::string names;
    for (const int cpu : cpus)
        names += (names.empty() ? "cpu " : ", ") + std::to_string(cpu);
    return failErrno(code, names, "cannot bind the thread to it");
}

} // namespace timeslice
