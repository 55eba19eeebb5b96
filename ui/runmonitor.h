// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "ui/livepage.h"

#include <deque>
#include <memory>
#include <optional>

namespace timeslice {

/// Turns the frames of one run into how far it has come.
/// Thread: one.
class RunMonitor {
public:
    /// \param board  Of the run, for the time of go.
    void begin(std::uint64_t run, const Experiment &experiment, std::shared_ptr<const Board> board);
    void add(const Frame &frame);

    [[nodiscard]] RunProgress progress(LabState state, MonotonicTime now) const;
    /// Sampling deadlines missed since the run began.
    [[nodiscard]] std::uint64_t missed() const;

private:
    struct Recent {
        double seconds;
        double itemsPerSecond;
        double cores;
    };

    std::uint64_t m_run = 0;
    Experiment m_experiment;
    std::shared_ptr<const Board> m_board;
    std::uint64_t m_items = 0;
    std::uint64_t m_failed = 0;
    std::optional<std::uint64_t> m_firstMissed;
    std::uint64_t m_lastMissed = 0;
    std::deque<Recent> m_recent; ///< Oldest first; about the last second.
};

} // namespace timeslice
