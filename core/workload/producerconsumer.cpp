// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/producerconsumer.h"

#include "core/workload/boundedqueue.h"

#include <algorithm>
#include <utility>

namespace timeslice {

namespace {

// Some 20 us.
constexpr std::uint64_t kStepsPerCheck = 8192;

struct Plan {
    std::uint64_t seed = 1;
    BoundedQueue::Size size;
    std::uint64_t produceSteps = 0;
    std::uint64_t consumeSteps = 0;
};

BoundedQueue::Size sizeOf(const WorkSpec &spec)
{
    const auto producers = static_cast<std::uint32_t>(spec.params.integer("producers"));
    return {
        .capacity = static_cast<std::uint32_t>(spec.params.integer("capacity")),
        .producers = producers,
        .consumers = spec.workers > producers ? spec.workers - producers : 1};
}

// Nothing when the run stops.
std::optional<std::uint64_t> mixed(std::uint64_t value, std::uint64_t steps, const StopToken &stop)
{
    for (std::uint64_t done = 0; done < steps; done += kStepsPerCheck) {
        if (stop.requested())
            return std::nullopt;
        const auto count = std::min(kStepsPerCheck, steps - done);
        for (std::uint64_t i = 0; i < count; ++i)
            value = mixBits(value);
    }
    return value;
}

class ProducerItems final : public WorkerItems {
public:
    ProducerItems(const Plan &plan, const BoundedQueue &queue)
        : m_plan(plan)
        , m_queue(queue)
    { }
    ~ProducerItems() override { leave(); }

    std::optional<std::uint64_t> next(ItemSource &source, MonotonicTime now, const StopToken &stop) override
    {
        for (auto item = source.take(now); item; item = source.take(MonotonicClock::now())) {
            const auto value = mixed(itemWord(m_plan.seed, *item), m_plan.produceSteps, stop);
            if (!value || !m_queue.push({*item, *value}, stop))
                break;
        }
        leave();
        return std::nullopt;
    }

    Result<std::uint64_t> carryOut(std::uint64_t /*item*/, const StopToken & /*stop*/) override
    {
        return fail(ErrorKind::Unsupported, "producer-consumer", "a producer finishes no items");
    }

private:
    void leave()
    {
        if (!std::exchange(m_hasLeft, true))
            m_queue.leaveAsProducer();
    }

    Plan m_plan;
    BoundedQueue m_queue;
    bool m_hasLeft = false;
};

class ConsumerItems final : public WorkerItems {
public:
    ConsumerItems(const Plan &plan, const BoundedQueue &queue)
        : m_plan(plan)
        , m_queue(queue)
    { }
    ~ConsumerItems() override { m_queue.leaveAsConsumer(); }

    std::optional<std::uint64_t>
    next(ItemSource & /*source*/, MonotonicTime /*now*/, const StopToken &stop) override
    {
        m_entry = stop.requested() ? std::nullopt : m_queue.pop(stop);
        return m_entry ? std::optional(m_entry->item) : std::nullopt;
    }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        if (stop.requested())
            return fail(ErrorKind::Cancelled, "producer-consumer", "stopped before it consumed");
        if (!m_entry || m_entry->item != item)
            return fail(ErrorKind::Unsupported, "producer-consumer", "the item did not come from the queue");
        const auto value = mixed(m_entry->value, m_plan.consumeSteps, stop);
        if (!value)
            return fail(ErrorKind::Cancelled, "producer-consumer", "stopped while it consumed");
        return *value;
    }

private:
    Plan m_plan;
    BoundedQueue m_queue;
    std::optional<BoundedQueue::Entry> m_entry;
};

class ProducerConsumer final : public Workload {
public:
    explicit ProducerConsumer(const WorkSpec &spec)
        : m_plan{
              .seed = spec.seed,
              .size = sizeOf(spec),
              .produceSteps = static_cast<std::uint64_t>(spec.params.integer("produce_steps")),
              .consumeSteps = static_cast<std::uint64_t>(spec.params.integer("consume_steps"))}
    { }

    Needs needs() const override { return {.arenaBytes = BoundedQueue::bytesFor(m_plan.size)}; }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto queue = BoundedQueue::on(resources.arena, m_plan.size);
        if (!queue)
            return fail(ErrorKind::Unsupported, "producer-consumer", "the worker was given no queue");
        if (resources.index < m_plan.size.producers)
            return std::make_unique<ProducerItems>(m_plan, *queue);
        return std::make_unique<ConsumerItems>(m_plan, *queue);
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto account = BoundedQueue::account(facts.arena, m_plan.size);
        if (!account)
            return {};
        std::vector<ResultValue> results(5);
        results[0] = static_cast<double>(account->longest);
        results[1] = account->meanLength;
        if (account->passed > 0)
            results[2] = account->meanSeconds;
        results[3] = account->producersWaited;
        results[4] = account->consumersWaited;
        return results;
    }

    void readGauges(std::span<const std::byte> arena, std::span<double> values) const override
    {
        const auto state = BoundedQueue::state(arena, m_plan.size);
        if (!state)
            return;
        values[0] = state->length;
        values[1] = state->producersWaiting;
        values[2] = state->consumersWaiting;
    }

private:
    Plan m_plan;
};

Result<void> checkSpec(const WorkSpec &spec)
{
    const auto producers = spec.params.integer("producers");
    if (producers < static_cast<std::int64_t>(spec.workers))
        return {};
    return fail(
        ErrorKind::Malformed, "/params/producers",
        "must be less than the " + std::to_string(spec.workers)
            + " workers, because those who do not produce consume");
}

} // namespace

WorkloadInfo producerConsumerWorkload()
{
    return {
        .id = "producer-consumer",
        .title = "Producers and consumers",
        .kind = "synchronisation",
        .item =
            "Produce something, put it into a queue with room for a few, and let another worker take it out "
            "and consume it. The slower side decides how fast things go; the other one waits.",
        .parameters =
            {
                Parameter::integer(
                    "capacity", "Room in the queue", "items", "How many items the queue holds at most.", 16,
                    1, 65'536),
                Parameter::integer(
                    "producers", "Producers", "workers",
                    "How many of the workers produce; the others consume.", 1, 1, 4'095),
                Parameter::integer(
                    "produce_steps", "Work to produce", "steps",
                    "How much arithmetic it takes to produce one item; a thousand steps take some "
                    "microseconds.",
                    20'000, 0, 1'000'000'000),
                Parameter::integer(
                    "consume_steps", "Work to consume", "steps",
                    "How much arithmetic it takes to consume one item.", 40'000, 0, 1'000'000'000),
            },
        .defaultItems = 10'000,
        .results =
            {{.id = "queue_max",
              .title = "Longest queue",
              .unit = "items",
              .help = "The most items that were in the queue at one time."},
             {.id = "queue_mean",
              .title = "Mean queue",
              .unit = "items",
              .help = "How many items were in the queue, on average over time."},
             {.id = "queued_mean_s",
              .title = "Time in queue",
              .unit = "s",
              .help = "How long an item was in the queue, on average."},
             {.id = "producer_wait_s",
              .title = "Producers wait",
              .unit = "s",
              .help = "Time for which producers waited for room, all together."},
             {.id = "consumer_wait_s",
              .title = "Consumers wait",
              .unit = "s",
              .help = "Time for which consumers waited for an item, all together."}},
        .gauges =
            {{.id = "queue_length",
              .title = "Queue length",
              .unit = "items",
              .help = "How many items are in the queue.",
              .bound = "capacity"},
             {.id = "producers_waiting",
              .title = "Producers waiting",
              .unit = "",
              .help = "How many of the producers wait for room in the queue."},
             {.id = "consumers_waiting",
              .title = "Consumers waiting",
              .unit = "",
              .help = "How many of the consumers wait for an item."}},
        .minWorkers = 2,
        .whyNotFewer = "somebody has to produce while somebody else consumes",
        .waitsForOthers = true,
        .drawsItems = true,
        .check = checkSpec,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<ProducerConsumer>(spec);
        },
    };
}

} // namespace timeslice
