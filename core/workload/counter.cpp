// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/counter.h"

#include "core/workload/arena.h"
#include "core/workload/futexmutex.h"

#include <algorithm>

namespace timeslice {

namespace {

// 256 increments behind a contended mutex take up to 100 us, of the others some microseconds at most.
constexpr std::uint64_t kIncrementsPerCheck = 256;

struct Shared {
    alignas(kApart) std::atomic<std::uint64_t> counter;
    alignas(kApart) FutexMutex mutex;
};

struct alignas(kApart) Own {
    std::atomic<std::uint64_t> counter; ///< Of the mode `sharded`.
    std::atomic<std::uint64_t> increments; ///< Made by this worker, whatever became of them.
};

// Python counts in the same words: resources/python/timeslice/workloads/counter.py.
static_assert(sizeof(Shared) == 2 * kApart && sizeof(Own) == kApart && sizeof(Own::counter) == 8);

using CounterArena = Arena<Shared, Own>;
using CounterView = Arena<Shared, Own, const std::byte>;

enum class Mode { Unprotected, Call, Mutex, Atomic, Sharded };

Mode modeOf(const std::string &id)
{
    if (id == "call")
        return Mode::Call;
    if (id == "mutex")
        return Mode::Mutex;
    if (id == "atomic")
        return Mode::Atomic;
    return id == "sharded" ? Mode::Sharded : Mode::Unprotected;
}

// Read, add, write: what `counter += 1` means. Without the fence the compiler makes one instruction of it,
// which two cores still spoil for each other, but a change of threads on one core cannot.
void incrementUnprotected(std::atomic<std::uint64_t> &counter)
{
    const auto value = counter.load(std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    counter.store(value + 1, std::memory_order_relaxed);
}

class CounterItems final : public WorkerItems {
public:
    CounterItems(const CounterArena &arena, unsigned worker, Mode mode, std::uint64_t seed, std::uint64_t n)
        : m_shared(arena.head())
        , m_own(arena.slots()[worker])
        , m_mode(mode)
        , m_seed(seed)
        , m_increments(n)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        for (std::uint64_t done = 0; done < m_increments;) {
            const auto count = std::min(kIncrementsPerCheck, m_increments - done);
            const auto made = stop.requested() ? 0 : increment(count, stop);
            m_own.increments.store(
                m_own.increments.load(std::memory_order_relaxed) + made, std::memory_order_relaxed);
            if (made < count)
                return fail(ErrorKind::Cancelled, "counter", "stopped while it counted");
            done += count;
        }
        return itemWord(m_seed, item) + m_increments;
    }

private:
    // How many increments were made; fewer than `count` when the run stops.
    std::uint64_t increment(std::uint64_t count, const StopToken &stop)
    {
        switch (m_mode) {
        case Mode::Unprotected:
            for (std::uint64_t i = 0; i < count; ++i)
                incrementUnprotected(m_shared.counter);
            break;
        case Mode::Call:
            for (std::uint64_t i = 0; i < count; ++i) {
                const auto value = m_shared.counter.load(std::memory_order_relaxed);
                if (stop.requested())
                    return i;
                m_shared.counter.store(value + 1, std::memory_order_relaxed);
            }
            break;
        case Mode::Mutex:
            for (std::uint64_t i = 0; i < count; ++i) {
                if (!m_shared.mutex.lock(stop))
                    return i;
                incrementUnprotected(m_shared.counter);
                m_shared.mutex.unlock();
            }
            break;
        case Mode::Atomic:
            for (std::uint64_t i = 0; i < count; ++i)
                m_shared.counter.fetch_add(1, std::memory_order_relaxed);
            break;
        case Mode::Sharded:
            for (std::uint64_t i = 0; i < count; ++i)
                incrementUnprotected(m_own.counter);
            break;
        }
        return count;
    }

    Shared &m_shared;
    Own &m_own;
    Mode m_mode;
    std::uint64_t m_seed;
    std::uint64_t m_increments;
};

class Counter final : public Workload {
public:
    explicit Counter(const WorkSpec &spec)
        : m_workers(spec.workers)
        , m_mode(modeOf(spec.params.choice("mode")))
        , m_seed(spec.seed)
        , m_increments(static_cast<std::uint64_t>(spec.params.integer("increments")))
    { }

    Needs needs() const override { return {.arenaBytes = CounterArena::bytesFor(m_workers)}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto arena = CounterArena::on(resources.arena, m_workers);
        if (!arena)
            return fail(ErrorKind::Unsupported, "counter", "the worker was given no counter to share");
        return std::make_unique<CounterItems>(*arena, resources.index, m_mode, m_seed, m_increments);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto arena = CounterView::on(facts.arena, m_workers);
        if (!arena)
            return {};
        std::uint64_t expected = 0;
        std::uint64_t found = arena->head().counter.load(std::memory_order_relaxed);
        for (const auto &own : arena->slots()) {
            expected += own.increments.load(std::memory_order_relaxed);
            found += own.counter.load(std::memory_order_relaxed);
        }
        // A worker that was killed had no time to say how much it had counted.
        const auto lost =
            found > expected ? ResultValue() : ResultValue(static_cast<double>(expected - found));
        return {static_cast<double>(expected), lost};
    }

private:
    unsigned m_workers;
    Mode m_mode;
    std::uint64_t m_seed;
    std::uint64_t m_increments;
};

} // namespace

WorkloadInfo counterWorkload()
{
    return {
        .id = "counter",
        .title = "Shared counter",
        .kind = "shared memory",
        .item = "Add 1 to one counter that all workers share, many times. Without protection some of it is "
                "lost as soon as two workers do it at the same time.",
        .parameters =
            {
                Parameter::choice(
                    "mode", "Protection", "What keeps the workers from spoiling each other's increments.",
                    {{"unprotected", "none"},
                     {"call", "none, with a call"},
                     {"mutex", "a mutex"},
                     {"atomic", "atomic add"},
                     {"sharded", "one counter each"}}),
                Parameter::integer(
                    "increments", "Increments per item", "times", "How often each item adds 1.", 100'000, 1,
                    1'000'000'000),
            },
        .defaultItems = 256,
        .results =
            {{.id = "increments",
              .title = "Increments made",
              .unit = "",
              .help = "How often the workers added 1, all together."},
             {.id = "lost_updates",
              .title = "Lost updates",
              .unit = "",
              .help = "By how much the counter is short of the increments made."}},
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Counter>(spec);
        },
    };
}

} // namespace timeslice
