// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace timeslice {

/// Every execution model of this build, in the order shown. A new one is a file pair and a line in
/// catalogue.cpp. Thread: any; immutable.
[[nodiscard]] std::span<const ModelInfo> models();

/// \return nullptr for an unknown id.
[[nodiscard]] const ModelInfo *findModel(std::string_view id);

/// Whether a run of this pair is carried out in a child process, under a supervisor, whatever else it is
/// asked to be: the model's workers are processes, or the items start some. false for ids that are unknown.
[[nodiscard]] bool needsChildHost(std::string_view workload, std::string_view model);

/// Why this pair makes no sense, as a sentence; nothing when it does.
[[nodiscard]] std::optional<std::string> whyNot(std::string_view workload, std::string_view model);

/// Why a choice of one of the workload's parameters makes no sense under this model, as a clause without a
/// full stop; nothing when it does, or when there is no such choice. `parametersOf` leaves these choices out.
[[nodiscard]] std::optional<std::string> whyNotChoice(
    std::string_view workload, std::string_view model, std::string_view parameter, std::string_view choice);

} // namespace timeslice
