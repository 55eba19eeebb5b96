// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <memory>

#include <sched.h>

namespace timeslice {

/// A set of CPUs of any size, as sched_setaffinity(2) takes it. Movable.
class CpuSet {
public:
    /// \param cpu  The kernel's id.
    [[nodiscard]] static CpuSet of(int cpu);
    /// Where the calling thread may run. \error System.
    [[nodiscard]] static Result<CpuSet> ofThisThread();

    /// Binds the calling thread. \error System, when none of them is there or allowed.
    [[nodiscard]] Result<void> bindThisThread() const;

private:
    struct Free {
        void operator()(cpu_set_t *set) const noexcept { CPU_FREE(set); }
    };
    explicit CpuSet(std::size_t cpus);

    std::size_t m_bytes;
    std::unique_ptr<cpu_set_t, Free> m_set;
};

} // namespace timeslice
