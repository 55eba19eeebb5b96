// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"
#include "ui/charts/chartsource.h"

#include <optional>
#include <utility>

namespace timeslice {

/// What the charts show at the moment: the machine, a run under way, or a finished run. It keeps the samples
/// and places the axis; it knows nothing of widgets. Thread: GUI.
class ChartFeed {
public:
    /// \param now  Where the axis ends before the first sample.
    explicit ChartFeed(MonotonicTime now);

    /// Takes what was measured. It is kept whatever is shown.
    /// \return Whether the picture is another one now.
    bool add(const std::vector<SeriesPoint> &points);

    /// A run was started. Until go the machine is shown.
    void beginRun(const Experiment &experiment);
    void markGo(MonotonicTime go);
    /// Shows a finished run. nullptr, or a run that never reached go, shows the machine.
    void showRecording(const RecordingPtr &recording);
    /// Freezes the picture of the machine or of a run under way; a finished run stands still anyway.
    void setPaused(bool paused);
    [[nodiscard]] bool isPaused() const { return m_frozen.has_value(); }

    /// The part of time that is looked at in another view, in seconds of CLOCK_MONOTONIC.
    void setRange(std::optional<std::pair<double, double>> seconds) { m_range = seconds; }
    /// Whether the axis becomes that part where it is much less than all. At first it does.
    void setRangeWanted(bool wanted) { m_isRangeWanted = wanted; }
    [[nodiscard]] bool isRangeWanted() const { return m_isRangeWanted; }
    /// The axis of that part; nothing where it would not be shown even if it is wanted.
    [[nodiscard]] std::optional<TimeAxis> rangeAxis() const;

    /// Valid until the next call that changes anything.
    [[nodiscard]] TimeWindow window() const;
    /// The run that is finished and shown, or nullptr.
    [[nodiscard]] const RecordingPtr &recording() const { return m_recording; }
    /// Of the run that is shown, under way or finished.
    [[nodiscard]] const std::optional<Experiment> &experiment() const { return m_experiment; }

private:
    struct Frozen {
        SampleColumns columns;
        TimeAxis axis;
        double origin = 0;
    };
    [[nodiscard]] TimeWindow liveWindow() const;
    [[nodiscard]] TimeWindow wholeWindow() const;
    [[nodiscard]] bool showsThePast() const;

    double m_now; ///< Until there is a sample; seconds of CLOCK_MONOTONIC, as all times here.
    SampleColumns m_live; ///< The last minute and a bit.
    std::optional<Frozen> m_frozen; ///< While paused: the picture when the pause began.
    std::optional<FinishedRun> m_finished;
    RecordingPtr m_recording; ///< Of `m_finished`.
    std::optional<Experiment> m_experiment;
    bool m_isRunning = false;
    std::optional<double> m_go; ///< Of the run under way.
    std::optional<std::pair<double, double>> m_range;
    bool m_isRangeWanted = true;
};

} // namespace timeslice
