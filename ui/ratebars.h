// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/record/recording.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace timeslice {

class ThemeController;

/// The throughput of one run that did the same work.
struct RateBar {
    QString label; ///< "Qt threads, 2"
    double itemsPerSecond = 0;
    bool isThisRun = false;
    bool isBaseline = false;
};

/// The runs to set `recording` against: it and all completed ones that did the same work, the newest of each
/// model and number of workers, the baseline first, then in the order they were run. At most kMaxRateBars;
/// the oldest give way, the baseline and the run itself never. Empty when there is nothing to compare with.
/// \param runs  Oldest first; may contain `recording`.
/// Thread: any; pure.
inline constexpr std::size_t kMaxRateBars = 6;
[[nodiscard]] std::vector<RateBar>
rateBars(const RecordingPtr &recording, const RecordingPtr &baseline, const std::vector<RecordingPtr> &runs);

/// Horizontal bars from one zero, this run's in the accent colour, each with its value in words.
class RateBars : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit RateBars(ThemeController *themes, QWidget *parent = nullptr);

    void setBars(std::vector<RateBar> bars);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    bool event(QEvent *event) override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] int rowHeight() const;

    ThemeController *m_themes;
    std::vector<RateBar> m_bars;
};

} // namespace timeslice
