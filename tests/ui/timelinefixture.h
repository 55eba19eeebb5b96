// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/timelinestore.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace timeslice::testing {

/// A trace written by hand, in microseconds since it began. Records may be given in any order; those of one
/// chunk are sorted when it is made.
class TraceScript {
public:
    static constexpr std::uint64_t kBeginNs = 1'000'000'000;

    [[nodiscard]] static constexpr std::uint64_t at(std::uint64_t us) { return kBeginNs + us * 1000; }
    [[nodiscard]] static constexpr TimeSpan span(std::uint64_t beginUs, std::uint64_t endUs)
    {
        return {at(beginUs), at(endUs)};
    }

    TraceScript &name(std::uint64_t us, int tid, std::string_view comm, int pid = kProcess)
    {
        TaskName name{.timeNs = at(us), .tid = tid, .pid = pid};
        std::ranges::copy(comm.substr(0, name.comm.size() - 1), name.comm.begin());
        m_names.push_back(name);
        return *this;
    }
    /// A task begins, created on core 0.
    TraceScript &fork(std::uint64_t us, int tid, int parentTid = kProcess, int pid = kProcess)
    {
        return add(us, tid, 0, SwitchKind::Fork, static_cast<std::uint32_t>(parentTid), pid);
    }
    /// A task leaves a core.
    TraceScript &end(int tid, unsigned cpu, std::uint64_t us, SwitchKind kind, int pid = kProcess)
    {
        return add(us, tid, cpu, kind, 0, pid);
    }
    /// A task has a core for a while.
    TraceScript &
    run(int tid, unsigned cpu, std::uint64_t beginUs, std::uint64_t endUs, SwitchKind end = SwitchKind::Out,
        int pid = kProcess)
    {
        return add(beginUs, tid, cpu, SwitchKind::In, 0, pid).add(endUs, tid, cpu, end, 0, pid);
    }
    /// Records of a core were lost since its previous one.
    TraceScript &lost(unsigned cpu, std::uint64_t us, std::uint32_t count)
    {
        return add(us, 0, cpu, SwitchKind::Lost, count, 0);
    }

    /// What was said since the last chunk.
    [[nodiscard]] SwitchChunk chunk(std::uint64_t horizonUs, bool last)
    {
        // At one moment a task leaves a core before the next one arrives.
        std::ranges::stable_sort(m_records, {}, [](const SwitchRecord &record) {
            return std::pair(record.timeNs, record.kind == SwitchKind::In);
        });
        std::ranges::stable_sort(m_names, {}, &TaskName::timeNs);
        return {
            .traceBeginNs = kBeginNs,
            .horizonNs = at(horizonUs),
            .records = std::exchange(m_records, {}),
            .names = std::exchange(m_names, {}),
            .late = 0,
            .last = last};
    }
    /// All of it as a finished trace.
    [[nodiscard]] TimelineViewPtr view(std::uint64_t endUs)
    {
        TimelineStore store;
        store.append(chunk(endUs, true));
        return store.view();
    }

private:
    static constexpr int kProcess = 100; ///< Pid of the traced task.

    TraceScript &
    add(std::uint64_t us, int tid, unsigned cpu, SwitchKind kind, std::uint32_t detail, int pid = kProcess)
    {
        m_records.push_back(
            {.timeNs = at(us),
             .tid = tid,
             .pid = pid,
             .detail = detail,
             .cpu = static_cast<std::uint16_t>(cpu),
             .kind = kind});
        return *this;
    }

    std::vector<SwitchRecord> m_records;
    std::vector<TaskName> m_names;
};

/// Two workers (tids 101 and 102) of one process on two cores, in 100 us: the first is preempted once, the
/// second moves twice and ends.
inline TraceScript twoWorkers()
{
    TraceScript script;
    script.name(0, 100, "prog").fork(1, 101).fork(1, 102).end(100, 0, 2, SwitchKind::Out);
    script.run(101, 0, 10, 30).run(101, 0, 50, 70, SwitchKind::OutPreempted).run(101, 0, 80, 90);
    script.run(102, 1, 30, 50).run(102, 0, 70, 80).run(102, 1, 90, 95, SwitchKind::Exit);
    return script;
}

} // namespace timeslice::testing
