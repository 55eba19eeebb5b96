// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/straysweep.h"

#include "core/base/clock.h"
#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
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

bool carries(pid_t pid, std::string_view entry)
{
    const auto environment = readSmallFile("/proc/" + std::to_string(pid) + "/environ");
    return environment && hasEntry(*environment, entry);
}

} // namespace

struct StraySweep::Process {
    pid_t pid;
    bool isZombie;
    pid_t parent;
    pid_t group;

    static std::vector<Process> all();
};

std::vector<StraySweep::Process> StraySweep::Process::all()
{
    std::vector<Process> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = fields::toNumber<pid_t>(entry->path().filename().native());
        const auto text = pid ? readSmallFile(entry->path() / "stat") : std::string();
        // Behind the last ')', proc_pid_stat(5): a program chooses its name as it likes.
        const auto nameEnd = text ? text->rfind(')') : std::string::npos;
        if (nameEnd == std::string::npos)
            continue;
        auto rest = std::string_view(*text).substr(nameEnd + 1);
        const bool isZombie = fields::takeWord(rest) == "Z";
        const auto parent = fields::takeNumber<pid_t>(rest);
        const auto group = fields::takeNumber<pid_t>(rest);
        if (parent && group)
            found.push_back({*pid, isZombie, *parent, *group});
    }
    return found;
}

StraySweep::StraySweep(pid_t leader, std::string_view mark)
    : m_entry(std::string(kRunMark) + '=' + std::string(mark))
    , m_groups{leader}
{ }

std::size_t StraySweep::kill(const std::vector<Process> &all)
{
    for (const auto &process : all) {
        if (!process.isZombie && process.pid != ::getpid() && carries(process.pid, m_entry)) {
            ::kill(process.pid, SIGKILL);
            m_killed.insert(process.pid);
            m_groups.insert(process.group);
        }
    }
    m_groups.erase(::getpgrp()); // one may have joined it
    for (const auto &process : all) {
        if (m_groups.contains(process.group)) {
            ::kill(process.pid, SIGKILL);
            m_killed.insert(process.pid);
        }
    }
    std::erase_if(m_killed, [](pid_t pid) {
        const auto waited = ::waitpid(pid, nullptr, WNOHANG);
        return waited == pid || (waited < 0 && ::kill(pid, 0) != 0);
    });
    return m_killed.size();
}

// A worker dies with the one who started it, before any sweep, and has no environment to know it by then.
// Whom QProcess knows it takes leave of as soon as the event loop runs; who is still there after that is
// nobody's.
std::size_t StraySweep::takeLeave(const std::vector<Process> &all)
{
    std::set<pid_t> left;
    for (const auto &process : all) {
        if (!process.isZombie || process.parent != ::getpid() || m_killed.contains(process.pid))
            continue;
        if (m_zombies.contains(process.pid)) {
            ::waitpid(process.pid, nullptr, WNOHANG);
            m_groups.insert(process.group);
        }
        left.insert(process.pid);
    }
    m_zombies = std::move(left);
    return m_zombies.size();
}

std::size_t StraySweep::sweep()
{
    if (m_groups.empty())
        return 0;
    const auto all = Process::all();
    return kill(all) + takeLeave(all);
}

void StraySweep::sweepNow(std::chrono::milliseconds patience)
{
    const auto deadline = MonotonicClock::now() + patience;
    while (!m_groups.empty() && kill(Process::all()) > 0 && MonotonicClock::now() < deadline)
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
