// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analyse/verdict.h"
#include "core/lab/lab.h"
#include "core/record/recording.h"
#include "ui/themecontroller.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <optional>
#include <utility>

namespace timeslice {

/// The charts as cards on one time axis with one crosshair: cores, throughput and context switches, and of a
/// run that has it the lag of its event loop, the window's frame gap, or the gauges of its workload.
///
/// It shows the last 30 s of the machine while nothing has run; from `beginRun` on the run, in seconds since
/// go; and after `endRun` the whole of it, until the next one begins. What arrives while it is hidden is kept
/// and drawn when it is shown. Thread: GUI.
class ChartStack : public QWidget {
    Q_OBJECT

public:
    /// \param themes    Outlives this widget.
    /// \param cpuCount  CPUs of the machine: lines up to 16, a heat map above.
    explicit ChartStack(ThemeController *themes, int cpuCount, QWidget *parent = nullptr);
    ~ChartStack() override;

    /// Of the charts that are shown, from top to bottom: "cores", "throughput", "switches", and of a run that
    /// has them "loop-lag", "frame-gap", "gauges".
    [[nodiscard]] QStringList chartIds() const;
    /// \return Empty for an unknown id.
    [[nodiscard]] QString chartTitle(const QString &id) const;
    /// The chart that has the keyboard focus, or had it last; "cores" before.
    [[nodiscard]] QString currentChart() const;

    /// One chart as it stands, as a picture that needs no screen.
    /// \param pixels  Size of the picture in its own pixels.
    /// \param scale   How large everything is drawn in it (2 for twice the pixels per letter), 0.5 to 8.
    /// \return A null image for an unknown id or an empty size.
    [[nodiscard]] QImage renderChart(const QString &id, QSize pixels, double scale) const;

    /// A finished run as one complete picture: its charts, what ran where and when, and the numbers of
    /// the verdict where one is given. Needs a QApplication (the offscreen platform will do) but no widget of
    /// this class.
    /// \param pixels, scale  As for `renderChart`.
    [[nodiscard]] static QImage renderRecording(
        const Recording &recording, const Theme &theme, QSize pixels, double scale,
        const Verdict *verdict = nullptr);

    /// Lays out for the present size at once, instead of with the next turn of the event loop.
    void settle();

    [[nodiscard]] bool isPaused() const;
    [[nodiscard]] bool isPerWorker() const;
    /// Whether a range that is looked at in another view is shown alone, instead of marked in all of the run.
    [[nodiscard]] bool isRangeWanted() const;

Q_SIGNALS:
    /// The pointer or the keyboard is on this moment, in seconds of CLOCK_MONOTONIC; nothing when it left.
    void pointed(std::optional<double> seconds);
    /// The user wants it otherwise, by the button on the charts or a double click.
    void rangeWantedChanged(bool wanted);

public Q_SLOTS:
    /// Marks the part of time that another view shows; seconds of CLOCK_MONOTONIC.
    void markRange(std::optional<std::pair<double, double>> seconds);
    /// That part becomes the axis of all charts where it is much less than all, unless that is not wanted. It
    /// never is shorter than some samples are apart. Seconds as above; nothing shows all.
    void showRange(std::optional<std::pair<double, double>> seconds);
    void setRangeWanted(bool wanted);
    /// Draws the crosshair at a moment that is pointed at in another view.
    void pointAt(std::optional<double> seconds);
    void addFrame(const timeslice::Frame &frame);
    /// A run was started: the axis becomes the run's, and what is paused goes on.
    void beginRun(const timeslice::Experiment &experiment);
    /// The run's first item began at this moment: time 0.
    void markGo(timeslice::MonotonicTime go);
    /// The run is over: all of it is shown. A recording that failed before go leaves the charts on the
    /// machine.
    void endRun(const timeslice::RecordingPtr &recording);
    /// Shows a finished run; nullptr goes back to the machine.
    void showRecording(const timeslice::RecordingPtr &recording);
    /// Stops the picture, not the measurement.
    void setPaused(bool paused);
    /// A dotted line across the throughput chart; nothing removes it.
    /// \param label  All that is written at it: "one thread alone: 49.1 items/s".
    void setBaseline(std::optional<double> itemsPerSecond, const QString &label);
    /// Throughput per worker instead of the sum.
    void setPerWorker(bool perWorker);
    /// Opens the data of one chart as a table, in a window of its own.
    void showTable(const QString &id);

protected:
    void showEvent(QShowEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace timeslice
