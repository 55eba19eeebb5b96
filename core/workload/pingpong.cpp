// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/pingpong.h"

#include "core/base/affinity.h"
#include "core/base/histogram.h"
#include "core/workload/arena.h"
#include "core/workload/pingpongtable.h"

#include <algorithm>
#include <pthread.h>
#include <thread>

namespace timeslice {

namespace {

struct Nothing { };

struct alignas(kApart) Own {
    LatencyHistogram roundTrips;
};

// Also written by resources/python/timeslice/workloads/ping_pong.py.
static_assert(sizeof(Own) == (sizeof(LatencyHistogram) + kApart - 1) / kApart * kApart);

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

enum class Placement { Free, SameCore, OtherCore };

// The CPUs of a worker and its partner; nothing: leave them alone.
struct Seats {
    int worker = 0;
    int partner = 0;
};

Result<std::optional<Seats>> seatsFor(Placement placement, unsigned index, std::span<const int> cpus)
{
    if (placement == Placement::Free)
        return std::nullopt;
    if (placement == Placement::SameCore && !cpus.empty())
        return Seats{cpus[index % cpus.size()], cpus[index % cpus.size()]};
    if (placement == Placement::OtherCore && cpus.size() > 1)
        return Seats{cpus[index % cpus.size()], cpus[(index + 1) % cpus.size()]};
    return fail(
        ErrorKind::Unsupported, "placement",
        cpus.empty() ? std::string("the system does not say on which CPUs the worker may run")
                     : "another core needs a second CPU, and the worker may run on CPU "
                + std::to_string(cpus.front()) + " only (taskset, cgroup or the run's own \"pin\")");
}

// The other player: a thread that gives the ball back, until the game ends with this object.
class Partner {
public:
    Partner(PingPongTable &table, unsigned index, std::optional<int> cpu)
        : m_table(table)
        , m_thread([this, index, cpu] {
            ::pthread_setname_np(::pthread_self(), ("partner " + std::to_string(index)).c_str());
            if (cpu) // that it may run there, the worker has asked the kernel a moment ago
                static_cast<void>(bindThread({&*cpu, 1}));
            while (m_table.awaitWorker()) {
                ++m_number;
                m_table.toWorker();
            }
        })
    { }
    ~Partner()
    {
        m_table.end();
        m_thread.join();
    }
    Partner(const Partner &) = delete;
    Partner &operator=(const Partner &) = delete;

    /// What is written on the ball. Thread: the player who has it.
    [[nodiscard]] std::uint64_t &number() { return m_number; }

private:
    PingPongTable &m_table;
    std::uint64_t m_number = 0;
    std::thread m_thread; // last: it uses the others
};

class PingPongItems final : public WorkerItems {
public:
    PingPongItems(
        Own &own, std::unique_ptr<PingPongTable> table, unsigned index, std::optional<Seats> seats,
        std::vector<int> cpusBefore, std::uint64_t seed, std::uint64_t roundTrips)
        : m_own(own)
        , m_table(std::move(table))
        , m_partner(*m_table, index, seats ? std::optional(seats->partner) : std::nullopt)
        , m_cpusBefore(seats ? std::move(cpusBefore) : std::vector<int>())
        , m_seed(seed)
        , m_roundTrips(roundTrips)
    { }
    ~PingPongItems() override
    {
        if (!m_cpusBefore.empty()) // the thread may live on
            static_cast<void>(bindThread(m_cpusBefore));
    }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        m_partner.number() = itemWord(m_seed, item);
        auto last = MonotonicClock::now();
        for (std::uint64_t i = 0; i < m_roundTrips; ++i) {
            if (stop.requested())
                return fail(ErrorKind::Cancelled, "ping-pong", "stopped during its game");
            m_table->toPartner();
            // Not a wait that the stop can end, because it needs none: the partner does nothing but answer.
            // One that could would cost more than what is to be measured.
            stop.blocking([this] { m_table->awaitPartner(); });
            const auto now = MonotonicClock::now();
            m_own.roundTrips.record(now - last);
            last = now;
        }
        return m_partner.number();
    }

private:
    Own &m_own;
    std::unique_ptr<PingPongTable> m_table;
    Partner m_partner;
    std::vector<int> m_cpusBefore;
    std::uint64_t m_seed;
    std::uint64_t m_roundTrips;
};

PingPongVia viaOf(const std::string &id)
{
    if (id == "pipe")
        return PingPongVia::Pipe;
    if (id == "eventfd")
        return PingPongVia::EventFd;
    return id == "condition" ? PingPongVia::ConditionVariable : PingPongVia::Futex;
}

Placement placementOf(const std::string &id)
{
    if (id == "same")
        return Placement::SameCore;
    return id == "other" ? Placement::OtherCore : Placement::Free;
}

class PingPong final : public Workload {
public:
    explicit PingPong(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_via(viaOf(spec.params.choice("via")))
        , m_placement(placementOf(spec.params.choice("placement")))
        , m_seed(spec.seed)
        , m_roundTrips(static_cast<std::uint64_t>(spec.params.integer("round_trips")))
    { }

    Needs needs() const override { return {.arenaBytes = Slots::bytesFor(m_workers)}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots)
            return fail(
                ErrorKind::Unsupported, "ping-pong", "the worker was given no memory for its figures");
        auto cpus = allowedCpus();
        const auto seats = seatsFor(m_placement, resources.index, cpus);
        if (!seats)
            return std::unexpected(seats.error());
        auto table = PingPongTable::make(m_via);
        if (!table)
            return std::unexpected(table.error());
        // Both seats are tried here, where a refusal can be told.
        for (const int cpu : *seats ? std::vector{(*seats)->partner, (*seats)->worker} : std::vector<int>()) {
            if (auto bound = bindThread({&cpu, 1}); !bound)
                return std::unexpected(bound.error());
        }
        return std::make_unique<PingPongItems>(
            slots->slots()[resources.index], std::move(*table), resources.index, *seats, std::move(cpus),
            m_seed, m_roundTrips);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto slots = SlotsView::on(facts.arena, m_workers);
        if (!slots)
            return {};
        std::vector<const LatencyHistogram *> all;
        for (const auto &own : slots->slots())
            all.push_back(&own.roundTrips);
        const auto summary = summarise(all);
        if (!summary)
            return {};
        return {toSeconds(summary->p50), toSeconds(summary->p99)};
    }

private:
    unsigned m_workers;
    PingPongVia m_via;
    Placement m_placement;
    std::uint64_t m_seed;
    std::uint64_t m_roundTrips;
};

} // namespace

WorkloadInfo pingPongWorkload()
{
    return {
        .id = "ping-pong",
        .title = "Ping-pong",
        .kind = "scheduler",
        .item = "Hand a ball to a partner thread and sleep until it comes back, many times. On one core each "
                "hand-over is a context switch; between cores somebody has to be woken up.",
        .parameters =
            {
                Parameter::choice(
                    "via", "Ball handed over by", "What the two threads wait on.",
                    {{"futex", "futex"},
                     {"pipe", "pipe"},
                     {"eventfd", "eventfd"},
                     {"condition", "condition variable"}}),
                Parameter::choice(
                    "placement", "Worker and partner", "On which cores the two threads of a pair run.",
                    {{"free", "anywhere"}, {"same", "on one core"}, {"other", "on two cores"}}),
                Parameter::integer(
                    "round_trips", "Round trips per item", "times",
                    "How often each item sends the ball there and back.", 1'000, 1, 10'000'000),
            },
        .defaultItems = 64,
        .results =
            {{.id = "round_trip_p50_s",
              .title = "Round trip",
              .unit = "s",
              .help = "Half of the round trips took no longer than this."},
             {.id = "round_trip_p99_s",
              .title = "99 % within",
              .unit = "s",
              .help = "99 % of the round trips took no longer than this."}},
        .extraThreads = 1,
        .extraFiles = 4,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<PingPong>(spec);
        },
    };
}

} // namespace timeslice
