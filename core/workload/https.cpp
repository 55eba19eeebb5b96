// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/https.h"

#include "core/workload/arena.h"
#include "core/workload/httpitems.h"

namespace timeslice {

namespace {

struct Nothing { };

struct alignas(kApart) Own {
    LatencyHistogram handshakes;
};

// Longer than that of http: a handshake takes client and server together a millisecond of a core, and
// thousands may be under way at once.
constexpr std::chrono::seconds kPatience{30};

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

std::uint64_t countOf(const LatencyHistogram &histogram)
{
    std::uint64_t count = 0;
    for (std::size_t bucket = 0; bucket < LatencyHistogram::kBuckets; ++bucket)
        count += histogram.count(bucket);
    return count;
}

class Https final : public Workload {
public:
    explicit Https(const WorkSpec &spec)
        : m_maker(spec, kPatience)
        , m_workers(spec.workers)
    { }

    Needs needs() const override
    {
        return {.arenaBytes = Slots::bytesFor(m_workers), .httpServer = true, .tls = true};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto tls = tlsFor(resources);
        if (!tls)
            return std::unexpected(tls.error());
        return m_maker.makeWorker(resources, *tls);
    }

    Result<std::vector<std::unique_ptr<StepwiseItems>>>
    makeStepwise(const WorkerResources &resources, std::size_t count) const override
    {
        const auto tls = tlsFor(resources);
        if (!tls)
            return std::unexpected(tls.error());
        return m_maker.makeStepwise(resources, count, *tls);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto slots = SlotsView::on(facts.arena, m_workers);
        if (!slots)
            return {};
        std::vector<const LatencyHistogram *> all;
        std::uint64_t count = 0;
        for (const auto &own : slots->slots()) {
            all.push_back(&own.handshakes);
            count += countOf(own.handshakes);
        }
        const auto summary = summarise(all);
        if (!summary)
            return {0.0};
        return {static_cast<double>(count), toSeconds(summary->p50), toSeconds(summary->p99)};
    }

private:
    Result<TlsUse> tlsFor(const WorkerResources &resources) const
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots)
            return fail(ErrorKind::Unsupported, "https", "the worker was given no memory for its figures");
        if (!resources.httpServer)
            return fail(ErrorKind::Unsupported, "https", "the worker was given no local server to ask");
        auto trust = TlsTrust::create(resources.httpServer->certificate);
        if (!trust)
            return std::unexpected(trust.error());
        return TlsUse{std::move(*trust), &slots->slots()[resources.index].handshakes};
    }

    HttpItemMaker m_maker;
    unsigned m_workers;
};

} // namespace

WorkloadInfo httpsWorkload()
{
    return {
        .id = "https",
        .title = "Ask over TLS",
        .kind = "I/O, waits",
        .item = "Send one request to a web server on this machine over TLS and wait for its answer, which "
                "comes after a set delay. Each new connection begins with a handshake, which computes: both "
                "sides agree on keys, and the worker verifies the server's certificate.",
        .parameters = HttpItemMaker::parameters(),
        .defaultItems = 100,
        .results =
            {{.id = "handshakes",
              .title = "Handshakes",
              .unit = "",
              .help = "How many connections were opened, each with a full TLS handshake."},
             {.id = "handshake_p50_s",
              .title = "Handshake",
              .unit = "s",
              .help = "Half of the TLS handshakes took no longer than this."},
             {.id = "handshake_p99_s",
              .title = "99 % within",
              .unit = "s",
              .help = "99 % of the TLS handshakes took no longer than this."}},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Https>(spec);
        },
    };
}

} // namespace timeslice
