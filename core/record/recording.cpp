// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/recording.h"

#include "core/workload/catalogue.h"

namespace timeslice {

const char *nameOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Completed:
        return "completed";
    case Outcome::Stopped:
        return "stopped";
    case Outcome::Failed:
        return "failed";
    }
    return "failed";
}

const char *nameOf(TraceSource source)
{
    switch (source) {
    case TraceSource::Off:
        return "off";
    case TraceSource::None:
        return "none";
    case TraceSource::Perf:
        return "perf";
    case TraceSource::Sampled:
        return "sampled";
    }
    return "none";
}

std::vector<std::pair<const ResultField *, ResultValue>> resultsOf(const Recording &recording)
{
    std::vector<std::pair<const ResultField *, ResultValue>> results;
    const auto *const info = findWorkload(recording.experiment.workload);
    if (info == nullptr)
        return results;
    for (std::size_t i = 0; i < info->results.size(); ++i)
        results.emplace_back(
            &info->results[i], i < recording.results.size() ? recording.results[i] : ResultValue());
    return results;
}

} // namespace timeslice
