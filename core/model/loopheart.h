// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/loopmeter.h"
#include "core/model/reactor.h"

#include <QCoro/QCoroTask>

namespace timeslice {

/// Beats on an event loop as long as it lives, and measures how late each beat comes (LoopMeter).
/// Thread: the loop's. The reactor and the board outlive it.
class LoopHeart {
public:
    LoopHeart(Reactor &reactor, const Board &board)
        : m_reactor(reactor)
        , m_meter(board)
        , m_life(beat())
    { }
    LoopHeart(const LoopHeart &) = delete;
    LoopHeart &operator=(const LoopHeart &) = delete;

    /// What the loop missed up to now counts. The reactor is to be cancelled afterwards.
    void stop() { m_meter.end(MonotonicClock::now()); }

private:
    QCoro::Task<> beat()
    {
        m_meter.begin(MonotonicClock::now());
        for (;;) {
            const Waiting waiting{.until = m_meter.next()};
            if (co_await m_reactor.wait(waiting) == Reactor::Wake::Cancelled)
                break;
            m_meter.beat(MonotonicClock::now());
        }
    }

    Reactor &m_reactor;
    LoopMeter m_meter;
    QCoro::Task<> m_life;
};

} // namespace timeslice
