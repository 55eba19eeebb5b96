// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/engine.h"
#include "core/run/runhost.h"

#include <QThread>

namespace timeslice {

/// The engine on a QThread of this process: the default for models whose workers are threads.
class LocalHost final : public RunHost {
    Q_OBJECT

public:
    LocalHost(const RunPlan &plan, std::shared_ptr<const Board> board);
    /// Stops the run and waits until its threads have ended: kernels look at the flag each 10 ms.
    ~LocalHost() override;

    void start() override;
    void proceed() override;
    void stop() override;

private:
    QThread m_thread;
    Engine *m_engine; ///< Lives on m_thread from `start` on; deleted when that has ended.
};

} // namespace timeslice
