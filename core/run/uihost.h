// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/engine.h"
#include "core/run/runhost.h"

namespace timeslice {

/// The engine on the thread that has made this object, the window's own: for the model that shows why one
/// does not do that.
class UiHost final : public RunHost {
    Q_OBJECT

public:
    UiHost(const RunPlan &plan, std::shared_ptr<const Board> board);
    /// Stops the run. It is between two slices of its work, or this could not be called.
    ~UiHost() override;

    void start() override;
    void proceed() override;
    void stop() override;

private:
    Engine m_engine;
};

} // namespace timeslice
