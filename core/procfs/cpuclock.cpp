// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/procfs/cpuclock.h"

#include <cerrno>
#include <ctime>

namespace timeslice {

namespace {

constexpr unsigned kSched = 2; // CPUCLOCK_SCHED
constexpr unsigned kPerThread = 4; // CPUCLOCK_PERTHREAD_MASK

Result<Nanoseconds> readClock(int id, unsigned which)
{
    const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(id) << 3) | which);
    timespec value{};
    // An id of 0 would be the caller itself.
    const int code = id <= 0 ? EINVAL : ::clock_gettime(clock, &value) != 0 ? errno : 0;
    if (code != 0) {
        auto error = systemError(code, "CPU clock", "no such task here");
        if (code == EINVAL)
            error.kind = ErrorKind::Gone;
        return std::unexpected(std::move(error));
    }
    return std::chrono::seconds(value.tv_sec) + Nanoseconds(value.tv_nsec);
}

} // namespace

Result<Nanoseconds> threadCpuClock(int tid)
{
    return readClock(tid, kPerThread | kSched);
}

Result<Nanoseconds> processCpuClock(int pid)
{
    return readClock(pid, kSched);
}

} // namespace timeslice
