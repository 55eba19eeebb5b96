// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cpuset.h"

#include <cerrno>

namespace timeslice {

CpuSet::CpuSet(std::size_t cpus)
    : m_bytes(CPU_ALLOC_SIZE(cpus))
    , m_set(CPU_ALLOC(cpus))
{
    CPU_ZERO_S(m_bytes, m_set.get());
}

CpuSet CpuSet::of(int cpu)
{
    const auto index = static_cast<std::size_t>(cpu);
    CpuSet set(index + 1);
    CPU_SET_S(index, set.m_bytes, set.m_set.get());
    return set;
}

Result<CpuSet> CpuSet::ofThisThread()
{
    // The kernel refuses a set that is smaller than its own.
    constexpr std::size_t kMostCpus = 1 << 16;
    for (std::size_t cpus = 1024; cpus <= kMostCpus; cpus *= 2) {
        CpuSet set(cpus);
        if (::sched_getaffinity(0, set.m_bytes, set.m_set.get()) == 0)
            return set;
        if (errno != EINVAL)
            break;
    }
    return failErrno(errno, "affinity", "cannot tell where the thread may run");
}

Result<void> CpuSet::bindThisThread() const
{
    if (::sched_setaffinity(0, m_bytes, m_set.get()) != 0)
        return failErrno(errno, "affinity", "cannot bind the thread");
    return {};
}

} // namespace timeslice
