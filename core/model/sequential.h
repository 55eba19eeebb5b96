// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `sequential`: one worker, one item after another: the baseline every other model is compared with.
[[nodiscard]] ModelInfo sequentialModel();

} // namespace timeslice
