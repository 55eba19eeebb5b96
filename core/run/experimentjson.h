// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"
#include "core/run/jsonwriter.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace timeslice {

/// What an experiment file says it is.
inline constexpr std::string_view kExperimentSchema = "timeslice.experiment/1";

/// What is said of a number that must be whole; to be read behind its key.
[[nodiscard]] std::string wholeNumberFrom(std::uint64_t least, std::uint64_t most);

/// Writes the members of an experiment, without its schema, into the object that `json` has open. `items` and
/// `duration_s` are both there, one of them null.
void writeFields(JsonWriter &json, const Experiment &experiment);

} // namespace timeslice
