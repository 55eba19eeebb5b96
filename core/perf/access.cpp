// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/access.h"

#include "core/perf/ring.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace timeslice {

namespace {

constexpr int kHighestUsefulParanoid = 2;

Result<UniqueFd> openEvent(perf_event_attr attr, pid_t tid, int cpu)
{
    return UniqueFd(static_cast<int>(::syscall(
        SYS_perf_event_open, &attr, tid, cpu, -1, static_cast<unsigned long>(PERF_FLAG_FD_CLOEXEC))));
}

PerfRefusal refusalOf(const Error &error, std::optional<int> paranoid)
{
    const bool whileMapping = error.where == kPerfRing;
    switch (error.errnoValue) {
    case EACCES:
    case EPERM:
        if (whileMapping)
            return PerfRefusal::LockLimit;
        return paranoid && *paranoid > kHighestUsefulParanoid ? PerfRefusal::Paranoid : PerfRefusal::Sandbox;
    case ENOSYS:
    case EOPNOTSUPP:
    case EINVAL:
        return PerfRefusal::NoSupport;
    case EMFILE:
    case ENFILE:
        return PerfRefusal::FdLimit;
    case ENOMEM:
        return whileMapping ? PerfRefusal::LockLimit : PerfRefusal::Other;
    default:
        return PerfRefusal::Other;
    }
}

} // namespace

Result<UniqueFd> SystemPerfCalls::open(const perf_event_attr &attr, pid_t tid, int cpu)
{
    auto fd = openEvent(attr, tid, cpu);
    if (!fd->isValid() && errno == EINVAL && attr.read_format != 0) {
        // Kernels before 6.0 do not know PERF_FORMAT_LOST; everything else works without it.
        auto older = attr;
        older.read_format = 0;
        fd = openEvent(older, tid, cpu);
    }
    if (!fd->isValid())
        return failErrno(
            errno, kPerfOpen, "cannot trace task " + std::to_string(tid) + " on CPU " + std::to_string(cpu));
    return fd;
}

Result<Mapping> SystemPerfCalls::map(int fd, std::size_t bytes)
{
    auto mapping = Mapping::shared(fd, bytes, Mapping::Access::ReadWrite);
    if (!mapping)
        mapping.error().where = kPerfRing;
    return mapping;
}

Result<void> SystemPerfCalls::redirect(int fd, int ringFd)
{
    if (::ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ringFd) != 0)
        return failErrno(errno, kPerfOpen, "cannot write two tasks' switches into one ring");
    return {};
}

void SystemPerfCalls::disable(int fd)
{
    ::ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
}

std::optional<std::uint64_t> SystemPerfCalls::lost(int fd)
{
    // With read_format = PERF_FORMAT_LOST: the value, then the number lost. Without it only the value comes.
    std::array<std::uint64_t, 2> values{};
    if (::read(fd, values.data(), sizeof values) != static_cast<ssize_t>(sizeof values))
        return std::nullopt;
    return values[1];
}

perf_event_attr switchEventAttr(std::uint32_t wakeupBytes)
{
    perf_event_attr attr{};
    attr.size = sizeof attr;
    attr.type = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_DUMMY;
    attr.read_format = PERF_FORMAT_LOST;
    attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;
    attr.sample_id_all = 1;
    attr.context_switch = 1;
    attr.task = 1;
    attr.comm = 1;
    attr.comm_exec = 1;
    attr.inherit = 1;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    attr.use_clockid = 1;
    attr.clockid = CLOCK_MONOTONIC;
    attr.watermark = 1;
    attr.wakeup_watermark = wakeupBytes;
    return attr;
}

perf_event_attr bystanderEventAttr(std::uint32_t wakeupBytes)
{
    auto attr = switchEventAttr(wakeupBytes);
    attr.task = 0; // its forks create none of ours
    attr.comm = 0;
    attr.comm_exec = 0;
    attr.inherit = 0;
    return attr;
}

std::optional<int> readPerfEventParanoid(const ProcRoot &root)
{
    const UniqueFd fd(::open((root.proc / "sys/kernel/perf_event_paranoid").c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 16> text{};
    const auto size = fd.isValid() ? ::read(fd.get(), text.data(), text.size()) : -1;
    int value = 0;
    if (size <= 0 || std::from_chars(text.data(), text.data() + size, value).ec != std::errc{})
        return std::nullopt;
    return value;
}

PerfAccess explainRefusal(const Error &error, std::optional<int> paranoid)
{
    PerfAccess access{
        .refusal = refusalOf(error, paranoid),
        .error = error,
        .paranoid = paranoid,
        .cause = {},
        .remedy = {}};
    switch (access.refusal) {
    case PerfRefusal::None:
        break;
    case PerfRefusal::Paranoid:
        access.cause = "kernel.perf_event_paranoid is " + std::to_string(*paranoid)
            + ", which keeps ordinary users from tracing";
        access.remedy = "sudo sysctl kernel.perf_event_paranoid=2";
        break;
    case PerfRefusal::Sandbox:
        access.cause = "a container or security policy refuses perf_event_open";
        access.remedy = "docker run --cap-add PERFMON ... (or a seccomp profile that allows perf_event_open)";
        break;
    case PerfRefusal::NoSupport:
        access.cause = "this kernel has no perf events with context-switch records";
        break;
    case PerfRefusal::FdLimit:
        access.cause = "too few file descriptors: tracing needs one for each CPU";
        access.remedy = "ulimit -n 4096";
        break;
    case PerfRefusal::LockLimit:
        access.cause = "the memory of the trace buffers may not be locked";
        access.remedy = "sudo sysctl kernel.perf_event_mlock_kb=2048";
        break;
    case PerfRefusal::Other:
        access.cause = "the kernel refused to trace context switches";
        break;
    }
    return access;
}

PerfAccess probePerfAccess(PerfCalls &calls, const ProcRoot &root)
{
    const auto paranoid = readPerfEventParanoid(root);
    const int cpu = ::sched_getcpu();
    const auto fd =
        calls.open(switchEventAttr(static_cast<std::uint32_t>(kMinRingBytes / 2)), 0, cpu < 0 ? 0 : cpu);
    if (!fd)
        return explainRefusal(fd.error(), paranoid);
    if (const auto ring = PerfRing::map(calls, fd->get(), kMinRingBytes); !ring)
        return explainRefusal(ring.error(), paranoid);
    return {.refusal = PerfRefusal::None, .error = {}, .paranoid = paranoid, .cause = {}, .remedy = {}};
}

const char *nameOf(PerfRefusal refusal)
{
    switch (refusal) {
    case PerfRefusal::None:
        return "none";
    case PerfRefusal::Paranoid:
        return "paranoid";
    case PerfRefusal::Sandbox:
        return "sandbox";
    case PerfRefusal::NoSupport:
        return "no-support";
    case PerfRefusal::FdLimit:
        return "fd-limit";
    case PerfRefusal::LockLimit:
        return "lock-limit";
    case PerfRefusal::Other:
        return "other";
    }
    return "other";
}

} // namespace timeslice
