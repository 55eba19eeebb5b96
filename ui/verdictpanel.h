// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "core/base/error.h"
#include "core/record/recording.h"
#include "ui/ratebars.h"

#include <QFrame>

#include <vector>

class QLabel;
class QVBoxLayout;

namespace timeslice {

class LivePage;
class ResultPage;
class ThemeController;
struct RunProgress;

/// The right card: what F5 will do, then live numbers, then the verdict or what went wrong.
///
/// It takes plain values and knows no lab. Each of its pages is made when it is first shown.
class VerdictPanel : public QFrame {
    Q_OBJECT

public:
    /// \param themes  Outlives this widget.
    explicit VerdictPanel(ThemeController *themes, QWidget *parent = nullptr);

    /// Before a run: what it will do.
    void showIntroduction(const QString &title, const QString &text);
    /// A run begins; progress and notices follow.
    void beginRun();
    void setProgress(const RunProgress &progress);
    /// Something to know while it runs; shown below the live numbers.
    void addNotice(const QString &text);
    /// The run has ended.
    /// \param bars  The runs to compare with; empty for none.
    void showResult(const RecordingPtr &recording, const Verdict &verdict, const std::vector<RateBar> &bars);
    /// Nothing was started, and why.
    void showRefusal(const Error &error);

Q_SIGNALS:
    /// The user asks for the sequential run that the verdict lacks.
    void baselineWanted();

private:
    void showOnly(QWidget *shown);
    LivePage *livePage();
    ResultPage *resultPage();

    ThemeController *m_themes;
    QVBoxLayout *m_column = nullptr; ///< Of the pages; the last item is the stretch below them.
    QWidget *m_introduction = nullptr;
    QLabel *m_introductionTitle = nullptr;
    QLabel *m_introductionText = nullptr;
    LivePage *m_live = nullptr;
    ResultPage *m_result = nullptr;
};

} // namespace timeslice
