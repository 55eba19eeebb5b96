// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

/// `pool`: items are mapped onto a QThreadPool of N threads by QtConcurrent; a failed item arrives at the
/// waiter.
[[nodiscard]] ModelInfo poolModel();

} // namespace timeslice
