// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"

#include "core/model/command.h"
#include "core/model/cpython.h"
#include "core/model/pool.h"
#include "core/model/qprocess.h"
#include "core/model/qthread.h"
#include "core/model/sequential.h"
#include "core/workload/catalogue.h"

#include <algorithm>
#include <vector>

namespace timeslice {

std::span<const ModelInfo> models()
{
    static const std::vector<ModelInfo> all = [] {
        std::vector<ModelInfo> own{sequentialModel(), qthreadModel(), poolModel(), qprocessModel()};
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

std::optional<std::string> whyNot(std::string_view workload, std::string_view model)
{
    if (findWorkload(workload) == nullptr)
        return "there is no workload \"" + std::string(workload) + "\"";
    if (findModel(model) == nullptr)
        return "there is no model \"" + std::string(model) + "\"";
    const bool isOwnProgram = workload == "command";
    if (isOwnProgram && model != "command")
        return "a program of your own is started as it is; only the model command does that";
    if (!isOwnProgram && model == "command")
        return "this model runs a program of your own, which is the workload command";
    if (!isOwnProgram && findModel(model)->interpreter && !hasPythonForm(workload))
        return "the workload " + std::string(workload) + " has no form in Python";
    return std::nullopt; // every other workload so far runs under every other model so far
}

} // namespace timeslice
