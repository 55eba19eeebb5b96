// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"

#include "core/workload/io/qtstarters.h"

namespace timeslice {

WorkerRules ModelContext::rulesFor(unsigned worker) const
{
    WorkerRules rules;
    if (experiment->pin == Pin::Spread)
        rules.cpu = cpusAllowed[worker % cpusAllowed.size()];
    else if (experiment->pin == Pin::One)
        rules.cpu = cpusAllowed.front();
    rules.failEvery = static_cast<std::uint64_t>(experiment->params.integer("fail_every"));
    return rules;
}

WorkerResources ModelContext::resourcesFor(unsigned index, DataSource *source) const
{
    return {
        .index = index,
        .data = source,
        .arena = board->arena(),
        .httpServer = httpServer,
        .directory = workload->needs().directory ? runDirectory.toStdString() : std::string(),
        .workerProgram = workerProgram.toStdString(),
        .interpreter = interpreter.toStdString(),
        .makeQtStarter = makeQtStarter};
}

bool ModelContext::stopsOnFailure() const
{
    return experiment->params.choice("on_failure") == "stop";
}

} // namespace timeslice
