// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/stop.h"

#include <memory>
#include <optional>

namespace timeslice {

/// One way to have something carried out apart from the caller: by a new thread, a pool, a new process.
/// Thread: made, used and destroyed on one worker's thread.
class Starter {
public:
    virtual ~Starter() = default;
    /// Has something carried out that does nothing but look at the clock, and waits until that has ended.
    /// \return When the first instruction of what was started ran; nothing where that cannot be known.
    /// \error Cancelled; the limit that was reached; how it died.
    [[nodiscard]] virtual Result<std::optional<MonotonicTime>> startAndJoin(const StopToken &stop) = 0;
};

/// Those of which only Qt knows how they are made.
enum class QtStarter { PoolTask, QThread };

/// Makes one (core/workload/io/qtstarters.h). \error System when there are no more threads.
using MakeQtStarter = Result<std::unique_ptr<Starter>> (*)(QtStarter which);

} // namespace timeslice
