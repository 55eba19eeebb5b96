// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "core/lab/scenarios.h"
#include "ui/gapmeter.h"
#include "ui/windowactions.h"
#include "ui/windowstate.h"

#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QSplitter;

namespace timeslice {

class CanvasView;
class ChartStack;
class ExperimentPanel;
class Exporter;
class HelpDialog;
class RunDisplay;
class StatusStrip;
class ThemeController;
class TimelineCard;
class TopBar;
class VerdictPanel;

/// The window: one column to set, one to watch, one to understand. A client of the lab like any other; it
/// holds the pieces together and decides nothing about runs.
///
/// Closing it stops a run under way. Thread: the main one.
class MainWindow : public QWidget {
    Q_OBJECT

public:
    /// All outlive the window.
    MainWindow(Lab *lab, ThemeController *themes, WindowState *state);
    ~MainWindow() override;

    /// Puts an experiment into the panel, as if the user had set it.
    void setExperiment(const Experiment &experiment);
    /// Sets the experiment of a file. On an error nothing changes.
    [[nodiscard]] Result<void> openFile(const QString &path);
    /// Of runs from now on.
    void setTraceMode(TraceMode mode) { m_traceMode = mode; }
    /// Starts the experiment of the panel, like F5. \return False when nothing was started; the window says
    /// why.
    bool run();
    /// Says in the verdict's place what went wrong.
    void showProblem(const Error &error);
    /// Remembers how the window stands, also for an end that no window is asked about.
    void saveState();
    /// How long the window was away from its event loop during the run under way or the last one.
    [[nodiscard]] std::optional<GapSummary> gaps() const;

Q_SIGNALS:
    /// A run has ended and everything about it is shown.
    void runShown(const timeslice::RecordingPtr &recording);

protected:
    bool event(QEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void build();
    void connectActions();
    void connectLab();
    void restoreState();

    /// \param command  Of the model `command`; empty for the others.
    bool start(const Experiment &experiment, const QStringList &command = {});
    void chooseScenario(int index);
    void experimentEdited();
    void introduce();
    void updateActions();
    void setTimelineMiB(int mebibytes);
    void changeScale(double scale);
    void showHelp();
    void saveTimeline();

    /// A file that cannot be opened concerns neither the run under way nor the one that is shown.
    void reportUnopened(const Error &error);

    Lab *m_lab;
    TraceMode m_traceMode = TraceMode::Auto;
    ThemeController *m_themes;
    WindowState *m_state;
    const std::vector<Scenario> m_scenarios;
    WindowActions m_actions;

    QWidget *m_page = nullptr; ///< Around all the others.
    TopBar *m_topBar = nullptr;
    QSplitter *m_splitter = nullptr;
    ExperimentPanel *m_panel = nullptr;
    ChartStack *m_charts = nullptr;
    TimelineCard *m_timeline = nullptr;
    CanvasView *m_canvas = nullptr;
    VerdictPanel *m_verdict = nullptr;
    StatusStrip *m_strip = nullptr;
    std::unique_ptr<RunDisplay> m_display;
    Exporter *m_exporter = nullptr;
    QPointer<HelpDialog> m_help; ///< Made when first asked for.

    bool m_showsRun = false; ///< The verdict is about a run, so editing does not replace it.
};

} // namespace timeslice
