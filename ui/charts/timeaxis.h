// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>
#include <vector>

namespace timeslice {

/// What part of time all charts show: a value, shared by copying. Seconds relative to an origin (a run's go,
/// or now).
struct TimeAxis {
    double begin = 0;
    double end = 1; ///< Always later than `begin`.

    [[nodiscard]] double span() const { return end - begin; }
    /// Where `seconds` lies in a plot of this width; outside of [0, width] for times outside the axis.
    [[nodiscard]] double toX(double seconds, double width) const
    {
        return (seconds - begin) / span() * width;
    }
    [[nodiscard]] double toSeconds(double x, double width) const { return begin + x / width * span(); }

    friend bool operator==(const TimeAxis &, const TimeAxis &) = default;
};

/// What the charts show live, and how much machine is shown before a run's go: this share of the run's axis.
inline constexpr double kMachineSpan = 30;
inline constexpr double kLiveSpan = 60;
inline constexpr double kLeadShare = 0.05;

/// The last 30 s; the origin is now.
[[nodiscard]] TimeAxis machineAxis();

/// A run under way. The axis grows in steps while the picture fills, then slides over the last minute.
/// \param elapsed   Seconds since go.
/// \param expected  The run's duration where it is known: then the axis is as long from the beginning.
[[nodiscard]] TimeAxis liveAxis(double elapsed, std::optional<double> expected);

/// All of a finished run of `length` seconds, with the machine before it when `withLead`.
[[nodiscard]] TimeAxis wholeAxis(double length, bool withLead);

/// The axis of a part of the time that another axis shows, with a sixteenth of it on either side.
/// \param least  No part is shorter: with fewer samples there would be nothing to see. It is then in the
/// middle.
/// \return Nothing when the part is out of view, or not much less than all of it. Thread: any; pure.
[[nodiscard]] std::optional<TimeAxis> partAxis(const TimeAxis &whole, double begin, double end, double least);

struct TimeTick {
    double seconds = 0;
    QString text; ///< With the unit on the last tick only.
};

/// Round numbers along the axis, at most `most` of them (at least one); "now" instead of 0 where the axis
/// ends there. Thread: any; pure.
[[nodiscard]] std::vector<TimeTick> timeTicks(const TimeAxis &axis, int most);

} // namespace timeslice
