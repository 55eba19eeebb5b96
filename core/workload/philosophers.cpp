// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/philosophers.h"

#include "core/workload/philosopherstable.h"

#include <algorithm>

namespace timeslice {

namespace {

// Between two looks at the clock, where a philosopher thinks with a busy core: about a microsecond.
constexpr int kStepsPerLook = 500;
// How long one who has put a fork back waits at least, so that the neighbour gets a chance.
constexpr Nanoseconds kLeastRetreat{20'000};

enum class Strategy { Naive, Ordered, TryLock, Arbitrator };

Strategy strategyOf(const std::string &id)
{
    if (id == "ordered")
        return Strategy::Ordered;
    if (id == "try-lock")
        return Strategy::TryLock;
    return id == "arbitrator" ? Strategy::Arbitrator : Strategy::Naive;
}

Nanoseconds fromMilliseconds(double milliseconds)
{
    return Nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6));
}

struct Plan {
    Strategy strategy = Strategy::Naive;
    std::uint64_t seed = 1;
    unsigned philosophers = 2;
    Nanoseconds thinking{};
    Nanoseconds eating{};
    Nanoseconds pause{}; ///< Between the first fork and the second.
    bool busy = false; ///< Thinking and eating take a core.
};

class PhilosopherItems final : public WorkerItems {
public:
    PhilosopherItems(const Plan &plan, const PhilosophersTable &table, unsigned number)
        : m_plan(plan)
        , m_table(table)
        , m_number(number)
        , m_left(number)
        , m_right((number + 1) % plan.philosophers)
    { }

    Result<std::uint64_t> carryOut(std::uint64_t item, const StopToken &stop) override
    {
        m_random = itemWord(m_plan.seed, item);
        auto &own = m_table.seat(m_number);
        if (!spend(varied(m_plan.thinking), stop))
            return left("stopped while it was thinking");
        const auto hungry = MonotonicClock::now();
        if (!takeForks(stop))
            return left("stopped while it waited for a fork");
        const auto waited = static_cast<std::uint64_t>((MonotonicClock::now() - hungry).count());
        if (waited > own.longestHungerNs.load(std::memory_order_relaxed))
            own.longestHungerNs.store(waited, std::memory_order_relaxed);
        if (!spend(varied(m_plan.eating), stop))
            return left("stopped while it was eating");
        m_table.putBack(m_number, m_left);
        m_table.putBack(m_number, m_right);
        own.meals.fetch_add(1, std::memory_order_relaxed);
        return itemWord(m_plan.seed, item);
    }

private:
    // What is held stays held: the table then shows how it was when the run ended, and nobody eats any more.
    static std::unexpected<Error> left(const char *how)
    {
        return fail(ErrorKind::Cancelled, "philosophers", how);
    }

    // All of these: false when the run stops.
    bool takeForks(const StopToken &stop)
    {
        switch (m_plan.strategy) {
        case Strategy::Naive:
            return takeBoth(m_left, m_right, stop);
        case Strategy::Ordered:
            return takeBoth(std::min(m_left, m_right), std::max(m_left, m_right), stop);
        case Strategy::TryLock:
            return tryUntilBoth(stop);
        case Strategy::Arbitrator: {
            const auto waiter = m_plan.philosophers;
            if (!m_table.take(m_number, waiter, stop) || !takeBoth(m_left, m_right, stop))
                return false;
            m_table.putBack(m_number, waiter);
            return true;
        }
        }
        return false;
    }

    bool takeBoth(unsigned first, unsigned second, const StopToken &stop)
    {
        return m_table.take(m_number, first, stop) && spend(m_plan.pause, stop)
            && m_table.take(m_number, second, stop);
    }

    bool tryUntilBoth(const StopToken &stop)
    {
        for (;;) {
            if (!m_table.take(m_number, m_left, stop) || !spend(m_plan.pause, stop))
                return false;
            if (m_table.tryTake(m_number, m_right))
                return true;
            m_table.putBack(m_number, m_left);
            m_table.seat(m_number).putBack.fetch_add(1, std::memory_order_relaxed);
            // Of different length for each, or all of them would come back at the same time.
            if (!stop.sleepUntil(MonotonicClock::now() + varied(std::max(m_plan.pause, kLeastRetreat))))
                return false;
        }
    }

    // From half the length to one and a half times that.
    Nanoseconds varied(Nanoseconds length)
    {
        m_random = mixBits(m_random);
        return Nanoseconds(
            length.count() / 2 + length.count() / 1024 * static_cast<std::int64_t>(m_random >> 54));
    }

    bool spend(Nanoseconds length, const StopToken &stop) const
    {
        const auto end = MonotonicClock::now() + length;
        if (!m_plan.busy)
            return stop.sleepUntil(end);
        std::uint64_t thought = m_number;
        do {
            if (stop.requested())
                return false;
            for (int step = 0; step < kStepsPerLook; ++step)
                thought = mixBits(thought);
            std::atomic_signal_fence(std::memory_order_seq_cst);
        } while (MonotonicClock::now() < end || thought == 0);
        return true;
    }

    Plan m_plan;
    PhilosophersTable m_table;
    unsigned m_number;
    unsigned m_left;
    unsigned m_right;
    std::uint64_t m_random = 0;
};

class Philosophers final : public Workload {
public:
    explicit Philosophers(const WorkSpec &spec)
        : m_plan{
              .strategy = strategyOf(spec.params.choice("strategy")),
              .seed = spec.seed,
              .philosophers = spec.workers,
              .thinking = fromMilliseconds(spec.params.real("think_ms")),
              .eating = fromMilliseconds(spec.params.real("eat_ms")),
              .pause = fromMilliseconds(spec.params.real("pause_ms")),
              .busy = spec.params.toggle("busy")}
    { }

    Needs needs() const override
    {
        return {.arenaBytes = PhilosophersTable::Memory::bytesFor(m_plan.philosophers)};
    }

    Result<std::unique_ptr<WorkerItems>> makeWorker(const WorkerResources &resources) const override
    {
        const auto memory = PhilosophersTable::Memory::on(resources.arena, m_plan.philosophers);
        if (!memory)
            return fail(ErrorKind::Unsupported, "philosophers", "the worker was given no table to sit at");
        return std::make_unique<PhilosopherItems>(m_plan, PhilosophersTable(*memory), resources.index);
    }

    std::optional<Error> diagnose(std::span<const std::byte> arena) const override
    {
        const auto cycle = waitCycle(arena, m_plan.philosophers);
        if (!cycle)
            return std::nullopt;
        return Error{ErrorKind::Deadlock, 0, "deadlock", cycleSentence(*cycle)};
    }

    std::vector<ResultValue> results(const RunFacts &facts) const override
    {
        const auto table = PhilosophersTable::View::on(facts.arena, m_plan.philosophers);
        if (!table)
            return {};
        std::uint64_t fewest = UINT64_MAX;
        std::uint64_t most = 0;
        std::uint64_t longestHunger = 0;
        std::uint64_t putBack = 0;
        for (const auto &seat : table->slots()) {
            const auto meals = seat.meals.load(std::memory_order_relaxed);
            fewest = std::min(fewest, meals);
            most = std::max(most, meals);
            longestHunger = std::max(longestHunger, seat.longestHungerNs.load(std::memory_order_relaxed));
            putBack += seat.putBack.load(std::memory_order_relaxed);
        }
        const auto cycle = waitCycle(facts.arena, m_plan.philosophers);
        return {
            cycle ? ResultValue(cycleText(*cycle)) : ResultValue(), static_cast<double>(fewest),
            static_cast<double>(most),
            most > 0 ? ResultValue(static_cast<double>(longestHunger) * 1e-9) : ResultValue(),
            m_plan.strategy == Strategy::TryLock ? ResultValue(static_cast<double>(putBack)) : ResultValue()};
    }

private:
    Plan m_plan;
};

} // namespace

WorkloadInfo philosophersWorkload()
{
    return {
        .id = "philosophers",
        .title = "Dining philosophers",
        .kind = "synchronisation",
        .item =
            "Think, take the two forks shared with the neighbours, eat, and put them back. If all take the "
            "left fork first, the day comes when everybody waits for somebody.",
        .parameters =
            {
                Parameter::choice(
                    "strategy", "Forks taken", "How a philosopher comes by two forks.",
                    {{"naive", "left, then right"},
                     {"ordered", "by number"},
                     {"try-lock", "both or none"},
                     {"arbitrator", "from a waiter"}}),
                Parameter::real(
                    "think_ms", "Thinking", "ms", "How long a philosopher thinks before a meal.", 1.0, 0.0,
                    10'000.0),
                Parameter::real("eat_ms", "Eating", "ms", "How long a meal takes.", 1.0, 0.0, 10'000.0),
                Parameter::real(
                    "pause_ms", "Between the forks", "ms",
                    "How long a philosopher holds the first fork before reaching for the second; the longer, "
                    "the sooner all are stuck.",
                    1.0, 0.0, 10'000.0),
                Parameter::toggle(
                    "busy", "Keep a core busy",
                    "Thinking, eating and pausing take a core instead of being waits.", false),
            },
        .defaultItems = 500,
        .results =
            {{.id = "deadlock_cycle",
              .title = "Deadlock",
              .unit = "",
              .help = "Who waited for whom for ever, by the workers' numbers."},
             {.id = "meals_min",
              .title = "Fewest meals",
              .unit = "",
              .help = "Meals of the philosopher who got the fewest; all eat from one supply."},
             {.id = "meals_max",
              .title = "Most meals",
              .unit = "",
              .help = "Meals of the philosopher who got the most; all eat from one supply."},
             {.id = "hungry_max_s",
              .title = "Longest hunger",
              .unit = "s",
              .help = "The longest time from wanting to eat to eating."},
             {.id = "forks_put_back",
              .title = "Forks put back",
              .unit = "",
              .help = "How often a philosopher put the first fork back because the second was taken."}},
        .minWorkers = 2,
        .whyNotFewer = "one philosopher alone has nobody to wait for",
        .waitsForOthers = true,
        .make = [](const WorkSpec &spec) -> std::unique_ptr<Workload> {
            return std::make_unique<Philosophers>(spec);
        },
    };
}

} // namespace timeslice
