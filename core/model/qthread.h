// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/model.h"

namespace timeslice {

class Gil;

/// N worker objects, each moved to a QThread of its own; with a lock only one of them runs at a time.
[[nodiscard]] std::unique_ptr<Model> makeThreads(const ModelContext &context, std::unique_ptr<Gil> gil);

/// `qthread`: N worker objects, each moved to a QThread of its own and driven by signals and slots.
[[nodiscard]] ModelInfo qthreadModel();

} // namespace timeslice
