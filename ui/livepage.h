// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"

#include <QElapsedTimer>
#include <QStringList>
#include <QWidget>

#include <cstdint>
#include <optional>

class QLabel;
class QProgressBar;

namespace timeslice {

class Headline;
class MeasureTable;
class ThemeController;

/// How far a run has come, for the live numbers.
struct RunProgress {
    LabState state = LabState::Preparing;
    bool isProgram = false; ///< A program of the user's own: it does no items that could be counted.
    std::uint64_t items = 0;
    std::uint64_t itemsFailed = 0;
    std::optional<std::uint64_t> itemLimit;
    std::optional<double> seconds; ///< Since go; nothing before.
    std::optional<double> duration; ///< Seconds, for runs that end by time.
    std::optional<double> itemsPerSecond; ///< Over about the last second.
    std::optional<double> coresUsed; ///< Likewise.
};

/// How much of the run is done, in [0, 1]; nothing before go and for a run without an end.
[[nodiscard]] std::optional<double> shareDone(const RunProgress &progress);

/// The verdict card while a run is under way.
class LivePage : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit LivePage(ThemeController *themes, QWidget *parent = nullptr);

    void begin();
    /// The bar follows each call, the numbers at most five times a second, so that they can be read.
    void setProgress(const RunProgress &progress);
    void addNotice(const QString &text);

private:
    void showNumbers(const RunProgress &progress);

    QLabel *m_state;
    QProgressBar *m_bar;
    Headline *m_headline;
    MeasureTable *m_table;
    QLabel *m_noticeLabel;
    QStringList m_notices;
    QElapsedTimer m_sinceNumbers;
    LabState m_shownState = LabState::Idle;
};

} // namespace timeslice
