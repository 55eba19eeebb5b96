// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pool.h"

#include "core/workload/datasource.h"

#include <QException>
#include <QFutureWatcher>
#include <QMutex>
#include <QThreadPool>
#include <QThreadStorage>
#include <QtConcurrentMap>

#include <atomic>
#include <functional>
#include <iterator>
#include <optional>
#include <thread>

namespace timeslice {

namespace {

// QtConcurrent counts iterations in an int: longer runs go by ranges of this many items.
constexpr std::uint64_t kMaxRange = 1ULL << 30;

/// A failed item on its way to whoever waits for the future, as an exception in Python's `future.result()`.
class ItemFailure final : public QException {
public:
    explicit ItemFailure(Error error)
        : m_error(std::move(error))
    { }
    void raise() const override { throw *this; }
    [[nodiscard]] ItemFailure *clone() const override { return new ItemFailure(*this); }
    [[nodiscard]] const Error &error() const { return m_error; }

private:
    Error m_error;
};

// Item numbers as a random access range, which is what lets QtConcurrent hand out whole blocks of small
// items.
class ItemIterator {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = std::uint64_t;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::uint64_t *;
    using reference = std::uint64_t;

    explicit ItemIterator(std::uint64_t item)
        : m_item(item)
    { }
    reference operator*() const { return m_item; }
    ItemIterator &operator++()
    {
        ++m_item;
        return *this;
    }
    ItemIterator &operator--()
    {
        --m_item;
        return *this;
    }
    ItemIterator &operator+=(difference_type distance)
    {
        m_item += static_cast<std::uint64_t>(distance);
        return *this;
    }
    friend difference_type operator-(ItemIterator a, ItemIterator b)
    {
        return static_cast<difference_type>(a.m_item - b.m_item);
    }
    friend bool operator==(ItemIterator, ItemIterator) = default;

private:
    std::uint64_t m_item;
};

// One per worker; owned by the model, used by the one pool thread that took it.
struct PoolWorker {
    PoolWorker(const ModelContext &context, unsigned index)
        : data(context.data)
        , session(*context.board, *context.workload, context.stopToken(), context.rulesFor(index))
    { }
    MappedData data;
    WorkerSession session;
};

// QThreadStorage would delete a plain pointer with its thread; the worker belongs to the model.
struct PoolWorkerRef {
    PoolWorker *worker = nullptr;
};

class Pool final : public Model {
    Q_OBJECT

public:
    explicit Pool(const ModelContext &context)
        : Model(context)
        , m_pool(std::make_unique<QThreadPool>())
    {
        m_pool->setMaxThreadCount(static_cast<int>(context.experiment->workers));
        m_pool->setExpiryTimeout(-1); // a worker's thread lives as long as the run
        m_pool->setObjectName(QStringLiteral("pool"));
        for (unsigned index = 0; index < context.experiment->workers; ++index)
            m_workers.push_back(std::make_unique<PoolWorker>(context, index));
        connect(&m_mapping, &QFutureWatcherBase::finished, this, &Pool::noteMapped);
    }

    ~Pool() override
    {
        m_mapping.disconnect(this);
        m_mapping.cancel();
        // A pool whose threads could not all be created counts the missing ones as active for ever: waiting
        // for it would never end. It is left behind, with what its threads may still use.
        if (m_step == Step::Abandoned)
            static_cast<void>(m_pool.release());
        else
            m_pool->waitForDone();
    }

    void start() override
    {
        gather([this](unsigned index) {
            auto &worker = *m_workers[index];
            m_storage.setLocalData(PoolWorkerRef{&worker});
            const auto entered = worker.session.enter(context().resourcesFor(index, &worker.data));
            if (!entered)
                Q_EMIT failed(entered.error());
        });
    }

    void begin() override
    {
        if (m_step == Step::Entering) { // the engine lost patience: not all threads could be created
            m_step = Step::Abandoned;
            m_expected = release();
            if (m_expected == 0)
                Q_EMIT finished();
        }
        // Otherwise the entered tasks wait on the board themselves and return when it says Go or Stop.
    }

    void wake() override { m_mapping.cancel(); }

private:
    enum class Step { Entering, Waiting, Mapping, Leaving, Abandoned };

    // Where the pool's threads meet. Shared with the tasks, so that one which comes after all was given up
    // finds it.
    struct Gathering {
        std::atomic<std::uint32_t> arrived{0};
        std::atomic<std::uint32_t> met{0}; ///< Arrived, and done with the task.
    };
    static constexpr std::uint32_t kReleased = UINT32_MAX / 2;

    // Runs `task` exactly once on each of the pool's threads: none returns before all have come.
    void gather(std::function<void(unsigned)> task)
    {
        m_gathering = std::make_shared<Gathering>();
        m_returned = 0;
        const auto count = static_cast<std::uint32_t>(m_workers.size());
        const bool isEntering = m_step == Step::Entering;
        for (std::uint32_t i = 0; i < count; ++i) {
            m_pool->start([this, task, count, isEntering, gathering = m_gathering] {
                const auto place = gathering->arrived.fetch_add(1);
                if (place >= count)
                    return; // given up before this thread came; the model may be gone
                task(place);
                if (gathering->met.fetch_add(1) + 1 == count) {
                    gathering->met.notify_all();
                    QMetaObject::invokeMethod(this, &Pool::noteMet, Qt::QueuedConnection);
                }
                for (auto met = gathering->met.load(); met < count; met = gathering->met.load())
                    gathering->met.wait(met);
                if (isEntering)
                    m_workers[place]->session.waitForGo();
                QMetaObject::invokeMethod(this, &Pool::noteReturned, Qt::QueuedConnection);
            });
        }
    }

    // Nobody waits for threads that have not come. \return How many have.
    std::uint32_t release()
    {
        const auto arrived = m_gathering->arrived.fetch_add(kReleased);
        m_gathering->met.store(kReleased);
        m_gathering->met.notify_all();
        return arrived;
    }

    void noteMet()
    {
        if (m_step != Step::Entering)
            return;
        m_step = Step::Waiting;
        Q_EMIT ready();
    }

    void noteReturned()
    {
        ++m_returned;
        if (m_step == Step::Abandoned) {
            if (m_returned == m_expected)
                Q_EMIT finished();
            return;
        }
        if (m_returned < m_workers.size())
            return;
        // QtConcurrent uses only threads that are idle when it starts; the last task may still be on its way
        // out.
        while (m_pool->activeThreadCount() > 0)
            std::this_thread::yield();
        if (m_step == Step::Leaving) {
            Q_EMIT finished();
        } else if (context().board->goTime()) {
            m_step = Step::Mapping;
            mapNextRange();
        } else {
            leave();
        }
    }

    void mapNextRange()
    {
        const auto limit = context().board->itemLimit().value_or(UINT64_MAX);
        const auto first = m_nextItem;
        m_nextItem = first + std::min(limit - first, kMaxRange);
        m_mapping.setFuture(QtConcurrent::map(
            m_pool.get(), ItemIterator(first), ItemIterator(m_nextItem),
            [this](std::uint64_t item) { carryOut(item); }));
    }

    // On a pool thread. Throwing ends the whole map: QtConcurrent cancels the rest and keeps the exception
    // for the waiter.
    void carryOut(std::uint64_t item)
    {
        auto &session = m_storage.localData().worker->session;
        const auto &board = *context().board;
        const auto deadline = board.deadline();
        if (board.state() == RunState::Stop || (deadline && session.now() >= *deadline)) {
            // The future belongs to the model's thread; until it is cancelled there, items pass through here
            // undone.
            if (!m_endAsked.exchange(true))
                QMetaObject::invokeMethod(this, &Pool::wake, Qt::QueuedConnection);
            return;
        }
        const auto done = session.carryOut(item);
        if (!done && done.error().kind != ErrorKind::Cancelled && context().stopsOnFailure()) {
            {
                const QMutexLocker lock(&m_failureMutex);
                if (!m_failure)
                    m_failure = done.error();
            }
            board.stop(); // for those who are in the middle of an item
            throw ItemFailure(done.error());
        }
    }

    void noteMapped()
    {
        auto future = m_mapping.future();
        const bool wasCancelled = future.isCanceled();
        try {
            future.waitForFinished();
        } catch (const ItemFailure &failure) {
            m_failure = failure.error();
        }
        // A future that was cancelled a moment before the item failed drops its exception; the failure is
        // still one.
        if (m_failure)
            Q_EMIT failed(*m_failure);
        if (!wasCancelled && m_nextItem < context().board->itemLimit().value_or(UINT64_MAX))
            mapNextRange();
        else
            leave();
    }

    void leave()
    {
        m_step = Step::Leaving;
        gather([this](unsigned) { m_storage.localData().worker->session.leave(); });
    }

    std::unique_ptr<QThreadPool> m_pool;
    std::vector<std::unique_ptr<PoolWorker>> m_workers;
    QThreadStorage<PoolWorkerRef> m_storage;
    std::shared_ptr<Gathering> m_gathering;
    std::atomic<bool> m_endAsked{false};
    QMutex m_failureMutex; ///< Not needed once the map has finished.
    std::optional<Error> m_failure;
    std::size_t m_returned = 0;
    std::size_t m_expected = 0; ///< When abandoned: the threads that did come.
    QFutureWatcher<void> m_mapping;
    std::uint64_t m_nextItem = 0;
    Step m_step = Step::Entering;
};

} // namespace

ModelInfo poolModel()
{
    return {
        .id = "pool",
        .title = "Thread pool",
        .pythonName = "concurrent.futures",
        .help = "Items are tasks for a pool with a fixed number of threads; QtConcurrent hands them out and "
                "a future "
                "says when all are done. A failed item arrives at whoever waits for the future.",
        .parameters = {},
        .handsOutItems = true,
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return std::make_unique<Pool>(context);
        },
    };
}

} // namespace timeslice

#include "pool.moc"
