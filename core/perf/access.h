// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/base/mapping.h"
#include "core/base/uniquefd.h"
#include "core/procfs/root.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

struct perf_event_attr;

namespace timeslice {

/// The few kernel calls tracing consists of, behind an interface so that tests can refuse each of them.
/// Thread: any; implementations hold no state that a call changes, or protect it.
class PerfCalls {
public:
    PerfCalls() = default;
    PerfCalls(const PerfCalls &) = delete;
    PerfCalls &operator=(const PerfCalls &) = delete;
    virtual ~PerfCalls() = default;

    /// perf_event_open(2) for one task on one CPU, close-on-exec. \error `where` is kPerfOpen.
    [[nodiscard]] virtual Result<UniqueFd> open(const perf_event_attr &attr, pid_t tid, int cpu) = 0;
    /// The event's ring with its control page, `bytes` in all. \error `where` is kPerfRing.
    [[nodiscard]] virtual Result<Mapping> map(int fd, std::size_t bytes) = 0;
    /// The event's records go into the ring of another one for the same CPU. \error `where` is kPerfOpen.
    [[nodiscard]] virtual Result<void> redirect(int fd, int ringFd) = 0;
    /// No more records from the event nor from those inherited from it.
    virtual void disable(int fd) = 0;
    /// Records the event lost since it was opened; nothing where the kernel (before 6.0) does not tell.
    [[nodiscard]] virtual std::optional<std::uint64_t> lost(int fd) = 0;
};

inline constexpr const char *kPerfOpen = "perf_event_open"; ///< Error::where of a refused open.
inline constexpr const char *kPerfRing = "perf ring buffer"; ///< Error::where of a refused mapping.

/// The real calls.
class SystemPerfCalls final : public PerfCalls {
public:
    [[nodiscard]] Result<UniqueFd> open(const perf_event_attr &attr, pid_t tid, int cpu) override;
    [[nodiscard]] Result<Mapping> map(int fd, std::size_t bytes) override;
    [[nodiscard]] Result<void> redirect(int fd, int ringFd) override;
    void disable(int fd) override;
    [[nodiscard]] std::optional<std::uint64_t> lost(int fd) override;
};

/// The event that reports every context switch, fork, exit and name of a task and of all it creates later,
/// and nothing else: a software dummy, so it needs no counter of the CPU and no privilege at
/// perf_event_paranoid <= 2.
///
/// \param wakeupBytes  How full the ring gets before a poller wakes. Without a watermark, switch records wake
/// nobody.
[[nodiscard]] perf_event_attr switchEventAttr(std::uint32_t wakeupBytes);
/// The same for the switches of one task alone, without what it creates.
[[nodiscard]] perf_event_attr bystanderEventAttr(std::uint32_t wakeupBytes);

/// Why context switches cannot be traced, by what helps against it.
enum class PerfRefusal {
    None, ///< Tracing works.
    Paranoid, ///< kernel.perf_event_paranoid is above 2.
    Sandbox, ///< seccomp, a container or a security module refuses the call although the setting allows it.
    NoSupport, ///< A kernel (or an imitation of one) without perf events or without switch records.
    FdLimit, ///< Out of file descriptors; one per CPU is needed.
    LockLimit, ///< The ring's memory may not be locked.
    Other, ///< Anything else; the error says what.
};

/// What this machine allows, as data. Prose for people is ui's; the two sentences here are plain facts.
struct PerfAccess {
    PerfRefusal refusal = PerfRefusal::None;
    std::optional<Error> error; ///< The refused call; nothing when tracing works.
    std::optional<int> paranoid; ///< kernel.perf_event_paranoid; nothing when unreadable.
    std::string cause; ///< One plain sentence without a full stop. Empty when tracing works.
    std::string
        remedy; ///< One command line or setting that helps. Printed, never run. Empty when none is known.
};

/// kernel.perf_event_paranoid, or nothing where the kernel has no such setting.
/// Thread: any. Cost: one small file.
[[nodiscard]] std::optional<int> readPerfEventParanoid(const ProcRoot &root = {});

/// What a refused call means for this setting. Pure.
/// \param error  From PerfCalls or from SwitchTracer::open.
/// Source: perf_event_open(2); Debian and Ubuntu answer EACCES above 2, Docker's seccomp profile EPERM,
/// gVisor ENOSYS.
[[nodiscard]] PerfAccess explainRefusal(const Error &error, std::optional<int> paranoid);

/// Tries for real: opens the event on the calling thread for one allowed CPU, maps the smallest ring, closes
/// both. Thread: any. Cost: about 50 us.
[[nodiscard]] PerfAccess probePerfAccess(PerfCalls &calls, const ProcRoot &root = {});

/// The refusal as one word, for JSON ("none", "paranoid", "sandbox", "no-support", "fd-limit", "lock-limit",
/// "other").
[[nodiscard]] const char *nameOf(PerfRefusal refusal);

} // namespace timeslice
