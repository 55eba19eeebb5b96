// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/board/board.h"

#include <chrono>

namespace timeslice {

/// How late an event loop comes to what is due: it should look at its clock once per beat.
///
/// A loop that is blocked for 300 ms misses thirty beats, and each of them counts with its own lag, as each
/// of thirty answers that came meanwhile would have waited. Thread: the loop's.
class LoopMeter {
public:
    static constexpr Nanoseconds kBeat = std::chrono::milliseconds(10);

    explicit LoopMeter(const Board &board)
        : m_histogram(board.loopLag())
        , m_state(board.loopState())
    { }

    void begin(MonotonicTime now);
    /// When to call `beat` next.
    [[nodiscard]] MonotonicTime next() const { return m_next; }
    void beat(MonotonicTime now);
    /// The loop has nothing to do any more; what it missed up to now counts.
    void end(MonotonicTime now);

private:
    void count(MonotonicTime now);

    LatencyHistogram &m_histogram;
    LoopState &m_state;
    MonotonicTime m_next{};
};

} // namespace timeslice
