// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/run/headroom.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "core/workload/io/httpserver.h"

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
/// What a worker that is a process has for itself, beside what all of them share, before it does anything:
/// measured (Private_Dirty) and rounded down. A spawned interpreter has imported everything anew.
constexpr std::uint64_t kBytesPerProcess = 1 << 20;
constexpr std::uint64_t kBytesPerSpawned = 6 << 20;

std::string number(std::uint64_t value)
{
    return std::to_string(value);
}

std::string mebibytes(std::uint64_t bytes)
{
    constexpr std::uint64_t kMebibyte = 1 << 20;
    return number((bytes + kMebibyte - 1) / kMebibyte) + " MiB";
}

/// Requests to the local server that are under way at once: one for each worker, or of a worker that is an
/// event loop as many as it has items in flight.
std::uint64_t connectionsOf(const Experiment &experiment, const ModelInfo &model)
{
    const auto *const concurrency = model.singleWorker ? experiment.params.find("concurrency") : nullptr;
    if (concurrency == nullptr)
        return experiment.workers;
    return std::min(
        static_cast<std::uint64_t>(std::get<std::int64_t>(*concurrency)),
        experiment.items.value_or(UINT64_MAX));
}

/// What the workers take beside their data, where that is known: for those that are processes.
std::uint64_t workerBytesOf(const Experiment &experiment, const ModelInfo &model)
{
    const auto is = [&](std::string_view id, std::string_view choice) {
        const auto *const value = experiment.params.find(id);
        const auto *const text = value != nullptr ? std::get_if<std::string>(value) : nullptr;
        return text != nullptr && *text == choice;
    };
    const bool areThreads = is("executor", "threads") || is("executor", "thread")
        || (model.interpreter && experiment.params.find("start_method") == nullptr);
    if (!model.needsChildHost || model.runsForeign || model.singleWorker || areThreads)
        return 0;
    return experiment.workers * (is("start_method", "spawn") ? kBytesPerSpawned : kBytesPerProcess);
}

} // namespace

Headroom readHeadroom(const ProcRoot &root)
{
    const auto files = openFileLimit();
    return {taskRoom(root), files ? files->hard : std::nullopt, availableMemory(root)};
}

std::optional<std::string> whyTooMuch(const Experiment &experiment, const Headroom &headroom)
{
    const auto *const workload = findWorkload(experiment.workload);
    const auto *const model = findModel(experiment.model);
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
    const auto needs = workload != nullptr ? workload->make(workSpecOf(experiment))->needs() : Needs();
    const auto connections = needs.httpServer && model != nullptr ? connectionsOf(experiment, *model) : 0;
    const auto files =
        std::max(experiment.workers * filesPerWorker, connections * kFilesPerThread) + kFilesBeside;
    if (headroom.openFiles && files > *headroom.openFiles)
        return (connections > experiment.workers ? number(connections) + " requests in flight"
                                                 : number(experiment.workers) + " workers")
            + " need about " + number(files) + " open files; " + number(*headroom.openFiles)
            + " are allowed (RLIMIT_NOFILE, ulimit -n)";
    if (const auto most = HttpServerOptions().maxConnections; connections > most)
        return number(connections) + " requests in flight need as many connections; the local server takes "
            + number(most);
    const auto bytes =
        needs.dataBytes + needs.arenaBytes + (model != nullptr ? workerBytesOf(experiment, *model) : 0);
    if (headroom.memoryBytes && bytes > *headroom.memoryBytes)
        return "its data and workers need about " + mebibytes(bytes) + " of memory; "
            + mebibytes(*headroom.memoryBytes) + " are available (MemAvailable of /proc/meminfo)";
    return std::nullopt;
}

} // namespace timeslice
