// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"
#include "ui/barrows.h"

#include <QString>

#include <optional>
#include <vector>

namespace timeslice {

/// Where one worker's time (or that of several together) went, as shares that add up to 1.
struct StateShares {
    QString label; ///< "worker 0"
    double running = 0;
    double runnable = 0; ///< See StateBars::Runnable.
    double blocked = 0;
    double gilWait = 0; ///< Waiting for an interpreter's lock; 0 for models without one.
    bool isKnown = false; ///< False: not measured, and the shares mean nothing.
};

/// The rows to show: each worker's, or beyond kMaxStateRows workers all of them together, then the one that
/// ran most, the middle one and the one that ran least, labelled so. Thread: any; pure.
inline constexpr std::size_t kMaxStateRows = 8;
[[nodiscard]] std::vector<StateShares> stateShares(const std::vector<WorkerResult> &workers);

/// The same for the tasks of a program of the user's own: by name ("make 4711"), at most kMaxStateRows, those
/// that used most CPU first.
[[nodiscard]] std::vector<StateShares> taskShares(std::vector<WorkerResult> tasks);

/// One stacked bar per row: running solid, runnable striped, blocked a line (it is the absence of
/// work), each with its percentage where there is room, and a legend above.
class StateBars : public BarRows {
    Q_OBJECT

public:
    /// What is known of the time in which a worker could have run, and so what it is called: all of it, from
    /// schedstat, or what the switch records of a timeline tell, which know nothing of wake-ups.
    enum class Runnable { WaitingForCore, Preempted };

    /// \param themes  Outlives this widget.
    explicit StateBars(ThemeController *themes, QWidget *parent = nullptr);

    void setRows(std::vector<StateShares> rows, Runnable runnable);

protected:
    void paintEvent(QPaintEvent *event) override;
    [[nodiscard]] int rows() const override { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] QString describeRow(int row) const override;
    [[nodiscard]] int headHeight() const override; ///< The legend's.
    [[nodiscard]] QString describeHead() const override;

private:
    [[nodiscard]] int labelWidth() const;
    [[nodiscard]] bool hasLock() const;
    void paintLegend(QPainter &painter) const;
    void paintRow(QPainter &painter, const StateShares &row, const QRect &bar) const;
    [[nodiscard]] QString runnableName() const;

    Runnable m_runnable = Runnable::WaitingForCore;
    std::vector<StateShares> m_rows;
};

} // namespace timeslice
