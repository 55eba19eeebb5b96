// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/mainwindow.h"

#include "core/lab/baseline.h"
#include "ui/canvasview.h"
#include "ui/charts/chartstack.h"
#include "ui/charts/recordingpicture.h"
#include "ui/experimentfile.h"
#include "ui/experimentpanel.h"
#include "ui/exporter.h"
#include "ui/fieldrow.h"
#include "ui/format.h"
#include "ui/helpdialog.h"
#include "ui/rundisplay.h"
#include "ui/statusstrip.h"
#include "ui/themecontroller.h"
#include "ui/timeline/timelinecard.h"
#include "ui/tintedicon.h"
#include "ui/topbar.h"
#include "ui/verdictpanel.h"
#include "ui/verdictwords.h"
#include "ui/watchcolumn.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMessageBox>
#include <QScreen>
#include <QSplitter>
#include <QStatusTipEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace timeslice {

namespace {

constexpr QSize kDefaultSize{1440, 900};
constexpr int kTitleBar = 36; ///< About what a window manager adds above; only known once it has.
constexpr int kGap = 16;
constexpr int kLeftWidth = 264;
constexpr int kRightWidth = 300;
constexpr double kScaleStep = 1.1;

/// Widgets for which Space means something of their own.
bool wantsSpace(const QWidget *widget)
{
    return qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QComboBox *>(widget)
        || qobject_cast<const QAbstractItemView *>(widget);
}

} // namespace

MainWindow::MainWindow(Lab *lab, ThemeController *themes, WindowState *state)
    : m_lab(lab)
    , m_themes(themes)
    , m_state(state)
    , m_scenarios(scenarios())
    , m_actions(makeWindowActions(this))
{
    setObjectName(QStringLiteral("timeslice"));
    setWindowIcon(programIcon());
    setAccessibleName(tr("Timeslice"));
    build();
    connectActions();
    connectLab();
    restoreState();
}

MainWindow::~MainWindow()
{
    // Before the views that it connects: the pointer leaves them as they go, and they say so.
    m_display.reset();
}

void MainWindow::build()
{
    // All is on one page, which can be laid out in a size that the window does not have, for a picture.
    auto *window = new QVBoxLayout(this);
    window->setContentsMargins(0, 0, 0, 0);
    m_page = new QWidget(this);
    window->addWidget(m_page);
    auto *column = new QVBoxLayout(m_page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_topBar = new TopBar(m_themes, m_actions, m_scenarios, m_page);
    QList<QAction *> scenarioActions;
    for (std::size_t i = 0; i < m_scenarios.size(); ++i) {
        auto *action =
            new QAction(QString(m_scenarios[i].title).replace(QLatin1Char('&'), QLatin1String("&&")), this);
        action->setStatusTip(m_scenarios[i].description);
        connect(action, &QAction::triggered, this, [this, i] { chooseScenario(static_cast<int>(i)); });
        scenarioActions.append(action);
    }
    fillMenuBar(m_topBar->menuBar(), m_actions, scenarioActions);
    connect(m_topBar, &TopBar::scenarioChosen, this, &MainWindow::chooseScenario);
    column->addWidget(m_topBar);

    column->addWidget(makeHairline(m_page));
    m_splitter = new QSplitter(Qt::Horizontal, m_page);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(kGap);
    m_panel = new ExperimentPanel(m_lab->machine(), m_splitter);
    m_splitter->addWidget(m_panel);

    m_charts = new ChartStack(m_themes, static_cast<int>(m_lab->machine().cpusOnline.size()));
    auto *lower = new QWidget;
    m_timeline = new TimelineCard(m_themes, lower);
    m_canvas = new CanvasView(m_themes, lower);
    m_canvas->hide();
    auto *beside = new QHBoxLayout(lower); // below each other they would leave the charts no height
    beside->setContentsMargins(0, 0, 0, 0);
    beside->setSpacing(kGap);
    beside->addWidget(m_timeline, 3);
    beside->addWidget(m_canvas, 2);
    m_splitter->addWidget(new WatchColumn(m_themes, m_charts, lower, m_splitter));

    m_verdict = new VerdictPanel(m_themes, m_splitter);
    m_splitter->addWidget(m_verdict);
    m_splitter->setStretchFactor(1, 1);
    auto *around = new QVBoxLayout; // a splitter ignores contents margins of its own
    around->setContentsMargins(kGap, kGap, kGap, kGap);
    around->addWidget(m_splitter);
    column->addLayout(around, 1);

    column->addWidget(makeHairline(m_page));
    m_strip = new StatusStrip(m_lab->machine(), m_page);
    column->addWidget(m_strip);
    m_display = std::make_unique<RunDisplay>(
        m_lab, RunDisplay::Views{m_charts, m_timeline, m_canvas, m_verdict, m_strip}, this);
    // Nothing in particular has the focus at first, so that Space pauses and no button looks chosen.
    setFocusPolicy(Qt::ClickFocus);
    setFocus();
    m_exporter = new Exporter(m_page, m_charts, m_timeline, m_canvas, m_state);
}

void MainWindow::connectActions()
{
    const auto on = [this](const QAction *action, auto &&slot) {
        connect(action, &QAction::triggered, this, slot);
    };
    on(m_actions.open, [this] {
        m_exporter->askForExperiment([this](const QString &path) {
            if (const auto opened = openFile(path); !opened)
                reportUnopened(opened.error());
        });
    });
    on(m_actions.save, [this] {
        if (const auto &experiment = m_panel->experiment())
            m_exporter->saveExperiment(*experiment);
    });
    on(m_actions.quit, [this] { close(); });
    on(m_actions.run, [this] { run(); });
    on(m_actions.runBaseline, [this] { start(baselineFor(*m_panel->experiment())); });
    on(m_actions.stop, [this] { m_lab->stop(); });
    connect(m_actions.pause, &QAction::toggled, m_topBar, &TopBar::setPaused);
    connect(m_actions.pause, &QAction::toggled, m_display.get(), &RunDisplay::setPaused);
    on(m_actions.saveWindow, [this] { m_exporter->saveWindow(); });
    on(m_actions.saveChart, [this] { m_exporter->saveChart(); });
    on(m_actions.copyChart, [this] { m_exporter->copyChart(); });
    on(m_actions.saveJson, [this] { m_exporter->saveRun(m_display->last(), ExportFormat::Json); });
    on(m_actions.saveCsv, [this] { m_exporter->saveRun(m_display->last(), ExportFormat::Csv); });
    on(m_actions.saveTimeline, [this] { saveTimeline(); });
    on(m_actions.savePerfetto, [this] { m_exporter->saveRun(m_display->last(), ExportFormat::Perfetto); });
    on(m_actions.saveSlices, [this] { m_exporter->saveRun(m_display->last(), ExportFormat::Slices); });
    connect(m_actions.appearance, &QActionGroup::triggered, this, [this](const QAction *action) {
        m_state->setAppearance(static_cast<WindowState::Appearance>(action->data().toInt()));
        m_themes->setMode(static_cast<ThemeController::Mode>(action->data().toInt()));
    });
    on(m_actions.larger, [this] { changeScale(m_themes->scale() * kScaleStep); });
    on(m_actions.smaller, [this] { changeScale(m_themes->scale() / kScaleStep); });
    on(m_actions.normalSize, [this] { changeScale(1); });
    connect(m_actions.perWorker, &QAction::toggled, this, [this](bool perWorker) {
        m_charts->setPerWorker(perWorker);
        m_state->setPerWorker(perWorker);
    });
    m_actions.showRange->setChecked(m_charts->isRangeWanted());
    connect(m_actions.showRange, &QAction::toggled, m_charts, &ChartStack::setRangeWanted);
    connect(m_charts, &ChartStack::rangeWantedChanged, m_actions.showRange, &QAction::setChecked);
    on(m_actions.showTable, [this] { m_charts->showTable(m_charts->currentChart()); });
    connect(m_actions.fullScreen, &QAction::toggled, this, [this](bool full) {
        setWindowState(windowState().setFlag(Qt::WindowFullScreen, full));
    });
    on(m_actions.help, [this] { showHelp(); });
    on(m_actions.about, [this] { showAbout(this); });

    connect(m_panel, &ExperimentPanel::edited, this, &MainWindow::experimentEdited);
    connect(m_panel, &ExperimentPanel::samplingHzEdited, this, [this](double hz) {
        m_lab->setSamplingRate(hz);
        m_state->setSamplingHz(hz);
    });
    connect(m_verdict, &VerdictPanel::baselineWanted, this, [this] {
        if (m_display->last() && m_lab->state() == LabState::Idle)
            start(baselineFor(
                m_display->last()->experiment)); // of the run that is judged, not of what is set now
    });
    connect(m_timeline, &TimelineCard::pictureRequested, this, &MainWindow::saveTimeline);
    connect(m_timeline, &TimelineCard::emptyChanged, m_actions.saveTimeline, &QAction::setDisabled);
    m_actions.saveTimeline->setDisabled(m_timeline->isEmpty());
    connect(m_timeline, &TimelineCard::optionsChanged, this, [this] {
        m_state->setLaneOptions(m_timeline->options());
    });
    connect(m_timeline, &TimelineCard::memoryChosen, this, [this](int mebibytes) {
        setTimelineMiB(mebibytes);
        m_state->setTimelineMiB(mebibytes);
    });
    connect(m_exporter, &Exporter::done, m_strip, &StatusStrip::setMessage);
}

void MainWindow::connectLab()
{
    connect(m_lab, &Lab::stateChanged, this, &MainWindow::updateActions);
    connect(
        m_lab, &Lab::interpretersFound, this, [this] { m_panel->setInterpreters(m_lab->interpreters()); });
    connect(m_display.get(), &RunDisplay::ended, this, &MainWindow::updateActions);
    connect(m_display.get(), &RunDisplay::shown, this, [this](const RecordingPtr &recording) {
        m_showsRun = true;
        Q_EMIT runShown(recording);
    });
}

void MainWindow::restoreState()
{
    m_themes->setScale(m_state->scale());
    m_themes->setMode(static_cast<ThemeController::Mode>(m_state->appearance()));
    m_actions.appearance->actions().at(static_cast<int>(m_state->appearance()))->setChecked(true);
    m_panel->setSamplingHz(m_state->samplingHz());
    m_timeline->setOptions(m_state->laneOptions());
    setTimelineMiB(m_state->timelineMiB());
    m_actions.perWorker->setChecked(m_state->isPerWorker());
    m_lab->setSamplingRate(m_state->samplingHz());

    if (!restoreGeometry(m_state->geometry())) {
        const QSize available = screen()->availableSize() - QSize(0, kTitleBar);
        resize(kDefaultSize.boundedTo(available));
    }
    m_actions.fullScreen->setChecked(isFullScreen());
    if (!m_splitter->restoreState(m_state->splitter())) {
        const int left = static_cast<int>(kLeftWidth * m_themes->scale());
        const int right = static_cast<int>(kRightWidth * m_themes->scale());
        m_splitter->setSizes({left, std::max(1, width() - left - right), right});
    }
    m_splitter->setChildrenCollapsible(false); // restoreState brings back what an older file said

    auto last = experimentFromJson(m_state->lastExperiment());
    if (last)
        setExperiment(*last);
    else if (!m_scenarios.empty())
        setExperiment(m_scenarios.front().experiment);
    else
        experimentEdited();
}

void MainWindow::saveState()
{
    m_state->setGeometry(saveGeometry());
    m_state->setSplitter(m_splitter->saveState());
    if (const auto &experiment = m_panel->experiment())
        m_state->setLastExperiment(toJson(*experiment));
}

void MainWindow::setExperiment(const Experiment &experiment)
{
    m_panel->setExperiment(experiment);
    if (m_lab->state() == LabState::Idle)
        m_showsRun = false; // what is set now is news; the last run stays in the charts
    experimentEdited();
}

Result<void> MainWindow::openFile(const QString &path)
{
    const auto opened = openExperiment(path);
    if (!opened)
        return std::unexpected(opened.error());
    setExperiment(opened->experiment);
    m_strip->setMessage(
        opened->isFromRun ? tr("This is the experiment of a saved run.") : tr("Opened %1").arg(path));
    return {};
}

void MainWindow::chooseScenario(int index)
{
    setExperiment(m_scenarios[static_cast<std::size_t>(index)].experiment);
}

void MainWindow::experimentEdited()
{
    updateActions();
    introduce();
    const auto &experiment = m_panel->experiment();
    setWindowTitle(experiment ? tr("%1 – Timeslice").arg(planInWords(*experiment)) : tr("Timeslice"));
}

void MainWindow::introduce()
{
    const auto &experiment = m_panel->experiment();
    const auto scenario = std::ranges::find_if(m_scenarios, [&experiment](const Scenario &candidate) {
        return experiment && candidate.experiment == *experiment;
    });
    const bool isScenario = scenario != m_scenarios.end();
    m_topBar->setScenario(isScenario ? static_cast<int>(scenario - m_scenarios.begin()) : -1);
    if (m_showsRun)
        return;
    const QString key = m_actions.run->shortcut().toString(QKeySequence::NativeText);
    if (!experiment)
        m_verdict->showIntroduction({}, tr("This cannot be run yet.\n\n%1").arg(m_panel->problem()));
    else if (isScenario)
        m_verdict->showIntroduction(
            scenario->title, tr("%1\n\nPress %2 to run it.").arg(scenario->description, key));
    else
        m_verdict->showIntroduction(
            {}, tr("%1 runs your experiment.\n\n%2.").arg(key, planInWords(*experiment)));
}

void MainWindow::updateActions()
{
    const LabState state = m_lab->state();
    const bool isIdle = state == LabState::Idle;
    const QString problem = m_panel->problem();
    m_actions.run->setEnabled(isIdle && problem.isEmpty());
    const bool hasBaseline = problem.isEmpty() && m_panel->command().isEmpty()
        && validated(baselineFor(*m_panel->experiment())).has_value();
    m_actions.runBaseline->setEnabled(isIdle && hasBaseline);
    m_actions.run->setToolTip(
        !isIdle                 ? tr("A run is under way")
            : problem.isEmpty() ? m_actions.run->statusTip()
                                : problem);
    m_actions.stop->setEnabled(state == LabState::Preparing || state == LabState::Running);
    m_actions.save->setEnabled(problem.isEmpty());
    const auto &last = m_display->last();
    m_actions.saveJson->setEnabled(last != nullptr);
    m_actions.saveCsv->setEnabled(last != nullptr);
    const bool hasTimeline = last && last->trace.timeline;
    m_actions.savePerfetto->setEnabled(hasTimeline);
    m_actions.saveSlices->setEnabled(hasTimeline);
    m_strip->setMessage(problem);
}

bool MainWindow::run()
{
    return m_actions.run->isEnabled() && start(*m_panel->experiment(), m_panel->command());
}

bool MainWindow::start(const Experiment &experiment, const QStringList &command)
{
    m_actions.pause->setChecked(false);
    m_display->flush();
    const auto run = m_lab->start(
        experiment,
        RunOptions{
            .trace = m_traceMode,
            .command = command,
            .tracesOwnThread = m_timeline->options().showsMainThread});
    if (!run) {
        showProblem(run.error());
        return false;
    }
    m_showsRun = true;
    m_display->begin(*run);
    updateActions();
    return true;
}

std::optional<GapSummary> MainWindow::gaps() const
{
    return m_display->gaps();
}

void MainWindow::showProblem(const Error &error)
{
    m_showsRun = true;
    m_verdict->showRefusal(error);
    m_strip->setState(tr("Not started"), true);
}

void MainWindow::reportUnopened(const Error &error)
{
    auto *box = new QMessageBox(
        QMessageBox::Warning, tr("Not opened"), describeForPeople(error), QMessageBox::Close, this);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::setTimelineMiB(int mebibytes)
{
    m_timeline->setMemoryMiB(mebibytes);
    m_lab->setTimelineBytes(static_cast<std::size_t>(mebibytes) * 1024 * 1024);
}

void MainWindow::changeScale(double scale)
{
    const double before = m_themes->scale();
    m_themes->setScale(scale);
    m_state->setScale(m_themes->scale());
    // The side columns hold words, so they grow with them; the charts in the middle give way.
    const double growth = m_themes->scale() / before;
    QList<int> widths = m_splitter->sizes();
    const int whole = std::accumulate(widths.begin(), widths.end(), 0);
    for (const qsizetype side : {0, 2})
        widths[side] = static_cast<int>(std::lround(widths[side] * growth));
    widths[1] = std::max(1, whole - widths[0] - widths[2]);
    m_splitter->setSizes(widths);
}

void MainWindow::showHelp()
{
    if (!m_help)
        m_help = new HelpDialog(m_actions, this);
    m_help->show();
    m_help->raise();
    m_help->activateWindow();
}

// Under a run that is not over yet stands only what it is.
void MainWindow::saveTimeline()
{
    const auto &last = m_display->last();
    const bool isOver = m_lab->state() == LabState::Idle && last;
    m_exporter->saveTimeline(isOver ? pictureCaption(*last) : experimentCaption(m_lab->experiment()));
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() == QEvent::StatusTip) {
        const QString tip = static_cast<QStatusTipEvent *>(event)->tip();
        m_strip->setMessage(tip.isEmpty() ? m_panel->problem() : tip);
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Space && key->modifiers() == Qt::NoModifier && wantsSpace(focusWidget())) {
            event->accept(); // the button is pressed, and the display not paused
            return true;
        }
    }
    return QWidget::event(event);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    saveState();
    m_lab->stop(); // the lab's destructor ends what does not end by itself
    event->accept();
}

} // namespace timeslice
