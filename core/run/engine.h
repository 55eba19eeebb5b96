// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/mapping.h"
#include "core/base/uniquefd.h"
#include "core/board/board.h"
#include "core/model/model.h"
#include "core/run/runplan.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace timeslice {

/// Carries out one run: prepares the workload, lets the model start its workers, says go, waits for the last
/// worker.
///
/// The same code in every host. Order: `start` once -> `finished` once.
/// Thread: lives on the host's engine thread, which needs an event loop; `requestStop` may be called from any
/// thread.
class Engine : public QObject {
    Q_OBJECT

public:
    Engine(RunPlan plan, std::shared_ptr<const Board> board);
    ~Engine() override;

    /// Sets the board to Stop and wakes every worker, whatever it waits on. Idempotent.
    /// Thread: any, as long as the engine lives.
    void requestStop();

    void start();

    /// Between `start` and `finished`. Thread: the engine's.
    [[nodiscard]] bool isActive() const { return m_isActive; }

Q_SIGNALS:
    /// Every worker has left and accounted. `error` is why the run could not be completed, if it could not.
    void finished(const std::optional<timeslice::Error> &error);

private:
    Result<void> prepare();
    Result<void> prepareData(std::size_t bytes, bool sharedWithProcesses);
    void begin();
    void noteReady();
    void diagnose();
    void noteFailed(const Error &error);
    void finish();

    const RunPlan m_plan;
    const std::shared_ptr<const Board> m_board;
    UniqueFd m_stopFd; ///< eventfd; readable once the run stops.
    std::unique_ptr<Workload> m_workload;
    Mapping m_data;
    UniqueFd m_dataFd;
    ModelContext m_context;
    std::unique_ptr<Model> m_model;
    QTimer m_readyTimer; ///< Ends a run whose workers never come up.
    QTimer m_diagnoseTimer; ///< Asks the workload whether its workers have got stuck.
    std::optional<Error> m_error;
    bool m_isActive = false;
    bool m_hasBegun = false;
};

} // namespace timeslice
