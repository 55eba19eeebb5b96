// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <QThreadPool>
#include <QThreadStorage>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace timeslice {

/// The threads of one QThreadPool as the workers of a run: each is registered before go and accounts at the
/// end.
///
/// Order: `enter` -> `entered` -> (go) -> `released`, then any work on `pool()`, then `leave` -> `left`.
/// `abandon` instead of waiting on where not all threads could be created. Thread: the model's.
class PoolCrew : public QObject {
    Q_OBJECT

public:
    explicit PoolCrew(const ModelContext &context);
    ~PoolCrew() override;

    void enter();
    /// Nobody waits for threads that have not come; `left` follows.
    void abandon();
    void leave();

    [[nodiscard]] bool isEntering() const { return m_step == Step::Entering; }
    /// None of its threads is busy between `released` and `leave` but with what the model starts.
    [[nodiscard]] QThreadPool *pool() const { return m_pool.get(); }
    /// Of the calling pool thread.
    [[nodiscard]] WorkerSession &session() const;

Q_SIGNALS:
    /// A worker cannot work; from any thread.
    void failed(const timeslice::Error &error);
    /// All threads are registered and wait for go.
    void entered();
    /// The run has begun, or was stopped before; all threads are idle.
    void released();
    /// All have accounted.
    void left();

private:
    enum class Step { Entering, Waiting, Working, Leaving, Abandoned };
    struct Worker;
    // QThreadStorage would delete a plain pointer with its thread; the worker belongs to the crew.
    struct WorkerRef {
        Worker *worker = nullptr;
    };
    struct Gathering;

    void gather(std::function<void(unsigned)> task);
    void noteMet();
    void noteReturned();

    const ModelContext &m_context;
    std::unique_ptr<QThreadPool> m_pool;
    std::vector<std::unique_ptr<Worker>> m_workers;
    mutable QThreadStorage<WorkerRef> m_storage;
    std::shared_ptr<Gathering> m_gathering;
    std::size_t m_returned = 0;
    std::size_t m_expected = 0; ///< When abandoned: the threads that did come.
    Step m_step = Step::Entering;
};

} // namespace timeslice
