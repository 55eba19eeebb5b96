// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/series.h"

#include <cstddef>
#include <span>
#include <vector>

namespace timeslice {

/// One measured quantity over time; NaN where it could not be measured.
using Column = std::vector<float>;

/// Series points as columns, the form in which charts read them. All columns have one value per row.
/// Thread: GUI.
class SampleColumns {
public:
    /// More workers than this are not kept one by one; their sum is.
    static constexpr std::size_t kMaxWorkers = 64;

    struct Cpu {
        int id = 0; ///< The kernel's.
        Column busy; ///< Share in [0, 1].
        Column ours; ///< This run's share, from the switch records; NaN where it is not known exactly.
    };

    /// Adds a row. A point that is not later than the last one is dropped: the axis knows one direction only.
    void append(const SeriesPoint &point);
    /// Adds a row of another set of columns.
    void append(const SampleColumns &other, std::size_t row);
    /// Removes the oldest rows, those before `time`; now and then rather than at once, in one go.
    void forgetBefore(double time);
    void clear() { *this = {}; }
    /// Removes the columns of workers and gauges: those of the next run are others.
    void forgetRun();

    [[nodiscard]] std::size_t rows() const { return m_times.size(); }
    [[nodiscard]] bool isEmpty() const { return m_times.empty(); }
    /// End of each row's interval, in seconds of CLOCK_MONOTONIC; ascending.
    [[nodiscard]] std::span<const double> times() const { return m_times; }
    /// Length of each row's interval in seconds.
    [[nodiscard]] std::span<const float> seconds() const { return m_seconds; }

    [[nodiscard]] const std::vector<Cpu> &cpus() const { return m_cpus; } ///< By ascending id.
    [[nodiscard]] const Column &otherShare() const { return m_otherShare; } ///< Of all CPUs, in [0, 1].
    [[nodiscard]] const Column &itemsPerSecond() const { return m_itemsPerSecond; }
    [[nodiscard]] const Column &voluntaryPerSecond() const { return m_voluntary; }
    [[nodiscard]] const Column &involuntaryPerSecond() const { return m_involuntary; }
    [[nodiscard]] const std::vector<Column> &workers() const
    {
        return m_workers;
    } ///< Items/s, by worker index.
    [[nodiscard]] const Column &loopLag() const { return m_loopLag; } ///< Seconds.
    [[nodiscard]] const Column &frameGap() const { return m_frameGap; } ///< Seconds.
    [[nodiscard]] const std::vector<Column> &gauges() const { return m_gauges; } ///< As SeriesPoint::gauges.

    /// The row that is nearest to a time; 0 when there is none.
    [[nodiscard]] std::size_t nearestRow(double time) const;

private:
    Cpu &cpuOf(int id);
    /// The column `index` of a growing list of them.
    Column &columnOf(std::vector<Column> &columns, std::size_t index) const;
    void fillUp();

    std::vector<double> m_times;
    Column m_seconds;
    std::vector<Cpu> m_cpus;
    Column m_otherShare;
    Column m_itemsPerSecond;
    Column m_voluntary;
    Column m_involuntary;
    Column m_loopLag;
    Column m_frameGap;
    std::vector<Column> m_workers;
    std::vector<Column> m_gauges;
};

} // namespace timeslice
