// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"

#include "core/model/command.h"
#include "core/model/cpython.h"
#include "core/model/eventloop.h"
#include "core/model/eventlooppool.h"
#include "core/model/gilthreads.h"
#include "core/model/pool.h"
#include "core/model/pythonforms.h"
#include "core/model/qprocess.h"
#include "core/model/qthread.h"
#include "core/model/sequential.h"
#include "core/run/experiment.h"
#include "core/workload/catalogue.h"

#include <algorithm>
#include <vector>

namespace timeslice {

std::span<const ModelInfo> models()
{
    static const std::vector<ModelInfo> all = [] {
        std::vector<ModelInfo> own{sequentialModel(),    uiThreadModel(),  qthreadModel(),
                                   poolModel(),          qprocessModel(),  eventLoopModel(),
                                   eventLoopPoolModel(), gilThreadsModel()};
        std::ranges::move(cpythonModels(), std::back_inserter(own));
        own.push_back(commandModel());
        return own;
    }();
    return all;
}

const ModelInfo *findModel(std::string_view id)
{
    const auto all = models();
    const auto found = std::ranges::find(all, id, &ModelInfo::id);
    return found == all.end() ? nullptr : &*found;
}

bool needsChildHost(std::string_view workload, std::string_view model)
{
    const auto *const work = findWorkload(workload);
    const auto *const how = findModel(model);
    return (work != nullptr && work->startsProcesses) || (how != nullptr && how->needsChildHost);
}

std::optional<std::string> whyNot(std::string_view workload, std::string_view model)
{
    const auto *const work = findWorkload(workload);
    if (work == nullptr)
        return "there is no workload \"" + std::string(workload) + "\"";
    const auto *const how = findModel(model);
    if (how == nullptr)
        return "there is no model \"" + std::string(model) + "\"";
    if (work->isForeign && !how->runsForeign)
        return "a program of your own is started as it is; only the model command does that";
    if (!work->isForeign && how->runsForeign)
        return "this model runs a program of your own, which is the workload command";
    if (how->singleWorker && work->minWorkers > 1)
        return work->whyNotFewer;
    if (work->waitsForOthers && how->sharesOneThread)
        return "its workers take turns on one thread, so one that waits for another would wait for ever";
    if (work->drawsItems && how->handsOutItems)
        return "it hands out the items itself, and here not every worker is to get some";
    if (work->startsProcesses && how->onUiThread)
        return "its items start processes, and those are looked after by a supervisor, which the window is "
               "not";
    if (work->startsProcesses && how->startsNoProcesses)
        return "its items start processes, which such an interpreter is not allowed to";
    return whyNotInPython(*work, *how);
}

std::optional<std::string> whyNotChoice(
    std::string_view workload, std::string_view model, std::string_view parameter, std::string_view choice)
{
    const auto *const work = findWorkload(workload);
    const auto *const how = findModel(model);
    if (work == nullptr || how == nullptr)
        return std::nullopt;
    return whyNotInPython(*work, *how, parameter, choice);
}

} // namespace timeslice
