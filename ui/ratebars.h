// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"
#include "ui/barrows.h"

#include <QString>

#include <vector>

namespace timeslice {

/// The throughput of one run that did the same work.
struct RateBar {
    QString label; ///< "Qt threads, 2"; with what tells it from another run of that name.
    double itemsPerSecond = 0;
    bool isThisRun = false;
    bool isBaseline = false;
};

/// The runs to set `recording` against: it and all that are comparable with it (`isComparable`), the newest
/// of each experiment and interpreter, the baseline first, then in the order they were run. At most
/// kMaxRateBars; the oldest give way, the baseline and the run itself never. Empty when there is nothing to
/// compare with.
/// \param runs  Oldest first; may contain `recording`.
/// Thread: any; pure.
inline constexpr std::size_t kMaxRateBars = 6;
[[nodiscard]] std::vector<RateBar>
rateBars(const RecordingPtr &recording, const RecordingPtr &baseline, const std::vector<RecordingPtr> &runs);

/// Horizontal bars from one zero, this run's in the accent colour, each with its value in words.
class RateBars : public BarRows {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit RateBars(ThemeController *themes, QWidget *parent = nullptr);

    void setBars(std::vector<RateBar> bars);

protected:
    void paintEvent(QPaintEvent *event) override;
    [[nodiscard]] int rows() const override { return static_cast<int>(m_bars.size()); }
    [[nodiscard]] QString describeRow(int row) const override;

private:
    std::vector<RateBar> m_bars;
};

} // namespace timeslice
