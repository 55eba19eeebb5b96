// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/falsesharing.h"

#include "core/workload/arena.h"

#include <algorithm>
#include <atomic>

namespace timeslice {

namespace {

// Half a nanosecond each at best, some 40 when two cores fight for the line.
constexpr std::uint64_t kIncrementsPerCheck = 1024;

using Count = std::atomic<std::uint64_t>;

struct Nothing { };

struct alignas(kApart) Own {
    Count padded;
    alignas(kApart) Count increments; ///< Of finished items, and the CPU time they took.
    Count cpuNs;
};

using Slots = Arena<Nothing, Own>;
using SlotsView = Arena<Nothing, Own, const std::byte>;

// The packed counters lie behind the slots, one after another.
std::size_t bytesFor(unsigned workers)
{
    return Slots::bytesFor(workers) + workers * sizeof(Count);
}

class FalseSharingItems final : public WorkerItems {
public:
    FalseSharingItems(Own &own, Count &counter, bool isAtomic, std::uint64_t seed, std::uint64_t increments)
        : m_own(own)
        , m_counter(counter)
        , m_isAtomic(isAtomic)
        , m_seed(seed)
        , m_increments(increments)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        const auto before = threadCpuTime();
        for (std::uint64_t done = 0; done < m_increments; done += kIncrementsPerCheck) {
            if (stop.requested())
                return fail(ErrorKind::Cancelled, "false-sharing", "stopped while it counted");
            const auto count = std::min(kIncrementsPerCheck, m_increments - done);
            for (std::uint64_t i = 0; m_isAtomic && i < count; ++i)
                m_counter.fetch_add(1, std::memory_order_relaxed);
            for (std::uint64_t i = 0; !m_isAtomic && i < count; ++i) {
                // Each one really goes through memory: the fence keeps the compiler from adding them up
                // first.
                m_counter.store(m_counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
                std::atomic_signal_fence(std::memory_order_seq_cst);
            }
        }
        add(m_own.increments, m_increments);
        add(m_own.cpuNs, static_cast<std::uint64_t>((threadCpuTime() - before).count()));
        return itemWord(m_seed, item) + m_increments;
    }

private:
    static void add(Count &sum, std::uint64_t amount)
    {
        sum.store(sum.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }

    Own &m_own;
    Count &m_counter;
    bool m_isAtomic;
    std::uint64_t m_seed;
    std::uint64_t m_increments;
};

class FalseSharing final : public Workload {
public:
    explicit FalseSharing(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_isPacked(spec.params.choice("counters") == "packed")
        , m_isAtomic(spec.params.choice("add") == "atomic")
        , m_seed(spec.seed)
        , m_increments(static_cast<std::uint64_t>(spec.params.integer("increments")))
    { }

    Needs needs() const override { return {.arenaBytes = bytesFor(m_workers)}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto slots = Slots::on(resources.arena, m_workers);
        if (!slots || resources.arena.size() < bytesFor(m_workers))
            return fail(
                ErrorKind::Unsupported, "false-sharing", "the worker was given no memory to count in");
        auto &own = slots->slots()[resources.index];
        auto *const packed = reinterpret_cast<Count *>(resources.arena.data() + Slots::bytesFor(m_workers));
        return std::make_unique<FalseSharingItems>(
            own, m_isPacked ? packed[resources.index] : own.padded, m_isAtomic, m_seed, m_increments);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto slots = SlotsView::on(facts.arena, m_workers);
        std::uint64_t increments = 0;
        std::uint64_t cpuNs = 0;
        for (const auto &own : slots ? slots->slots() : std::span<const Own>()) {
            increments += own.increments.load(std::memory_order_relaxed);
            cpuNs += own.cpuNs.load(std::memory_order_relaxed);
        }
        if (increments == 0)
            return {};
        return {static_cast<double>(cpuNs) * 1e-9 / static_cast<double>(increments)};
    }

private:
    unsigned m_workers;
    bool m_isPacked;
    bool m_isAtomic;
    std::uint64_t m_seed;
    std::uint64_t m_increments;
};

} // namespace

WorkloadInfo falseSharingWorkload()
{
    return {
        .id = "false-sharing",
        .title = "False sharing",
        .kind = "caches",
        .item =
            "Add 1 to a counter that only this worker uses, many times. Cores own memory by cache lines of "
            "64 bytes: counters packed into one line make them wait for each other all the same.",
        .parameters =
            {
                Parameter::choice(
                    "counters", "Counters", "Where the workers' counters lie.",
                    {{"packed", "in one cache line"}, {"padded", "far apart"}}),
                Parameter::choice(
                    "add", "Adding",
                    "An atomic add waits for its cache line; a plain one may be hidden by the core's store "
                    "buffer.",
                    {{"atomic", "atomic"}, {"plain", "plain"}}),
                Parameter::integer(
                    "increments", "Increments per item", "times", "How often each item adds 1.", 200'000, 1,
                    1'000'000'000),
            },
        .defaultItems = 256,
        .results =
            {{.id = "increment_s",
              .title = "One increment",
              .unit = "s",
              .help = "CPU time for adding 1, on average over all workers."}},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<FalseSharing>(spec);
        },
    };
}

} // namespace timeslice
