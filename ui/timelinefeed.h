// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/lab/lab.h"

#include <QObject>

namespace timeslice {

class ChartStack;
class StatusStrip;
class TimelineCard;

/// Keeps the timeline's card on the lab's run: its view while it grows and when it is finished, which lane is
/// which worker, from when times count, and in words why it is not exact. Charts and timeline share one
/// crosshair and one range through it; each knows nothing of the other. Thread: the main one.
class TimelineFeed : public QObject {
    Q_OBJECT

public:
    /// All outlive the feed.
    TimelineFeed(
        Lab *lab, TimelineCard *card, ChartStack *charts, StatusStrip *strip, QObject *parent = nullptr);

    /// A run was started.
    void begin();
    /// Looks for what is new of the run under way: with each frame.
    void refresh();
    /// The run is over. \param recording  What is shown from now on.
    void end(const Recording &recording);

private:
    void connectCharts();
    void shareRange(bool isSettled);
    void nameWorkers();
    void tell(const TraceResult &trace);

    Lab *m_lab;
    TimelineCard *m_card;
    ChartStack *m_charts;
    StatusStrip *m_strip;
    std::size_t m_named = 0; ///< Workers that have a label.
    /// What the strip says of the trace.
    struct Told {
        TraceSource source = TraceSource::Off;
        std::optional<std::uint64_t> lost;
    };
    Told m_told;
    bool m_isWatching = false; ///< The card follows the run by itself.
    bool m_hasOrigin = false;
};

} // namespace timeslice
