// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/poolcrew.h"

#include "core/workload/datasource.h"

#include <thread>

namespace timeslice {

// Owned by the crew, used by the one pool thread that took it.
struct PoolCrew::Worker {
    Worker(const ModelContext &context, unsigned index)
        : data(context.data)
        , session(*context.board, *context.workload, context.stopToken(), context.rulesFor(index))
    { }
    MappedData data;
    WorkerSession session;
};

// Where the pool's threads meet. Shared with the tasks, so that one which comes after all was given up finds
// it.
struct PoolCrew::Gathering {
    static constexpr std::uint32_t kReleased = UINT32_MAX / 2;

    std::atomic<std::uint32_t> arrived{0};
    std::atomic<std::uint32_t> met{0}; ///< Arrived, and done with the task.

    // Nobody waits for threads that have not come. Returns how many have.
    std::uint32_t release()
    {
        const auto come = arrived.fetch_add(kReleased);
        met.store(kReleased);
        met.notify_all();
        return come;
    }
};

PoolCrew::PoolCrew(const ModelContext &context)
    : m_context(context)
    , m_pool(std::make_unique<QThreadPool>())
{
    m_pool->setMaxThreadCount(static_cast<int>(context.experiment->workers));
    m_pool->setExpiryTimeout(-1); // a worker's thread lives as long as the run
    m_pool->setObjectName(QStringLiteral("pool"));
    for (unsigned index = 0; index < context.experiment->workers; ++index)
        m_workers.push_back(std::make_unique<Worker>(context, index));
}

PoolCrew::~PoolCrew()
{
    // A pool whose threads could not all be created counts the missing ones as active for ever: waiting for
    // it would never end. It is left behind, with what its threads may still use.
    if (m_step == Step::Abandoned)
        static_cast<void>(m_pool.release());
    else
        m_pool->waitForDone();
}

WorkerSession &PoolCrew::session() const
{
    return m_storage.localData().worker->session;
}

void PoolCrew::enter()
{
    gather([this](unsigned index) {
        auto &worker = *m_workers[index];
        m_storage.setLocalData(WorkerRef{&worker});
        const auto entered = worker.session.enter(m_context.resourcesFor(index, &worker.data));
        if (!entered)
            Q_EMIT failed(entered.error());
    });
}

void PoolCrew::abandon()
{
    m_step = Step::Abandoned;
    m_expected = m_gathering->release();
    if (m_expected == 0)
        Q_EMIT left();
}

void PoolCrew::leave()
{
    m_step = Step::Leaving;
    gather([this](unsigned) { session().leave(); });
}

// Runs `task` exactly once on each of the pool's threads: none returns before all have come.
void PoolCrew::gather(std::function<void(unsigned)> task)
{
    m_gathering = std::make_shared<Gathering>();
    m_returned = 0;
    const auto count = static_cast<std::uint32_t>(m_workers.size());
    const bool waitsForGo = isEntering();
    for (std::uint32_t i = 0; i < count; ++i) {
        m_pool->start([this, task, count, waitsForGo, gathering = m_gathering] {
            const auto place = gathering->arrived.fetch_add(1);
            if (place >= count)
                return; // given up before this thread came; the crew may be gone
            task(place);
            if (gathering->met.fetch_add(1) + 1 == count) {
                gathering->met.notify_all();
                QMetaObject::invokeMethod(this, &PoolCrew::noteMet, Qt::QueuedConnection);
            }
            for (auto met = gathering->met.load(); met < count; met = gathering->met.load())
                gathering->met.wait(met);
            if (waitsForGo)
                m_workers[place]->session.waitForGo();
            QMetaObject::invokeMethod(this, &PoolCrew::noteReturned, Qt::QueuedConnection);
        });
    }
}

void PoolCrew::noteMet()
{
    if (m_step != Step::Entering)
        return;
    m_step = Step::Waiting;
    Q_EMIT entered();
}

void PoolCrew::noteReturned()
{
    ++m_returned;
    if (m_step == Step::Abandoned) {
        if (m_returned == m_expected)
            Q_EMIT left();
        return;
    }
    if (m_returned < m_workers.size())
        return;
    // QtConcurrent uses only threads that are idle when it starts; the last task may still be on its way out.
    while (m_pool->activeThreadCount() > 0)
        std::this_thread::yield();
    if (m_step == Step::Leaving) {
        Q_EMIT left();
        return;
    }
    m_step = Step::Working;
    Q_EMIT released();
}

} // namespace timeslice
