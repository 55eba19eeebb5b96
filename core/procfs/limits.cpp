// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/limits.h"

#include "core/procfs/fields.h"
#include "core/procfs/keptfile.h"

#include <algorithm>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace timeslice {

namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> finite(rlim_t limit)
{
    return limit == RLIM_INFINITY ? std::nullopt : std::optional<std::uint64_t>(limit);
}

template <typename Resource>
std::optional<ResourceLimit> readLimit(Resource resource)
{
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0)
        return std::nullopt;
    return ResourceLimit{finite(limit.rlim_cur), finite(limit.rlim_max)};
}

/// Nothing also for "max".
std::optional<std::uint64_t> readNumber(const fs::path &path)
{
    const auto text = readSmallFile(path);
    if (!text)
        return std::nullopt;
    std::string_view rest = *text;
    return fields::takeNumber<std::uint64_t>(rest);
}

/// All tasks of the machine: the number behind the slash of "0.10 0.20 0.30 2/345 6789".
std::optional<std::uint64_t> allTasks(const ProcRoot &root)
{
    const auto text = readSmallFile(root.proc / "loadavg");
    const auto slash = text ? text->find('/') : std::string::npos;
    if (slash == std::string::npos)
        return std::nullopt;
    auto rest = std::string_view(*text).substr(slash + 1);
    return fields::takeNumber<std::uint64_t>(rest);
}

/// Threads of one process: each is a directory in `task`, and a directory counts one link for each directory
/// in it.
std::uint64_t threadsOf(const fs::path &process)
{
    struct stat tasks{};
    if (::stat((process / "task").c_str(), &tasks) != 0)
        return 0; // it has ended meanwhile
    constexpr std::uint64_t kOwnLinks = 2;
    return std::max<std::uint64_t>(1, tasks.st_nlink > kOwnLinks ? tasks.st_nlink - kOwnLinks : 1);
}

std::uint64_t tasksOfUser(const ProcRoot &root, std::uint32_t userId)
{
    std::uint64_t tasks = 0;
    std::error_code error;
    for (auto entry = fs::directory_iterator(root.proc, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        const auto name = entry->path().filename().string();
        struct stat owner{};
        if (fields::toNumber<std::uint32_t>(name) && ::stat(entry->path().c_str(), &owner) == 0
            && owner.st_uid == userId)
            tasks += threadsOf(entry->path());
    }
    return tasks;
}

/// The room in the control groups from the mount point down to this process's own.
std::optional<std::uint64_t> roomInGroups(const ProcRoot &root)
{
    const auto groups = readSmallFile(root.proc / "self" / "cgroup");
    if (!groups)
        return std::nullopt;
    std::optional<std::uint64_t> least;
    const auto consider = [&](const fs::path &directory) {
        const auto most = readNumber(directory / "pids.max");
        const auto now = readNumber(directory / "pids.current");
        if (most && now)
            least = std::min(least.value_or(UINT64_MAX), *most > *now ? *most - *now : 0);
    };
    for (std::string_view rest = *groups; !rest.empty();) {
        const auto line = fields::takeLine(rest);
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos)
            continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        if (!controllers.empty() && controllers != "pids")
            continue;
        auto directory = root.sys / "fs" / "cgroup" / controllers;
        consider(directory);
        for (const auto &step : fs::path(line.substr(second + 1)).relative_path()) {
            if (step == "..") // out of sight, as in a container
                break;
            directory /= step;
            consider(directory);
        }
    }
    return least;
}

} // namespace

std::optional<ResourceLimit> openFileLimit()
{
    return readLimit(RLIMIT_NOFILE);
}

std::optional<std::uint64_t> raiseOpenFileLimit()
{
    // Programs that walk through all numbers up to the limit exist: not without end, even where it is
    // infinite.
    constexpr rlim_t kMost = 1 << 20;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kMost)
        return std::nullopt;
    const auto before = std::exchange(limit.rlim_cur, std::min(limit.rlim_max, kMost));
    if (limit.rlim_cur == before || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return std::nullopt;
    return before;
}

void setOpenFileLimit(std::uint64_t soft)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = std::min<rlim_t>(soft, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::optional<std::uint64_t> availableMemory(const ProcRoot &root)
{
    constexpr std::uint64_t kKibibyte = 1024;
    const auto text = readSmallFile(root.proc / "meminfo");
    auto value = text ? fields::lastValueOf(*text, "MemAvailable:") : std::nullopt;
    const auto kibibytes = value ? fields::takeNumber<std::uint64_t>(*value) : std::nullopt;
    return kibibytes ? std::optional(*kibibytes * kKibibyte) : std::nullopt;
}

std::optional<ResourceLimit> taskLimit()
{
    return readLimit(RLIMIT_NPROC);
}

std::optional<TaskRoom> taskRoom(const ProcRoot &root)
{
    const auto limit = taskLimit();
    const auto user = ::getuid();
    const bool isBound = limit && user != 0;
    return taskRoom(root, isBound ? limit->soft : std::nullopt, user);
}

std::optional<TaskRoom>
taskRoom(const ProcRoot &root, std::optional<std::uint64_t> perUser, std::uint32_t userId)
{
    std::optional<TaskRoom> narrowest;
    const auto consider = [&](std::optional<std::uint64_t> most, std::optional<std::uint64_t> now,
                              const char *limit) {
        if (!most || !now)
            return;
        const auto room = *most > *now ? *most - *now : 0;
        if (!narrowest || room < narrowest->tasks)
            narrowest = TaskRoom{room, limit};
    };
    const auto all = allTasks(root);
    consider(readNumber(root.proc / "sys/kernel/threads-max"), all, "kernel.threads-max");
    consider(readNumber(root.proc / "sys/kernel/pid_max"), all, "kernel.pid_max");
    consider(roomInGroups(root), 0, "pids.max of the cgroup");
    if (perUser)
        consider(perUser, tasksOfUser(root, userId), "RLIMIT_NPROC (ulimit -u)");
    return narrowest;
}

} // namespace timeslice
