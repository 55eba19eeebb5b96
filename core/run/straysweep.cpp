// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/straysweep.h"

#include "core/base/clock.h"
#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"

#include <csignal>
#include <filesystem>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace timeslice {

namespace {

using namespace std::chrono_literals;

// Whether /proc/PID/environ has the entry; each of its entries ends with a NUL.
bool hasEntry(std::string_view environment, std::string_view entry)
{
    for (auto at = environment.find(entry); at != std::string_view::npos;
         at = environment.find(entry, at + 1)) {
        const bool begins = at == 0 || environment[at - 1] == '\0';
        const auto end = at + entry.size();
        if (begins && (end == environment.size() || environment[end] == '\0'))
            return true;
    }
    return false;
}

bool isZombie(const TaskStat &process)
{
    return process.state == 'Z';
}

// Without its name, which would be a view into what was read.
std::optional<TaskStat> statOf(pid_t pid)
{
    const auto text = readSmallFile("/proc/" + std::to_string(pid) + "/stat");
    auto stat = text ? parseTaskStat(*text) : std::unexpected(text.error());
    if (!stat)
        return std::nullopt;
    stat->name = {};
    return *stat;
}

} // namespace

StraySweep::StraySweep(pid_t leader, std::string_view mark)
    : m_entry(std::string(kRunMark) + '=' + std::string(mark))
    , m_groups{leader}
{
    auto eldest = statOf(leader);
    if (!eldest)
        eldest = statOf(::getpid());
    m_startTicks = eldest ? eldest->startTicks : UINT64_MAX;
}

std::vector<TaskStat> StraySweep::younger() const
{
    std::vector<TaskStat> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = fields::toNumber<pid_t>(entry->path().filename().native());
        const auto process = pid && *pid != ::getpid() ? statOf(*pid) : std::nullopt;
        if (process && process->startTicks >= m_startTicks)
            found.push_back(*process);
    }
    return found;
}

std::size_t StraySweep::kill(const std::vector<TaskStat> &all)
{
    std::size_t leaving = 0;
    for (const auto &process : all) {
        if (isZombie(process))
            continue;
        const auto environment = readSmallFile("/proc/" + std::to_string(process.id) + "/environ");
        if (environment && hasEntry(*environment, m_entry)) {
            ::kill(process.id, SIGKILL);
            m_killed.insert(process.id);
            // Of a group that it has only joined the others may be somebody else's.
            if (process.id == process.group)
                m_groups.insert(process.group);
        } else if (process.parent == ::getpid() && (!environment || environment->empty())) {
            ++leaving; // it is just ending, as one that dies with who started it: look again
        }
    }
    for (const auto &process : all) {
        if (m_groups.contains(process.group)) {
            ::kill(process.id, SIGKILL);
            m_killed.insert(process.id);
        }
    }
    std::erase_if(m_killed, [](pid_t pid) {
        const auto waited = ::waitpid(pid, nullptr, WNOHANG);
        return waited == pid || (waited < 0 && ::kill(pid, 0) != 0);
    });
    return m_killed.size() + leaving;
}

// A worker dies with the one who started it, before any sweep, and has no environment to know it by then.
// Whom QProcess knows it takes leave of as soon as the event loop runs; who is still there after that is
// nobody's. It counts as left even so, for another sweep is due: its group is known only now.
std::size_t StraySweep::takeLeave(const std::vector<TaskStat> &all)
{
    std::set<pid_t> left;
    for (const auto &process : all) {
        if (!isZombie(process) || process.parent != ::getpid() || m_killed.contains(process.id))
            continue;
        if (m_zombies.contains(process.id)) {
            ::waitpid(process.id, nullptr, WNOHANG);
            // What has left our session on its own, as a program started for good does, is let go.
            if (process.id == process.group && process.session == ::getsid(0))
                m_groups.insert(process.group);
        }
        left.insert(process.id);
    }
    m_zombies = std::move(left);
    return m_zombies.size();
}

std::size_t StraySweep::sweep()
{
    if (m_groups.empty())
        return 0;
    const auto all = younger();
    return kill(all) + takeLeave(all);
}

void StraySweep::sweepNow(std::chrono::milliseconds patience)
{
    const auto deadline = MonotonicClock::now() + patience;
    while (!m_groups.empty() && kill(younger()) > 0 && MonotonicClock::now() < deadline)
        std::this_thread::sleep_for(2ms);
}

OrphanKeeper::OrphanKeeper()
{
    ::prctl(PR_GET_CHILD_SUBREAPER, &m_before);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

OrphanKeeper::~OrphanKeeper()
{
    ::prctl(PR_SET_CHILD_SUBREAPER, m_before);
}

} // namespace timeslice
