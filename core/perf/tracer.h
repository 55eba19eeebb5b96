// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/perf/access.h"
#include "core/perf/ring.h"
#include "core/perf/switchchunk.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace timeslice {

/// Receives every chunk, on the tracer's reader thread, in order. Keep it short: while it runs the rings
/// fill.
using SwitchSink = std::function<void(const SwitchChunkPtr &)>;

struct TracerOptions {
    SwitchSink sink; ///< Required. Must not throw, and must not stop the tracer.
    std::vector<int> cpus; ///< Which to trace; empty: those the task and the bystander may run on.
    /// A task whose switches are recorded, too, without what it creates; neither the traced one nor created
    /// by it, and alive until the trace is stopped. 0: none. Where the kernel refuses it, the trace does
    /// without.
    pid_t bystander = 0;
    std::size_t ringBytes =
        kMaxRingBytes; ///< For each CPU, at most; halved as often as the kernel refuses it.
    std::size_t allRingsBytes = 64 * 1024 * 1024; ///< For all CPUs; never below kOrdinaryRingBytes for each.
    Nanoseconds drainEvery = std::chrono::milliseconds(10); ///< And sooner when a ring is a quarter full.
    std::shared_ptr<PerfCalls> calls; ///< Empty: the real ones.
};

/// How a trace is going.
struct TraceStatus {
    std::uint64_t records = 0; ///< Read so far, names included.
    std::uint64_t lost = 0; ///< That the kernel could not store.
    std::uint64_t malformed = 0; ///< Not readable; 0 unless something is broken.
    std::uint64_t drains = 0;
    Nanoseconds readerCpu{}; ///< CPU the reader thread has used, the sink included.
};

/// Records every context switch of one task and of all threads and processes it creates from now on, exactly,
/// without privileges: one inherited perf event per CPU, read by a thread of its own.
///
/// Tasks that existed before are not covered (but for the task itself). The reader thread is not traced, even
/// when the task opens its own trace. The tracer may outlive the task. Thread: open, stop and destroy from
/// any one thread; `status` from any.
class SwitchTracer {
public:
    /// Begins to trace.
    ///
    /// \param tid  The task that will create the workers, before it creates the first of them. 0: the calling
    /// thread.
    /// \error  What PerfCalls answered (see explainRefusal), Malformed without a sink, Gone when there is no
    /// such task.
    ///         A CPU that is offline is left out; no CPU left is Unsupported.
    /// Cost: about 100 us and one file descriptor per CPU.
    [[nodiscard]] static Result<std::unique_ptr<SwitchTracer>> open(pid_t tid, TracerOptions options);

    /// Stops if still running.
    ~SwitchTracer();
    SwitchTracer(const SwitchTracer &) = delete;
    SwitchTracer &operator=(const SwitchTracer &) = delete;

    /// Ends the trace: what has happened until now is delivered, the last chunk marked. Returns when the sink
    /// has seen it. Later calls do nothing.
    void stop();

    /// From here on nothing is missing: all CPUs' events were open.
    [[nodiscard]] MonotonicTime begin() const;
    /// CPUs traced, as the kernel numbers them.
    [[nodiscard]] const std::vector<int> &cpus() const;
    /// What each CPU's ring holds.
    [[nodiscard]] std::size_t ringBytes() const;
    [[nodiscard]] TraceStatus status() const;

private:
    class Reader;

    SwitchTracer() = default;

    std::unique_ptr<Reader> m_reader;
    std::jthread m_thread; ///< Last: it must end before what it uses.
};

} // namespace timeslice
