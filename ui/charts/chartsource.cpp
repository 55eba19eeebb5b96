// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartsource.h"

#include <algorithm>
#include <iterator>

namespace timeslice {

std::vector<ChartSpec>
chartSpecs(const SampleColumns &columns, const Theme &theme, const ChartChoices &choices)
{
    std::vector<ChartSpec> specs{
        coresSpec(columns, theme, choices.hasExactCores),
        throughputSpec(columns, theme, choices.perWorker, choices.baseline), switchesSpec(columns, theme)};
    std::ranges::move(extraSpecs(columns, theme, choices.extra), std::back_inserter(specs));
    return specs;
}

bool needEndLabels(const std::vector<ChartSpec> &specs)
{
    return std::any_of(specs.begin(), specs.end(), [](const ChartSpec &spec) { return spec.hasEndLabels(); });
}

std::optional<FinishedRun> finishedRun(const Recording &recording, const SampleColumns &machine)
{
    if (!recording.go)
        return std::nullopt;
    FinishedRun run;
    run.origin = toSeconds(recording.go->time_since_epoch());
    double length = recording.wallSeconds;
    if (!recording.series.empty())
        length = std::max(length, toSeconds(recording.series.back().time - *recording.go));

    const double lead = kLeadShare * length;
    const auto times = machine.times();
    const bool withLead = !times.empty() && times.front() <= run.origin - lead;
    run.axis = wholeAxis(length, withLead);
    if (withLead) {
        // One row more than is seen, so that lines begin at the edge.
        const double until = recording.series.empty()
            ? run.origin + length
            : toSeconds(recording.series.front().time.time_since_epoch())
                - recording.series.front().seconds / 2;
        auto row = machine.nearestRow(run.origin - lead);
        row -= row > 0 ? 1 : 0;
        for (; row < machine.rows() && times[row] < until; ++row)
            run.columns.append(machine, row);
    }
    for (const auto &point : recording.series)
        run.columns.append(point);
    return run;
}

} // namespace timeslice
