// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <ctime>

namespace timeslice {

namespace {

Nanoseconds read(clockid_t id) noexcept
{
    timespec value{};
    clock_gettime(id, &value);
    return std::chrono::seconds(value.tv_sec) + Nanoseconds(value.tv_nsec);
}

} // namespace

MonotonicTime MonotonicClock::now() noexcept
{
    return MonotonicTime(read(CLOCK_MONOTONIC));
}

Nanoseconds threadCpuTime() noexcept
{
    return read(CLOCK_THREAD_CPUTIME_ID);
}

Nanoseconds processCpuTime() noexcept
{
    return read(CLOCK_PROCESS_CPUTIME_ID);
}

Nanoseconds suspendedTime() noexcept
{
    return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

} // namespace timeslice
