// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/observe/snapshot.h"
#include "core/procfs/topology.h"
#include "core/record/recording.h"
#include "ui/gapmeter.h"

#include <QFrame>

#include <deque>
#include <optional>

class QLabel;

namespace timeslice {

/// The average over the last two seconds of what the observation itself costs: the sampler's thread, the
/// reader of the trace, and the window's. Thread: one.
class ObserverCost {
public:
    static constexpr Nanoseconds kWindow = std::chrono::seconds(2);

    /// \param samplerCpu, windowCpu  Cumulative CPU time of the two threads at `at`; of the window's nothing
    /// while a run works on its thread.
    /// \param readerSeconds  CPU time of the run's reader, from 0 with each run; nothing without a trace.
    void
    add(MonotonicTime at, Nanoseconds samplerCpu, std::optional<Nanoseconds> windowCpu,
        std::optional<double> readerSeconds = {});
    /// The next reading is of another run.
    void beginRun();
    struct Shares {
        double sampler = 0; ///< Of one core; with the trace's reader.
        std::optional<double> window; ///< Nothing while its thread also did the run's work.
    };
    /// Nothing before two readings.
    [[nodiscard]] std::optional<Shares> shares() const;

private:
    struct Reading {
        MonotonicTime at;
        Nanoseconds sampler;
        std::optional<Nanoseconds> window;
    };
    std::deque<Reading> m_readings; ///< Oldest first; spans kWindow.
    Nanoseconds m_readerBefore{}; ///< Of all runs before.
    Nanoseconds m_reader{}; ///< Of this run.
};

/// The line at the bottom: what the observation costs, whether anything was missed, what the machine allows,
/// and at the right how things stand.
class StatusStrip : public QFrame {
    Q_OBJECT

public:
    explicit StatusStrip(const Machine &machine, QWidget *parent = nullptr);

    void setCost(const std::optional<ObserverCost::Shares> &shares);
    void setMissed(std::uint64_t missed);
    /// Where the timeline comes from, and how far it can be trusted.
    void setTrace(const TraceResult &trace);
    /// The gaps of the run under way; nothing hides the field.
    void setGaps(const std::optional<GapSummary> &recent, const std::optional<GapSummary> &overall);
    /// The gaps of a run that has ended.
    void setGapsOfRun(const GapSummary &overall);
    /// What runs the workers: "CPython 3.11.2, GIL on, fork"; empty for models without an interpreter.
    void setInterpreter(const QString &text);
    /// \param throttle  Counted since the group was made, so the first call is what the next ones are
    /// compared with. Nothing without a quota.
    void setThrottle(const std::optional<ThrottleReading> &throttle);
    /// "Ready", "Running", "Finished after 10.0 s"; at the right.
    void setState(const QString &text, bool isFailure = false);
    /// What the pointer or the keyboard is on, or what has just been done; an empty text removes it.
    void setMessage(const QString &text);

private:
    QLabel *addField(const QString &help);
    static void show(QLabel *label, const QString &text);

    QString m_cores;
    std::optional<ThrottleReading> m_firstThrottle;
    QLabel *m_trace;
    QLabel *m_cost;
    QLabel *m_missed;
    QLabel *m_gap;
    QLabel *m_machine;
    QLabel *m_interpreter;
    QLabel *m_message;
    QLabel *m_state;
};

} // namespace timeslice
