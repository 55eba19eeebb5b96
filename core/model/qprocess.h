// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `qprocess`: N QProcess children, each carrying out items one after another on its slot of the same board.
[[nodiscard]] ModelInfo qprocessModel();

} // namespace timeslice
