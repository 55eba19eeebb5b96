// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/board/board.h"
#include "core/lab/runtrace.h"
#include "core/observe/series.h"
#include "core/record/recording.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace timeslice {

/// Where the lab stands. Idle -> Preparing -> Running -> Stopping -> Idle; any state may fall back to Idle by
/// failure.
enum class LabState {
    Idle, ///< Nothing runs; a run may be started.
    Preparing, ///< The workload is made ready, workers start.
    Running, ///< Between go and the last worker's end.
    Stopping, ///< Stop was asked for; workers are leaving.
};

/// What the lab learned since the last frame: at most 30 of these a second, and none when there is nothing
/// new.
struct Frame {
    std::vector<SeriesPoint> points; ///< Oldest first; may be empty when only progress changed.
    SnapshotPtr latest; ///< The newest snapshot; never null.
    std::uint64_t missed = 0; ///< Samples missed since the lab was made.
};

/// How one run is observed; not part of the experiment, since it changes nothing about the work.
struct RunOptions {
    TraceMode trace = TraceMode::Auto;
    QStringList command; ///< Program and arguments for the model `command`; else empty.
    /// The thread the lab lives on, in a window the main one, gets a lane in an exact trace; it counts
    /// nowhere else.
    bool tracesOwnThread = false;
    bool force = false; ///< Also when it asks for more threads or processes than this user may have.
};

struct LabOptions {
    double samplingHz = 10;
    QString workerProgram; ///< timeslice-worker; empty: beside this program.
    QString runtimeDirectory; ///< Where private run directories are made; empty: see RunDirectory::create.
    std::chrono::milliseconds helloTimeout{5000}; ///< How long a child may take to report.
    std::size_t timelineBytes = TimelineLimits().bytes; ///< What the timeline of one run may take.
    bool hasWindow = false; ///< The thread of the lab is a window's: the model `ui-thread` may use it.
    std::shared_ptr<PerfCalls> perfCalls; ///< Empty: the real ones.
    /// The soft RLIMIT_NOFILE that the user's own program is started with; nothing: this process's.
    std::optional<std::uint64_t> programOpenFiles;
    QStringList interpreterDirectories; ///< Where Python is looked for; empty: the path and the usual places.
};

/// The one door for ui and the command line: takes an Experiment value, gives back frames, states and one
/// Recording.
///
/// Thread: lives on the thread that made it (the main one); all signals come on that thread. `start` and
/// `stop` return at once. Destroying it while a run is under way stops the run and kills what does not end.
class Lab : public QObject {
    Q_OBJECT

public:
    explicit Lab(LabOptions options = {}, QObject *parent = nullptr);
    ~Lab() override;

    [[nodiscard]] const Machine &machine() const;
    [[nodiscard]] LabState state() const;

    /// Looks for Python interpreters and asks each what it is: once, in the background, at most 5 s. `start`
    /// does so by itself for an experiment that needs one.
    void findInterpreters();
    /// What was found; nullptr as long as that is not known.
    [[nodiscard]] std::shared_ptr<const Interpreters> interpreters() const;

    /// Validates and starts. \return The run's id. \error Malformed/Unsupported as `validated`; Unsupported
    /// while another run is under way, or when no interpreter of this machine will do (if that is known
    /// already; else the run fails so). On an error nothing was started and no signal follows.
    [[nodiscard]] Result<std::uint64_t> start(const Experiment &experiment, RunOptions options = {});
    /// Ends the run under way; does nothing when there is none or it is already stopping.
    void stop();

    /// What runs the workers of the run under way, as far as that is known before it says so itself; nothing
    /// for models without an interpreter, without a run, and while interpreters are looked for.
    [[nodiscard]] std::optional<InterpreterReport> interpreter() const;

    /// Board of the run under way or of the last one; nullptr before the first. Read-only for callers:
    /// progress, the picture while it fills in.
    [[nodiscard]] std::shared_ptr<const Board> board() const;
    /// The experiment under way or the last one started.
    [[nodiscard]] const Experiment &experiment() const;

    /// The timeline's newest view of the run under way, or the last run's; nullptr without one. Cost: a
    /// pointer.
    [[nodiscard]] TimelineViewPtr timeline() const;
    /// The timeline of the run under way as it stands, or of the last run. Its view is immutable and may be
    /// kept. Cost: some strings.
    [[nodiscard]] TraceResult trace() const;

    /// Finished runs of this process, oldest first (the newest 200). Old ones may have lost their timelines,
    /// pictures and time series (KeptRecordings).
    [[nodiscard]] const std::vector<RecordingPtr> &recordings() const;
    /// The newest completed run that `recording` may be compared with (see `isBaselineOf` and `compare` in
    /// core/analyse/verdict.h for what may be claimed); nullptr when there is none.
    [[nodiscard]] RecordingPtr baselineOf(const Recording &recording) const;

    /// Snapshots per second, 1 to 50.
    void setSamplingRate(double hz);
    /// What the timeline of one run may take, of runs that are started from now on; and those of the finished
    /// runs together.
    void setTimelineBytes(std::size_t bytes);
    [[nodiscard]] std::size_t timelineBytes() const;

public Q_SLOTS:
    /// The window has come back to its event loop after having been away for so long. Of a run that works on
    /// the window's thread the points wait for this, and tell it as their frame gap; else it is not needed.
    void noteWindowGap(timeslice::MonotonicTime end, timeslice::Nanoseconds length);

Q_SIGNALS:
    void stateChanged(timeslice::LabState state);
    /// `interpreters` has its value now.
    void interpretersFound();
    /// At most 30 per second, also while idle.
    void frameReady(const timeslice::Frame &frame);
    /// Something the user should know while it runs ("worker 3 has not reached its checkpoint yet"); plain
    /// words.
    void noticed(const QString &text);
    /// Exactly one per started run, after the state is Idle again.
    void runFinished(const timeslice::RecordingPtr &recording);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace timeslice

Q_DECLARE_METATYPE(timeslice::LabState)
Q_DECLARE_METATYPE(timeslice::Frame)
