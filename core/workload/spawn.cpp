// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/spawn.h"

#include "core/base/histogram.h"
#include "core/workload/arena.h"
#include "core/workload/starters.h"

#include <utility>

namespace timeslice {

namespace {

struct Nothing { };

// The same in resources/python/timeslice/workloads/spawn.py.
struct alignas(kApart) Own {
    LatencyHistogram starts;
    LatencyHistogram spawns;
};

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

class SpawnItems final : public WorkerItems {
public:
    SpawnItems(Own &own, std::unique_ptr<Starter> starter, std::uint64_t seed)
        : m_own(own)
        , m_starter(std::move(starter))
        , m_seed(seed)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, "spawn", "stopped before it started anything");
        const auto call = MonotonicClock::now();
        const auto begin = m_starter->startAndJoin(stop);
        if (!begin)
            return std::unexpected(begin.error());
        m_own.spawns.record(MonotonicClock::now() - call);
        if (*begin)
            m_own.starts.record(**begin - call);
        return itemWord(m_seed, item);
    }

private:
    Own &m_own;
    std::unique_ptr<Starter> m_starter;
    std::uint64_t m_seed;
};

Result<std::unique_ptr<Starter>> makeStarter(const std::string &what, const WorkerResources &resources)
{
    if (what == "thread")
        return makeThreadStarter();
    if (what == "process") {
        if (resources.workerProgram.empty())
            return fail(ErrorKind::Unsupported, "spawn", "the worker was given no program to start");
        return makeProcessStarter(resources.workerProgram);
    }
    if (what == "interpreter") {
        if (resources.interpreter.empty())
            return fail(ErrorKind::Unsupported, "spawn", "the worker was given no interpreter to start");
        return makeInterpreterStarter(resources.interpreter);
    }
    if (resources.makeQtStarter == nullptr)
        return fail(ErrorKind::Unsupported, "spawn", "the worker has no Qt, whose threads it is to start");
    return resources.makeQtStarter(what == "qthread" ? QtStarter::QThread : QtStarter::PoolTask);
}

class Spawn final : public Workload {
public:
    explicit Spawn(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_what(spec.params.choice("what"))
        , m_seed(spec.seed)
    { }

    Needs needs() const override
    {
        return {.arenaBytes = Slots::bytesFor(m_workers), .interpreter = m_what == "interpreter"};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots)
            return fail(ErrorKind::Unsupported, "spawn", "the worker was given no memory for its figures");
        auto starter = makeStarter(m_what, resources);
        if (!starter)
            return std::unexpected(starter.error());
        return std::make_unique<SpawnItems>(slots->slots()[resources.index], std::move(*starter), m_seed);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto slots = SlotsView::on(facts.arena, m_workers);
        if (!slots)
            return {};
        std::vector<const LatencyHistogram *> starts;
        std::vector<const LatencyHistogram *> spawns;
        for (const auto &own : slots->slots()) {
            starts.push_back(&own.starts);
            spawns.push_back(&own.spawns);
        }
        std::vector<ResultValue> results(3);
        if (const auto summary = summarise(starts))
            results[0] = toSeconds(summary->p50);
        if (const auto summary = summarise(spawns)) {
            results[1] = toSeconds(summary->p50);
            results[2] = toSeconds(summary->p99);
        }
        return results;
    }

private:
    unsigned m_workers;
    std::string m_what;
    std::uint64_t m_seed;
};

Result<void> checkSpec(const WorkSpec &spec)
{
    if (spec.inPython && spec.params.choice("what") == "qthread")
        return fail(
            ErrorKind::Malformed, "/params/what",
            "cannot be qthread under a model in Python: those are Qt's threads in C++");
    return {};
}

} // namespace

WorkloadInfo spawnWorkload()
{
    return {
        .id = "spawn",
        .title = "Start and join",
        .kind = "creation cost",
        .item =
            "Start a thread or a process that does nothing, and wait until it has ended. What it costs to "
            "have somebody to do the work, before any work is done.",
        .parameters = {Parameter::choice(
            "what", "What is started",
            "What each item starts and waits for. A process is a small program of this laboratory, or in "
            "Python a child by the model's start method; an interpreter is python -I -c pass.",
            {{"thread", "a thread"},
             {"pool-task", "a task for a pool"},
             {"qthread", "a QThread"},
             {"process", "a process"},
             {"interpreter", "a Python interpreter"}})},
        .defaultItems = 500,
        .results =
            {{.id = "start_p50_s",
              .title = "Begins after",
              .unit = "s",
              .help = "Half of them ran their first own instruction this long after they were asked for, or "
                      "sooner."},
             {.id = "spawn_p50_s",
              .title = "Start and join",
              .unit = "s",
              .help = "Half of them were started, had ended and were known to have ended within this time."},
             {.id = "spawn_p99_s",
              .title = "99 % within",
              .unit = "s",
              .help = "99 % of them were started, had ended and were known to have ended within this time."}},
        .extraThreads = 1,
        .extraFiles = 4,
        .startsProcesses = true,
        .check = checkSpec,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Spawn>(spec);
        },
    };
}

} // namespace timeslice
