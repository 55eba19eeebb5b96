// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/snapshot.h"
#include "core/procfs/keptfile.h"
#include "core/procfs/root.h"

#include <optional>
#include <vector>

namespace timeslice {

/// Reads what concerns the whole machine: the CPUs' ticks, suspend, and throttling by a CPU quota.
/// Thread: one at a time. In the steady state a reading allocates nothing.
class SystemReader {
public:
    explicit SystemReader(const ProcRoot &root);

    /// Looks again which control group limits this process; quotas may change while the program runs.
    void findQuota();
    /// Fills in suspended, cpus, forks, throttle, and adds to gaps.
    void read(Snapshot &snapshot);

private:
    void readCpus(Snapshot &snapshot);
    void readThrottle(Snapshot &snapshot);
    void noteOffline(Snapshot &snapshot);

    const ProcRoot m_root;
    Result<KeptFile> m_stat;
    std::optional<Result<KeptFile>> m_cpuStat; ///< Of the group with the quota; nothing when there is none.
    bool m_isStatFailureTold = false;
    bool m_isCpuStatFailureTold = false;
    std::vector<int> m_online; ///< At the last reading.
    std::vector<char> m_buffer;
};

} // namespace timeslice
