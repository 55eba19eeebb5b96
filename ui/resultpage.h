// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "core/record/recording.h"
#include "ui/measuretable.h"
#include "ui/ratebars.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace timeslice {

class Disclosure;
class Headline;
class StateBars;
class ThemeController;

/// The rows of the verdict's table: throughput, CPU, efficiency, switches, memory, time per item. What was
/// not measured says so. Thread: any; pure.
[[nodiscard]] std::vector<Measure> measuresOf(const Recording &recording, const Verdict &verdict);

/// The verdict card after a run: the number that matters, what happened, the measurements, where the time
/// went, the comparison; for a failed run what happened, why and what to try.
class ResultPage : public QWidget {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit ResultPage(ThemeController *themes, QWidget *parent = nullptr);

    void show(const RecordingPtr &recording, const Verdict &verdict, const std::vector<RateBar> &bars);
    void showRefusal(const Error &error);

Q_SIGNALS:
    void baselineWanted();

private:
    struct Part {
        QLabel *title;
        QWidget *body;
        void setVisible(bool visible) const;
    };

    Part addPart(QVBoxLayout *column, const QString &title, QWidget *body);
    void showFailure(const QString &heading, const Error &error, bool hasOutput);
    void showNotes(const Recording &recording);

    QLabel *m_failure;
    Headline *m_headline;
    QLabel *m_happened;
    QLabel *m_reason;
    QPushButton *m_baseline;
    QWidget *m_line;
    MeasureTable *m_table;
    StateBars *m_states;
    RateBars *m_rates;
    QLabel *m_notes;
    QPlainTextEdit *m_output;
    Disclosure *m_outputPart;
    Part m_statePart;
    Part m_ratePart;
    Part m_notePart;
};

} // namespace timeslice
