// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/headroom.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"

#include <algorithm>

namespace timeslice {

namespace {

/// Threads of the engine, the sampler, the supervisor and the local server, with some to spare.
constexpr std::uint64_t kTasksBeside = 16;
/// Files that are open whatever the experiment is.
constexpr std::uint64_t kFilesBeside = 64;
/// Three pipes with both ends and the process descriptor, while a child starts.
constexpr std::uint64_t kFilesPerChild = 7;
/// A thread may have a socket of its own. What the sampler keeps open adapts itself to the limit.
constexpr std::uint64_t kFilesPerThread = 1;

std::string number(std::uint64_t value)
{
    return std::to_string(value);
}

} // namespace

Headroom readHeadroom(const ProcRoot &root)
{
    const auto files = openFileLimit();
    return {taskRoom(root), files ? files->hard : std::nullopt};
}

std::optional<std::string> whyTooMuch(const Experiment &experiment, const Headroom &headroom)
{
    const auto *const workload = findWorkload(experiment.workload);
    const auto extraThreads = workload != nullptr ? workload->extraThreads : 0U;
    const auto extraFiles = workload != nullptr ? workload->extraFiles : 0U;
    const auto tasks = std::uint64_t{experiment.workers} * (1 + extraThreads) + kTasksBeside;
    if (headroom.tasks && tasks > headroom.tasks->tasks)
        return number(experiment.workers) + " workers need about " + number(tasks)
            + " threads or processes; there is room for " + number(headroom.tasks->tasks) + " ("
            + headroom.tasks->limit + ")";
    const auto filesPerWorker = needsChildHost(experiment.workload, experiment.model)
        ? std::max<std::uint64_t>(kFilesPerChild, kFilesPerThread + extraFiles)
        : kFilesPerThread + extraFiles;
    const auto files = experiment.workers * filesPerWorker + kFilesBeside;
    if (headroom.openFiles && files > *headroom.openFiles)
        return number(experiment.workers) + " workers need about " + number(files) + " open files; "
            + number(*headroom.openFiles) + " are allowed (RLIMIT_NOFILE, ulimit -n)";
    return std::nullopt;
}

} // namespace timeslice
