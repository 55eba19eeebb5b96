// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/timeline/selectionstats.h"

#include <QWidget>

class QLabel;

namespace timeslice {

class MeasureTable;
class StateBars;
class ThemeController;

/// What happened in the measured range, beside the timeline: whose, how long, the statistics of all its tasks
/// together, and where the time of each of a few went. Thread: the main one.
class SelectionPanel : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit SelectionPanel(ThemeController *themes, QWidget *parent = nullptr);

    /// \param originNs  What the range's begin is told from.
    void showStats(const SelectionStats &stats, std::uint64_t originNs);
    /// All of it on one line: "worker 1: running: 50 %, ...".
    [[nodiscard]] const QString &text() const { return m_text; }

Q_SIGNALS:
    void closeRequested();
    void copyRequested();

private:
    void applyTheme();

    ThemeController *m_themes;
    QLabel *m_title;
    QLabel *m_range;
    MeasureTable *m_table;
    QLabel *m_barsTitle;
    StateBars *m_bars;
    QWidget *m_content;
    QString m_text;
};

/// The statistics of a lane on one line, as the panel and saved pictures tell them.
[[nodiscard]] QString statsLine(const LaneStats &lane);

} // namespace timeslice
