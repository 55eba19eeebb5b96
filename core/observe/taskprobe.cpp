// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/taskprobe.h"

#include "core/procfs/cpuclock.h"
#include "core/procfs/cputimes.h"
#include "core/procfs/task.h"

#include <algorithm>
#include <unistd.h>

namespace timeslice {

void addGap(std::vector<Gap> &gaps, std::string what, Error error)
{
    constexpr std::size_t kMaxGaps = 16;
    if (gaps.size() < kMaxGaps)
        gaps.push_back({std::move(what), std::move(error)});
    else if (gaps.size() == kMaxGaps)
        gaps.push_back({"more", {ErrorKind::System, 0, "", "further failures are not listed"}});
}

TaskProbe::TaskProbe(int pid, int tid)
{
    m_reading.pid = pid;
    m_reading.tid = tid;
}

Result<TaskProbe> TaskProbe::open(
    int pid, int tid, Kind kind, const std::filesystem::path &directory, Holding holding,
    Nanoseconds suspended)
{
    auto files = TaskFiles::open(directory, kind == Kind::Other, holding);
    if (!files)
        return std::unexpected(files.error());
    TaskProbe probe(pid, tid);
    probe.m_kind = kind;
    // A fixture's tids are not this machine's: there the clock would be a stranger's.
    probe.m_readsClock = kind == Kind::OwnThread && directory.native().starts_with("/proc/");
    probe.m_reading.name = files->name();
    probe.m_reading.started = MonotonicTime(fromClockTicks(files->startTicks()) - suspended);
    probe.m_files = *std::move(files);
    return probe;
}

TaskProbe TaskProbe::unreadable(int pid, int tid)
{
    return TaskProbe(pid, tid);
}

TaskProbe TaskProbe::accounted(int pid, int tid, MonotonicTime started)
{
    TaskProbe probe(pid, tid);
    probe.m_isPresent = false;
    probe.m_reading.alive = false;
    probe.m_reading.started = started;
    return probe;
}

void TaskProbe::end()
{
    m_isPresent = false;
    m_reading.alive = false;
    m_files.reset();
}

void TaskProbe::noteFailure(Told which, const char *file, const Error &error, std::vector<Gap> &gaps)
{
    if (error.kind == ErrorKind::Gone)
        end();
    else if (!isTold(which))
        addGap(gaps, gapName(file), error);
    m_told |= static_cast<unsigned>(which);
}

std::string TaskProbe::gapName(const char *file) const
{
    return "tid " + std::to_string(m_reading.tid) + ' ' + file;
}

std::optional<Schedstat> TaskProbe::readSchedstat(std::span<char> buffer, std::vector<Gap> &gaps)
{
    if (!m_files->has(TaskFile::Schedstat) && isTold(Told::Schedstat))
        return std::nullopt;
    const auto text = m_files->read(TaskFile::Schedstat, buffer);
    if (!text) {
        noteFailure(Told::Schedstat, "schedstat", text.error(), gaps);
        return std::nullopt;
    }
    const auto schedstat = parseSchedstat(*text);
    if (!schedstat) {
        noteFailure(Told::Schedstat, "schedstat", schedstat.error(), gaps);
        return std::nullopt;
    }
    if (m_schedstat && schedstat->cpuNs < m_schedstat->cpuNs)
        addGap(gaps, gapName("schedstat"), {ErrorKind::Malformed, 0, "schedstat", "went backwards"});
    return *schedstat;
}

// Reading `status` costs ten times as much as schedstat, and its switch counts change only when the task
// leaves a core. It cannot have done so while neither its CPU time nor the number of its slices has moved,
// for any stay on a core moves one of them. One case is left: `status` was read in the very moment of a
// switch, behind the one counter and before the other. So it is read once more after the first interval in
// which nothing moved, and stands from then on.
void TaskProbe::readSwitches(std::span<char> buffer, std::vector<Gap> &gaps)
{
    if (!m_isPresent || !m_files || m_isAccounted)
        return;
    m_switchesRead = MonotonicClock::now();
    m_wantsSwitches = m_hasRun;
    const auto text = m_files->read(TaskFile::Status, buffer);
    const auto status = text ? parseTaskStatus(*text) : std::unexpected(text.error());
    if (status) {
        m_reading.voluntary = status->voluntary;
        m_reading.involuntary = status->involuntary;
        assignName(m_reading.name, status->name);
        // A zombie has run for the last time; it only waits for its parent.
        m_reading.alive = status->state != 'Z' && status->state != 'X';
        return;
    }
    noteFailure(Told::Status, "status", status.error(), gaps);
    if (!m_isPresent)
        return; // the last good numbers stay
    m_reading.voluntary.reset();
    m_reading.involuntary.reset();
    m_wantsSwitches = true;
}

void TaskProbe::read(std::span<char> buffer, Depth depth, std::vector<Gap> &gaps)
{
    if (!m_isPresent || !m_files)
        return;
    std::optional<std::uint64_t> clockNs;
    if (m_readsClock) {
        if (const auto clock = threadCpuClock(m_reading.tid))
            clockNs = static_cast<std::uint64_t>(clock->count());
        // To the nanosecond as before: it has not run, and everything is as it was.
        if (depth == Depth::Changed && clockNs && clockNs == m_reading.cpuNs && !m_wantsSwitches) {
            m_hasRun = false;
            return;
        }
    }
    // The clock goes by the tid alone. When schedstat, which is bound to the task, can still be read after
    // it, the tid was this task's when the clock was read.
    const auto schedstat = readSchedstat(buffer, gaps);
    if (!m_isPresent || m_isAccounted)
        return;
    const auto before = std::exchange(m_schedstat, schedstat);
    // 0 0 0 may be a kernel that does not keep it: that is no sign of rest.
    m_hasRun = !schedstat || schedstat->slices == 0 || schedstat != before
        || (clockNs && clockNs != m_reading.cpuNs);
    m_wantsSwitches = m_wantsSwitches || m_hasRun;
    const bool isFirst = m_switchesRead == MonotonicTime();
    if (depth == Depth::Full || isFirst)
        readSwitches(buffer, gaps);
    if (m_isPresent)
        publish(clockNs, gaps);
}

void TaskProbe::publish(std::optional<std::uint64_t> clockNs, std::vector<Gap> &gaps)
{
    // A kernel that does not keep schedstat says 0 0 0. So does a task that never ran, where it is the truth.
    const auto switches = m_reading.voluntary.value_or(0) + m_reading.involuntary.value_or(0);
    const bool isKept =
        m_schedstat && (m_schedstat->slices > 0 || (switches == 0 && clockNs.value_or(0) == 0));
    m_reading.cpuNs = clockNs;
    m_reading.cpuExact = clockNs.has_value();
    m_reading.queueWaitNs.reset();
    if (isKept) {
        m_reading.queueWaitNs = m_schedstat->queueWaitNs;
        if (!clockNs)
            m_reading.cpuNs = m_schedstat->cpuNs;
    } else if (m_schedstat && !isTold(Told::Schedstat)) {
        noteFailure(
            Told::Schedstat, "schedstat", {ErrorKind::Unsupported, 0, "", "the kernel does not keep it"},
            gaps);
    }
}

void TaskProbe::addWorker(int worker)
{
    if (m_workers++ == 0)
        m_reading.worker = worker;
}

void TaskProbe::settle(const ThreadUsage &account)
{
    // The last reading may be a few microseconds younger than the account; a counter must not go backwards
    // for that.
    const auto atLeast = [](std::optional<std::uint64_t> &value, std::uint64_t final) {
        if (final != ThreadUsage::kUnknown)
            value = std::max(value.value_or(0), final);
    };
    atLeast(m_reading.cpuNs, account.cpuNs);
    atLeast(m_reading.voluntary, account.voluntary);
    atLeast(m_reading.involuntary, account.involuntary);
    atLeast(m_reading.queueWaitNs, account.queueWaitNs);
    if (++m_settled < m_workers)
        return;
    m_reading.cpuExact = true;
    m_reading.alive = false;
    m_isAccounted = true;
}

bool TaskProbe::readChildren(std::vector<int> &into, std::span<char> buffer, std::vector<Gap> &gaps)
{
    into.clear();
    if (!m_isPresent || !m_files || m_kind != Kind::Other)
        return false;
    if (!m_files->has(TaskFile::Children) && isTold(Told::Children))
        return false;
    const auto text = m_files->read(TaskFile::Children, buffer);
    if (!text) {
        noteFailure(Told::Children, "children", text.error(), gaps);
        return false;
    }
    // Cut at the buffer's end, a pid would be a wrong one.
    const auto whole = text->size() < buffer.size() ? *text : text->substr(0, text->rfind(' ') + 1);
    const auto parsed = parsePids(whole, into);
    if (!parsed)
        noteFailure(Told::Children, "children", parsed.error(), gaps);
    return parsed.has_value();
}

} // namespace timeslice
