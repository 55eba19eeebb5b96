// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <sched.h>
#include <span>
#include <sys/types.h>
#include <vector>

namespace timeslice {

/// CPUs on which a task may run (cpusets included), ascending. \param tid  0: the calling thread.
/// \error  Gone when there is no such task; Denied, System.
[[nodiscard]] Result<std::vector<int>> allowedCpusOf(pid_t tid);

/// Those of the calling thread. Empty when the kernel does not say.
[[nodiscard]] std::vector<int> allowedCpus();

/// A set of CPUs as the kernel takes it, as large as needed.
class CpuSet {
public:
    /// Empty. \param bits  How many CPUs it has room for.
    explicit CpuSet(int bits);
    explicit CpuSet(std::span<const int> cpus);

    [[nodiscard]] bool has(int cpu) const;
    void add(int cpu);
    [[nodiscard]] cpu_set_t *data() { return m_sets.data(); }
    [[nodiscard]] std::size_t bytes() const { return m_sets.size() * sizeof(cpu_set_t); }

    /// Lets the calling thread run on these CPUs only. \return 0, or errno.
    /// One system call, so that a child may do it between fork and exec, too.
    [[nodiscard]] int bind() const noexcept;

private:
    std::vector<cpu_set_t> m_sets;
};

/// Lets the calling thread run on these CPUs only. \param cpus  Not empty.
/// \error  System, also when none of them is there or allowed; names the CPUs.
[[nodiscard]] Result<void> bindThread(std::span<const int> cpus);

} // namespace timeslice
