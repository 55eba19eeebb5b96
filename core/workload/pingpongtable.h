// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <memory>

namespace timeslice {

/// How two threads of one process hand a ball to each other.
enum class PingPongVia { Futex, Pipe, EventFd, ConditionVariable };

/// The table at which a worker and its partner play: one ball, which is on one of the two sides.
///
/// The worker has it at first. What a side wrote before it passed the ball, the other reads after it has got
/// it. Each call has its thread; the table outlives both players.
class PingPongTable {
public:
    virtual ~PingPongTable() = default;
    /// \error  System, when this needs files and there are none left.
    [[nodiscard]] static Result<std::unique_ptr<PingPongTable>> make(PingPongVia via);

    /// Thread: the worker, which has the ball.
    virtual void toPartner() noexcept = 0;
    /// Blocks until the worker has the ball, and cannot be stopped: the partner always gives it back.
    virtual void awaitPartner() noexcept = 0;

    /// Thread: the partner, which has the ball.
    virtual void toWorker() noexcept = 0;
    /// Blocks until the partner has the ball. \return false when the game is over.
    [[nodiscard]] virtual bool awaitWorker() noexcept = 0;

    /// Ends the game, wherever the ball is. Thread: the worker.
    virtual void end() noexcept = 0;
};

} // namespace timeslice
