// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/qthread.h"

#include "core/board/gil.h"
#include "core/workload/datasource.h"

#include <QThread>

#include <cerrno>

namespace timeslice {

namespace {

// Lives on its own QThread once that has started. Signals report facts; nothing is emitted per item.
class ThreadWorker final : public QObject {
    Q_OBJECT

public:
    ThreadWorker(const ModelContext &context, unsigned index, bool stopOnFailure, Gil *gil)
        : m_context(context)
        , m_index(index)
        , m_stopOnFailure(stopOnFailure)
        , m_data(context.data)
        , m_seat(gil != nullptr ? std::make_unique<GilSeat>(*gil, *context.board, index) : nullptr)
        , m_session(
              *context.board, *context.workload, context.stopToken().with(m_seat.get()),
              context.rulesFor(index))
    { }

    void enter()
    {
        if (const auto done = m_session.enter(m_context.resourcesFor(m_index, &m_data)); !done)
            Q_EMIT failed(done.error());
        Q_EMIT entered();
    }

    void work()
    {
        if (m_session.waitForGo()) {
            if (m_seat)
                m_seat->take();
            if (const auto done = carryOutAll(m_session, *m_context.board, m_stopOnFailure); !done)
                Q_EMIT failed(done.error());
            if (m_seat)
                m_seat->release();
        }
        m_session.leave();
        QThread::currentThread()->quit();
    }

Q_SIGNALS:
    void entered();
    void failed(const timeslice::Error &error);

private:
    const ModelContext &m_context;
    const unsigned m_index;
    const bool m_stopOnFailure;
    MappedData m_data;
    std::unique_ptr<GilSeat> m_seat; ///< Where there is a lock.
    WorkerSession m_session;
};

class QThreadModel final : public Model {
    Q_OBJECT

public:
    QThreadModel(const ModelContext &context, std::unique_ptr<Gil> gil)
        : Model(context)
        , m_gil(std::move(gil))
    { }

    ~QThreadModel() override
    {
        // Only after a failed start or when the engine is torn down: the stop flag is set, so each wait is
        // short.
        for (const auto &thread : m_threads) {
            thread->quit();
            thread->wait();
        }
    }

    void start() override
    {
        const auto count = context().experiment->workers;
        for (unsigned index = 0; index < count; ++index) {
            if (context().board->state() == RunState::Stop) {
                m_limit = index;
                break;
            }
            auto thread = std::make_unique<QThread>();
            thread->setObjectName(QStringLiteral("worker %1").arg(index));
            auto *const worker = new ThreadWorker(
                context(), index, context().stopsOnFailure(), m_gil.get()); // deleted by its thread
            worker->moveToThread(thread.get());
            connect(thread.get(), &QThread::started, worker, &ThreadWorker::enter);
            connect(thread.get(), &QThread::finished, worker, &QObject::deleteLater);
            connect(thread.get(), &QThread::finished, this, &QThreadModel::noteFinished);
            connect(this, &QThreadModel::begun, worker, &ThreadWorker::work);
            connect(worker, &ThreadWorker::entered, this, &QThreadModel::noteEntered);
            connect(worker, &ThreadWorker::failed, this, &Model::failed);
            thread->start();
            if (!thread->isRunning()) {
                delete worker; // its thread never ran, so nobody else can be using it
                m_limit = index;
                Q_EMIT failed(systemError(
                    EAGAIN, "threads",
                    "only " + std::to_string(index) + " of " + std::to_string(count)
                        + " threads could start"));
                break;
            }
            m_threads.push_back(std::move(thread));
        }
        if (m_threads.empty())
            Q_EMIT ready();
    }

    void begin() override
    {
        if (m_threads.empty())
            Q_EMIT finished();
        Q_EMIT begun();
    }

Q_SIGNALS:
    void begun();

private:
    void noteEntered()
    {
        if (++m_entered == std::min<std::size_t>(m_limit, context().experiment->workers))
            Q_EMIT ready();
    }

    void noteFinished()
    {
        if (++m_finished == m_threads.size())
            Q_EMIT finished();
    }

    std::unique_ptr<Gil> m_gil; ///< Outlives the threads.
    std::vector<std::unique_ptr<QThread>> m_threads;
    std::size_t m_limit = SIZE_MAX; ///< How many threads could start, when not all could.
    std::size_t m_entered = 0;
    std::size_t m_finished = 0;
};

} // namespace

std::unique_ptr<Model> makeThreads(const ModelContext &context, std::unique_ptr<Gil> gil)
{
    return std::make_unique<QThreadModel>(context, std::move(gil));
}

ModelInfo qthreadModel()
{
    return {
        .id = "qthread",
        .title = "Qt threads",
        .pythonName = "threading",
        .help = "Each worker is an object on a QThread of its own, started and ended by signals. Threads "
                "share all "
                "memory, and the kernel may run them on different cores at once.",
        .parameters = {},
        .make = [](const ModelContext &context) -> std::unique_ptr<Model> {
            return makeThreads(context, nullptr);
        },
    };
}

} // namespace timeslice

#include "qthread.moc"
