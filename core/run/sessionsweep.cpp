// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/sessionsweep.h"

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

// Field 6 of proc_pid_stat(5). Behind the last ')': a program chooses its name as it likes.
std::optional<pid_t> sessionOf(const std::filesystem::path &process)
{
    const auto text = readSmallFile(process / "stat");
    const auto nameEnd = text ? text->rfind(')') : std::string::npos;
    if (nameEnd == std::string::npos)
        return std::nullopt;
    auto rest = std::string_view(*text).substr(nameEnd + 1);
    for (int before = 0; before < 3; ++before) // state, parent, group
        static_cast<void>(fields::takeWord(rest));
    return fields::takeNumber<pid_t>(rest);
}

} // namespace

std::size_t sweepSession(pid_t session)
{
    std::size_t left = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = fields::toNumber<pid_t>(entry->path().filename().native());
        if (!pid || sessionOf(entry->path()) != session)
            continue;
        ::kill(*pid, SIGKILL);
        if (::waitpid(*pid, nullptr, WNOHANG) != *pid)
            ++left;
    }
    return left;
}

void sweepSessionNow(pid_t session, std::chrono::milliseconds patience)
{
    const auto deadline = MonotonicClock::now() + patience;
    while (sweepSession(session) > 0 && MonotonicClock::now() < deadline)
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
