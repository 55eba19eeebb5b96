// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/observe/sampler.h"

#include "core/observe/runreader.h"
#include "core/observe/snapshotpool.h"
#include "core/observe/systemreader.h"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <pthread.h>

namespace timeslice {

namespace {

Nanoseconds periodOf(double hz)
{
    // Written so that a NaN becomes the lowest rate.
    const double clamped = hz >= Sampler::kMinHz ? std::min(hz, Sampler::kMaxHz) : Sampler::kMinHz;
    return Nanoseconds(static_cast<std::int64_t>(1e9 / clamped));
}

/// The first multiple of the period behind `now`: samplers of the same rate tick together, whenever they
/// began.
MonotonicTime nextDeadline(MonotonicTime now, Nanoseconds period)
{
    return MonotonicTime((now.time_since_epoch() / period + 1) * period);
}

} // namespace

/// What the sampler's thread and its owner share.
class Sampler::Reader {
public:
    Reader(ProcRoot where, double hz)
        : root(std::move(where))
        , period(periodOf(hz))
        , next(nextDeadline(MonotonicClock::now(), period))
        , m_system(root)
    { }

    /// CPU time of the sampler's thread, read on any. Called once, before the first `take` off that thread.
    void setClockOf(std::thread::native_handle_type thread) { ::pthread_getcpuclockid(thread, &m_clock); }

    void watch(std::unique_ptr<RunReader> newRun)
    {
        m_system.findQuota();
        std::swap(run, newRun);
    }

    /// One reading of everything. With the mutex held.
    [[nodiscard]] SnapshotPtr take(Depth depth);
    /// The same on the owner's thread; its cost is counted in.
    [[nodiscard]] SnapshotPtr takeForOwner();

    const ProcRoot root;
    std::mutex mutex; ///< Protects everything here but root; held for a whole reading.
    std::condition_variable_any wake; ///< The deadline has changed.
    Nanoseconds period;
    MonotonicTime next; ///< The next deadline.
    std::uint64_t missed = 0;
    std::unique_ptr<RunReader> run; ///< nullptr while no run is observed.

private:
    SystemReader m_system;
    SnapshotPool m_pool;
    std::uint64_t m_sequence = 0;
    clockid_t m_clock = CLOCK_THREAD_CPUTIME_ID;
    Nanoseconds m_ownersCpu{};
};

SnapshotPtr Sampler::Reader::take(Depth depth)
{
    auto snapshot = m_pool.take();
    snapshot->sequence = m_sequence++;
    snapshot->missed = missed;
    snapshot->begin = MonotonicClock::now();
    m_system.read(*snapshot);
    if (run)
        run->read(*snapshot, depth);
    else
        snapshot->tasks.clear();
    timespec used{};
    ::clock_gettime(m_clock, &used);
    const auto cpu = std::chrono::seconds(used.tv_sec) + Nanoseconds(used.tv_nsec) + m_ownersCpu;
    snapshot->observerCpuNs = static_cast<std::uint64_t>(cpu.count());
    snapshot->end = MonotonicClock::now();
    return m_pool.share(std::move(snapshot));
}

SnapshotPtr Sampler::Reader::takeForOwner()
{
    const auto before = threadCpuTime();
    auto snapshot = take(Depth::Full);
    m_ownersCpu += threadCpuTime() - before;
    return snapshot;
}

Sampler::Sampler(ProcRoot root, double hz)
    : m_mailbox(kMailboxCapacity)
    , m_reader(std::make_unique<Reader>(std::move(root), hz))
{
    const std::scoped_lock lock(m_reader->mutex);
    m_thread = std::jthread([this](const std::stop_token &stop) { loop(stop); });
    m_reader->setClockOf(m_thread.native_handle());
}

Sampler::~Sampler() = default;

void Sampler::setRate(double hz)
{
    {
        const std::scoped_lock lock(m_reader->mutex);
        m_reader->period = periodOf(hz);
        m_reader->next = nextDeadline(MonotonicClock::now(), m_reader->period);
    }
    m_reader->wake.notify_all();
}

void Sampler::watch(RunSubject subject)
{
    auto run = std::make_unique<RunReader>(m_reader->root, std::move(subject));
    const std::scoped_lock lock(m_reader->mutex);
    m_reader->watch(std::move(run));
    m_mailbox.put(m_reader->takeForOwner());
}

void Sampler::addRootPid(int pid)
{
    const std::scoped_lock lock(m_reader->mutex);
    if (m_reader->run)
        m_reader->run->addRootPid(pid);
}

SnapshotPtr Sampler::unwatch()
{
    std::unique_ptr<RunReader> ended; // closes its files without the lock
    const std::scoped_lock lock(m_reader->mutex);
    if (!m_reader->run)
        return nullptr;
    auto last = m_reader->takeForOwner();
    m_mailbox.put(last);
    ended = std::move(m_reader->run);
    return last;
}

void Sampler::loop(const std::stop_token &stop)
{
    ::pthread_setname_np(::pthread_self(), "sampler");
    std::unique_lock lock(m_reader->mutex);
    while (!stop.stop_requested()) {
        const auto deadline = m_reader->next;
        // steady_clock is CLOCK_MONOTONIC, too; for a clock that the library does not know it would wait in
        // rounds.
        const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
        const bool hasChanged =
            m_reader->wake.wait_until(lock, stop, until, [&] { return m_reader->next != deadline; });
        if (hasChanged || stop.stop_requested())
            continue;
        m_mailbox.put(m_reader->take(Depth::Changed));
        m_reader->next = nextDeadline(MonotonicClock::now(), m_reader->period);
        m_reader->missed += static_cast<std::uint64_t>((m_reader->next - deadline) / m_reader->period - 1);
    }
}

} // namespace timeslice
