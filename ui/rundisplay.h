// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"
#include "ui/framepump.h"
#include "ui/gapmeter.h"
#include "ui/runmonitor.h"
#include "ui/statusstrip.h"

#include <QElapsedTimer>
#include <QObject>

#include <memory>

namespace timeslice {

class CanvasView;
class ChartStack;
class TimelineCard;
class TimelineFeed;
class VerdictPanel;

/// Keeps the window's views on the lab's run: charts, timeline, painted picture, verdict and status strip,
/// while it is under way and when it is over. It listens to the lab by itself; only that a run was started it
/// is told. Thread: the main one.
class RunDisplay : public QObject {
    Q_OBJECT

public:
    struct Views {
        ChartStack *charts;
        TimelineCard *timeline;
        CanvasView *canvas;
        VerdictPanel *verdict;
        StatusStrip *strip;
    };

    /// \param lab, views  Outlive this object.
    /// \param window      Frames wait while it cannot be seen.
    RunDisplay(Lab *lab, const Views &views, QWidget *window);
    ~RunDisplay() override;

    /// A run is about to be started: what was seen before belongs to the time before.
    void flush() { m_pump.flush(); }
    /// It was.
    void begin(std::uint64_t run);
    /// Stops the picture, not the measurement. A run that ends meanwhile is shown when it goes on.
    void setPaused(bool paused);

    /// The run that ended last, shown or held while paused; nullptr before the first.
    [[nodiscard]] const RecordingPtr &last() const { return m_last; }
    /// How long the window was away from its event loop during the run under way or the last one.
    [[nodiscard]] std::optional<GapSummary> gaps() const { return m_gaps.overall(); }

Q_SIGNALS:
    /// A run has ended: `last` is another one. `shown` follows, at once or when it is not held any more.
    void ended();
    /// Everything about a run that has ended is shown.
    void shown(const timeslice::RecordingPtr &recording);

private:
    void noteState(LabState state);
    void showFrame(const Frame &frame);
    void finish(const RecordingPtr &recording);
    void showRecording(const RecordingPtr &recording);
    /// What is known of the run under way before it has measured anything: its baseline and its interpreter.
    void showPlanned();
    /// In the throughput chart; nullptr removes it.
    void showBaseline(const RecordingPtr &baseline);

    Lab *m_lab;
    Views m_views;
    QWidget *m_window;
    std::unique_ptr<TimelineFeed> m_timelineFeed;
    FramePump m_pump;
    GapMeter m_gaps;
    RunMonitor m_monitor;
    ObserverCost m_cost;
    QElapsedTimer m_sinceStrip;
    bool m_isPaused = false;
    RecordingPtr m_last;
    RecordingPtr m_held; ///< Ended while the display was paused; shown when it goes on.
};

} // namespace timeslice
