// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/samplecolumns.h"
#include "ui/format.h"
#include "ui/theme.h"

#include <QString>

#include <optional>
#include <vector>

namespace timeslice {

/// One quantity of a chart. `values` refers to the columns the spec was made of.
struct Track {
    QString name; ///< "core 0"
    QString shortName; ///< "0", at the end of the line.
    SeriesStyle style;
    bool filled = false; ///< Tint the area below the line.
    bool hatched = false; ///< No line: a hatched area from 0.
    std::span<const float> values;
    QString unit = {}; ///< Of its values, where the chart's `format` gives none.
};

/// A value to compare with, drawn as a dotted line.
struct ReferenceLine {
    double value = 0;
    QString label;

    friend bool operator==(const ReferenceLine &, const ReferenceLine &) = default;
};

/// What a chart is about: words, lines and how numbers are written; nothing of size and place.
struct ChartSpec {
    enum class Form { Lines, HeatMap };
    /// What its values are, which decides about the axis and the labels.
    enum class Scale {
        Amounts, ///< From 0 to above the largest in view.
        Counts, ///< The same of whole numbers.
        Shares, ///< In [0, 1]: the axis is 0 to 100 %.
        Durations, ///< Seconds, with the unit that fits the axis.
    };

    QString id;
    QString title;
    QString subtitle;
    QString emptyText; ///< Stands in the plot while there is nothing to draw.
    Form form = Form::Lines;
    std::vector<Track> tracks;
    Scale scale = Scale::Amounts;
    std::optional<ReferenceLine> reference;
    Quantity (*format)(double value) = nullptr; ///< A value for people.
    QString unit; ///< Of the columns of the table: "%", "items/s", "/s"; durations are in "ms" there.

    /// More lines than a legend alone can tell apart are labelled at their ends too.
    [[nodiscard]] bool hasEndLabels() const;
    /// A value of a track for people.
    [[nodiscard]] Quantity quantity(const Track &track, double value) const;
    /// The largest value of rows [first, last), with the reference; NaN when nothing is known.
    [[nodiscard]] double highest(std::size_t first, std::size_t last) const;
};

/// Lines up to here, a heat map above.
inline constexpr std::size_t kMostLines = 16;

/// Busy share of each core, and hatched what was not this run's. Of a run with an exact trace what the run
/// itself had of each core, at any resolution.
/// \param columns  Outlives the spec, and is not changed meanwhile.
/// \param isExact  See ChartChoices::hasExactCores.
[[nodiscard]] ChartSpec coresSpec(const SampleColumns &columns, const Theme &theme, bool isExact);
/// Items per second, all together or by worker.
[[nodiscard]] ChartSpec throughputSpec(
    const SampleColumns &columns, const Theme &theme, bool perWorker,
    const std::optional<ReferenceLine> &baseline);
/// Voluntary and involuntary context switches per second.
[[nodiscard]] ChartSpec switchesSpec(const SampleColumns &columns, const Theme &theme);

/// "core 0 93 %, core 1 not measured": one row in words, for screen readers. Empty without rows.
/// At most `kMostLines` values; of more, the mean and the largest.
[[nodiscard]] QString describeRow(const ChartSpec &spec, std::size_t row);

} // namespace timeslice
