// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `qthread`: N worker objects, each moved to a QThread of its own and driven by signals and slots.
[[nodiscard]] ModelInfo qthreadModel();

} // namespace timeslice
