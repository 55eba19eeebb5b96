// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <sys/types.h>

namespace timeslice {

using Nanoseconds = std::chrono::nanoseconds;

/// CLOCK_MONOTONIC: the one time axis of C++, Python and kernel events. It stands still during suspend.
struct MonotonicClock {
    using duration = Nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;

    [[nodiscard]] static time_point now() noexcept;
};

using MonotonicTime = MonotonicClock::time_point;

/// Time as stored on the board and in files: nanoseconds of CLOCK_MONOTONIC, 0 for "not yet".
[[nodiscard]] constexpr std::uint64_t toBoardNs(MonotonicTime time)
{
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
[[nodiscard]] constexpr MonotonicTime fromBoardNs(std::uint64_t ns)
{
    return MonotonicTime(Nanoseconds(static_cast<std::int64_t>(ns)));
}

[[nodiscard]] constexpr double toSeconds(Nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

/// CPU time the calling thread has used since it began; exact (CLOCK_THREAD_CPUTIME_ID).
[[nodiscard]] Nanoseconds threadCpuTime() noexcept;

/// CPU time the whole calling process has used; exact (CLOCK_PROCESS_CPUTIME_ID).
[[nodiscard]] Nanoseconds processCpuTime() noexcept;

/// How long the machine has been suspended since boot: CLOCK_BOOTTIME - CLOCK_MONOTONIC. A jump between two
/// readings means that it slept in between.
[[nodiscard]] Nanoseconds suspendedTime() noexcept;

} // namespace timeslice
