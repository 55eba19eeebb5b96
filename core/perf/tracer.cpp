// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/perf/tracer.h"

#include "core/base/affinity.h"
#include "core/perf/chunkpool.h"
#include "core/perf/switchmerge.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <future>
#include <linux/perf_event.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace timeslice {

namespace {

// How far a chunk's horizon stays behind the clock. Order within a task or a CPU needs none of it; it only
// makes it rare that a CPU which was held up between stamping a record and publishing it appears late.
constexpr std::uint64_t kSettleNs = 1'000'000;

constexpr std::size_t kWakeupFraction = 4; // a poller wakes when the ring is a quarter full

std::uint64_t nowNs()
{
    return toBoardNs(MonotonicClock::now());
}

// Ascending, each once.
void addTo(std::vector<int> &cpus, const std::vector<int> &more)
{
    cpus.insert(cpus.end(), more.begin(), more.end());
    std::ranges::sort(cpus);
    const auto again = std::ranges::unique(cpus);
    cpus.erase(again.begin(), again.end());
}

} // namespace

/// Everything behind the tracer: opened and used on the reader thread, but for the counters.
class SwitchTracer::Reader {
public:
    explicit Reader(TracerOptions options)
        : m_options(std::move(options))
        , m_calls(m_options.calls ? m_options.calls : std::make_shared<SystemPerfCalls>())
        , m_wakeFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
        , m_pool(ChunkPool::create())
    { }

    Result<void> open(pid_t tid);
    void run(const std::stop_token &stop);
    void wake() const;
    [[nodiscard]] TraceStatus status() const;

    [[nodiscard]] MonotonicTime begin() const { return m_begin; }
    [[nodiscard]] const std::vector<int> &cpus() const { return m_cpus; }
    [[nodiscard]] std::size_t ringBytes() const { return m_ringBytes; }

private:
    struct Event {
        int cpu;
        UniqueFd fd;
        PerfRing ring;
        std::unique_ptr<RecordDecoder> decoder;
        UniqueFd bystander; ///< The bystander's event, which writes into the same ring; or none.
    };

    [[nodiscard]] std::size_t firstRingBytes(std::size_t cpus) const;
    Result<void> openAll(pid_t tid, const std::vector<int> &cpus, std::size_t ringBytes);
    void openBystander();
    void wait();
    void drainRings();
    void deliver(std::uint64_t horizonNs, bool last);
    void finish();
    void addUnreportedLosses();
    void publishStatus();

    const TracerOptions m_options;
    const std::shared_ptr<PerfCalls> m_calls;
    const UniqueFd m_wakeFd; ///< Ends a wait early.
    const std::shared_ptr<ChunkPool> m_pool;

    // Set by open(), constant after.
    std::vector<int> m_cpus;
    std::size_t m_ringBytes = 0;
    MonotonicTime m_begin{};

    std::vector<Event> m_events;
    std::vector<pollfd> m_polled; ///< m_wakeFd, then the events in their order.
    std::unique_ptr<SwitchMerge> m_merge;
    std::uint64_t m_unreportedLost = 0; ///< Lost at the end, behind the last record that would have said so.

    // Written by the reader thread, read by any: figures for people, each correct by itself.
    std::atomic<std::uint64_t> m_records = 0;
    std::atomic<std::uint64_t> m_lost = 0;
    std::atomic<std::uint64_t> m_malformed = 0;
    std::atomic<std::uint64_t> m_drains = 0;
    std::atomic<std::int64_t> m_readerCpuNs = 0;
};

std::size_t SwitchTracer::Reader::firstRingBytes(std::size_t cpus) const
{
    auto bytes = std::bit_floor(std::max(m_options.ringBytes, kMinRingBytes));
    while (bytes > kOrdinaryRingBytes && bytes * cpus > m_options.allRingsBytes)
        bytes /= 2;
    return bytes;
}

Result<void> SwitchTracer::Reader::open(pid_t tid)
{
    if (!m_options.sink)
        return fail(ErrorKind::Malformed, "tracer", "nobody is there to receive the records");
    if (!m_wakeFd.isValid())
        return failErrno(EMFILE, kPerfOpen, "no file descriptor is left to wake the reader with");
    auto cpus = m_options.cpus;
    if (cpus.empty()) {
        auto allowed = allowedCpusOf(tid);
        if (!allowed)
            return std::unexpected(std::move(allowed.error()));
        cpus = std::move(*allowed);
        if (m_options.bystander != 0)
            addTo(cpus, allowedCpusOf(m_options.bystander).value_or(std::vector<int>()));
    }

    for (auto bytes = firstRingBytes(cpus.size());; bytes /= 2) {
        const auto opened = openAll(tid, cpus, bytes);
        if (opened)
            break;
        m_events.clear();
        m_cpus.clear();
        if (opened.error().where != kPerfRing || bytes <= kMinRingBytes)
            return opened;
    }
    if (m_options.bystander != 0 && m_options.bystander != tid)
        openBystander();
    m_begin = MonotonicClock::now();
    m_merge = std::make_unique<SwitchMerge>(m_events.size());
    m_polled.push_back({.fd = m_wakeFd.get(), .events = POLLIN, .revents = 0});
    for (const auto &event : m_events)
        m_polled.push_back({.fd = event.fd.get(), .events = POLLIN, .revents = 0});
    return {};
}

Result<void> SwitchTracer::Reader::openAll(pid_t tid, const std::vector<int> &cpus, std::size_t ringBytes)
{
    const auto attr = switchEventAttr(static_cast<std::uint32_t>(ringBytes / kWakeupFraction));
    for (const int cpu : cpus) {
        auto fd = m_calls->open(attr, tid, cpu);
        if (!fd && fd.error().errnoValue == ENODEV)
            continue; // offline
        if (!fd)
            return std::unexpected(std::move(fd.error()));
        auto ring = PerfRing::map(*m_calls, fd->get(), ringBytes);
        if (!ring)
            return std::unexpected(std::move(ring.error()));
        m_events.push_back({cpu, std::move(*fd), std::move(*ring), std::make_unique<RecordDecoder>(), {}});
        m_cpus.push_back(cpu);
    }
    if (m_events.empty())
        return fail(ErrorKind::Unsupported, kPerfOpen, "none of the allowed CPUs is online");
    m_ringBytes = ringBytes;
    return {};
}

// On every CPU or on none: half of its switches would tell nonsense.
void SwitchTracer::Reader::openBystander()
{
    const auto attr = bystanderEventAttr(static_cast<std::uint32_t>(m_ringBytes / kWakeupFraction));
    for (auto &event : m_events) {
        auto fd = m_calls->open(attr, m_options.bystander, event.cpu);
        if (fd && m_calls->redirect(fd->get(), event.fd.get())) {
            event.bystander = std::move(*fd);
            continue;
        }
        for (auto &opened : m_events)
            opened.bystander.reset();
        return;
    }
}

void SwitchTracer::Reader::run(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        wait();
        const auto now = nowNs(); // before any ring is looked at: see SwitchMerge
        drainRings();
        deliver(now - kSettleNs, false);
        publishStatus();
    }
    finish();
}

void SwitchTracer::Reader::wait()
{
    const auto period = std::chrono::ceil<std::chrono::milliseconds>(m_options.drainEvery).count();
    ::poll(m_polled.data(), m_polled.size(), static_cast<int>(period));
    for (auto &polled : m_polled) {
        // The task has ended: its ring stays readable, but would end every wait at once.
        if ((polled.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
            polled.fd = -1;
    }
}

void SwitchTracer::Reader::drainRings()
{
    for (std::size_t i = 0; i < m_events.size(); ++i)
        m_events[i].ring.drain(*m_events[i].decoder, m_merge->input(i));
}

void SwitchTracer::Reader::deliver(std::uint64_t horizonNs, bool last)
{
    const auto chunk = m_pool->take();
    m_merge->take(horizonNs, *chunk);
    chunk->traceBeginNs = toBoardNs(m_begin);
    chunk->last = last;
    m_options.sink(chunk);
}

void SwitchTracer::Reader::finish()
{
    for (const auto &event : m_events) {
        m_calls->disable(event.fd.get());
        if (event.bystander.isValid())
            m_calls->disable(event.bystander.get());
    }
    drainRings();
    addUnreportedLosses();
    deliver(nowNs(), true);
    publishStatus();
}

void SwitchTracer::Reader::addUnreportedLosses()
{
    for (std::size_t i = 0; i < m_events.size(); ++i) {
        const auto &event = m_events[i];
        auto total = m_calls->lost(event.fd.get()).value_or(0);
        if (event.bystander.isValid())
            total += m_calls->lost(event.bystander.get()).value_or(0);
        const auto reported = event.decoder->counts().lost;
        if (total <= reported)
            continue;
        m_unreportedLost += total - reported;
        const auto count = std::min<std::uint64_t>(total - reported, UINT32_MAX);
        m_merge->input(i).switches.push_back(
            {.timeNs = nowNs(),
             .tid = 0,
             .pid = 0,
             .detail = static_cast<std::uint32_t>(count),
             .cpu = static_cast<std::uint16_t>(event.cpu),
             .kind = SwitchKind::Lost});
    }
}

void SwitchTracer::Reader::publishStatus()
{
    DecodeCounts sum;
    for (const auto &event : m_events) {
        sum.decoded += event.decoder->counts().decoded;
        sum.lost += event.decoder->counts().lost;
        sum.malformed += event.decoder->counts().malformed;
    }
    m_records.store(sum.decoded, std::memory_order_relaxed);
    m_lost.store(sum.lost + m_unreportedLost, std::memory_order_relaxed);
    m_malformed.store(sum.malformed, std::memory_order_relaxed);
    m_drains.fetch_add(1, std::memory_order_relaxed);
    m_readerCpuNs.store(threadCpuTime().count(), std::memory_order_relaxed);
}

void SwitchTracer::Reader::wake() const
{
    ::eventfd_write(m_wakeFd.get(), 1);
}

TraceStatus SwitchTracer::Reader::status() const
{
    return {
        .records = m_records.load(std::memory_order_relaxed),
        .lost = m_lost.load(std::memory_order_relaxed),
        .malformed = m_malformed.load(std::memory_order_relaxed),
        .drains = m_drains.load(std::memory_order_relaxed),
        .readerCpu = Nanoseconds(m_readerCpuNs.load(std::memory_order_relaxed))};
}

Result<std::unique_ptr<SwitchTracer>> SwitchTracer::open(pid_t tid, TracerOptions options)
{
    const pid_t task = tid != 0 ? tid : ::gettid();
    std::unique_ptr<SwitchTracer> tracer(new SwitchTracer);
    tracer->m_reader = std::make_unique<Reader>(std::move(options));

    // The thread exists before the events and opens them itself: a thread that the traced task creates later
    // would be traced, and reading the trace would fill it.
    std::promise<Result<void>> opened;
    auto outcome = opened.get_future();
    tracer->m_thread = std::jthread([reader = tracer->m_reader.get(), task,
                                     answer = std::move(opened)](const std::stop_token &stop) mutable {
        ::pthread_setname_np(::pthread_self(), "ts-trace");
        auto result = reader->open(task);
        const bool isOpen = result.has_value();
        answer.set_value(std::move(result));
        if (isOpen)
            reader->run(stop);
    });
    if (auto result = outcome.get(); !result)
        return std::unexpected(std::move(result.error()));
    return tracer;
}

SwitchTracer::~SwitchTracer()
{
    stop();
}

void SwitchTracer::stop()
{
    if (!m_thread.joinable())
        return;
    m_thread.request_stop();
    m_reader->wake();
    m_thread.join();
}

MonotonicTime SwitchTracer::begin() const
{
    return m_reader->begin();
}

const std::vector<int> &SwitchTracer::cpus() const
{
    return m_reader->cpus();
}

std::size_t SwitchTracer::ringBytes() const
{
    return m_reader->ringBytes();
}

TraceStatus SwitchTracer::status() const
{
    return m_reader->status();
}

} // namespace timeslice
