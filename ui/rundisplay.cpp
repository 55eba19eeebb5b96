// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/rundisplay.h"

#include "core/analyse/verdict.h"
#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "ui/canvasview.h"
#include "ui/charts/chartstack.h"
#include "ui/format.h"
#include "ui/timeline/timelinecard.h"
#include "ui/timelinefeed.h"
#include "ui/verdictpanel.h"
#include "ui/verdictwords.h"

#include <utility>

namespace timeslice {

namespace {

constexpr qint64 kStripMs = 500; ///< Numbers at the bottom change no faster than they can be read.

} // namespace

RunDisplay::RunDisplay(Lab *lab, const Views &views, QWidget *window)
    : m_lab(lab)
    , m_views(views)
    , m_window(window)
    , m_timelineFeed(std::make_unique<TimelineFeed>(lab, views.timeline, views.charts, views.strip))
    , m_pump(window, nullptr)
    , m_gaps(nullptr)
{
    m_views.strip->setState(tr("Ready"));
    connect(m_lab, &Lab::stateChanged, this, &RunDisplay::noteState);
    connect(m_lab, &Lab::frameReady, &m_pump, &FramePump::push);
    connect(m_lab, &Lab::noticed, m_views.verdict, &VerdictPanel::addNotice);
    connect(m_lab, &Lab::runFinished, this, &RunDisplay::finish);
    connect(&m_gaps, &GapMeter::measured, m_lab, &Lab::noteWindowGap);
    connect(&m_pump, &FramePump::frameDue, this, &RunDisplay::showFrame);
}

RunDisplay::~RunDisplay() = default;

void RunDisplay::begin(std::uint64_t run)
{
    const auto &experiment = m_lab->experiment();
    m_monitor.begin(run, experiment, m_lab->board());
    m_cost.beginRun();
    m_gaps.start();
    showPlanned();
    m_views.charts->beginRun(experiment);
    m_timelineFeed->begin();
    m_views.verdict->beginRun();
    m_views.verdict->setProgress(m_monitor.progress(m_lab->state(), MonotonicClock::now()));
    const bool paints = findWorkload(experiment.workload)->paints;
    m_views.canvas->setVisible(paints);
    if (paints) {
        // The board stays mapped as long as the view may look at it.
        m_views.canvas->watch(
            [board = m_lab->board()] { return std::span<const std::byte>(board->arena()); },
            experiment.workers);
    }
}

void RunDisplay::showPlanned()
{
    Recording planned; // the lab compares recordings; this is all it looks at for it
    planned.experiment = m_lab->experiment();
    planned.interpreter = m_lab->interpreter();
    showBaseline(m_lab->baselineOf(planned));
    m_views.strip->setInterpreter(interpreterInWords(planned.interpreter));
}

void RunDisplay::showBaseline(const RecordingPtr &baseline)
{
    const bool isKnown = baseline && baseline->itemsPerSecond;
    m_views.charts->setBaseline(
        isKnown ? baseline->itemsPerSecond : std::nullopt,
        isKnown ? tr("baseline: %1").arg(formatRate(baseline->itemsPerSecond).toString()) : QString());
}

void RunDisplay::noteState(LabState state)
{
    switch (state) {
    case LabState::Idle:
        break; // `finish` follows and says how it ended
    case LabState::Preparing:
        m_views.strip->setState(tr("Getting ready"));
        break;
    case LabState::Running:
        showPlanned(); // interpreters may have been looked for until now
        if (const auto go = m_lab->board()->goTime()) // not now: it is heard of later
            m_views.charts->markGo(*go);
        m_views.strip->setState(tr("Running"));
        break;
    case LabState::Stopping:
        m_views.strip->setState(tr("Stopping"));
        break;
    }
}

void RunDisplay::showFrame(const Frame &frame)
{
    m_views.charts->addFrame(frame); // collects while paused, too
    m_monitor.add(frame);
    const bool worksHere =
        m_lab->state() != LabState::Idle && findModel(m_lab->experiment().model)->onUiThread;
    m_cost.add(
        frame.latest->end, Nanoseconds(static_cast<std::int64_t>(frame.latest->observerCpuNs)),
        worksHere ? std::nullopt : std::optional(threadCpuTime()), m_lab->trace().readerCpuSeconds);
    if (m_isPaused)
        return;
    m_timelineFeed->refresh();
    if (m_lab->state() != LabState::Idle)
        m_views.verdict->setProgress(m_monitor.progress(m_lab->state(), MonotonicClock::now()));
    if (m_sinceStrip.isValid() && m_sinceStrip.elapsed() < kStripMs)
        return;
    m_sinceStrip.start();
    m_views.strip->setCost(m_cost.shares());
    m_views.strip->setMissed(m_monitor.missed());
    m_views.strip->setThrottle(frame.latest->throttle);
    if (m_gaps.isRunning())
        m_views.strip->setGaps(m_gaps.recent(), m_gaps.overall());
}

void RunDisplay::finish(const RecordingPtr &recording)
{
    m_gaps.stop();
    m_pump.flush();
    m_last = recording;
    Q_EMIT ended();
    if (m_isPaused) {
        m_held = recording;
        m_views.strip->setState(
            tr("%1; display paused").arg(endInWords(*recording)), recording->outcome == Outcome::Failed);
    } else {
        showRecording(recording);
    }
}

void RunDisplay::showRecording(const RecordingPtr &recording)
{
    const RecordingPtr baseline = m_lab->baselineOf(*recording);
    showBaseline(baseline);
    m_views.charts->endRun(recording);
    m_timelineFeed->end(*recording);
    if (m_views.canvas->isVisibleTo(m_window))
        m_views.canvas->freeze(recording->canvas, recording->experiment.workers);
    m_views.verdict->showResult(
        recording, judge(*recording, baseline.get()), rateBars(recording, baseline, m_lab->recordings()));
    m_views.strip->setState(endInWords(*recording), recording->outcome == Outcome::Failed);
    m_views.strip->setInterpreter(interpreterInWords(*recording));
    if (const auto gaps = m_gaps.overall())
        m_views.strip->setGapsOfRun(*gaps);
    m_views.strip->setMissed(recording->observer.missed);
    Q_EMIT shown(recording);
}

void RunDisplay::setPaused(bool paused)
{
    m_isPaused = paused;
    m_views.charts->setPaused(paused);
    m_views.canvas->setPaused(paused);
    m_views.timeline->setPaused(paused);
    if (!paused && m_held)
        showRecording(std::exchange(m_held, nullptr));
}

} // namespace timeslice
