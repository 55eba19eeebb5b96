// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/pool.h"

#include "core/model/poolcrew.h"

#include <QException>
#include <QFutureWatcher>
#include <QMutex>
#include <QtConcurrentMap>

#include <atomic>
#include <iterator>
#include <optional>

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

class Pool final : public Model {
public:
    explicit Pool(const ModelContext &context)
        : Model(context)
        , m_crew(context)
    {
        connect(&m_crew, &PoolCrew::failed, this, &Model::failed);
        connect(&m_crew, &PoolCrew::entered, this, &Model::ready);
        connect(&m_crew, &PoolCrew::released, this, [this] {
            if (this->context().board->goTime())
                mapNextRange();
            else
                m_crew.leave();
        });
        connect(&m_crew, &PoolCrew::left, this, &Model::finished);
        connect(&m_mapping, &QFutureWatcherBase::finished, this, &Pool::noteMapped);
    }

    ~Pool() override
    {
        m_mapping.disconnect(this);
        m_mapping.cancel();
    }

    void start() override { m_crew.enter(); }

    void begin() override
    {
        if (m_crew.isEntering()) // the engine lost patience: not all threads could be created
            m_crew.abandon();
        // Otherwise they wait on the board themselves and return when it says Go or Stop.
    }

    void wake() override { m_mapping.cancel(); }

private:
    void mapNextRange()
    {
        const auto limit = context().board->itemLimit().value_or(UINT64_MAX);
        const auto first = m_nextItem;
        m_nextItem = first + std::min(limit - first, kMaxRange);
        m_mapping.setFuture(QtConcurrent::map(
            m_crew.pool(), ItemIterator(first), ItemIterator(m_nextItem),
            [this](std::uint64_t item) { carryOut(item); }));
    }

    // On a pool thread. Throwing ends the whole map: QtConcurrent cancels the rest and keeps the exception
    // for the waiter.
    void carryOut(std::uint64_t item)
    {
        auto &session = m_crew.session();
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
            m_crew.leave();
    }

    std::atomic<bool> m_endAsked{false};
    QMutex m_failureMutex; ///< Not needed once the map has finished.
    std::optional<Error> m_failure;
    QFutureWatcher<void> m_mapping;
    std::uint64_t m_nextItem = 0;
    PoolCrew m_crew; ///< Last: its threads use the rest until they have ended.
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
