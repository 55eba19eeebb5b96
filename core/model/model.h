// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"
#include "core/model/interpreter.h"
#include "core/run/experiment.h"
#include "core/workload/workersession.h"
#include "core/workload/workload.h"

#include <QObject>
#include <QStringList>

#include <memory>
#include <span>
#include <vector>

namespace timeslice {

/// Everything a model needs to carry out one run. Owned by the engine; outlives the model.
struct ModelContext {
    const Experiment *experiment = nullptr;
    const Workload *workload = nullptr;
    const Board *board = nullptr;
    int stopFd = -1; ///< Readable once the run stops; for workers that wait on sockets.
    std::span<const std::byte> data; ///< Needs::dataBytes, filled.
    int dataFd = -1; ///< The memory behind `data` when the model shares it with processes, else -1.
    std::vector<int> cpusAllowed; ///< What `pin` chooses from; never empty.
    std::optional<HttpEndpoint> httpServer;
    QString runDirectory; ///< Holds `board` and `plan.json` for child processes.
    QString workerProgram; ///< Absolute path of timeslice-worker.
    QStringList command; ///< Program and arguments for the model `command`, else empty.
    /// The soft RLIMIT_NOFILE that program is started with; nothing: as this process has it.
    std::optional<std::uint64_t> openFiles;
    QString interpreter; ///< Absolute path, for models and items that need one, else empty.

    [[nodiscard]] StopToken stopToken() const { return StopToken(board->stateWord(), stopFd); }
    /// Whether the first failed item ends the run (parameter `on_failure`).
    [[nodiscard]] bool stopsOnFailure() const;
    [[nodiscard]] WorkerRules rulesFor(unsigned worker) const;
    /// What worker `index` is given when it runs in this process; `source` must outlive its items.
    [[nodiscard]] WorkerResources resourcesFor(unsigned index, DataSource *source) const;
};

/// One execution model at work: starts the workers, lets them wait for go, and says when all have ended.
///
/// Order: `start` -> `ready` -> `begin` -> `finished`, each once. A worker that cannot start, and a failed
/// item that ends the run, emit `failed`; `finished` still follows when every worker has left. A stop is the
/// board's flag. Thread: lives on the engine's thread. `start` and `begin` return at once, but for
/// `sequential`, which is the thread.
class Model : public QObject {
    Q_OBJECT

public:
    explicit Model(const ModelContext &context, QObject *parent = nullptr)
        : QObject(parent)
        , m_context(context)
    { }

    virtual void start() = 0;
    /// How long it may take from `start` to `ready`: thousands of processes take seconds on a small machine;
    /// a worker that hangs takes for ever.
    [[nodiscard]] virtual std::chrono::milliseconds readyPatience() const { return std::chrono::seconds(20); }
    /// The board has been set to Go, or to Stop where the run ended before it began: then the workers only
    /// leave.
    virtual void begin() = 0;
    /// The run was stopped: wake whatever the board's flag and the stop fd cannot reach.
    virtual void wake() { }

Q_SIGNALS:
    /// All workers are registered on the board and wait for go.
    void ready();
    /// The run cannot be completed; the first one counts. The engine then stops the run.
    void failed(const timeslice::Error &error);
    /// No worker runs any more; everything a worker published is on the board.
    void finished();

protected:
    [[nodiscard]] const ModelContext &context() const { return m_context; }

private:
    const ModelContext &m_context;
};

/// A model as the catalogue knows it.
struct ModelInfo {
    std::string id; ///< "qthread"
    std::string title; ///< "Qt threads"
    std::string pythonName; ///< "threading"; what Python calls the like. Empty where it has none.
    std::string help; ///< What runs, one or two sentences for a student.
    std::vector<Parameter> parameters;
    bool needsChildHost = false; ///< Always runs under a supervisor, not in this process.
    bool singleWorker = false; ///< Has exactly one worker.
    bool onUiThread = false; ///< Runs on the thread of the window, and needs one.
    bool hasLoop = false; ///< Workers or who waits for them is an event loop, whose lag is measured.
    bool runsForeign = false; ///< Runs a program of the user's, and nothing else.
    bool handsOutItems = false; ///< Gives each worker its items, which elsewhere the workers take.
    bool sharesOneThread = false; ///< Its workers take turns on one thread: while one waits, none works.
    std::size_t gilEvents = 0; ///< How many events of its lock a worker keeps; 0 for models without a GIL.
    std::optional<InterpreterNeeds> interpreter; ///< Set for models that run in a Python interpreter.
    /// Its workers take turns on one lock to run Python code, where the interpreter has one.
    bool sharesGil = false;
    std::string baseline = "sequential"; ///< The model that this one is compared with.
    bool startsNoProcesses = false; ///< Its workers may not start processes of their own.
    bool sharesData = false; ///< Its workers are processes: input data must lie in memory they can map.
    std::unique_ptr<Model> (*make)(const ModelContext &context) = nullptr;
};

} // namespace timeslice

Q_DECLARE_METATYPE(timeslice::Error)
