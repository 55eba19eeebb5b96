// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lab/baseline.h"

#include "core/model/catalogue.h"

#include <algorithm>

namespace timeslice {

Experiment baselineFor(Experiment experiment)
{
    // What belonged to the other model only is not the baseline's.
    const ModelInfo *model = findModel(experiment.model);
    const bool inChildAnyway = needsChildHost(experiment.workload, experiment.model);
    const auto baseline = model ? model->baseline : "sequential";
    const auto kept = parametersOf(experiment.workload, baseline);
    ParameterValues params;
    for (const auto &[id, value] : experiment.params.all()) {
        if (std::ranges::find(kept, id, &Parameter::id) != kept.end())
            params.set(id, value);
    }
    experiment.params = std::move(params);
    experiment.model = baseline;
    experiment.workers = 1;
    experiment.pin = Pin::None;
    experiment.isolate = experiment.isolate && !inChildAnyway;
    return experiment;
}

} // namespace timeslice
