// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/workload/workload.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace timeslice {

/// A number for people, apart from its unit so that columns of numbers can be aligned.
///
/// All functions here use the user's locale (QLocale()), and give `notMeasured()` without a unit for NaN, an
/// infinity or nothing: a value that is not known never becomes 0. Files never go through here.
struct Quantity {
    QString value; ///< "49.6", "1,234"; or "not measured".
    QString unit; ///< "items/s"; empty where the value has none.

    /// "49.6 items/s", with a space that no line breaks at.
    [[nodiscard]] QString toString() const;

    friend bool operator==(const Quantity &, const Quantity &) = default;
};

/// "not measured"
[[nodiscard]] QString notMeasured();

/// A plain number with about `digits` significant digits and groups ("1,234", "49.6", "0.0123"). At least
/// 1e15 and below 1e-6 become "1.2E+15".
[[nodiscard]] QString formatNumber(double number, int digits = 3);

/// Items per second: "49.6 items/s", "12,345 items/s", from 100,000 on "123 k items/s", "4.56 M items/s".
[[nodiscard]] Quantity formatRate(double perSecond);
[[nodiscard]] Quantity formatRate(std::optional<double> perSecond);

/// Something else per second (context switches): "412 /s".
[[nodiscard]] Quantity formatPerSecond(double perSecond);
[[nodiscard]] Quantity formatPerSecond(std::optional<double> perSecond);

/// Seconds, in the unit that fits, from "120 ns" to "3.2 h"; negative durations keep their sign.
[[nodiscard]] Quantity formatDuration(double seconds);
[[nodiscard]] Quantity formatDuration(std::optional<double> seconds);
[[nodiscard]] Quantity formatDuration(Nanoseconds duration);

/// Bytes in decimal units: "19.2 MB".
[[nodiscard]] Quantity formatBytes(double bytes);
[[nodiscard]] Quantity formatBytes(std::optional<std::uint64_t> bytes);

/// A share in [0, 1] as "50 %"; one decimal below 10 %, "< 0.1" for less than that but more than nothing.
[[nodiscard]] Quantity formatPercent(double share);
[[nodiscard]] Quantity formatPercent(std::optional<double> share);

/// Busy cores: "1.01 cores".
[[nodiscard]] Quantity formatCores(double cores);
[[nodiscard]] Quantity formatCores(std::optional<double> cores);

/// A count with groups: "20,000".
[[nodiscard]] QString formatCount(std::uint64_t count);
[[nodiscard]] QString formatCount(std::optional<std::uint64_t> count);

/// A speed-up: "×1.01".
[[nodiscard]] QString formatFactor(double factor);
[[nodiscard]] QString formatFactor(std::optional<double> factor);

/// A point on the time axis of a run: "4.2 s", "1:05 min", "1:00:05 h", always with as many decimals as
/// `step` needs.
/// \param step  Distance of neighbouring points or ticks in seconds.
[[nodiscard]] QString formatTimePoint(double seconds, double step);

/// A workload's own result, by the unit of its field ("s", "bytes/s", "/s", none for a count or a text).
[[nodiscard]] Quantity formatResult(const ResultField &field, const ResultValue &value);

/// A parameter with its value: "Switch interval 5,000 us", "Start method fork", "Forced switching on".
/// \param value  Of the parameter's kind.
[[nodiscard]] QString formatParameter(const Parameter &parameter, const ParameterValue &value);

/// What happened, as a sentence for people, and on a second line what can be done about it, where that is
/// known.
[[nodiscard]] QString describeForPeople(const Error &error);
/// Only the second line; empty where no remedy is known.
[[nodiscard]] QString remedyFor(const Error &error);

} // namespace timeslice
