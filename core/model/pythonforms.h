// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <optional>
#include <string>
#include <string_view>

namespace timeslice {

/// Why a model in Python cannot carry out a workload, as a clause without a full stop; nothing when it can,
/// or when the model is none in Python. Thread: any; pure.
[[nodiscard]] std::optional<std::string> whyNotInPython(const WorkloadInfo &workload, const ModelInfo &model);

/// The same for one choice of a parameter of the workload.
[[nodiscard]] std::optional<std::string> whyNotInPython(
    const WorkloadInfo &workload, const ModelInfo &model, std::string_view parameter,
    std::string_view choice);

} // namespace timeslice
