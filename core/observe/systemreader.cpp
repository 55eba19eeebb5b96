// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/systemreader.h"

#include "core/observe/taskprobe.h"

#include <algorithm>
#include <array>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

/// Two clocks cannot be read at one moment, and a pause in between looks like a suspend. Of three readings
/// the middle one is right unless two of them were hit.
Nanoseconds readSuspended()
{
    std::array readings{suspendedTime(), suspendedTime(), suspendedTime()};
    std::ranges::sort(readings);
    return readings[1];
}

/// All CPU rows of the largest /proc/stat this machine can have; what follows them is not needed.
std::size_t bufferSize()
{
    constexpr std::size_t kRow = 256;
    constexpr std::size_t kLeast = 16 * 1024;
    const auto cpus = std::max(::sysconf(_SC_NPROCESSORS_CONF), 1L);
    return kLeast + kRow * static_cast<std::size_t>(cpus);
}

} // namespace

SystemReader::SystemReader(const ProcRoot &root)
    : m_root(root)
    , m_stat(KeptFile::open(root.proc / "stat"))
    , m_buffer(bufferSize())
{
    findQuota();
}

void SystemReader::findQuota()
{
    m_cpuStat.reset();
    m_isCpuStatFailureTold = false;
    if (const auto limit = findCpuLimit(m_root))
        m_cpuStat = KeptFile::open(limit->statFile);
}

void SystemReader::read(Snapshot &snapshot)
{
    snapshot.suspended = readSuspended();
    readCpus(snapshot);
    if (m_cpuStat)
        readThrottle(snapshot);
}

void SystemReader::readThrottle(Snapshot &snapshot)
{
    const auto &file = *m_cpuStat;
    const auto text = file ? file->read(m_buffer) : std::unexpected(file.error());
    const auto throttle = text ? parseCpuStat(*text) : std::unexpected(text.error());
    if (throttle)
        snapshot.throttle = *throttle;
    else if (!std::exchange(m_isCpuStatFailureTold, true))
        addGap(snapshot.gaps, "throttling", throttle.error());
}

void SystemReader::readCpus(Snapshot &snapshot)
{
    const auto text = m_stat ? m_stat->read(m_buffer) : std::unexpected(m_stat.error());
    const auto parsed = text ? parseCpuTicks(*text, snapshot.cpus) : std::unexpected(text.error());
    if (!parsed) {
        snapshot.cpus.clear();
        if (!std::exchange(m_isStatFailureTold, true))
            addGap(snapshot.gaps, "cpus", parsed.error());
        return;
    }
    m_isStatFailureTold = false;
    snapshot.forks = parseForks(*text);
    noteOffline(snapshot);
}

void SystemReader::noteOffline(Snapshot &snapshot)
{
    for (const int cpu : m_online) {
        if (!std::ranges::binary_search(snapshot.cpus, cpu, {}, &CpuTicks::cpu))
            addGap(snapshot.gaps, "cpu " + std::to_string(cpu), {ErrorKind::Gone, 0, "", "went offline"});
    }
    m_online.clear();
    for (const auto &row : snapshot.cpus)
        m_online.push_back(row.cpu);
}

} // namespace timeslice
