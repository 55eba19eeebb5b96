// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/histogram.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace timeslice {

/// Quantiles of the gaps between successive turns of the window's event loop.
struct GapSummary {
    Nanoseconds p50{};
    Nanoseconds p99{};
    Nanoseconds max{};
    std::uint64_t count = 0;
};

/// Gaps as they were measured, over a whole run and over its last seconds. A plain value holder without a
/// clock. Thread: one.
class GapStatistics {
public:
    static constexpr Nanoseconds kRecent = std::chrono::seconds(10);

    GapStatistics();

    void clear();
    /// \param at   When the gap ended; not before the previous one's end.
    /// \param gap  Its length.
    void add(MonotonicTime at, Nanoseconds gap);

    /// Since `clear`; quantiles known within 1/16, the maximum exact. Nothing before the first gap.
    [[nodiscard]] std::optional<GapSummary> overall() const;
    /// The gaps that ended in the last ten seconds before `now`; exact. Nothing when there are none.
    [[nodiscard]] std::optional<GapSummary> recent(MonotonicTime now) const;

private:
    struct Entry {
        MonotonicTime at;
        Nanoseconds gap;
    };

    std::unique_ptr<LatencyHistogram> m_histogram; ///< Behind a pointer: it cannot be cleared, only replaced.
    std::uint64_t m_count = 0;
    std::deque<Entry> m_recent; ///< Oldest first; spans kRecent.
};

/// Measures how long the window needs to come back to its event loop: a precise timer fires each 16 ms (one
/// frame at 60 Hz) and the time between two firings is a gap. In an idle window every gap is about 16 ms.
///
/// It runs only while a run is under way, because sixty wake-ups a second are themselves a cost.
/// Thread: the main one.
class GapMeter : public QObject {
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds kPeriod{16};

    explicit GapMeter(QObject *parent = nullptr);

    /// Forgets what was measured and begins.
    void start();
    /// Ends measuring; what was measured stays readable.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_timer.isActive(); }

    [[nodiscard]] std::optional<GapSummary> overall() const { return m_gaps.overall(); }
    [[nodiscard]] std::optional<GapSummary> recent() const { return m_gaps.recent(MonotonicClock::now()); }

Q_SIGNALS:
    /// The window has come back to its event loop.
    void measured(timeslice::MonotonicTime end, timeslice::Nanoseconds gap);

private:
    void turn();

    QTimer m_timer;
    MonotonicTime m_last{};
    GapStatistics m_gaps;
};

} // namespace timeslice
