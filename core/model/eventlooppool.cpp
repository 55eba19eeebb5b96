// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/eventlooppool.h"

#include "core/model/executor.h"
#include "core/model/loopheart.h"

#include <QCoro/QCoroFuture>

#include <algorithm>

namespace timeslice {

namespace {

class EventLoopPool final : public Model {
public:
    explicit EventLoopPool(const ModelContext &context)
        : Model(context)
        , m_executor(
              context.experiment->params.choice("executor") == "processes" ? Executor::ofProcesses(context)
                                                                           : Executor::ofThreads(context))
    {
        connect(m_executor.get(), &Executor::failed, this, &Model::failed);
        connect(m_executor.get(), &Executor::ready, this, &Model::ready);
        connect(m_executor.get(), &Executor::released, this, [this] { m_run = run(); });
        connect(m_executor.get(), &Executor::left, this, &Model::finished);
    }

    ~EventLoopPool() override
    {
        if (m_reactor)
            m_reactor->cancel();
    }

    void start() override
    {
        if (auto reactor = Reactor::create({}); reactor)
            m_reactor = std::move(*reactor);
        else
            Q_EMIT failed(reactor.error());
        m_executor->start();
    }

    void begin() override { m_executor->begin(); }

private:
    QCoro::Task<> run()
    {
        std::optional<LoopHeart> heart;
        if (m_reactor)
            heart.emplace(*m_reactor, *context().board);
        const auto &experiment = *context().experiment;
        auto count = static_cast<std::uint64_t>(experiment.params.integer("concurrency"));
        if (experiment.items)
            count = std::min(count, *experiment.items);
        std::vector<QCoro::Task<>> coroutines;
        coroutines.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i)
            coroutines.push_back(awaitItems());
        for (auto &coroutine : coroutines)
            co_await coroutine;
        if (heart) {
            heart->stop();
            m_reactor->cancel();
        }
        m_executor->leave();
    }

    QCoro::Task<> awaitItems()
    {
        const auto &board = *context().board;
        while (const auto item = board.takeItem(MonotonicClock::now())) {
            const ItemEnd failure = co_await m_executor->carryOut(*item);
            if (!failure || failure->kind == ErrorKind::Cancelled || !context().stopsOnFailure())
                continue;
            board.stop(); // nobody takes another item
            Q_EMIT failed(*failure);
        }
    }

    std::unique_ptr<Reactor> m_reactor;
    std::unique_ptr<Executor> m_executor;
    QCoro::Task<> m_run;
};

} // namespace

ModelInfo eventLoopPoolModel()
{
    return {
        .id = "event-loop-pool",
        .title = "Event loop with a pool",
        .pythonName = "asyncio, run_in_executor",
        .help = "Coroutines on one event loop await items that other threads or processes carry out: the "
                "loop stays "
                "free, and computing items run on all cores.",
        .parameters =
            {
                Parameter::choice(
                    "executor", "Items are carried out by", "Who carries out what the loop awaits.",
                    {{"threads", "a pool of threads"}, {"processes", "a pool of processes"}}),
                Parameter::integer(
                    "concurrency", "Items in flight", "items",
                    "How many items are awaited at once, each by a coroutine of its own.", 100, 1, 100'000),
            },
        .needsChildHost = true,
        .hasLoop = true,
        .handsOutItems = true,
        .sharesData = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<EventLoopPool>(context);
        },
    };
}

} // namespace timeslice
