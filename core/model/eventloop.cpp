// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventloop.h"

#include "core/model/loopheart.h"
#include "core/workload/datasource.h"

#include <algorithm>

namespace timeslice {

namespace {

// How an event loop carries out its items.
struct LoopRules {
    std::uint64_t concurrency = 1; ///< Items under way at once.
    Nanoseconds turn{}; ///< For how long items that do not wait may follow one another.
    bool awaits = true; ///< Items leave the loop to others while they wait.
};

class EventLoop final : public Model {
public:
    EventLoop(const ModelContext &context, const LoopRules &rules)
        : Model(context)
        , m_rules(rules)
        , m_data(context.data)
        , m_session(*context.board, *context.workload, context.stopToken(), context.rulesFor(0))
    { }

    ~EventLoop() override
    {
        if (m_reactor)
            m_reactor->cancel();
    }

    void start() override
    {
        if (const auto prepared = prepare(); !prepared)
            Q_EMIT failed(prepared.error());
        Q_EMIT ready();
    }

    void begin() override
    {
        // The state is no longer Preparing: this takes the account and does not block the loop.
        if (m_session.waitForGo() && m_reactor)
            m_run = run();
        else
            end();
    }

    void wake() override
    {
        if (m_reactor)
            m_reactor->cancel();
    }

private:
    Result<void> prepare()
    {
        const auto resources = context().resourcesFor(0, &m_data);
        if (auto entered = m_session.enter(resources); !entered)
            return entered;
        const auto count = std::min(m_rules.concurrency, context().experiment->items.value_or(UINT64_MAX));
        if (m_rules.awaits) {
            auto items = context().workload->makeStepwise(resources, count);
            if (!items)
                return std::unexpected(items.error());
            m_items = std::move(*items);
        }
        auto reactor = Reactor::create(m_rules.turn);
        if (!reactor)
            return std::unexpected(reactor.error());
        m_computing = m_items.empty() ? count : 0;
        m_reactor = std::move(*reactor);
        return {};
    }

    // The whole run: ends when its last coroutine has.
    QCoro::Task<> run()
    {
        LoopHeart heart(*m_reactor, *context().board);
        std::vector<QCoro::Task<>> coroutines;
        coroutines.reserve(m_items.size() + m_computing);
        for (const auto &items : m_items)
            coroutines.push_back(awaitItems(items.get()));
        for (std::uint64_t i = 0; i < m_computing; ++i)
            coroutines.push_back(computeItems());
        for (auto &coroutine : coroutines)
            co_await coroutine;
        heart.stop();
        m_reactor->cancel(); // ends the heart's wait
        end();
    }

    // Items that wait, one after another.
    QCoro::Task<> awaitItems(StepwiseItems *items)
    {
        while (const auto item = context().board->takeItem(m_session.now())) {
            const auto begin = MonotonicClock::now();
            items->begin(*item);
            auto step = items->step();
            const bool waits = std::holds_alternative<Waiting>(step);
            while (const auto *const waiting = std::get_if<Waiting>(&step)) {
                const auto wake = co_await m_reactor->wait(*waiting);
                if (wake == Reactor::Wake::Cancelled)
                    co_return;
                step = items->step();
            }
            const auto end = MonotonicClock::now();
            noteDone(m_session.publish(*item, std::get<Result<std::uint64_t>>(std::move(step)), begin, end));
            // An item that never waited would keep the others from their turn.
            if (!waits)
                co_await m_reactor->turn();
        }
    }

    // Items that only compute, one after another; the loop stands still meanwhile.
    QCoro::Task<> computeItems()
    {
        co_await m_reactor->turn(); // each begins in a turn of the loop, not while all are being started
        while (const auto item = context().board->takeItem(m_session.now())) {
            noteDone(m_session.carryOut(*item));
            co_await m_reactor->turn();
        }
    }

    void noteDone(const Result<void> &done)
    {
        if (done || done.error().kind == ErrorKind::Cancelled || !context().stopsOnFailure())
            return;
        context().board->stop();
        Q_EMIT failed(done.error()); // the engine then wakes us, which ends every wait
    }

    void end()
    {
        m_session.leave();
        Q_EMIT finished();
    }

    const LoopRules m_rules;
    MappedData m_data;
    WorkerSession m_session;
    std::unique_ptr<Reactor> m_reactor;
    std::vector<std::unique_ptr<StepwiseItems>> m_items; ///< One for each coroutine that waits,
    std::uint64_t m_computing = 0; ///< or how many coroutines compute.
    QCoro::Task<> m_run;
};

} // namespace

ModelInfo eventLoopModel()
{
    return {
        .id = "event-loop",
        .title = "Event loop",
        .pythonName = "asyncio",
        .help = "One thread and many items in flight: an item that waits for a socket or a timer lets the "
                "others go "
                "on. One that computes makes all of them wait.",
        .parameters =
            {
                Parameter::integer(
                    "concurrency", "Items in flight", "items",
                    "How many items are under way at once, each in a coroutine of its own.", 100, 1, 100'000),
                Parameter::integer(
                    "yield_us", "Yield every", "us",
                    "For how long items that need not wait may follow one another before the loop looks at "
                    "its "
                    "sockets and timers; 0: after each item.",
                    0, 0, 10'000'000),
            },
        .singleWorker = true,
        .hasLoop = true,
        .handsOutItems = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            const auto &params = context.experiment->params;
            return std::make_unique<EventLoop>(
                context,
                LoopRules{
                    .concurrency = static_cast<std::uint64_t>(params.integer("concurrency")),
                    .turn = std::chrono::microseconds(params.integer("yield_us"))});
        },
    };
}

ModelInfo uiThreadModel()
{
    return {
        .id = "ui-thread",
        .title = "On the window's thread",
        .pythonName = "",
        .help = "The window itself carries out one item after another. Between two slices of work it may "
                "draw and "
                "take keys; during a slice it is frozen. Press Esc: it is noticed when the slice is over.",
        .parameters = {Parameter::integer(
            "slice_ms", "Length of a slice", "ms",
            "How long the window works before it looks at keys and draws again.", 100, 1, 5'000)},
        .singleWorker = true,
        .onUiThread = true,
        .hasLoop = true,
        .handsOutItems = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<EventLoop>(
                context,
                LoopRules{
                    .turn = std::chrono::milliseconds(context.experiment->params.integer("slice_ms")),
                    .awaits = false});
        },
    };
}

} // namespace timeslice
