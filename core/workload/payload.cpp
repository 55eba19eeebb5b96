// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/payload.h"

#include "core/base/histogram.h"
#include "core/workload/arena.h"
#include "core/workload/payloadmarks.h"
#include "core/workload/payloadpartner.h"

#include <algorithm>
#include <utility>

namespace timeslice {

namespace {

struct Nothing { };

// The same in resources/python/timeslice/workloads/payload.py.
struct alignas(kApart) Own {
    LatencyHistogram roundTrips;
};

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

class PayloadItems final : public WorkerItems {
public:
    PayloadItems(Own &own, std::unique_ptr<PayloadPartner> partner, std::uint64_t seed)
        : m_own(own)
        , m_partner(std::move(partner))
        , m_seed(seed)
    {
        std::ranges::fill(m_partner->bytes(), std::byte{0x5a}); // memory that is there before the first item
    }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, "payload", "stopped before it handed anything over");
        const auto word = itemWord(m_seed, item);
        putMarks(m_partner->bytes(), word);
        const auto begin = MonotonicClock::now();
        if (const auto back = m_partner->handOver(stop); !back)
            return std::unexpected(back.error());
        m_own.roundTrips.record(MonotonicClock::now() - begin);
        const auto sum = sumOfMarks(m_partner->bytes(), word);
        if (!sum)
            return fail(ErrorKind::Malformed, "payload", "other bytes came back than were handed over");
        return word + *sum;
    }

private:
    Own &m_own;
    std::unique_ptr<PayloadPartner> m_partner;
    std::uint64_t m_seed;
};

PayloadWay wayOf(const std::string &id)
{
    if (id == "pipe")
        return PayloadWay::Pipe;
    return id == "shared-memory" ? PayloadWay::SharedMemory : PayloadWay::Reference;
}

class Payload final : public Workload {
public:
    explicit Payload(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_way(wayOf(spec.params.choice("way")))
        , m_bytes(static_cast<std::size_t>(spec.params.integer("bytes")))
        , m_seed(spec.seed)
    { }

    Needs needs() const override { return {.arenaBytes = Slots::bytesFor(m_workers)}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots)
            return fail(ErrorKind::Unsupported, "payload", "the worker was given no memory for its figures");
        auto partner = PayloadPartner::make(m_way, m_bytes, resources.index, resources.workerProgram);
        if (!partner)
            return std::unexpected(partner.error());
        return std::make_unique<PayloadItems>(slots->slots()[resources.index], std::move(*partner), m_seed);
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
        std::vector<ResultValue> results{toSeconds(summary->p50), toSeconds(summary->p99), {}};
        if (facts.wallSeconds > 0)
            results[2] =
                2 * static_cast<double>(m_bytes) * static_cast<double>(facts.items) / facts.wallSeconds;
        return results;
    }

private:
    unsigned m_workers;
    PayloadWay m_way;
    std::size_t m_bytes;
    std::uint64_t m_seed;
};

Result<void> checkSpec(const WorkSpec &spec)
{
    if (!spec.inPython && spec.params.choice("way") == "pickle")
        return fail(
            ErrorKind::Malformed, "/params/way",
            "can be pickle only under a model in Python: it is how Python turns objects into bytes");
    return {};
}

} // namespace

WorkloadInfo payloadWorkload()
{
    return {
        .id = "payload",
        .title = "Hand over data",
        .kind = "IPC cost",
        .item =
            "Hand a block of bytes to a partner, who changes one in every page, and get it back. A thread "
            "only has to be told where they are; to a process they must be copied, or lie in memory that "
            "both have.",
        .parameters =
            {
                Parameter::integer(
                    "bytes", "Size of the block", "bytes", "How much is handed over, there and back.", 65'536,
                    1, 64 << 20),
                Parameter::choice(
                    "way", "Handed over by",
                    "How it gets to the partner: a thread for a reference, a process otherwise. Pickle, "
                    "which "
                    "goes through a pipe, is there in Python only.",
                    {{"reference", "reference"},
                     {"pipe", "pipe"},
                     {"shared-memory", "shared memory"},
                     {"pickle", "pickle"}}),
            },
        .defaultItems = 10'000,
        .results =
            {{.id = "round_trip_p50_s",
              .title = "Round trip",
              .unit = "s",
              .help = "Half of the blocks were back within this time."},
             {.id = "round_trip_p99_s",
              .title = "99 % within",
              .unit = "s",
              .help = "99 % of the blocks were back within this time."},
             {.id = "bytes_per_s",
              .title = "Handed over",
              .unit = "bytes/s",
              .help = "Bytes that changed hands per second, there and back, of all workers together."}},
        .extraThreads = 1,
        .extraFiles = 5,
        .startsProcesses = true,
        .check = checkSpec,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Payload>(spec);
        },
    };
}

} // namespace timeslice
