// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/run/experiment.h"
#include "core/run/jsonwriter.h"

namespace timeslice {

/// Writes the members of an experiment, without its schema, into the object that `json` has open. `items` and
/// `duration_s` are both there, one of them null.
void writeFields(JsonWriter &json, const Experiment &experiment);

} // namespace timeslice
